//! Redis as it should not be (threats R4 to R7): the text is exact, the end comes, whatever Redis does.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use freshet::{
    app::Nature,
    platform::bus::{Entry, Reach},
};
use uuid::Uuid;

use super::pair::{KEY, Pair, eventually, health};
use crate::support::{Accepted, Api, Database, Proxy, Redis, TestApp, Watch};

/// An answer on A of some seconds, watched on B, with its first bytes seen.
pub async fn watched(pair: &Pair, model: &str) -> (Api, Accepted, Watch) {
    let ada = pair.a.signed_up("ada").await;
    let chat = ada.chats_with(model).await;
    let accepted = ada.says(&chat, "go").await;
    let mut watch = ada.at(&pair.b.base).watches(&chat, &accepted.cursor).await;
    watch.until_bytes(&accepted.reply, 20).await;
    (ada, accepted, watch)
}

pub async fn ends_exactly(ada: &Api, accepted: &Accepted, watch: &mut Watch) {
    let end = watch.until_end_of(&accepted.reply).await;
    assert_eq!(end["status"], "complete");
    let text = ada.reply(&accepted.reply).await["text"].as_str().unwrap().to_owned();
    assert_eq!(watch.seen.answer(&accepted.reply), text);
    assert_eq!((watch.seen.resets, watch.seen.ends[&accepted.reply]), (0, 1));
}

#[tokio::test]
async fn a_redis_that_is_emptied_in_the_middle_changes_nothing() {
    let pair = Pair::start().await;
    let (ada, accepted, mut watch) = watched(&pair, "simulated/tokens:n=300,ms=5").await;
    pair.redis.command(&["FLUSHALL"]);
    ends_exactly(&ada, &accepted, &mut watch).await;
}

#[tokio::test]
async fn subscriptions_that_are_killed_again_and_again_lose_nothing() {
    let pair = Pair::start().await;
    let (ada, accepted, mut watch) = watched(&pair, "simulated/tokens:n=400,ms=10").await;
    let done = tokio_util::sync::CancellationToken::new();
    let killing = async {
        let mut killed = 0;
        while !done.is_cancelled() {
            let answer = pair.redis.command(&["CLIENT", "KILL", "TYPE", "pubsub"]);
            killed += answer.trim().trim_start_matches(':').parse::<usize>().unwrap();
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        killed
    };
    let watching = async {
        ends_exactly(&ada, &accepted, &mut watch).await;
        done.cancel();
    };
    let (killed, ()) = tokio::join!(killing, watching);
    assert!(killed > 4, "{killed} connections were killed");
}

#[tokio::test]
async fn a_redis_that_dies_in_the_middle_and_comes_back_loses_nothing() {
    let mut pair = Pair::start().await;
    let (ada, accepted, mut watch) = watched(&pair, "simulated/tokens:n=600,ms=15").await;
    pair.redis.stop();
    pair.is_apart().await;
    // It goes on without Redis: B looks for itself, every second (and not every five).
    let seen = watch.seen.answer(&accepted.reply).len();
    let mut longest = Duration::ZERO;
    for step in 1..=10 {
        let begun = Instant::now();
        watch.until_bytes(&accepted.reply, seen + step * 150).await;
        longest = longest.max(begun.elapsed());
    }
    assert!(longest < Duration::from_millis(3_500), "{longest:?}");
    let (status, body) = health(&pair.b).await;
    assert_eq!(
        (status, &body["status"], &body["checks"]["redis"]),
        (200, &"degraded".into(), &"degraded".into())
    );
    pair.redis.start_again();
    pair.is_in_touch().await;
    ends_exactly(&ada, &accepted, &mut watch).await;
    assert_eq!(health(&pair.b).await.1["status"], "ready");
}

#[tokio::test]
async fn a_redis_that_freezes_in_the_middle_is_noticed_and_loses_nothing() {
    let pair = Pair::start().await;
    let (ada, accepted, mut watch) = watched(&pair, "simulated/tokens:n=600,ms=15").await;
    pair.redis.freeze();
    pair.is_apart().await;
    let seen = watch.seen.answer(&accepted.reply).len();
    watch.until_bytes(&accepted.reply, seen + 200).await;
    pair.redis.thaw();
    pair.is_in_touch().await;
    ends_exactly(&ada, &accepted, &mut watch).await;
}

#[tokio::test]
async fn without_a_redis_at_the_start_everything_works_and_it_is_joined_when_it_comes() {
    let mut pair = Pair::start_on(Redis::absent()).await;
    let (status, body) = health(&pair.a).await;
    assert_eq!((status, &body["checks"]["redis"]), (200, &"degraded".into()));
    let (ada, accepted, mut watch) = watched(&pair, "simulated/tokens:n=100,ms=5").await;
    ends_exactly(&ada, &accepted, &mut watch).await;
    pair.redis.start_again();
    pair.is_in_touch().await;
    let before = pair.b.app.bus.traffic().heard;
    let (ada, accepted, mut watch) = watched(&pair, "simulated/tokens:n=100,ms=5").await;
    ends_exactly(&ada, &accepted, &mut watch).await;
    assert!(pair.b.app.bus.traffic().heard > before);
}

#[tokio::test]
async fn what_was_not_said_is_made_up_for_when_only_the_connection_that_asks_was_gone() {
    let redis = Redis::start();
    let proxy = Proxy::before(redis.port()).await;
    let url = format!("redis://{}/0", proxy.address);
    let settings = [("REDIS_URL", url.as_str()), ("ENCRYPTION_KEY", KEY)];
    let server = TestApp::start_on(Database::new().await, &settings, Nature::default()).await;
    let bus = &server.app.bus;
    eventually(|| bus.reach() != Reach::Away).await;
    let listens = || redis.command(&["PUBSUB", "NUMSUB", "freshet:calls:all"]).ends_with(":1\r\n");
    eventually(listens).await;
    proxy.rules(|rule| rule.refuse = true);
    redis.command(&["CLIENT", "KILL", "TYPE", "normal"]);
    eventually(|| bus.reach() == Reach::Away).await;
    assert!(listens(), "the other connection is untouched");
    let before = bus.traffic();
    let entry = Entry { seq: 1, writer: None, name: "test".into(), data: "{}".into() };
    bus.publish(Uuid::from_u128(1), &Arc::new(entry));
    assert_eq!(bus.traffic().lost, before.lost + 1);
    proxy.heal();
    // Nothing else is said: the poke goes out by itself.
    eventually(|| bus.traffic().messages == before.messages + 1).await;
    assert!(listens(), "the other connection is untouched");
}
