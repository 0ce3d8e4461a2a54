//! Conversations that are very long, and rows that older versions left behind.

use freshet::{
    chat::{conversations, search, titles},
    platform::db::Db,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _};
use uuid::Uuid;

use crate::support::{Api, Database, PASSWORD, TestApp};

async fn run(server: &TestApp, text: String) {
    let text = AssertSqlSafe(text);
    match &server.app.db {
        Db::Sqlite(pools) => drop(pools.write.execute(text).await.unwrap()),
        Db::Postgres(pool) => drop(pool.execute(text).await.unwrap()),
    }
}

/// An id as the engine under test writes it.
fn literal(id: Uuid) -> String {
    if Database::is_postgres() { format!("'{id}'") } else { format!("x'{}'", id.simple()) }
}

/// Puts a chain of messages into a conversation; gives the last one.
async fn grows(server: &TestApp, chat: &str, length: u128) -> Uuid {
    let (chat, first) = (Uuid::parse_str(chat).unwrap(), Uuid::new_v4().as_u128() >> 8 << 8);
    let id = |n: u128| literal(Uuid::from_u128(first.wrapping_add(n)));
    let rows: Vec<String> = (0..length)
        .map(|n| {
            let parent = if n == 0 { "NULL".to_owned() } else { id(n - 1) };
            let (own, chat) = (id(n), literal(chat));
            format!("({own}, {chat}, {parent}, 'user', 'grain {n}', '', '2026-01-01T00:00:00+00:00', TRUE)")
        })
        .collect();
    for part in rows.chunks(1_000) {
        let into = "messages (id, conversation_id, parent_id, role, text, thinking, created_at, indexed)";
        run(server, format!("INSERT INTO {into} VALUES {}", part.join(","))).await;
    }
    Uuid::from_u128(first.wrapping_add(length - 1))
}

async fn deletes(ada: &Api, path: &str) -> StatusCode {
    ada.request(Method::DELETE, path).send().await.unwrap().status()
}

async fn forks(ada: &Api, chat: &str, message: Uuid) -> (StatusCode, Value) {
    let request = ada.request(Method::POST, &format!("/chats/{chat}/fork"));
    let answer = request.json(&json!({ "message_id": message })).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_chain_of_thousands_can_be_removed_in_every_way() {
    let server = TestApp::start_with(&[("FRESHET_UNDO_SECONDS", "0")]).await;
    server.signed_up("boss").await;
    let ada = server.signed_up("ada").await;
    let mut chats = Vec::new();
    for _ in 0..3 {
        let chat = ada.chats_with("simulated/fast").await;
        grows(&server, &chat, 3_000).await;
        chats.push(chat);
    }
    assert_eq!(deletes(&ada, &format!("/chats/{}?forever=1", chats[0])).await, StatusCode::NO_CONTENT);
    assert_eq!(deletes(&ada, &format!("/chats/{}", chats[1])).await, StatusCode::NO_CONTENT);
    assert_eq!(conversations::purge(&server.app).await.unwrap(), 1);
    let leaves = ada.request(Method::DELETE, "/users/me").json(&json!({ "password": PASSWORD }));
    assert_eq!(leaves.send().await.unwrap().status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_long_branch_is_forked_whole_and_found_or_refused() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let last = grows(&server, &chat, 3_000).await;
    let (status, fork) = forks(&ada, &chat, last).await;
    assert_eq!(status, StatusCode::CREATED, "{fork}");
    let fork = fork["id"].as_str().unwrap();
    let tree = ada.get(&format!("/chats/{fork}/messages?tree=1")).await;
    assert_eq!(tree["items"].as_array().unwrap().len(), 3_000);
    let page = ada.get(&format!("/chats/{fork}/messages?limit=3")).await;
    let said: Vec<&str> =
        page["items"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert_eq!(said, ["grain 2997", "grain 2998", "grain 2999"]);
    search::catch_up(&server.app).await.unwrap();
    let hits = ada.get("/search?q=2999").await;
    assert_eq!(hits["items"][0]["chat_id"], *fork, "{hits}");

    let chat = ada.chats_with("simulated/fast").await;
    let last = grows(&server, &chat, 10_001).await;
    let (status, problem) = forks(&ada, &chat, last).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("branch_too_long")));
}

#[tokio::test]
async fn a_branch_ends_in_its_last_message_whatever_the_clocks_say() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let first = ada.asks(&chat, "one").await;
    let last = ada.asks(&chat, "two").await;
    run(
        &server,
        "UPDATE messages SET created_at = '2099-01-01T00:00:00+00:00' WHERE text = 'two'".to_owned(),
    )
    .await;
    let show = ada.request(Method::PUT, &format!("/chats/{chat}/branch"));
    let shown = show.json(&json!({ "message_id": first["message_id"] })).send().await.unwrap();
    assert_eq!(shown.json::<Value>().await.unwrap()["leaf_id"], last["message_id"]);
}

