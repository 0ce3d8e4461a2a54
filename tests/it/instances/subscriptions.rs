//! Redis sends an instance what somebody there watches, and nothing else.

use std::time::Duration;

use freshet::platform::bus::{Aside, Signal};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use uuid::Uuid;

use super::pair::Pair;

fn topics(pair: &Pair) -> String {
    pair.redis.command(&["PUBSUB", "CHANNELS", "freshet:log:*"])
}

#[tokio::test]
async fn a_hundred_viewers_that_come_and_go_at_once_leave_nothing_behind() {
    let pair = Pair::start().await;
    let mut dice = StdRng::seed_from_u64(7);
    let visits = (0..100).map(|_| {
        let bus = pair.a.app.bus.clone();
        let topic = Uuid::from_u128(dice.random_range(0..7));
        let pauses: Vec<u64> = (0..4).map(|_| dice.random_range(0..4)).collect();
        async move {
            for pause in pauses {
                // Some give up before they are attached.
                let attach = tokio::time::timeout(Duration::from_millis(pause), bus.attach(topic));
                let attached = attach.await;
                tokio::time::sleep(Duration::from_millis(pause)).await;
                drop(attached);
            }
        }
    });
    let visits: Vec<_> = visits.map(tokio::spawn).collect();
    for visit in visits {
        visit.await.unwrap();
    }
    pair.waits_for(|it| topics(it) == "*0\r\n").await;
    assert!(pair.a.app.bus.watched().is_empty());
}

#[tokio::test]
async fn who_is_attached_hears_what_is_said_elsewhere_from_that_moment_on() {
    let pair = Pair::start().await;
    for round in 0..50 {
        let topic = Uuid::from_u128(round % 3);
        let mut watcher = pair.b.app.bus.attach(topic).await;
        let said = Aside { name: "test".into(), data: round.to_string().into() };
        pair.a.app.bus.aside(topic, said.clone());
        let heard = tokio::time::timeout(Duration::from_secs(20), watcher.next()).await;
        assert!(matches!(&heard, Ok(Signal::Aside(heard)) if **heard == said), "{round}: {heard:?}");
    }
}
