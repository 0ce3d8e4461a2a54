//! Those who watch: they come at any moment, leave, come back elsewhere, with any cursor, and some are slow.

use freshet::providers::simulated;
use futures::{StreamExt as _, stream};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;

use super::{
    follower::{Door, Follower, Way},
    world::World,
};
use crate::support::{Proxy, Seen, history::History};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r08_a_thousand_who_come_at_any_moment_at_two_instances_miss_nothing() {
    let world = World::start().await;
    let sender = world.sender();
    let mut random = StdRng::seed_from_u64(8);
    for round in 0..4 {
        let chat = world.ada.chats_with("simulated/tokens:n=500,ms=4").await;
        let scout = world.follows_at(round % 2, "the scout", &chat);
        let text = format!("round {round}");
        scout.until("it is there", |seen| seen.last.is_some()).await;
        let receipt = sender.says(&chat, &text).await;
        let mut crowd: Vec<Follower> = Vec::new();
        while crowd.len() < 250 {
            // With what somebody knows by now, all of it or some, or with nothing at all.
            let seen = scout.history();
            let (name, head) = (format!("viewer {}", crowd.len()), seen.last.unwrap().1);
            let known = match random.random_range(0..4) {
                0 => History::of(&name, &chat, ""),
                1 => seen.up_to(head, &name),
                _ => seen.up_to(random.random_range(seen.lines[1].place.unwrap().1..=head), &name),
            };
            crowd.push(world.goes_on(&[(crowd.len() % 2, Way::Events)], known));
            let (bytes, over) = (seen.answer(&receipt.reply).len(), seen.ended.contains_key(&receipt.reply));
            if !over && crowd.len().is_multiple_of(5) {
                scout
                    .until("a bit more", |seen| {
                        seen.answer(&receipt.reply).len() > bytes || seen.ended.contains_key(&receipt.reply)
                    })
                    .await;
            }
        }
        assert_eq!(scout.until_end_of(&receipt.reply).await, "complete");
        let all: Vec<&Follower> = crowd.iter().chain([&scout]).collect();
        world.is_well(&all, &sender.sent()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_an_answer_goes_on_when_its_only_viewer_leaves() {
    let world = World::start().await;
    let model = "tokens:n=600,ms=3";
    let sender = world.sender();
    let chat = world.ada.chats_with(&format!("simulated/{model}")).await;
    let viewer = world.follows_at(0, "the viewer", &chat);
    let receipt = sender.says(&chat, "go").await;
    viewer.until_bytes(&receipt.reply, 300).await;
    let known = viewer.leaves();
    let later = world.follows_at(1, "somebody else, later", &chat);
    assert_eq!(later.until_end_of(&receipt.reply).await, "complete");
    let back = world.goes_on(&[(1, Way::Events)], known);
    back.until_end_of(&receipt.reply).await;
    assert_eq!(back.history().resets(), 1, "the first, and none since");
    assert_eq!(later.history().answer(&receipt.reply), simulated::text_of(model, "go").unwrap());
    assert_eq!(world.upstream().await["calls"], 1);
    world.is_well(&[&later, &back], &sender.sent()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_a_viewer_who_changes_the_instance_at_every_entry_sees_each_byte_once() {
    let world = World::start().await;
    let model = "tokens:n=400,ms=4";
    let sender = world.sender();
    let chat = world.ada.chats_with(&format!("simulated/{model}")).await;
    let receipt = sender.says(&chat, "go").await;
    let sides = [world.ada_at(0), world.ada_at(1)];
    // While it is written: one event, then the other instance.
    let (mut seen, mut cursor, mut states) = (Seen::default(), receipt.cursor.clone(), Vec::new());
    for side in sides.iter().cycle() {
        let mut watch = side.watches(&chat, &cursor).await.knowing(seen);
        watch.next().await.unwrap();
        (seen, cursor) = (watch.seen.clone(), watch.seen.cursor());
        states.push(seen.clone());
        if seen.ends.contains_key(&receipt.reply) {
            break;
        }
    }
    assert_eq!(seen.answer(&receipt.reply), simulated::text_of(model, "go").unwrap());
    // Afterwards: from every entry to the end, at either.
    let total = states.len();
    let rests = stream::iter(states.into_iter().enumerate()).map(|(index, state)| {
        let (side, chat, reply) = (sides[index % 2].clone(), chat.clone(), receipt.reply.clone());
        async move {
            let mut rest = side.watches(&chat, &state.cursor()).await.knowing(state);
            while !rest.seen.ends.contains_key(&reply) {
                rest.next().await.unwrap();
            }
            rest.seen
        }
    });
    let rests: Vec<Seen> = rests.buffer_unordered(8).collect().await;
    assert_eq!(rests.len(), total);
    assert!(rests.iter().all(|rest| rest.log == seen.log && rest.resets == 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_any_cursor_is_answered_with_what_follows_or_with_a_snapshot() {
    let world = World::start().await;
    let sender = world.sender();
    let other = world.ada.chats_with("simulated/fast").await;
    let foreign = sender.says(&other, "elsewhere").await.cursor;
    let chat = world.ada.chats_with("simulated/fast").await;
    let first = world.follows_at(0, "the first", &chat);
    let receipt = sender.says(&chat, "here").await;
    first.until_end_of(&receipt.reply).await;
    let (epoch, head) = first.history().last.unwrap();
    let good = [format!("{epoch}.0"), format!("{epoch}.1"), format!("{epoch}.{}", head - 1)];
    let bad = [
        String::new(),
        foreign,
        format!("{epoch}.{}", head + 1),
        format!("{epoch}.{}", i64::MAX),
        format!("{}.1", epoch ^ 1),
        format!("{}.{head}", epoch + 1),
        format!("{epoch}"),
        format!("{epoch}."),
        format!(".{head}"),
        format!("{epoch}.-1"),
        format!("{epoch}.1.1"),
        format!("{epoch}.1e3"),
        format!("{epoch}.0x1"),
        format!("+{epoch}.1"),
        format!("{epoch}. 1"),
        "0.0".into(),
        "-1.-1".into(),
        "99999999999999999999999.1".into(),
        "1.99999999999999999999999".into(),
        "null".into(),
        "undefined".into(),
        "0".into(),
        "NaN.NaN".into(),
        "%00".into(),
        "' OR 1=1 --".into(),
        "../../etc/passwd".into(),
        "1.1\u{a0}".into(),
        "a".repeat(4000),
        "\u{1f30a}.1".into(),
    ];
    for (index, cursor) in good.iter().chain(&bad).enumerate() {
        let path = format!("/chats/{chat}/events");
        let request = world.ada_at(index % 2).request(reqwest::Method::GET, &path);
        let answer = request.query(&[("after", cursor)]).send().await.unwrap();
        let mut watch = crate::support::Watch::of(answer);
        let (name, data): (String, Value) = watch.next().await.unwrap();
        assert_eq!(name == "reset", bad.contains(cursor), "{cursor:?} was answered with {name}");
        if name == "reset" {
            assert_eq!(data["snapshot"]["messages"].as_array().unwrap().len(), 2, "{cursor:?}");
            assert_eq!(watch.seen.cursor(), format!("{epoch}.{head}"), "{cursor:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r24_a_viewer_who_hardly_reads_holds_up_nobody_and_ends_with_the_same_text() {
    let world = World::start().await;
    let sender = world.sender();
    let chat = world.ada.chats_with("simulated/tokens:n=4000,ms=1").await;
    // A road of its own to the instance that writes, on which a hundred bytes a second go.
    let road = Proxy::before(world.sides[0].instance.port).await;
    let door = Door { side: 0, base: road.base(), way: Way::Events };
    let slow = Follower::start(&world.ada, vec![door], History::of("the slow one", &chat, ""));
    let quick = [world.follows_at(0, "a", &chat), world.follows_at(1, "b", &chat)];
    slow.until("it has begun", |seen| seen.resets() == 1).await;
    road.rules(|rule| rule.rate = Some(100));
    let receipt = sender.says(&chat, "go").await;
    for follower in &quick {
        assert_eq!(follower.until_end_of(&receipt.reply).await, "complete");
    }
    assert!(slow.sees(|seen| !seen.ended.contains_key(&receipt.reply)), "it was not slow");
    road.heal();
    slow.until_end_of(&receipt.reply).await;
    world.is_well(&[&slow, &quick[0], &quick[1]], &sender.sent()).await;
}
