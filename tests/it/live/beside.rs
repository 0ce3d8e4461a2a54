//! Two models answer one message, next to each other: two replies with everything that holds for one.

use freshet::providers::simulated;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Api, Process, Seen, TestApp, Watch, simulator};

const FIRST: &str = "tokens:n=300,ms=2,seed=1";
const SECOND: &str = "tokens:n=250,ms=3,seed=2";

/// Sends to two models; gives what was accepted.
async fn asks_two(api: &Api, chat: &str, text: &str, models: [&str; 2]) -> Value {
    let models = models.map(|model| format!("simulated/{model}"));
    let body = json!({ "content": text, "models": models });
    let answer =
        api.request(Method::POST, &format!("/chats/{chat}/messages")).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED, "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

async fn branch(api: &Api, chat: &str) -> Vec<Value> {
    api.get(&format!("/chats/{chat}/messages")).await["items"].as_array().unwrap().clone()
}

fn both_ended(seen: &Seen) -> bool {
    seen.ends.len() == 2
}

#[tokio::test]
async fn both_stream_byte_exactly_through_many_reconnects() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let sent = asks_two(&ada, &chat, "go", [FIRST, SECOND]).await;
    let (first, second) = (id(&sent["reply"]), id(&sent["beside"]));
    let mut random = StdRng::seed_from_u64(3);
    let (mut seen, mut cursor) = (Seen::default(), sent["cursor"].as_str().unwrap().to_owned());
    while !both_ended(&seen) {
        let mut watch = ada.watches(&chat, &cursor).await.knowing(seen);
        for _ in 0..random.random_range(1..20) {
            if both_ended(&watch.seen) || watch.next().await.is_none() {
                break;
            }
        }
        seen = watch.seen;
        cursor = seen.cursor();
    }
    let (one, two) = (simulated::text_of(FIRST, "go").unwrap(), simulated::text_of(SECOND, "go").unwrap());
    assert_eq!((seen.answer(&first), seen.answer(&second)), (one.as_str(), two.as_str()));
    assert_eq!((seen.ends[&first], seen.ends[&second], seen.resets), (1, 1, 0));
    let order: Vec<&str> = seen.log.iter().map(|(_, name, _)| name.as_str()).collect();
    let (mut starts, mut mixed) = (0, false);
    for name in order {
        starts += usize::from(name == "reply.started");
        mixed |= starts == 2 && name == "delta";
    }
    assert!(starts == 2 && mixed);
    let shown = branch(&ada, &chat).await;
    assert_eq!((shown.len(), &shown[1]["text"], &shown[2]["text"]), (3, &json!(one), &json!(two)));
    assert_eq!((&shown[1]["beside_id"], &shown[2]["beside_id"]), (&shown[2]["id"], &shown[1]["id"]));
    assert_eq!(shown[1]["parent_id"], shown[2]["parent_id"]);
    assert_eq!(server.upstream().await["calls"], 2);
}

#[tokio::test]
async fn keeping_one_leaves_the_other_as_a_version() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let sent = asks_two(&ada, &chat, "hello", ["fast", "tokens:n=100000,ms=5"]).await;
    let (first, second) = (sent["reply"]["message_id"].clone(), sent["beside"]["message_id"].clone());
    let mut watch = ada.watches(&chat, sent["cursor"].as_str().unwrap()).await;
    watch.until_end_of(&id(&sent["reply"])).await;
    // The other one still runs: choosing stops it.
    let path = format!("/messages/{}/keep", first.as_str().unwrap());
    for _ in 0..2 {
        let answer = ada.request(Method::POST, &path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.json::<Value>().await.unwrap()["leaf_id"], first);
    }
    assert_eq!(ada.reply(&id(&sent["beside"])).await["status"], "stopped");
    let shown = branch(&ada, &chat).await;
    assert_eq!((shown.len(), &shown[1]["id"]), (2, &first));
    assert!(shown[1].get("beside_id").is_none());
    let place = json!({ "index": 1, "count": 2, "previous": null, "next": second });
    assert_eq!(shown[1]["siblings"], place);
    // The other one can be shown, too.
    let path = format!("/messages/{}/keep", second.as_str().unwrap());
    ada.request(Method::POST, &path).send().await.unwrap();
    assert_eq!(branch(&ada, &chat).await[1]["id"], second);
}

#[tokio::test]
async fn sending_on_without_choosing_keeps_the_first() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let sent = asks_two(&ada, &chat, "hello", ["fast", "echo"]).await;
    let refused = ada.tries_to_say(&chat, "too early", None).await;
    if refused.status() == StatusCode::CONFLICT {
        let mut watch = ada.watches(&chat, sent["cursor"].as_str().unwrap()).await;
        while !both_ended(&watch.seen) {
            watch.next().await.unwrap();
        }
        ada.asks(&chat, "and on").await;
    }
    ada.asks(&chat, "further").await;
    let shown = branch(&ada, &chat).await;
    assert_eq!(shown[1]["id"], sent["reply"]["message_id"]);
    assert!(shown.iter().all(|message| message.get("beside_id").is_none()));
    assert_eq!(ada.get(&format!("/chats/{chat}")).await["model"], "simulated/fast");
}

