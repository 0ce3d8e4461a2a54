//! Finding what was said.

use freshet::chat::search;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Api, TestApp};

async fn finds(ada: &Api, query: &str) -> Vec<Value> {
    let answer = ada.request(Method::GET, "/search").query(&[("q", query)]).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{query:?}: {}", answer.text().await.unwrap());
    answer.json::<Value>().await.unwrap()["items"].as_array().unwrap().clone()
}

async fn said(ada: &Api, text: &str) -> String {
    let chat = ada.chats_with("simulated/fast").await;
    let answer =
        ada.request(Method::PATCH, &format!("/chats/{chat}")).json(&json!({ "title": "t" })).send().await;
    assert!(answer.unwrap().status().is_success());
    ada.asks(&chat, text).await;
    chat
}

/// How many messages of persons are found.
async fn count(ada: &Api, query: &str) -> usize {
    finds(ada, query).await.iter().filter(|hit| hit["role"] == "user").count()
}

#[tokio::test]
async fn words_phrases_beginnings_accents_and_parts_of_runs_are_found() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    said(&ada, "The CAFÉ by the calm river opens at nine").await;
    said(&ada, "a river, and then calm").await;
    said(&ada, "東京大学へ行きました。한국어를 배워요").await;
    for (query, hits) in [
        ("river", 2),
        ("RIVER calm", 2),
        ("\"calm river\"", 1),
        ("\"river calm\"", 0),
        ("cafe", 1),
        ("café", 1),
        ("cafe\u{301}", 1),
        ("ope", 1),
        ("ope nine", 0),
        ("nine ope", 1),
        ("river sand", 0),
        ("京", 1),
        ("京大", 1),
        ("東京大学", 1),
        ("\"東京大学\"", 1),
        ("大京", 0),
        ("東大", 0),
        ("한국", 1),
        ("u", 0),
    ] {
        assert_eq!(count(&ada, query).await, hits, "{query}");
    }
    let hit = &finds(&ada, "cafe ope").await[0];
    assert_eq!(hit["snippet"], "The <mark>CAFÉ</mark> by the calm river <mark>opens</mark> at nine");
}

#[tokio::test]
async fn only_ones_own_conversations_that_are_there_are_searched() {
    let server = TestApp::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let chat = said(&ada, "a zebra & <b>bold</b>").await;
    assert_eq!(count(&bob, "zebra").await, 0);
    let hit = finds(&ada, "zebra bold").await.into_iter().find(|hit| hit["role"] == "user").unwrap();
    assert_eq!((&hit["chat_id"], &hit["archived"]), (&json!(chat), &json!(false)));
    assert_eq!(hit["snippet"], "a <mark>zebra</mark> &amp; &lt;b&gt;<mark>bold</mark>&lt;/b&gt;");
    let path = format!("/chats/{chat}");
    let change = json!({ "archived": true, "title": "Animals" });
    ada.request(Method::PATCH, &path).json(&change).send().await.unwrap();
    assert_eq!(finds(&ada, "zebra").await[0]["archived"], true);
    let title = &finds(&ada, "anim").await[0];
    assert_eq!((&title["message_id"], &title["title"]), (&Value::Null, &json!("Animals")));
    ada.request(Method::PATCH, &path).json(&json!({ "title": "Beasts" })).send().await.unwrap();
    assert_eq!(finds(&ada, "animals").await.len(), 0, "the old title is forgotten");
    ada.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(finds(&ada, "zebra").await.len(), 0);
}

#[tokio::test]
async fn answers_are_found_when_they_end() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/echo").await;
    let answer = ada.asks(&chat, "a quokka").await;
    let found = finds(&ada, "quokka").await;
    let roles: Vec<_> = found.iter().map(|hit| hit["role"].as_str().unwrap_or("title")).collect();
    assert_eq!(roles, ["assistant", "title", "user"], "the newest first");
    assert_eq!(found[0]["message_id"], answer["message_id"]);
}

#[tokio::test]
async fn pages_hold_each_hit_once() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    for n in 0..5 {
        ada.asks(&chat, &format!("walrus number {n}")).await;
    }
    let (mut texts, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ada.get(&format!("/search?q=walrus+number&limit=2{cursor}")).await;
        texts.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|it| it["role"] == "user")
                .map(|it| it["snippet"].clone()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<_> =
        (0..5).rev().map(|n| json!(format!("<mark>walrus</mark> <mark>number</mark> {n}"))).collect();
    assert_eq!(texts, expected);
}

#[tokio::test]
async fn nothing_that_is_typed_is_an_error() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    said(&ada, "NEAR and OR and 🎉 100% of it's \\ fine").await;
    let long = "x ".repeat(5_000);
    for query in [
        "",
        " ",
        "\"",
        "\"\"\"",
        "*",
        "-",
        "NEAR(",
        "NEAR OR AND NOT",
        "a* b*",
        "-a",
        "a -b",
        "col:umn",
        "^a",
        "(a",
        "a)",
        "'",
        "' OR 1=1 --",
        "\\",
        "%",
        "_",
        "\0",
        "a\0b",
        "🎉",
        "\u{202e}x",
        "& | !",
        "a:*",
        "<->",
        "\"a",
        "{}[]",
        &long,
        &"京".repeat(3000),
    ] {
        finds(&ada, query).await;
    }
    assert_eq!(count(&ada, "near or \"and 🎉 100\" its").await, 0);
    assert_eq!(count(&ada, "near or \"and 🎉 100\" it").await, 1);
    for bad in ["/search?q=a&cursor=nonsense", "/search?q=a&limit=many"] {
        let answer = ada.request(Method::GET, bad).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let stranger = reqwest::get(format!("{}/api/v1/search?q=a", server.base)).await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_was_there_before_the_index_is_indexed() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    said(&ada, "an old axolotl").await;
    // As after the migration of an older database.
    for text in [
        "DELETE FROM search_texts",
        "UPDATE messages SET indexed = FALSE",
        "UPDATE conversations SET indexed = FALSE",
    ] {
        match &server.app.db {
            freshet::platform::db::Db::Sqlite(pools) => {
                sqlx::query(text).execute(&pools.write).await.map(drop)
            }
            freshet::platform::db::Db::Postgres(pool) => sqlx::query(text).execute(pool).await.map(drop),
        }
        .unwrap();
    }
    assert_eq!(finds(&ada, "axolotl").await.len(), 0);
    assert_eq!(search::catch_up(&server.app).await.unwrap(), 3);
    assert_eq!(count(&ada, "axolotl").await, 1);
    assert_eq!(search::catch_up(&server.app).await.unwrap(), 0);
}
