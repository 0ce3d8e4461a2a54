//! Who reads nothing costs nobody else anything, and is let go as soon as there is a reason to.

use std::time::{Duration, Instant};

use freshet::{stream::NewEntry, web::server::Transport};
use futures::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Api, Socket, TestApp};

/// Less than anybody waits for a connection to the database, and than a socket that takes nothing is kept.
const PROMPT: Duration = Duration::from_secs(8);

fn long() -> String {
    "0123456789abcdef".repeat(12_000)
}

/// Asks for far more than the buffers of any kernel on the way hold.
async fn asks_for_much(slow: &mut Socket, reply: &str) {
    let stop = json!({ "type": "reply.stop", "id": "s", "reply": reply }).to_string();
    for _ in 0..200 {
        slow.tries_to_send(Message::text(stop.as_str())).await;
    }
}

/// Reads and writes for a while, each time answered promptly.
async fn is_served(somebody: &Api) {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        let round = async {
            somebody.get("/chats").await;
            let chat = somebody.chats_with("simulated/fast").await;
            somebody.says(&chat, "hi").await;
        };
        tokio::time::timeout(PROMPT, round).await.expect("somebody else holds the database");
    }
}

async fn until(what: impl Fn() -> bool) {
    while !what() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn who_asks_for_much_and_reads_nothing_holds_no_connection_to_the_database() {
    let server = TestApp::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let chat = ada.chats_with("simulated/echo:ms=0").await;
    let reply = ada.asks(&chat, &long()).await;
    let mut slow = ada.opens_a_socket().await;
    asks_for_much(&mut slow, reply["id"].as_str().unwrap()).await;
    is_served(&bob).await;
}

#[tokio::test]
async fn who_watches_much_and_reads_nothing_holds_no_connection_to_the_database() {
    let server = TestApp::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let chats = join_all((0..50).map(async |_| {
        let chat = ada.chats_with("simulated/fast").await;
        ada.says(&chat, &long()).await;
        chat
    }))
    .await;
    let mut slow = ada.opens_a_socket().await;
    for chat in &chats {
        slow.orders(json!({ "type": "subscribe", "chat": chat })).await;
    }
    is_served(&bob).await;
    // What it was promised is there when it reads at last.
    let mut resets = 0;
    while resets < chats.len() {
        let message = slow.next().await.expect("it was let go");
        resets += usize::from(message["type"] == "reset");
    }
}

#[tokio::test]
async fn a_sign_in_that_ends_takes_a_socket_with_it_that_reads_nothing() {
    let server = TestApp::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let chat = ada.chats_with("simulated/echo:ms=0").await;
    let reply = ada.asks(&chat, &long()).await;
    let mut slow = ada.opens_a_socket().await;
    let cursor = ada.get(&format!("/chats/{chat}")).await["cursor"].clone();
    slow.asks(json!({ "type": "subscribe", "chat": chat, "after": cursor })).await;
    asks_for_much(&mut slow, reply["id"].as_str().unwrap()).await;
    is_served(&bob).await;
    ada.request(Method::POST, "/auth/logout").json(&json!({})).send().await.unwrap();

    let id = chat.parse().unwrap();
    let late = NewEntry { name: "late", data: "{}".to_owned(), writer: None };
    let mut tx = server.app.db.begin().await.unwrap();
    let entries = server.app.log.append(&mut tx, id, vec![late]).await.unwrap();
    tx.commit().await.unwrap();
    server.app.log.publish(id, &entries);
    let gone = until(|| server.app.limits.streams(Transport::WebSocket) == 0);
    tokio::time::timeout(PROMPT, gone).await.expect("it is still served");
    while let Some(message) = slow.next().await {
        assert_ne!(message["type"], "late");
    }
}

#[tokio::test]
async fn a_server_that_goes_down_does_not_wait_for_who_reads_nothing() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/echo:ms=0").await;
    let reply = ada.asks(&chat, &long()).await;
    let mut slow = ada.opens_a_socket().await;
    asks_for_much(&mut slow, reply["id"].as_str().unwrap()).await;
    is_served(&ada).await;
    server.app.draining.cancel();
    tokio::time::timeout(PROMPT, until(|| server.app.limits.streams(Transport::WebSocket) == 0))
        .await
        .expect("it is still served");
}