#[tokio::test]
async fn one_fails_or_is_stopped_while_the_other_goes_on() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let sent = asks_two(&ada, &chat, "cut after=40", ["faults", FIRST]).await;
    let mut watch = ada.watches(&chat, sent["cursor"].as_str().unwrap()).await;
    assert_eq!(watch.until_end_of(&id(&sent["reply"])).await["status"], "interrupted");
    assert_eq!(watch.until_end_of(&id(&sent["beside"])).await["status"], "complete");
    let whole = simulated::text_of(FIRST, "cut after=40").unwrap();
    assert_eq!(watch.seen.answer(&id(&sent["beside"])), whole);

    let sent = asks_two(&ada, &chat, "go", ["tokens:n=100000,ms=5", SECOND]).await;
    let path = format!("/replies/{}/cancellation", id(&sent["reply"]));
    let answer = ada.request(Method::PUT, &path).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["status"], "stopped");
    let mut watch = ada.watches(&chat, sent["cursor"].as_str().unwrap()).await;
    assert_eq!(watch.until_end_of(&id(&sent["beside"])).await["status"], "complete");
    assert_eq!(watch.seen.answer(&id(&sent["beside"])), simulated::text_of(SECOND, "go").unwrap());
}

#[tokio::test]
async fn the_forms_of_an_answer_hold_for_two() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let path = format!("/chats/{chat}/messages");
    let body = json!({ "content": "hello", "models": ["simulated/fast", "simulated/echo:ms=0"] });
    let by_text =
        ada.request(Method::POST, &path).header("accept", "text/plain").json(&body).send().await.unwrap();
    assert_eq!(by_text.status(), StatusCode::UNPROCESSABLE_ENTITY);
    for wrong in [
        json!({ "content": "x", "models": [] }),
        json!({ "content": "x", "models": ["simulated/fast", "simulated/fast", "simulated/fast"] }),
        json!({ "content": "x", "model": "simulated/fast", "models": ["simulated/fast"] }),
        json!({ "content": "x", "models": ["simulated/fast", "simulated/nobody"] }),
    ] {
        let answer = ada.request(Method::POST, &path).json(&wrong).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let events = ada.request(Method::POST, &path).header("accept", "text/event-stream").json(&body);
    let mut watch = Watch::of(events.send().await.unwrap());
    while watch.next().await.is_some() {}
    assert!(both_ended(&watch.seen));
    let mut finished = body.clone();
    finished["stream"] = json!(false);
    let mut twice = Vec::new();
    for _ in 0..2 {
        let request = ada.request(Method::POST, &path).header("idempotency-key", "two").json(&finished);
        twice.push(request.send().await.unwrap().json::<Value>().await.unwrap());
    }
    assert_eq!(twice[0], twice[1]);
    assert_eq!(twice[0]["beside"]["text"], "hello");
    let calls = server.upstream().await["calls"].as_u64().unwrap();
    assert_eq!(calls, 4, "{twice:?}");
    // Another second model is another request.
    finished["models"][1] = json!("simulated/thinking");
    let other = ada.request(Method::POST, &path).header("idempotency-key", "two").json(&finished);
    assert_eq!(other.send().await.unwrap().json::<Value>().await.unwrap()["code"], "key_reused");
}

#[tokio::test]
async fn a_crash_ends_both_once() {
    let folder = tempfile::tempdir().unwrap();
    let provider = format!("{}/v1", simulator().await);
    let settings = [("FRESHET_SIMULATED_URL", provider.as_str()), ("FRESHET_GATHER_MS", "5")];
    let server = Process::serve(folder.path(), &settings);
    let ada = Api::sign_up(&server.base, "ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let models = ["tokens:n=5000,ms=2,seed=1", "tokens:n=5000,ms=2,seed=2"];
    let sent = asks_two(&ada, &chat, "go", models).await;
    let replies = [id(&sent["reply"]), id(&sent["beside"])];
    let mut watch = ada.watches(&chat, sent["cursor"].as_str().unwrap()).await;
    for reply in &replies {
        watch.until_bytes(reply, 200).await;
    }
    drop(server);
    while watch.next().await.is_some() {}
    let seen = watch.seen;
    let server = Process::serve(folder.path(), &settings);
    let ada = ada.at(&server.base);
    let mut back = ada.watches(&chat, &seen.cursor()).await.knowing(seen.clone());
    while !both_ended(&back.seen) {
        back.next().await.unwrap();
    }
    for (reply, model) in replies.iter().zip(models) {
        let stored = ada.reply(reply).await;
        let text = stored["text"].as_str().unwrap();
        assert_eq!(stored["status"], "interrupted");
        assert_eq!(text, back.seen.answer(reply));
        assert!(text.starts_with(seen.answer(reply)));
        assert!(simulated::text_of(model, "go").unwrap().starts_with(text));
    }
}
