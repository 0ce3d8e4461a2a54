//! Lines that break and transports that change: nothing is lost, nothing comes twice (threats R27, R28).

use freshet::providers::simulated;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;

use crate::support::{Seen, TestApp};

/// Conversations that are sent to in turn, so that none has to wait for an answer.
const CHATS: usize = 10;

#[tokio::test]
async fn two_hundred_sends_cut_before_their_acknowledgement_and_sent_again_are_two_hundred_messages() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let mut chats = Vec::new();
    for _ in 0..CHATS {
        chats.push(ada.chats_with("simulated/tokens:n=3,ms=0").await);
    }
    let mut random = StdRng::seed_from_u64(27);
    for n in 0..200 {
        let chat = &chats[n % CHATS];
        let send = json!({ "type": "message.send", "id": format!("send {n}"), "chat": chat, "content": format!("n {n}") });
        let mut cut = ada.opens_a_socket().await;
        cut.says(&send.to_string()).await;
        // At once, or when it has arrived; in either case nobody knows whether it was stored.
        if random.random_bool(0.5) {
            assert_eq!(cut.next().await.unwrap()["status"], "received");
        }
        drop(cut);
        let mut socket = ada.opens_a_socket().await;
        socket.says(&send.to_string()).await;
        let first = socket.answer_to(&format!("send {n}")).await;
        assert_eq!(first["status"], "processing", "{first}");
        socket.says(&send.to_string()).await;
        let second = socket.answer_to(&format!("send {n}")).await;
        for part in ["message", "cursor"] {
            assert_eq!(first[part], second[part]);
        }
        assert_eq!(first["reply"]["id"], second["reply"]["id"]);
        let cursor = first["cursor"].as_str().unwrap();
        ada.watches(chat, cursor).await.until_end_of(first["reply"]["id"].as_str().unwrap()).await;
    }
    let mut said = Vec::new();
    for chat in &chats {
        let tree = ada.get(&format!("/chats/{chat}/messages?tree=1")).await;
        let tree = tree["items"].as_array().unwrap().clone();
        assert_eq!(tree.iter().filter(|m| m["role"] == "assistant").count(), 200 / CHATS);
        said.extend(
            tree.iter().filter(|m| m["role"] == "user").map(|m| m["text"].as_str().unwrap().to_owned()),
        );
    }
    said.sort();
    let mut expected: Vec<String> = (0..200).map(|n| format!("n {n}")).collect();
    expected.sort();
    assert_eq!(said, expected);
    assert_eq!(server.upstream().await["calls"], 200);
}

#[tokio::test]
async fn an_answer_watched_by_both_transports_in_turn_is_byte_exact() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let model = "tokens:n=3000,ms=1";
    let chat = ada.chats_with(&format!("simulated/{model}")).await;
    let accepted = ada.says(&chat, "go").await;
    let mut random = StdRng::seed_from_u64(28);
    let mut seen = Seen::default();
    let mut turns = 0;
    while !seen.ends.contains_key(&accepted.reply) {
        let cursor = if seen.cursor().is_empty() { accepted.cursor.clone() } else { seen.cursor() };
        let events = random.random_range(0..40);
        turns += 1;
        if turns % 2 == 0 {
            let mut watch = ada.watches(&chat, &cursor).await.knowing(seen);
            for _ in 0..events {
                if watch.seen.ends.contains_key(&accepted.reply) || watch.next().await.is_none() {
                    break;
                }
            }
            seen = watch.seen;
        } else {
            let mut socket = ada.opens_a_socket().await;
            socket.orders(json!({ "type": "subscribe", "chat": chat, "after": cursor })).await;
            for _ in 0..events {
                if seen.ends.contains_key(&accepted.reply) {
                    break;
                }
                socket.sees(&chat, &mut seen).await.unwrap();
            }
        }
    }
    assert_eq!(seen.answer(&accepted.reply), simulated::text_of(model, "go").unwrap());
    assert_eq!((seen.resets, seen.ends[&accepted.reply]), (0, 1));
    // How many depends on the machine; each of the two had its turns.
    assert!(turns >= 4, "{turns} turns");
    assert_eq!(server.upstream().await["calls"], 1);
}

#[tokio::test]
async fn a_cursor_that_cannot_be_continued_gets_a_snapshot_and_goes_on() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let model = "tokens:n=200,ms=2";
    let chat = ada.chats_with(&format!("simulated/{model}")).await;
    let accepted = ada.says(&chat, "go").await;
    for after in [json!(null), json!("garbage"), json!("1.1")] {
        let mut socket = ada.opens_a_socket().await;
        let ack = socket.asks(json!({ "type": "subscribe", "chat": chat, "after": after })).await;
        assert_eq!(ack["status"], "done");
        let mut seen = Seen::default();
        assert_eq!(socket.sees(&chat, &mut seen).await.as_deref(), Some("reset"), "{after}");
        // Again in place of the first, in the middle of the answer.
        socket.asks(json!({ "type": "subscribe", "chat": chat })).await;
        socket.waits_for(|m| m["type"] == "reset").await;
    }
    let mut socket = ada.opens_a_socket().await;
    socket.asks(json!({ "type": "subscribe", "chat": chat, "after": accepted.cursor })).await;
    let mut seen = Seen::default();
    socket.sees_the_end(&chat, &accepted.reply, &mut seen).await;
    assert_eq!(seen.answer(&accepted.reply), simulated::text_of(model, "go").unwrap());
}
