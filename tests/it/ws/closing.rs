//! How sockets end, and how they stay alive.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Browser, Socket, TestApp};

#[tokio::test]
async fn a_server_that_goes_down_asks_to_come_back() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let mut socket = ada.opens_a_socket().await;
    assert_eq!(socket.asks(json!({ "type": "ping" })).await["type"], "pong");
    server.app.draining.cancel();
    assert_eq!(socket.ends().await, 1012);
}

#[tokio::test]
async fn a_sign_in_that_ends_takes_its_sockets_with_it() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let mut socket = ada.opens_a_socket().await;
    ada.request(Method::POST, "/auth/logout").json(&json!({})).send().await.unwrap();
    assert_eq!(socket.ends().await, 1008);

    let browser = Browser::new(&server.base);
    browser.signs_up("eve@example.org").await;
    let cookie = browser.cookie.lock().clone().unwrap();
    let headers = [("cookie", cookie.as_str()), ("origin", server.base.as_str())];
    let mut api = Socket::opens(&server.base, "/api/v1/ws", &headers).await.ok().unwrap();
    browser.submits("/logout", &[]).await;
    assert_eq!(api.ends().await, 1008);
}

#[tokio::test]
async fn silence_is_broken_and_whoever_does_not_answer_is_let_go() {
    let server = TestApp::start_with(&[("FRESHET_PING_SECONDS", "1")]).await;
    let ada = server.signed_up("ada").await;
    let mut socket = ada.opens_a_socket().await;
    // Longer than the patience of the server: the client below it answers the pings of the protocol.
    for _ in 0..3 {
        assert_eq!(socket.next().await.unwrap(), json!({ "type": "ping" }));
    }
    socket.says("{\"type\":\"ping\"}").await;
    socket.waits_for(|m| m["type"] == "pong").await;

    // One that says nothing at all.
    let address = server.base.trim_start_matches("http://");
    let mut mute = tokio::net::TcpStream::connect(address).await.unwrap();
    let hello = format!(
        "GET /api/v1/ws HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\nconnection: upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        ada.token
    );
    mute.write_all(hello.as_bytes()).await.unwrap();
    let mut all = Vec::new();
    let began = Instant::now();
    tokio::time::timeout(Duration::from_secs(30), mute.read_to_end(&mut all)).await.unwrap().unwrap();
    assert!(began.elapsed() >= Duration::from_millis(2_600), "{:?}", began.elapsed());
    assert!(String::from_utf8_lossy(&all).contains("{\"type\":\"ping\"}"));
}

#[tokio::test]
async fn who_takes_nothing_is_let_go_and_others_do_not_notice() {
    let server = TestApp::start_with(&[("FRESHET_PING_SECONDS", "1")]).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/echo:ms=0").await;
    let long = ada.asks(&chat, &"0123456789abcdef".repeat(12_000)).await;
    let mut quick = ada.opens_a_socket().await;
    quick.asks(json!({ "type": "subscribe", "chat": chat })).await;
    let tasks = server.app.tasks.len();
    let mut slow = ada.opens_a_socket().await;
    // Each is answered with the whole text: more than the buffers of any kernel on the way hold.
    let stop = json!({ "type": "reply.stop", "id": "s", "reply": long["id"] }).to_string();
    for _ in 0..200 {
        slow.tries_to_send(Message::text(stop.as_str())).await;
    }
    let let_go = async {
        while server.app.tasks.len() > tasks {
            assert_ne!(quick.next().await, None);
        }
    };
    tokio::time::timeout(Duration::from_secs(60), let_go).await.unwrap();
    let accepted = ada.says(&chat, "hi").await;
    quick.waits_for(|m| m["type"] == "reply.ended" && m["reply"] == accepted.reply).await;
    let code = slow.ends().await;
    assert!([1006, 1013].contains(&code), "{code}");
}
