//! What people do to a conversation while it is answered (R45).

use futures::future::join;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Accepted, Api, Page, Reader, TestApp};

const MODEL: &str = "simulated/tokens:n=3000,ms=1";

/// A running reply that somebody watches from its beginning.
async fn begun(ada: &Api) -> (String, Accepted) {
    let chat = ada.chats_with(MODEL).await;
    let accepted = ada.says(&chat, "go").await;
    (chat, accepted)
}

async fn nothing_runs(server: &TestApp) {
    tokio::time::timeout(std::time::Duration::from_secs(30), async {
        while server.app.replies.count() > 0 || server.upstream().await["active"] != 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("something still runs");
}

#[tokio::test]
async fn r45_a_deletion_at_any_moment_wins() {
    let server = TestApp::start_with(&[("FRESHET_UNDO_SECONDS", "0")]).await;
    let ada = server.signed_up("ada").await;
    let mut random = StdRng::seed_from_u64(45);
    for round in 0..20 {
        let (chat, accepted) = begun(&ada).await;
        let mut one = ada.watches(&chat, &accepted.cursor).await;
        let mut two = ada.watches(&chat, &accepted.cursor).await;
        one.until_bytes(&accepted.reply, random.random_range(0..4000)).await;
        let other = ada.clone();
        let forever = if round % 2 == 0 { "?forever=1" } else { "" };
        let answer = other.request(Method::DELETE, &format!("/chats/{chat}{forever}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT, "round {round}");
        for watch in [&mut one, &mut two] {
            let mut last = String::new();
            while let Some((name, _)) = watch.until_gone().await {
                last = name;
            }
            assert_eq!(last, "chat.deleted", "round {round}");
        }
        for path in [
            format!("/chats/{chat}"),
            format!("/chats/{chat}/messages"),
            format!("/replies/{}", accepted.reply),
        ] {
            let answer = ada.request(Method::GET, &path).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "round {round}: {path}");
        }
    }
    nothing_runs(&server).await;
    freshet::chat::conversations::purge(&server.app).await.unwrap();
    // A late end must not bring a row back.
    for table in ["conversations", "messages", "replies", "logs", "entries", "leases", "search_texts"] {
        assert_eq!(rows(&server, table).await, 0, "{table}");
    }
    let upstream = server.upstream().await;
    assert_eq!((&upstream["calls"], &upstream["completed"]), (&json!(20), &json!(0)), "{upstream}");
}

async fn rows(server: &TestApp, table: &str) -> i64 {
    use sqlx::Row as _;
    let text = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    match &server.app.db {
        freshet::platform::db::Db::Sqlite(pools) => {
            sqlx::query(text).fetch_one(&pools.read).await.unwrap().get(0)
        }
        freshet::platform::db::Db::Postgres(pool) => sqlx::query(text).fetch_one(pool).await.unwrap().get(0),
    }
}

#[tokio::test]
async fn r45_a_page_whose_conversation_is_deleted_is_told_so() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let chat = ada.begins(MODEL, "go").await;
    let cursor = ada.json(&format!("/chats/{chat}")).await["cursor"].as_str().unwrap().to_owned();
    let page = Page { cursor, ..Page::default() };
    let watching = ada.watches(&chat, page, |page| page.gone);
    let deleting = async {
        while server.app.renderers.count() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(ada.deletes(&format!("/chats/{chat}")).await, StatusCode::NO_CONTENT);
    };
    let (page, ()) = join(watching, deleting).await;
    assert!(page.gone && page.resyncs == 0);
    nothing_runs(&server).await;
}

#[tokio::test]
async fn r45_sends_edits_and_retries_wait_for_the_answer_and_a_new_model_is_for_the_next_one() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let mut random = StdRng::seed_from_u64(54);
    for round in 0..20 {
        let (chat, accepted) = begun(&ada).await;
        let mut watch = ada.watches(&chat, &accepted.cursor).await;
        watch.until_bytes(&accepted.reply, random.random_range(0..2000)).await;
        let messages = ada.get(&format!("/chats/{chat}/messages")).await["items"].clone();
        let (asked, answer) = (messages[0]["id"].as_str().unwrap(), messages[1]["id"].as_str().unwrap());
        let content = json!({ "content": "something else" });
        for (method, path, body) in [
            (Method::POST, format!("/chats/{chat}/messages"), &content),
            (Method::PATCH, format!("/messages/{asked}"), &content),
            (Method::POST, format!("/messages/{answer}/regenerate"), &json!({})),
        ] {
            let answer = ada.request(method, &path).json(body).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::CONFLICT, "round {round}: {path}");
            assert_eq!(answer.json::<Value>().await.unwrap()["code"], "reply_running");
        }
        let change = json!({ "model": "simulated/fast" });
        let changed =
            ada.request(Method::PATCH, &format!("/chats/{chat}")).json(&change).send().await.unwrap();
        assert!(changed.status().is_success(), "round {round}");
        let stop = format!("/replies/{}/cancellation", accepted.reply);
        assert!(ada.request(Method::PUT, &stop).send().await.unwrap().status().is_success());
        let ended = watch.until_end_of(&accepted.reply).await;
        assert_eq!(ended["status"], "stopped", "round {round}");
        let stored = ada.reply(&accepted.reply).await;
        assert_eq!(
            (&stored["model"], &stored["text"]),
            (&json!(MODEL), &json!(watch.seen.answer(&accepted.reply)))
        );
        let next = ada.asks(&chat, "and now?").await;
        assert_eq!((&next["model"], &next["status"]), (&json!("simulated/fast"), &json!("complete")));
        assert_eq!(ada.get(&format!("/chats/{chat}/messages")).await["items"].as_array().unwrap().len(), 4);
    }
    nothing_runs(&server).await;
    assert_eq!(server.upstream().await["calls"], 40);
}
