//! One message and its answer, through every representation.

use freshet::providers::simulated;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{TestApp, Watch};

#[tokio::test]
async fn an_answer_is_the_same_by_events_by_text_and_afterwards() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/essay:ms=0").await;
    let accepted = ada.says(&chat, "tell me").await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    let ended = watch.until_end_of(&accepted.reply).await;
    assert_eq!(ended["status"], "complete");
    assert_eq!(ended["finish_reason"], "stop");
    let expected = simulated::text_of("essay:ms=0", "tell me").unwrap();
    assert_eq!(watch.seen.answer(&accepted.reply), expected);
    let reply = ada.reply(&accepted.reply).await;
    assert_eq!(reply["text"], expected.as_str());
    assert_eq!(reply["status"], "complete");
    assert!(reply["usage"]["output"].as_u64().unwrap() > 100, "{reply}");

    let bare = ada
        .request(Method::POST, &format!("/chats/{chat}/messages"))
        .header("accept", "text/plain")
        .json(&json!({ "content": "tell me" }))
        .send()
        .await
        .unwrap();
    assert_eq!(bare.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(bare.text().await.unwrap(), expected);
}

#[tokio::test]
async fn a_send_can_be_answered_by_its_own_events_which_then_end() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/thinking").await;
    let answer = ada
        .request(Method::POST, &format!("/chats/{chat}/messages"))
        .header("accept", "text/event-stream")
        .json(&json!({ "content": "hm" }))
        .send()
        .await
        .unwrap();
    let mut watch = Watch::of(answer);
    let mut names = Vec::new();
    while let Some((name, _)) = watch.next().await {
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    assert_eq!(
        names,
        [
            "message.created",
            "chat.updated",
            "reply.started",
            "delta",
            "reply.thought",
            "delta",
            "reply.ended"
        ]
    );
}

#[tokio::test]
async fn thinking_is_kept_apart_with_its_duration() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/thinking").await;
    let reply = ada.asks(&chat, "hm").await;
    assert!(reply["thinking"].as_str().unwrap().len() > 50, "{reply}");
    assert!(reply["thinking_ms"].as_u64().unwrap() > 100, "{reply}");
    assert!(!reply["text"].as_str().unwrap().contains(reply["thinking"].as_str().unwrap()));
}

#[tokio::test]
async fn stopping_keeps_the_text_closes_the_provider_and_is_harmless_twice() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/tokens:n=5000,ms=5").await;
    let accepted = ada.says(&chat, "go on").await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    watch.until_bytes(&accepted.reply, 200).await;
    let path = format!("/replies/{}/cancellation", accepted.reply);
    let stopped = ada.request(Method::PUT, &path).send().await.unwrap();
    assert_eq!(stopped.status(), StatusCode::OK);
    let stopped: serde_json::Value = stopped.json().await.unwrap();
    assert_eq!(stopped["status"], "stopped");
    let upstream = server.upstream().await;
    assert_eq!((&upstream["active"], &upstream["calls"]), (&json!(0), &json!(1)), "{upstream}");
    watch.until_end_of(&accepted.reply).await;
    assert_eq!(watch.seen.answer(&accepted.reply), stopped["text"]);
    let again: serde_json::Value =
        ada.request(Method::PUT, &path).send().await.unwrap().json().await.unwrap();
    assert_eq!(again, stopped);
    // The branch goes on.
    ada.says(&chat, "and now?").await;
}

#[tokio::test]
async fn stopping_before_the_first_token_works() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/tokens:n=5,ms=5,first=60000").await;
    let accepted = ada.says(&chat, "wait").await;
    let path = format!("/replies/{}/cancellation", accepted.reply);
    let stopped: serde_json::Value =
        ada.request(Method::PUT, &path).send().await.unwrap().json().await.unwrap();
    assert_eq!((&stopped["status"], &stopped["text"]), (&json!("stopped"), &json!("")));
    assert_eq!(ada.waits_for(&chat, &accepted).await["status"], "stopped");
}

#[tokio::test]
async fn hanging_up_stops_nothing() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/tokens:n=200,ms=2").await;
    let accepted = ada.says(&chat, "go").await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    watch.until_bytes(&accepted.reply, 50).await;
    drop(watch);
    let reply = ada.waits_for(&chat, &accepted).await;
    assert_eq!(reply["status"], "complete");
    assert_eq!(reply["text"], simulated::text_of("tokens:n=200,ms=2", "go").unwrap().as_str());
}

#[tokio::test]
async fn an_answer_can_be_asked_for_again_as_a_sibling() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let first = ada.asks(&chat, "hello").await;
    let path = format!("/messages/{}/regenerate", first["message_id"].as_str().unwrap());
    let again = ada.request(Method::POST, &path).json(&json!({ "stream": false })).send().await.unwrap();
    let again: serde_json::Value = again.json().await.unwrap();
    assert_eq!(again["reply"]["status"], "complete");
    assert_ne!(again["reply"]["message_id"], first["message_id"]);
    let branch = ada.get(&format!("/chats/{chat}/messages")).await;
    let shown: Vec<_> = branch["items"].as_array().unwrap().iter().map(|m| m["id"].clone()).collect();
    assert_eq!(shown, [again["message"]["id"].clone(), again["reply"]["message_id"].clone()]);
    let tree = ada.get(&format!("/chats/{chat}/messages?tree=1")).await;
    assert_eq!(tree["items"].as_array().unwrap().len(), 3);
}
