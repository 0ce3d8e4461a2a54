//! A conversation is named by a model after its first answer, and nothing depends on it.

use reqwest::Method;
use serde_json::json;

use crate::support::{Api, Reader, TestApp, Watch, simulator};

const QUESTION: &str = "How do rivers carry sediment?";

/// A server whose conversations are named by this model.
async fn named_by(model: &str) -> TestApp {
    TestApp::start_with(&[("FRESHET_TITLE_MODEL", model)]).await
}

/// Watches until the conversation has a title that is not its first words.
async fn title(watch: &mut Watch) -> String {
    loop {
        let (name, data) = watch.next().await.expect("no title came");
        if name == "chat.updated" && !watch.seen.ends.is_empty() && data["title"].is_string() {
            return data["title"].as_str().unwrap().to_owned();
        }
    }
}

/// Has a question answered; gives the conversation and a watch that has seen the end.
async fn answered(ada: &Api, model: &str, question: &str) -> (String, Watch) {
    let chat = ada.chats_with(model).await;
    let accepted = ada.says(&chat, question).await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    watch.until_end_of(&accepted.reply).await;
    (chat, watch)
}

/// Waits until no title is being made any more.
async fn quiet(server: &TestApp) {
    while !server.app.titles.is_idle() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_conversation_is_named_after_its_first_answer_by_one_call() {
    let server = named_by("").await;
    let ada = server.signed_up("ada").await;
    let (chat, mut watch) = answered(&ada, "simulated/fast", QUESTION).await;
    assert_eq!(title(&mut watch).await, "Rivers carry sediment");
    assert_eq!(ada.get(&format!("/chats/{chat}")).await["title"], "Rivers carry sediment");
    ada.asks(&chat, "And how do glaciers?").await;
    quiet(&server).await;
    assert_eq!(ada.get(&format!("/chats/{chat}")).await["title"], "Rivers carry sediment");
    let upstream = server.upstream().await;
    assert_eq!((&upstream["calls"], &upstream["titles"]), (&json!(2), &json!(1)), "{upstream}");
}

#[tokio::test]
async fn a_page_hears_of_the_title() {
    let server = named_by("").await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let chat = ada.begins("simulated/fast", QUESTION).await;
    let mut frames = String::new();
    let url = format!("{}/c/{chat}/events?after=0.0", server.base);
    let mut answer = reqwest::Client::new().get(url).header("cookie", ada.cookie()).send().await.unwrap();
    let page = ada.reads(&format!("/c/{chat}")).await;
    if !page.contains("Rivers carry sediment</h1>") {
        let (heading, line) = (">Rivers carry sediment</h1>", ">Rivers carry sediment</span>");
        while !frames.contains(heading) || !frames.contains(line) {
            frames.push_str(&String::from_utf8_lossy(
                &answer.chunk().await.unwrap().expect("the stream ended"),
            ));
            if frames.contains("fx:resync") {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_stopped_answer_with_text_is_named_and_one_without_is_not() {
    let server = named_by("").await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/slow:ms=20").await;
    let accepted = ada.says(&chat, QUESTION).await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    watch.until_bytes(&accepted.reply, 1).await;
    let stop = ada.request(Method::PUT, &format!("/replies/{}/cancellation", accepted.reply));
    assert_eq!(stop.send().await.unwrap().status(), 200);
    assert_eq!(title(&mut watch).await, "Rivers carry sediment");

    let (failed, _) = answered(&ada, "simulated/faults", "status 500").await;
    quiet(&server).await;
    assert_eq!(ada.get(&format!("/chats/{failed}")).await["title"], "status 500");
    assert_eq!(server.upstream().await["titles"], 1);
}

#[tokio::test]
async fn a_name_that_a_person_gave_stays() {
    // The title takes its time, so that the person is first: after it was asked for, and before it is given.
    let server = named_by("simulated/title:first=400").await;
    let ada = server.signed_up("ada").await;
    let (chat, _) = answered(&ada, "simulated/fast", QUESTION).await;
    while server.upstream().await["titles"] != 1 {}
    let path = format!("/chats/{chat}");
    let renamed = ada.request(Method::PATCH, &path).json(&json!({ "title": "Mine" })).send().await.unwrap();
    assert_eq!(renamed.status(), 200);
    quiet(&server).await;
    assert_eq!(ada.get(&path).await["title"], "Mine");

    let body = json!({ "model": "simulated/fast", "title": "Chosen" });
    let made: serde_json::Value =
        ada.request(Method::POST, "/chats").json(&body).send().await.unwrap().json().await.unwrap();
    let chat = made["id"].as_str().unwrap();
    ada.asks(chat, QUESTION).await;
    quiet(&server).await;
    assert_eq!(ada.get(&format!("/chats/{chat}")).await["title"], "Chosen");
    assert_eq!(server.upstream().await["titles"], 1, "nobody was asked for the second");
}

#[tokio::test]
async fn a_title_that_fails_leaves_the_first_words() {
    let server = named_by("simulated/faults").await;
    let ada = server.signed_up("ada").await;
    for script in [
        "status 500",
        "html200",
        "empty",
        "cut after=20",
        "malformed after=5",
        "huge chunk=3000",
        "no script",
    ] {
        let (chat, mut watch) = answered(&ada, "simulated/fast", script).await;
        quiet(&server).await;
        assert_eq!(ada.get(&format!("/chats/{chat}")).await["title"], script);
        // The log goes on without it.
        let next = ada.says(&chat, "on").await;
        watch.until_end_of(&next.reply).await;
    }
    let upstream = server.upstream().await;
    assert_eq!(
        (&upstream["titles"], &upstream["calls"]),
        (&json!(7), &json!(14)),
        "each asked once: {upstream}"
    );
}

#[tokio::test]
async fn a_title_that_hangs_delays_nothing() {
    let server = named_by("simulated/faults").await;
    let ada = server.signed_up("ada").await;
    let (chat, _) = answered(&ada, "simulated/fast", "first ms=60000").await;
    while server.upstream().await["titles"] != 1 {}
    assert_eq!(ada.asks(&chat, "on").await["status"], "complete");
    // Nor does it hold up the end of the server.
    let begun = std::time::Instant::now();
    server.stops().await;
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn off_asks_nobody() {
    let server = named_by("off").await;
    let ada = server.signed_up("ada").await;
    let (chat, _) = answered(&ada, "simulated/fast", QUESTION).await;
    quiet(&server).await;
    assert_eq!(ada.get(&format!("/chats/{chat}")).await["title"], QUESTION);
    assert_eq!(server.upstream().await["titles"], 0);
}

#[tokio::test]
async fn a_look_alike_names_with_the_model_that_it_has() {
    let behind = simulator().await;
    let base = format!("{behind}/v1");
    let settings = [("OPENAI_API_KEY", "sk-good"), ("OPENAI_BASE_URL", &base), ("FRESHET_TITLE_MODEL", "")];
    let server = TestApp::start_with(&settings).await;
    let ada = server.signed_up("ada").await;
    let (_, mut watch) = answered(&ada, "openai/echo", "Silt").await;
    // Echo says back what is to be named.
    assert_eq!(title(&mut watch).await, "Silt");
    let stats: serde_json::Value =
        reqwest::get(format!("{behind}/_sim/stats")).await.unwrap().json().await.unwrap();
    assert_eq!((&stats["titles"], &stats["calls"]), (&json!(1), &json!(1)), "{stats}");
}
