//! Conversations as a list: filters, pages, pins, the archive, and deleting with a way back.

use std::collections::BTreeSet;

use freshet::{
    chat::{conversations, search},
    providers::simulated,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Api, TestApp};

async fn named(ada: &Api, title: &str) -> String {
    let answer = ada.request(Method::POST, "/chats").json(&json!({ "title": title })).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn changes(ada: &Api, chat: &str, change: Value) -> Value {
    let answer = ada.request(Method::PATCH, &format!("/chats/{chat}")).json(&change).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{change}");
    answer.json().await.unwrap()
}

async fn deletes(ada: &Api, chat: &str) -> StatusCode {
    ada.request(Method::DELETE, &format!("/chats/{chat}")).send().await.unwrap().status()
}

async fn restores(ada: &Api, chat: &str) -> StatusCode {
    ada.request(Method::POST, &format!("/chats/{chat}/restore")).send().await.unwrap().status()
}

async fn titles(ada: &Api, query: &str) -> Vec<String> {
    let page = ada.get(&format!("/chats{query}")).await;
    page["items"].as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pins_and_the_archive_are_filters_and_move_nothing_else() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let (a, b) = (named(&ada, "a").await, named(&ada, "b").await);
    named(&ada, "c").await;
    let pinned = changes(&ada, &a, json!({ "pinned": true })).await;
    assert!(pinned["pinned_at"].is_string() && pinned["archived_at"].is_null(), "{pinned}");
    let archived = changes(&ada, &b, json!({ "archived": true, "title": "B" })).await;
    assert!(archived["archived_at"].is_string(), "{archived}");
    assert_eq!(titles(&ada, "").await, ["c", "a"], "neither moves to the top");
    assert_eq!(titles(&ada, "?pinned=true").await, ["a"]);
    assert_eq!(titles(&ada, "?pinned=false").await, ["c"]);
    assert_eq!(titles(&ada, "?archived=true").await, ["B"]);
    let both = changes(&ada, &a, json!({ "archived": true })).await;
    assert!(both["pinned_at"].is_null(), "{both}");
    let back = changes(&ada, &a, json!({ "pinned": true })).await;
    assert!(back["archived_at"].is_null() && back["pinned_at"].is_string(), "{back}");
    changes(&ada, &b, json!({ "archived": false })).await;
    assert_eq!(titles(&ada, "").await, ["c", "B", "a"]);
}

#[tokio::test]
async fn pages_stay_right_while_conversations_move() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let mut ids = Vec::new();
    for n in 0..9 {
        ids.push(named(&ada, &n.to_string()).await);
    }
    let mut seen: Vec<String> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = ada.get(&format!("/chats?limit=3{cursor}")).await;
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap().to_owned()),
        );
        // One that was seen moves to the top, one that was not is deleted.
        if seen.len() == 3 {
            ada.asks(&ids[7], "hello").await;
            deletes(&ada, &ids[4]).await;
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["8", "7", "6", "5", "3", "2", "1", "0"]);
}

#[tokio::test]
async fn a_deleted_conversation_is_nowhere_and_comes_back_whole() {
    let server = TestApp::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let chat = ada.chats_with("simulated/fast").await;
    let reply = ada.asks(&chat, "a pearl of a word").await;
    let before =
        (ada.get(&format!("/chats/{chat}")).await, ada.get(&format!("/chats/{chat}/messages")).await);
    assert_eq!(deletes(&bob, &chat).await, StatusCode::NOT_FOUND);
    assert_eq!(deletes(&ada, &chat).await, StatusCode::NO_CONTENT);
    assert_eq!(deletes(&ada, &chat).await, StatusCode::NOT_FOUND);
    let message = reply["message_id"].as_str().unwrap();
    for (method, path) in [
        (Method::GET, format!("/chats/{chat}")),
        (Method::PATCH, format!("/chats/{chat}")),
        (Method::GET, format!("/chats/{chat}/messages")),
        (Method::GET, format!("/chats/{chat}/messages?tree=1")),
        (Method::GET, format!("/chats/{chat}/events")),
        (Method::POST, format!("/chats/{chat}/messages")),
        (Method::GET, format!("/messages/{message}")),
        (Method::POST, format!("/messages/{message}/regenerate")),
        (Method::GET, format!("/replies/{}", reply["id"].as_str().unwrap())),
        (Method::PUT, format!("/replies/{}/cancellation", reply["id"].as_str().unwrap())),
    ] {
        let mut request = ada.request(method.clone(), &path);
        if method == Method::POST || method == Method::PATCH {
            request = request.json(&if path.ends_with("/messages") {
                json!({ "content": "x" })
            } else {
                json!({})
            });
        }
        assert_eq!(request.send().await.unwrap().status(), StatusCode::NOT_FOUND, "{method} {path}");
    }
    assert!(titles(&ada, "").await.is_empty());
    assert!(ada.get("/search?q=pearl").await["items"].as_array().unwrap().is_empty());

    assert_eq!(restores(&bob, &chat).await, StatusCode::NOT_FOUND);
    assert_eq!(restores(&ada, &chat).await, StatusCode::OK);
    assert_eq!(restores(&ada, &chat).await, StatusCode::OK, "once more is harmless");
    let after = (ada.get(&format!("/chats/{chat}")).await, ada.get(&format!("/chats/{chat}/messages")).await);
    assert_eq!(before, after);
    assert!(!ada.get("/search?q=pearl").await["items"].as_array().unwrap().is_empty());
    // It streams again, from the old cursor on.
    let mut watch = ada.watches(&chat, before.0["cursor"].as_str().unwrap()).await;
    let accepted = ada.says(&chat, "and now?").await;
    assert_eq!(watch.until_end_of(&accepted.reply).await["status"], "complete");
}

