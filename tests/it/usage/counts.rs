//! One row for each call, by the provider's count, else by ours.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{INPUT, OUTPUT, PRICE, count, nanos, total};
use crate::support::{Api, PASSWORD, TestApp, free_port, simulator};

/// Waits until somebody's rows are as they should be; what is written late has nothing that tells of it.
async fn until(ada: &Api, holds: impl Fn(&Value) -> bool) -> Value {
    loop {
        let used = total(ada).await;
        if holds(&used) {
            return used;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn sums_are_exactly_what_the_provider_counted() {
    let server = TestApp::start_with(&[PRICE]).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    for question in ["How do rivers bend?", "And why?", "Tell me more about sediment, please."] {
        ada.asks(&chat, question).await;
    }
    let thinking = ada.chats_with("simulated/thinking:ms=0").await;
    ada.asks(&thinking, "Think.").await;
    let faults = ada.chats_with("simulated/faults").await;
    let late = ada.asks(&faults, "late_usage ms=50").await;
    assert!(late["usage"]["output"].is_u64() && late["estimated"].is_null(), "{late}");
    let (used, told) = (total(&ada).await, server.upstream().await);
    assert_eq!(
        (&used["input"], &used["output"]),
        (&told["prompt_tokens"], &told["answer_tokens"]),
        "{used} {told}"
    );
    assert_eq!((count(&used["calls"]), count(&used["estimated"]), count(&used["unpriced"])), (5, 0, 0));
    assert_eq!(nanos(&used["cost_usd"]), count(&used["input"]) * INPUT + count(&used["output"]) * OUTPUT);
    assert!(count(&used["reasoning"]) > 0);
    // The parts are the whole.
    let of_chat = ada.get(&format!("/chats/{chat}/usage")).await;
    assert_eq!(count(&of_chat["total"]["calls"]), 3);
    for by in ["day", "provider", "model", "conversation"] {
        let report = ada.get(&format!("/usage?by={by}")).await;
        assert_eq!(report["total"], used, "{by}");
        let sum: i64 = report["items"].as_array().unwrap().iter().map(|item| nanos(&item["cost_usd"])).sum();
        assert_eq!(sum, nanos(&used["cost_usd"]), "{by}");
    }
    // Each message says its own part.
    let messages = ada.get(&format!("/chats/{chat}/messages")).await;
    let replies = messages["items"].as_array().unwrap().iter().filter_map(|message| message.get("reply"));
    let costs: i64 = replies.map(|reply| nanos(&reply["cost_usd"])).sum();
    assert_eq!(costs, nanos(&of_chat["total"]["cost_usd"]));
}

#[tokio::test]
async fn what_nobody_counted_is_estimated_and_marked() {
    let server = TestApp::start_with(&[PRICE]).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/faults").await;
    let reply = ada.asks(&chat, "no_usage").await;
    assert_eq!((&reply["status"], &reply["estimated"]), (&json!("complete"), &json!(true)), "{reply}");
    let (input, output) = (count(&reply["usage"]["input"]), count(&reply["usage"]["output"]));
    // A little more than a quarter of the characters.
    let characters = reply["text"].as_str().unwrap().len() as i64;
    assert!((characters / 4..characters / 2).contains(&output), "{reply}");
    assert_eq!(nanos(&reply["cost_usd"]), input * INPUT + output * OUTPUT);
    // Stopped in the middle, and cut.
    let accepted = ada.says(&chat, "dribble ms=100 n=30000").await;
    let stopped = ada.request(Method::PUT, &format!("/replies/{}/cancellation", accepted.reply)).send().await;
    assert!(stopped.unwrap().status().is_success());
    let stopped = ada.waits_for(&chat, &accepted).await;
    assert_eq!((&stopped["status"], &stopped["estimated"]), (&json!("stopped"), &json!(true)), "{stopped}");
    let cut = ada.asks(&chat, "cut after=200").await;
    assert_eq!(cut["estimated"], true, "{cut}");
    let used = total(&ada).await;
    assert_eq!((count(&used["calls"]), count(&used["estimated"])), (3, 3), "{used}");
    let sum: i64 = [&reply, &stopped, &cut].iter().map(|reply| nanos(&reply["cost_usd"])).sum();
    assert_eq!(nanos(&used["cost_usd"]), sum);
}

#[tokio::test]
async fn who_refuses_takes_nothing() {
    let server = TestApp::start_with(&[PRICE]).await;
    let ada = server.signed_up("ada").await;
    for script in ["status 400", "key", "quota", "error_chunk after=0 code=server_error"] {
        let chat = ada.chats_with("simulated/faults").await;
        let reply = ada.asks(&chat, script).await;
        assert_eq!(
            (&reply["status"], &reply["usage"]),
            (&json!("failed"), &Value::Null),
            "{script}: {reply}"
        );
    }
    assert_eq!(count(&total(&ada).await["calls"]), 0);
}

#[tokio::test]
async fn who_stepped_in_is_who_is_paid() {
    let closed = format!("http://127.0.0.1:{}/v1", free_port());
    let server = TestApp::start_with(&[
        PRICE,
        ("OPENAI_API_KEY", "sk-test"),
        ("OPENAI_BASE_URL", &closed),
        ("FRESHET_FAILOVER", "simulated/fast"),
    ])
    .await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("openai/gpt-6-luna").await;
    let reply = ada.asks(&chat, "Is anybody there?").await;
    let by_model = ada.get("/usage?by=model").await;
    assert_eq!(by_model["items"][0]["name"], "simulated/fast", "{by_model}");
    assert_eq!((&by_model["total"]["cost_usd"], count(&by_model["total"]["calls"])), (&reply["cost_usd"], 1));
    let told = server.upstream().await;
    assert_eq!(by_model["total"]["output"], told["answer_tokens"]);
}

#[tokio::test]
async fn a_model_without_a_price_is_counted() {
    let openai = format!("{}/v1", simulator().await);
    let server = TestApp::start_with(&[("OPENAI_API_KEY", "sk-test"), ("OPENAI_BASE_URL", &openai)]).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("openai/fast").await;
    ada.asks(&chat, "Hello.").await;
    let used = total(&ada).await;
    assert_eq!((count(&used["calls"]), count(&used["unpriced"]), &used["cost_usd"]), (1, 1, &json!("0")));
    assert!(count(&used["output"]) > 0);
}

#[tokio::test]
async fn titles_are_paid_for_too() {
    let server = TestApp::start_with(&[PRICE, ("FRESHET_TITLE_MODEL", "simulated/title")]).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    ada.asks(&chat, "How do rivers bend?").await;
    let used = until(&ada, |used| count(&used["calls"]) == 2).await;
    assert_eq!(count(&used["estimated"]), 0, "{used}");
    // The simulator counts titles apart.
    let models = ada.get("/usage?by=model").await;
    let told = server.upstream().await;
    let of = |name: &str| {
        models["items"].as_array().unwrap().iter().find(|item| item["name"] == name).unwrap().clone()
    };
    assert_eq!(of("simulated/fast")["output"], told["answer_tokens"], "{models}");
    assert!(count(&of("simulated/title")["output"]) > 0 && nanos(&of("simulated/title")["cost_usd"]) > 0);
}

#[tokio::test]
async fn what_was_deleted_still_counts() {
    let server = TestApp::start_with(&[PRICE]).await;
    let root = server.signed_up("root").await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    ada.asks(&chat, "How do rivers bend?").await;
    let before = total(&ada).await;
    // One that runs is gone with its conversation.
    let running = ada.chats_with("simulated/tokens:n=100000,ms=5").await;
    let accepted = ada.says(&running, "On and on.").await;
    let mut watch = ada.watches(&running, &accepted.cursor).await;
    while watch.next().await.expect("it runs").0 != "delta" {}
    for id in [&chat, &running] {
        let gone = ada.request(Method::DELETE, &format!("/chats/{id}")).send().await.unwrap();
        assert!(gone.status().is_success());
    }
    let after = total(&ada).await;
    assert_eq!((count(&after["calls"]), count(&after["estimated"])), (2, 1), "{after}");
    assert!(nanos(&after["cost_usd"]) > nanos(&before["cost_usd"]));
    let chats = ada.get("/usage?by=conversation").await;
    assert_eq!((&chats["items"][0]["name"], &chats["items"][0]["id"]), (&json!(""), &Value::Null), "{chats}");
    let hidden = ada.request(Method::GET, &format!("/chats/{chat}/usage")).send().await.unwrap();
    assert_eq!(hidden.status(), StatusCode::NOT_FOUND);
    // Nor does leaving take it back; but nobody knows whose it was.
    let body = json!({ "password": PASSWORD });
    let left = ada.request(Method::DELETE, "/users/me").json(&body).send().await.unwrap();
    assert_eq!(left.status(), StatusCode::NO_CONTENT);
    let people = root.get("/admin/usage?by=user").await;
    assert_eq!(people["total"]["cost_usd"], after["cost_usd"], "{people}");
    assert_eq!((&people["items"][0]["name"], &people["items"][0]["id"]), (&json!(""), &Value::Null));
}
