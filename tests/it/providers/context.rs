//! What a model is told of a long conversation.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn what_does_not_fit_is_left_out_and_said() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let long = "sediment ".repeat(20_000);
    let mut replies = Vec::new();
    for question in [long.as_str(), &long, "And glaciers?"] {
        replies.push(ada.asks(&chat, question).await);
    }
    assert_eq!(replies[0]["left_out"], json!(null));
    // 2 x 180 kB are some 103,000 tokens of a window of 128,000, of which a part is kept free.
    assert_eq!((&replies[1]["left_out"], &replies[2]["left_out"]), (&json!(null), &json!(null)));
    let last = ada.asks(&chat, &long).await;
    assert_eq!(last["left_out"], 2, "{last}");
}

#[tokio::test]
async fn a_question_that_its_provider_finds_too_long_is_shortened() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    for n in 0..3 {
        ada.asks(&chat, &format!("{n}: {}", "word ".repeat(1_000))).await;
    }
    ada.request(reqwest::Method::PATCH, &format!("/chats/{chat}"))
        .json(&json!({ "model": "simulated/faults" }))
        .send()
        .await
        .unwrap();
    // It refuses once, and takes what is less.
    let reply = ada.asks(&chat, "context times=1").await;
    assert_eq!((&reply["status"], &reply["left_out"]), (&json!("complete"), &json!(4)), "{reply}");
}