#[tokio::test]
async fn what_runs_when_it_is_deleted_is_stopped_and_keeps_its_text() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let model = "tokens:n=5000,ms=2";
    for _ in 0..5 {
        let chat = ada.chats_with(&format!("simulated/{model}")).await;
        let accepted = ada.says(&chat, "go on").await;
        let mut watch = ada.watches(&chat, &accepted.cursor).await;
        watch.until_bytes(&accepted.reply, 300).await;
        let seen = watch.seen.answer(&accepted.reply).len();
        assert_eq!(deletes(&ada, &chat).await, StatusCode::NO_CONTENT);
        while watch.until_gone().await.is_some() {}
        assert_eq!(restores(&ada, &chat).await, StatusCode::OK);
        let reply = ada.reply(&accepted.reply).await;
        assert_eq!(reply["status"], "stopped");
        let text = reply["text"].as_str().unwrap();
        assert!(text.len() >= seen, "{} of {seen}", text.len());
        assert!(simulated::text_of(model, "go on").unwrap().starts_with(text));
        // A reader who comes back with an old cursor gets the rest and the end.
        let mut again = ada.watches(&chat, &accepted.cursor).await;
        assert_eq!(again.until_end_of(&accepted.reply).await["status"], "stopped");
        assert_eq!(again.seen.answer(&accepted.reply), text);
        let next = ada.says(&chat, "and now?").await;
        again.until_bytes(&next.reply, 10).await;
        assert_eq!(deletes(&ada, &chat).await, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn the_way_back_ends_and_then_nothing_is_left() {
    let server = TestApp::start_with(&[("FRESHET_UNDO_SECONDS", "0")]).await;
    let ada = server.signed_up("ada").await;
    let (gone, kept) = (named(&ada, "gone").await, named(&ada, "kept").await);
    deletes(&ada, &gone).await;
    assert_eq!(restores(&ada, &gone).await, StatusCode::NOT_FOUND, "too late");
    assert_eq!(conversations::purge(&server.app).await.unwrap(), 1);
    assert_eq!(conversations::purge(&server.app).await.unwrap(), 0);
    assert_eq!(titles(&ada, "").await, ["kept"]);
    let forever = format!("/chats/{kept}?forever=1");
    assert_eq!(ada.request(Method::DELETE, &forever).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(ada.request(Method::DELETE, &forever).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(restores(&ada, &kept).await, StatusCode::NOT_FOUND);
    assert_eq!(search::catch_up(&server.app).await.unwrap(), 0);
}

#[tokio::test]
async fn many_who_delete_and_restore_at_once_lose_nothing() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/tokens:n=3000,ms=1").await;
    let accepted = ada.says(&chat, "go on").await;
    let tasks = (0..12).map(|n| {
        let (ada, chat) = (ada.clone(), chat.clone());
        async move { if n % 2 == 0 { deletes(&ada, &chat).await } else { restores(&ada, &chat).await } }
    });
    let answers: BTreeSet<u16> = futures::future::join_all(tasks).await.iter().map(|s| s.as_u16()).collect();
    assert!(answers.is_subset(&BTreeSet::from([200, 204, 404])), "{answers:?}");
    assert_eq!(restores(&ada, &chat).await, StatusCode::OK);
    let reply = ada.waits_for(&chat, &accepted).await;
    assert_eq!(reply["status"], "stopped");
    assert_eq!(ada.get(&format!("/chats/{chat}/messages")).await["items"].as_array().unwrap().len(), 2);
    ada.says(&chat, "and now?").await;
}
