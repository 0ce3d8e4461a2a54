//! Those who send and stop, at two instances at once.

use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{
    sender::Sender,
    world::{World, eventually},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r25_two_tabs_that_send_at_once_at_two_instances_get_one_order() {
    let world = World::start().await;
    let doors = world.doors();
    let tabs = [0, 1].map(|side| Sender::new(&world.ada, vec![doors[side].clone()]));
    let chat = world.ada.chats_with("simulated/fast").await;
    let followers = [world.follows_at(0, "a", &chat), world.follows_at(1, "b", &chat)];
    let mut accepted = 0;
    for round in 0..50 {
        let texts = [format!("round {round} at a"), format!("round {round} at b")];
        let sent = tokio::join!(tabs[0].sends(&chat, &texts[0]), tabs[1].sends(&chat, &texts[1]));
        for sent in [sent.0, sent.1] {
            match sent {
                Ok(receipt) => {
                    accepted += 1;
                    for follower in &followers {
                        follower.until_end_of(&receipt.reply).await;
                    }
                }
                Err(code) => assert_eq!(code, "reply_running"),
            }
        }
    }
    assert!(accepted >= 50);
    let sent = [tabs[0].sent(), tabs[1].sent()].concat();
    world.is_well(&[&followers[0], &followers[1]], &sent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_fifty_sends_with_one_key_at_two_instances_are_one() {
    let world = World::start().await;
    for model in ["simulated/fast", "simulated/tokens:n=100,ms=5"] {
        let before = world.upstream().await["calls"].as_u64().unwrap();
        let chat = world.ada.chats_with(model).await;
        let sides = [world.ada_at(0), world.ada_at(1)];
        let sends = (0..50).map(|n| sides[n % 2].tries_to_say(&chat, "only once", Some(model)));
        let mut bodies: Vec<Value> = Vec::new();
        for answer in join_all(sends).await {
            assert_eq!(answer.status(), StatusCode::ACCEPTED);
            bodies.push(answer.json().await.unwrap());
        }
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:#?}");
        let messages = world.ada.get(&format!("/chats/{chat}/messages?tree=1")).await;
        assert_eq!(messages["items"].as_array().unwrap().len(), 2);
        world.until_upstream_is_quiet().await;
        assert_eq!(world.upstream().await["calls"], before + 1);
        let other = sides[1].tries_to_say(&chat, "something else", Some(model)).await;
        assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r44_a_stop_at_another_instance_hangs_up_keeps_the_text_and_may_come_twice() {
    let world = World::start().await;
    let sender = world.sender();
    let mut followers = Vec::new();
    let points = [
        ("tokens:n=100000,ms=5", 0),
        ("tokens:n=100000,ms=5", 1),
        ("tokens:n=100000,ms=5", 700),
        ("tokens:n=100000,ms=1", 5000),
        ("tokens:n=100000,ms=5,first=60000", 0),
        ("tokens:n=40,ms=1", 100),
    ];
    for (stopped, (model, bytes)) in points.into_iter().enumerate() {
        let chat = world.ada.chats_with(&format!("simulated/{model}")).await;
        followers.push(world.follows_at(stopped % 2, "the viewer", &chat));
        let viewer = followers.last().unwrap();
        let receipt = sender.says(&chat, &format!("stop {stopped}")).await;
        // The sender's doors come in turn, and the stop is pressed at the other one.
        let elsewhere = world.ada_at((stopped + 1) % 2);
        viewer.until_bytes(&receipt.reply, bytes).await;
        let path = format!("/replies/{}/cancellation", receipt.reply);
        let press = || elsewhere.request(Method::PUT, &path).send();
        let pressed = tokio::time::Instant::now();
        let (first, second) = tokio::join!(press(), press());
        eprintln!("stopped after {bytes} bytes in {:?}", pressed.elapsed());
        for answer in [first.unwrap(), second.unwrap(), press().await.unwrap()] {
            assert_eq!(answer.status(), StatusCode::OK);
            let reply: Value = answer.json().await.unwrap();
            let status = reply["status"].as_str().unwrap();
            assert!(status == "stopped" || model.contains("n=40") && status == "complete", "{reply}");
            assert!(reply["text"].as_str().unwrap().len() >= bytes);
        }
        assert_eq!(world.upstream().await["active"], 0, "hung up on before anybody heard of the stop");
    }
    let all: Vec<_> = followers.iter().collect();
    world.is_well(&all, &sender.sent()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r30_after_sigterm_500_viewers_and_20_answers_go_on_elsewhere() {
    let mut world = World::start().await;
    let at_a = Sender::new(&world.ada, vec![world.doors()[0].clone()]);
    let (mut chats, mut receipts) = (Vec::new(), Vec::new());
    for n in 0..20 {
        // Half of them end by themselves within the time that is left to them.
        let model = if n % 2 == 0 { "tokens:n=100000,ms=300" } else { "tokens:n=18,ms=200" };
        let chat = world.ada.chats_with(&format!("simulated/{model}")).await;
        chats.push(chat);
    }
    let followers: Vec<_> =
        (0..500).map(|n| world.follows_from(0, &format!("viewer {n}"), &chats[n % 20])).collect();
    for follower in &followers {
        follower.until("it is there", |seen| seen.resets() > 0).await;
    }
    for (n, chat) in chats.iter().enumerate() {
        receipts.push(at_a.says(chat, &format!("answer {n}")).await);
    }
    world.sides[0].instance.terminate();
    let asked = tokio::time::Instant::now();
    assert_eq!(world.sides[0].instance.ended().await, Some(0));
    // Five seconds are what the answers were given; the rest is for saying goodbye on a busy machine.
    assert!(asked.elapsed() < std::time::Duration::from_secs(15), "{:?}", asked.elapsed());
    eventually("nothing runs any more", async || world.upstream().await["active"] == 0).await;
    for (n, receipt) in receipts.iter().enumerate() {
        let status = followers[n].until_end_of(&receipt.reply).await;
        assert_eq!(status, if n % 2 == 0 { "interrupted" } else { "complete" }, "{n}");
    }
    let all: Vec<_> = followers.iter().collect();
    world.is_well(&all, &at_a.sent()).await;
    // Who was at A is at B now, and sends there.
    let at_b = Sender::new(&world.ada, vec![world.doors()[1].clone()]);
    let chat = world.ada_at(1).chats_with("simulated/fast").await;
    at_b.says(&chat, "still here?").await;
}
