//! What is in the database is of no use to who gets hold of it, and can't be moved about in it (threat S30).

use freshet::{exec, fetch, platform::db::Db};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::Executor as _;

use super::{ask, counted, enters, house};
use crate::support::TestApp;

#[derive(sqlx::FromRow, Clone, PartialEq, Debug)]
pub struct Row {
    pub provider: String,
    pub sealed: Option<Vec<u8>>,
    pub kid: Option<String>,
    pub version: i64,
}

/// All stored keys, oldest first.
pub async fn rows(app: &TestApp) -> Vec<Row> {
    fetch!(app.app.db, Row, fetch_all, "SELECT provider, sealed, kid, version FROM provider_keys ORDER BY id")
        .unwrap()
}

/// Does something to the database behind the server's back.
pub async fn run(app: &TestApp, statement: &str) {
    let statement = sqlx::AssertSqlSafe(statement.to_owned());
    match &app.app.db {
        Db::Sqlite(pools) => drop(pools.write.execute(statement).await.unwrap()),
        Db::Postgres(pool) => drop(pool.execute(statement).await.unwrap()),
    }
}

#[tokio::test]
async fn s30_a_sealed_key_moved_to_another_row_opens_for_nobody() {
    let (app, upstream) = house(&[("OPENAI_API_KEY", "sk-server-000000000000SRVR")]).await;
    let (ada, bob) = (app.signed_up("ada").await, app.signed_up("bob").await);
    enters(&ada, "openai", "sk-ada-00000000000000ADA1").await;
    enters(&bob, "openai", "sk-bob-00000000000000BOB1").await;
    let before = counted(&upstream).await;
    // Everybody's ciphertext becomes the other one's.
    let [one, other] = &rows(&app).await[..] else { panic!("a key each") };
    for (from, to) in
        [(&one.sealed, &Some(vec![0])), (&other.sealed, &one.sealed), (&Some(vec![0]), &other.sealed)]
    {
        exec!(app.app.db, "UPDATE provider_keys SET sealed = $2 WHERE sealed = $1", from, to).unwrap();
    }
    for api in [&ada, &bob] {
        let (status, problem) =
            ask(api, Method::POST, "/chats", Some(json!({ "model": "openai/fast" }))).await;
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some("key_unreadable")));
        // Neither with the other one's key nor, silently, with the server's.
        let shown = &api.get("/keys").await["items"][0];
        assert_eq!(shown["state"], "unreadable");
        let (_, checked) = ask(api, Method::POST, "/keys/openai/check", None).await;
        assert_eq!(checked["state"], "unreadable");
        assert_eq!(counted(&upstream).await, before, "nobody was asked");
        // Other providers go on.
        let chat = api.chats_with("simulated/fast").await;
        assert_eq!(api.asks(&chat, "hello").await["status"], "complete");
    }
    // Entered again it works.
    enters(&ada, "openai", "sk-ada-00000000000000ADA2").await;
    let chat = ada.chats_with("openai/fast").await;
    assert_eq!(ada.asks(&chat, "hello").await["status"], "complete");
    assert_eq!(counted(&upstream).await["calls_by_key"], json!({ "ADA2": 1 }));
}

#[tokio::test]
async fn s30_a_row_under_another_provider_or_address_or_owner_does_not_open() {
    let (app, upstream) = house(&[]).await;
    let (ada, bob) = (app.signed_up("ada").await, app.signed_up("bob").await);
    enters(&ada, "openai", "sk-ada-00000000000000ADA1").await;
    let chat = ada.chats_with("openai/fast").await;
    let elsewhere = format!("{upstream}/v1/");
    let bobs = bob.get("/users/me").await["id"].as_str().unwrap().replace('-', "");
    let bobs = match app.app.db.is_embedded() {
        true => format!("x'{bobs}'"),
        false => format!("'{bobs}'"),
    };
    for (change, owner) in [
        (format!("UPDATE provider_keys SET base_url = '{elsewhere}'"), &ada),
        (format!("UPDATE provider_keys SET base_url = NULL, user_id = {bobs}"), &bob),
    ] {
        run(&app, &change).await;
        assert_eq!(owner.get("/keys").await["items"][0]["state"], "unreadable", "{change}");
    }
    run(&app, "DELETE FROM provider_keys").await;
    enters(&ada, "openai", "sk-ada-00000000000000ADA1").await;
    run(&app, "UPDATE provider_keys SET kid = '0000000000000000'").await;
    let answer = ada.tries_to_say(&chat, "hello", None).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    assert_eq!(counted(&upstream).await["calls"], 0);
}

#[tokio::test]
async fn every_write_seals_anew() {
    let (app, _) = house(&[]).await;
    let ada = app.signed_up("ada").await;
    let mut seen = Vec::new();
    for version in 1..=20 {
        enters(&ada, "openai", "sk-same-00000000000000").await;
        let [row] = &rows(&app).await[..] else { panic!("one key for each provider") };
        assert_eq!(row.version, version);
        let sealed = row.sealed.clone().unwrap();
        assert!(!seen.contains(&sealed[..12].to_vec()), "a nonce came twice");
        assert!(!sealed.windows(6).any(|bytes| bytes == b"sk-sam"));
        seen.push(sealed[..12].to_vec());
    }
}
