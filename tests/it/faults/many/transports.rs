//! WebSockets between instances: commands that are cut off, and viewers who change the transport in the middle.

use std::{sync::Arc, time::Duration};

use freshet::providers::simulated;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};
use uuid::Uuid;

use super::{
    follower::Way,
    socket,
    world::{World, eventually},
};
use crate::support::{
    Proxy,
    history::{History, What},
    verdict::{Outcome, Sent},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_two_hundred_commands_that_are_cut_off_are_each_done_once() {
    let world = World::start().await;
    let (mut tasks, mut followers) = (JoinSet::new(), Vec::new());
    for lane in 0..4 {
        let chat = world.ada.chats_with("simulated/fast").await;
        followers.push(world.goes_on(&[(lane % 2, Way::Socket)], History::of("a viewer", &chat, "")));
        let ada = world.ada.clone();
        // A road of its own, which only this lane's commands take; each one goes to the other instance.
        let roads = [0, 1].map(|side| Proxy::before(world.sides[side].instance.port));
        let roads = futures::future::join_all(roads).await;
        tasks.spawn(async move {
            let mut random = StdRng::seed_from_u64(lane as u64);
            let mut sent = Vec::new();
            for round in 0..50 {
                let (id, text) = (Uuid::new_v4().to_string(), format!("lane {lane} round {round}"));
                let order = json!({ "type": "message.send", "id": id, "chat": chat, "content": text });
                let mut tries = 0;
                let reply = loop {
                    let road = &roads[tries % 2];
                    tries += 1;
                    let Ok(mut open) = socket::open(&ada, &road.base()).await else { continue };
                    if socket::say(&mut open, &order).await.is_err() {
                        continue;
                    }
                    if tries == 1 {
                        // Before it arrives, before it is done, before the acknowledgement: anything may be.
                        sleep(Duration::from_micros(random.random_range(0..20_000))).await;
                        road.reset();
                    }
                    let mut done = None;
                    while let Some(heard) = socket::hear(&mut open).await {
                        if heard["id"] == id.as_str() && heard["status"] == "processing" {
                            done = heard["reply"]["id"].as_str().map(str::to_owned);
                            break;
                        }
                        // The answer before this one is still being written.
                        if heard["problem"]["code"] == "reply_running" {
                            sleep(Duration::from_millis(20)).await;
                            break;
                        }
                    }
                    if let Some(reply) = done {
                        break reply;
                    }
                };
                let outcome = Outcome::Accepted(reply);
                sent.push(Sent { chat: chat.clone(), text, again: false, outcome });
            }
            sent
        });
    }
    let sent = tasks.join_all().await.concat();
    assert_eq!(sent.len(), 200);
    let all: Vec<_> = followers.iter().collect();
    world.is_well(&all, &sent).await;
    assert_eq!(world.upstream().await["calls"], 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r28_a_viewer_who_changes_instance_and_transport_again_and_again_sees_each_byte_once() {
    let world = Arc::new(World::start().await);
    let model = "tokens:n=2000,ms=3";
    let sender = world.sender();
    let chat = world.ada.chats_with(&format!("simulated/{model}")).await;
    let ways = [(0, Way::Events), (1, Way::Socket), (1, Way::Events), (0, Way::Socket)];
    let restless = world.goes_on(&ways, History::of("the restless one", &chat, ""));
    let calm = world.goes_on(&[(1, Way::Socket)], History::of("the calm one", &chat, ""));
    let receipt = sender.says(&chat, "go").await;
    let mut round = 0;
    while restless.sees(|seen| !seen.ended.contains_key(&receipt.reply)) {
        round += 1;
        // As often as it takes: it has seen something in this way, and is made to take the next one.
        let before = restless.history().lines.len();
        let more = |seen: &History| seen.lines.len() > before + 5 || seen.ended.contains_key(&receipt.reply);
        restless.until("it has seen something", more).await;
        let door = &world.sides[usize::from(matches!(round % 4, 2 | 3))].door;
        if round % 3 == 0 { door.halve() } else { door.cut() }
    }
    eventually("the calm one is there, too", async || {
        calm.sees(|seen| seen.ended.contains_key(&receipt.reply))
    })
    .await;
    world.is_well(&[&restless, &calm], &sender.sent()).await;
    let seen = restless.history();
    assert_eq!(seen.answer(&receipt.reply), simulated::text_of(model, "go").unwrap());
    assert_eq!(seen.resets(), 1);
    let connections = seen.lines.iter().filter(|line| matches!(line.what, What::Connected(_))).count();
    assert!(connections > 8, "{connections}");
}
