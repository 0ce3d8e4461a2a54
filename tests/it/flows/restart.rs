//! Stopping and starting again: nothing is lost, and it does not take longer than it may.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};

use crate::support::{Api, Database, PASSWORD, Process, TestApp, Visitor};

#[tokio::test]
async fn a_running_answer_is_finished_before_the_server_stops() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new().await;
    let settings = [("DATABASE_URL", &database.url[..]), ("FRESHET_DRAIN_SECONDS", "30")];
    let server = Process::serve(folder.path(), &settings);
    let ada = Api::sign_up(&server.base, "ada").await;
    let chat = ada.chats_with("simulated/tokens:n=100,ms=10").await;
    let accepted = ada.says(&chat, "go").await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    watch.until_bytes(&accepted.reply, 20).await;
    server.terminate();
    let ended = server.waited_for();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    // The stream said goodbye instead of breaking.
    while watch.next().await.is_some() {}
    let server = Process::serve(folder.path(), &settings);
    let reply = ada.at(&server.base).reply(&accepted.reply).await;
    assert_eq!(reply["status"], "complete");
    assert!(reply["text"].as_str().unwrap().starts_with(watch.seen.answer(&accepted.reply)));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_cut_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new().await;
    let settings = [("DATABASE_URL", &database.url[..]), ("FRESHET_DRAIN_SECONDS", "1")];
    let server = Process::serve(folder.path(), &settings);
    let ada = Api::sign_up(&server.base, "ada").await;
    let chat = ada.chats_with("simulated/tokens:n=100000,ms=10").await;
    let accepted = ada.says(&chat, "go").await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    watch.until_bytes(&accepted.reply, 20).await;
    let began = Instant::now();
    server.terminate();
    let ended = server.waited_for();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    let server = Process::serve(folder.path(), &settings);
    let ada = ada.at(&server.base);
    let reply = ada.reply(&accepted.reply).await;
    assert_eq!(reply["status"], "interrupted");
    assert!(reply["text"].as_str().unwrap().starts_with(watch.seen.answer(&accepted.reply)));
    // It can be asked for again.
    let path = format!("/messages/{}/regenerate", reply["message_id"].as_str().unwrap());
    let body = serde_json::json!({ "stream": false, "model": "simulated/fast" });
    let again = ada.request(Method::POST, &path).json(&body).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::OK);
}

#[tokio::test]
async fn after_a_restart_everything_is_there() {
    let server = TestApp::start().await;
    let visitor = server.visitor_of("ada").await;
    let cookie = visitor.cookie("freshet").unwrap();
    let api = server.signed_up("bob").await;
    let chat = api.chats_with("simulated/echo:ms=0").await;
    let reply = api.asks(&chat, "remember me").await;
    let sent = visitor.submits("/c/new", &[("content", "my words"), ("model", "simulated/fast")]).await;
    let page = sent.location().unwrap().to_owned();
    visitor.opens(&format!("{page}?stream=html")).await;
    let before = visitor.opens(&page).await.text_of("#log");

    let server = server.restart().await;
    let api = api.at(&server.base);
    assert_eq!(api.reply(reply["id"].as_str().unwrap()).await, reply);
    assert_eq!(api.get("/chats").await["items"].as_array().unwrap().len(), 1);
    let back = Visitor::new(&server.base);
    back.has_cookie("freshet", &cookie);
    assert_eq!(back.opens(&page).await.text_of("#log"), before);
    assert_eq!(server.visitor().signs_in("ada@example.org", PASSWORD).await.status, StatusCode::SEE_OTHER);
    // Nobody becomes administrator a second time.
    assert_eq!(server.signed_up("late").await.get("/users/me").await["role"], "user");
}

#[tokio::test]
async fn a_send_that_was_accepted_is_the_same_send_when_its_model_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new().await;
    let with = [("DATABASE_URL", &database.url[..])];
    let without = [with[0], ("FRESHET_SIMULATED", "off"), ("OPENAI_API_KEY", "sk-nobody")];
    let server = Process::serve(folder.path(), &with);
    let ada = Api::sign_up(&server.base, "ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let send = async |ada: &Api, key: &str| {
        let request = ada.request(Method::POST, &format!("/chats/{chat}/messages"));
        let body = serde_json::json!({ "content": "go" });
        let answer = request.header("Idempotency-Key", key).json(&body).send().await.unwrap();
        (answer.status(), answer.json::<serde_json::Value>().await.unwrap())
    };
    let (status, first) = send(&ada, "one").await;
    assert_eq!(status, StatusCode::ACCEPTED);
    server.terminate();
    assert_eq!(server.waited_for().code, Some(0));
    let server = Process::serve(folder.path(), &without);
    let ada = ada.at(&server.base);
    let (status, again) = send(&ada, "one").await;
    assert_eq!((status, &again["reply"]["id"]), (StatusCode::ACCEPTED, &first["reply"]["id"]), "{again}");
    assert_eq!(send(&ada, "two").await.0, StatusCode::UNPROCESSABLE_ENTITY);
}
