//! What makes no sense is answered as long as it is little, and ends the socket when it is much.

use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::support::TestApp;

#[tokio::test]
async fn a_few_mistakes_are_answered_and_forgotten() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let mut socket = ada.opens_a_socket().await;
    for (text, code) in [
        ("", "malformed_json"),
        ("{", "malformed_json"),
        ("{\"type\":\"ping\",\"id\":\"\\ud800\"}", "malformed_json"),
        ("[]", "invalid_body"),
        ("7", "invalid_body"),
        ("{}", "invalid_body"),
        ("{\"type\":7}", "invalid_body"),
        ("{\"type\":\"subscribe\",\"chat\":\"x\"}", "bad_id"),
        ("{\"type\":\"subscribe\",\"id\":\"\",\"chat\":\"x\"}", "bad_id"),
        ("{\"type\":\"subscribe\",\"id\":\"a\\u0000\",\"chat\":\"x\"}", "bad_id"),
    ] {
        socket.says(text).await;
        let error = socket.next().await.unwrap();
        assert_eq!(
            (&error["type"], &error["problem"]["code"]),
            (&json!("error"), &json!(code)),
            "{text}: {error}"
        );
        assert_eq!(error["problem"]["type"], format!("urn:freshet:problem:{code}"));
    }
    let long = "x".repeat(201);
    socket.says(&json!({ "type": "ping", "id": long }).to_string()).await;
    assert_eq!(socket.next().await.unwrap()["problem"]["code"], "bad_id");
    for (command, code) in [
        (json!({ "type": "shutdown" }), "unknown_type"),
        (json!({ "type": "subscribe" }), "invalid_body"),
        (json!({ "type": "subscribe", "chat": 7 }), "invalid_body"),
        (json!({ "type": "message.send", "chat": "x" }), "invalid_body"),
    ] {
        let ack = socket.asks(command.clone()).await;
        assert_eq!(
            (&ack["status"], &ack["problem"]["code"]),
            (&json!("error"), &json!(code)),
            "{command}: {ack}"
        );
    }
    socket.says("{\"type\":\"ping\"}").await;
    assert_eq!(socket.next().await.unwrap(), json!({ "type": "pong" }));
    socket.says("{\"type\":\"ping\",\"id\":\"a\"}").await;
    assert_eq!(socket.next().await.unwrap(), json!({ "type": "pong", "id": "a" }));
}

#[tokio::test]
async fn nothing_but_mistakes_ends_it() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let mut socket = ada.opens_a_socket().await;
    for _ in 0..20 {
        socket.says("what?").await;
        assert_eq!(socket.next().await.unwrap()["type"], "error");
    }
    socket.says("what?").await;
    assert_eq!(socket.ends().await, 1008);
}

#[tokio::test]
async fn what_is_no_text_or_too_long_ends_it_with_its_code() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let part = |text: String, kind, last| Message::Frame(Frame::message(text, OpCode::Data(kind), last));
    let limit = 256 << 10;
    let whole = vec![Message::text("x".repeat(limit + 1))];
    let pieces: Vec<Message> = (0..6)
        .map(|i| part("x".repeat(limit / 4), if i == 0 { Data::Text } else { Data::Continue }, i == 5))
        .collect();
    let cases = [
        (vec![Message::binary(vec![1, 2, 3])], 1003),
        (vec![Message::Frame(Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true))], 1007),
        (vec![part("x".into(), Data::Continue, true)], 1002),
        (whole, 1009),
        (pieces, 1009),
    ];
    for (messages, code) in cases {
        let mut socket = ada.opens_a_socket().await;
        for message in messages {
            socket.tries_to_send(message).await;
        }
        assert_eq!(socket.ends().await, code);
    }
    // The longest that is taken is taken.
    let mut socket = ada.opens_a_socket().await;
    let content = "x".repeat(limit - 200);
    let chat = ada.chats_with("simulated/fast").await;
    let ack = socket.asks(json!({ "type": "message.send", "chat": chat, "content": content })).await;
    assert_eq!(ack["status"], "processing", "{ack}");
}

#[tokio::test]
async fn a_flood_ends_it() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let mut socket = ada.opens_a_socket().await;
    for _ in 0..3_000 {
        socket.tries_to_send(Message::text("{\"type\":\"ping\"}")).await;
    }
    assert_eq!(socket.ends().await, 1008);
    // Pings of the protocol cost as much.
    let mut socket = ada.opens_a_socket().await;
    for _ in 0..3_000 {
        socket.tries_to_send(Message::Ping(Vec::new().into())).await;
    }
    assert_eq!(socket.ends().await, 1008);
    // So do answers to questions that nobody asked.
    let mut socket = ada.opens_a_socket().await;
    for _ in 0..1_000 {
        socket.tries_to_send(Message::Pong(Vec::new().into())).await;
    }
    assert_eq!(socket.ends().await, 1008);
}

#[tokio::test]
async fn more_conversations_than_a_socket_watches_are_refused() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let mut socket = ada.opens_a_socket().await;
    let mut last = String::new();
    for n in 0..51 {
        last = ada.chats_with("simulated/fast").await;
        let ack = socket.asks(json!({ "type": "subscribe", "chat": last })).await;
        if n < 50 {
            assert_eq!(ack["status"], "done", "{ack}");
        } else {
            assert_eq!(ack["problem"]["code"], "too_many_subscriptions", "{ack}");
        }
    }
    let watched = socket.waits_for(|m| m["type"] == "reset").await["chat"].clone();
    // Again is in place of, and leaving makes room.
    assert_eq!(socket.asks(json!({ "type": "subscribe", "chat": watched })).await["status"], "done");
    assert_eq!(socket.asks(json!({ "type": "unsubscribe", "chat": watched })).await["status"], "done");
    assert_eq!(socket.asks(json!({ "type": "subscribe", "chat": last })).await["status"], "done");
}