#[tokio::test]
async fn what_does_not_change_is_not_told() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    ada.asks(&chat, "hello").await;
    let path = format!("/chats/{chat}");
    let before = ada.get(&path).await;
    for change in [json!({}), json!({ "pinned": false }), json!({ "title": before["title"] })] {
        let answer = ada.request(Method::PATCH, &path).json(&change).send().await.unwrap();
        assert_eq!(answer.json::<Value>().await.unwrap(), before, "{change}");
        assert_eq!(ada.get(&path).await["cursor"], before["cursor"], "{change}");
    }
}

#[tokio::test]
async fn a_title_from_before_titles_had_givers_is_kept() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    for (title, kept) in [("Sediment, for Tuesday", true), ("How do rivers flow?", false)] {
        let chat = ada.chats_with("simulated/fast").await;
        ada.asks(&chat, "How do rivers flow?").await;
        let id = Uuid::parse_str(&chat).unwrap();
        run(
            &server,
            format!("UPDATE conversations SET title = '{title}', titled_by = '' WHERE id = {}", literal(id)),
        )
        .await;
        assert_eq!(titles::is_wanted(&server.app, id).await.unwrap(), !kept, "{title}");
        assert_eq!(titles::give(&server.app, id, "Rivers").await.unwrap(), !kept, "{title}");
        let now = if kept { title } else { "Rivers" };
        assert_eq!(ada.get(&format!("/chats/{chat}")).await["title"], now);
    }
}

#[tokio::test]
async fn a_model_without_a_name_is_never_the_servers_one() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/echo:ms=0").await;
    let path = format!("/chats/{chat}/messages");
    for models in [json!([""]), json!([" ", "simulated/fast"]), json!(["simulated/fast", ""])] {
        let request = ada.request(Method::POST, &path);
        let answer = request.json(&json!({ "content": "hi", "models": models })).send().await.unwrap();
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "bad_models", "{models}");
    }
    let request = ada.request(Method::POST, &path);
    let said = request.json(&json!({ "content": "hi", "model": " ", "stream": false })).send().await.unwrap();
    let said: Value = said.json().await.unwrap();
    assert_eq!(said["reply"]["model"], "simulated/echo:ms=0", "{said}");
    let again = format!("/messages/{}/regenerate", said["reply"]["message_id"].as_str().unwrap());
    let request = ada.request(Method::POST, &again);
    let said = request.json(&json!({ "model": "", "stream": false })).send().await.unwrap();
    let said: Value = said.json().await.unwrap();
    assert_eq!(said["reply"]["model"], "simulated/echo:ms=0", "{said}");
}

#[tokio::test]
async fn of_two_administrators_who_leave_at_once_one_stays_with_everything() {
    let server = TestApp::start().await;
    let (boss, ada) = (server.signed_up("boss").await, server.signed_up("ada").await);
    run(&server, "UPDATE users SET role = 'admin'".to_owned()).await;
    for who in [&boss, &ada] {
        let chat = who.chats_with("simulated/fast").await;
        who.asks(&chat, "hello").await;
    }
    let leave = |who: &Api| {
        let request = who.request(Method::DELETE, "/users/me").json(&json!({ "password": PASSWORD }));
        async move { request.send().await.unwrap().status() }
    };
    let done = tokio::join!(leave(&boss), leave(&ada));
    let stays = match done {
        (StatusCode::NO_CONTENT, StatusCode::CONFLICT) => &ada,
        (StatusCode::CONFLICT, StatusCode::NO_CONTENT) => &boss,
        other => panic!("{other:?}"),
    };
    assert_eq!(stays.get("/chats").await["items"].as_array().unwrap().len(), 1);
    assert_eq!(stays.get("/users/me").await["role"], "admin");
}
