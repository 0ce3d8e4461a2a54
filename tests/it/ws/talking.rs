//! Commands and events: what they come to is what HTTP gives.

use freshet::providers::simulated;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Seen, TestApp};

#[tokio::test]
async fn an_answer_is_sent_for_watched_and_stopped_over_one_socket() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/tokens:n=300,ms=1").await;
    let mut socket = ada.opens_a_socket().await;
    let id = socket.orders(json!({ "type": "message.send", "chat": chat, "content": "go" })).await;
    let received = socket.next().await.unwrap();
    assert_eq!(received, json!({ "type": "ack", "id": id, "status": "received" }));
    let accepted = socket.next().await.unwrap();
    assert_eq!((&accepted["id"], &accepted["status"]), (&json!(id), &json!("processing")), "{accepted}");
    assert_eq!(
        (&accepted["message"]["text"], &accepted["reply"]["status"]),
        (&json!("go"), &json!("running"))
    );
    let reply = accepted["reply"]["id"].as_str().unwrap();

    let subscribe = json!({ "type": "subscribe", "chat": chat, "after": accepted["cursor"] });
    let ack = socket.asks(subscribe).await;
    assert_eq!(ack["status"], "done", "{ack}");
    let mut seen = Seen::default();
    socket.sees_the_end(&chat, reply, &mut seen).await;
    assert_eq!(seen.answer(reply), simulated::text_of("tokens:n=300,ms=1", "go").unwrap());
    assert_eq!((seen.resets, seen.ends[reply]), (0, 1));
    // The same events as by SSE, with the same data under the same cursors.
    let mut watch = ada.watches(&chat, accepted["cursor"].as_str().unwrap()).await;
    for (cursor, name, message) in &seen.log {
        watch.next().await.unwrap();
        let (id, kind, data) = watch.seen.log.last().unwrap();
        assert_eq!((id, kind), (cursor, name));
        let mut message = message.clone();
        for added in ["type", "chat", "cursor"] {
            message.as_object_mut().unwrap().remove(added).unwrap();
        }
        assert_eq!(&message, data);
    }

    let again = socket.asks(json!({ "type": "message.regenerate", "message": accepted["message"]["id"], "model": "simulated/slow" })).await;
    let reply = again["reply"]["id"].as_str().unwrap();
    let id = socket.orders(json!({ "type": "reply.stop", "reply": reply })).await;
    let received = socket.waits_for(|m| m["type"] == "ack" && m["id"] == id).await;
    assert_eq!(received["status"], "received");
    let stopped = socket.answer_to(&id).await;
    assert_eq!((&stopped["status"], &stopped["reply"]["status"]), (&json!("done"), &json!("stopped")));
    let edit = json!({ "type": "message.edit", "message": accepted["message"]["id"], "content": "went", "model": "simulated/fast" });
    let edited = socket.asks(edit).await;
    assert_eq!(
        (&edited["status"], &edited["message"]["text"]),
        (&json!("processing"), &json!("went")),
        "{edited}"
    );
    assert_eq!(edited["message"]["parent_id"], accepted["message"]["parent_id"]);
}

#[tokio::test]
async fn two_models_are_asked_and_an_answer_is_continued_over_a_socket() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let mut socket = ada.opens_a_socket().await;
    let models = ["simulated/tokens:n=20,ms=1", "simulated/echo:ms=1"];
    let send = json!({ "type": "message.send", "chat": chat, "content": "both", "models": models });
    let accepted = socket.asks(send).await;
    assert_eq!(accepted["status"], "processing", "{accepted}");
    let subscribe = json!({ "type": "subscribe", "chat": chat, "after": accepted["cursor"] });
    socket.asks(subscribe).await;
    let mut seen = Seen::default();
    let replies =
        [&accepted["reply"], &accepted["beside"]].map(|reply| reply["id"].as_str().unwrap().to_owned());
    for reply in &replies {
        if !seen.ends.contains_key(reply) {
            socket.sees_the_end(&chat, reply, &mut seen).await;
        }
    }
    assert_eq!(seen.answer(&replies[1]), "both");

    let cut = json!({ "type": "message.send", "chat": chat, "content": "cut after=50 times=1", "model": "simulated/faults" });
    let cut = socket.asks(cut).await;
    let mut after = ada.watches(&chat, cut["cursor"].as_str().unwrap()).await;
    after.until_end_of(cut["reply"]["id"].as_str().unwrap()).await;
    let message = &cut["reply"]["message_id"];
    let on = socket.asks(json!({ "type": "message.continue", "message": message })).await;
    let reply = on["reply"]["id"].as_str().unwrap();
    after.until_end_of(reply).await;
    assert!(after.seen.answer(reply).ends_with("All is well again."), "{}", after.seen.answer(reply));
    let again =
        socket.asks(json!({ "type": "message.continue", "message": on["reply"]["message_id"] })).await;
    assert_eq!(again["problem"]["code"], "not_continuable");
}

#[tokio::test]
async fn many_conversations_share_a_socket_and_one_can_be_left() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let mut socket = ada.opens_a_socket().await;
    let mut chats = Vec::new();
    for _ in 0..5 {
        let chat = ada.chats_with("simulated/tokens:n=60,ms=1").await;
        assert_eq!(socket.asks(json!({ "type": "subscribe", "chat": chat })).await["status"], "done");
        chats.push((chat, Seen::default()));
    }
    let mut replies = Vec::new();
    for (chat, seen) in &mut chats {
        // Without a cursor a snapshot comes first.
        assert_eq!(socket.waits_for(|m| m["chat"] == *chat).await["type"], "reset");
        *seen = Seen::default();
        replies.push(ada.says(chat, "go").await.reply);
    }
    let mut left = replies.len();
    while left > 0 {
        let message = socket.next().await.unwrap();
        assert_ne!(message["type"], "reset");
        if message["type"] == "reply.ended" {
            let at = chats.iter().position(|(chat, _)| message["chat"] == *chat).unwrap();
            assert_eq!(message["reply"], replies[at]);
            left -= 1;
        }
    }
    let (first, second) = (&chats[0].0, &chats[1].0);
    assert_eq!(socket.asks(json!({ "type": "unsubscribe", "chat": first })).await["status"], "done");
    let unheard = ada.says(first, "again").await;
    ada.waits_for(first, &unheard).await;
    let heard = ada.says(second, "again").await;
    let next = socket.waits_for(|m| m["type"] == "message.created").await;
    assert_eq!(next["chat"], **second, "the first one was left");
    socket.waits_for(|m| m["type"] == "reply.ended" && m["reply"] == heard.reply).await;
    ada.request(Method::DELETE, &format!("/chats/{second}")).send().await.unwrap();
    let gone = socket.waits_for(|m| m["type"] == "chat.deleted").await;
    assert_eq!(gone, json!({ "type": "chat.deleted", "chat": second }));
    assert_eq!(socket.asks(json!({ "type": "ping" })).await["type"], "pong");
}

#[tokio::test]
async fn refusals_are_the_ones_of_http() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let bob = server.signed_up("bob").await;
    let theirs = bob.chats_with("simulated/fast").await;
    let mine = ada.chats_with("simulated/slow").await;
    let running = ada.says(&mine, "go").await;
    let unknown = "0197b76d-a800-7000-8000-000000000000";
    let mut socket = ada.opens_a_socket().await;
    let cases = [
        (
            json!({ "type": "message.send", "chat": theirs, "content": "x" }),
            format!("/chats/{theirs}/messages"),
        ),
        (
            json!({ "type": "message.send", "chat": unknown, "content": "x" }),
            format!("/chats/{unknown}/messages"),
        ),
        (json!({ "type": "message.send", "chat": "x", "content": "x" }), "/chats/x/messages".into()),
        (json!({ "type": "message.send", "chat": mine, "content": " " }), format!("/chats/{mine}/messages")),
        (json!({ "type": "message.send", "chat": mine, "content": "x" }), format!("/chats/{mine}/messages")),
        (
            json!({ "type": "message.send", "chat": mine, "content": "x", "model": "no/model" }),
            format!("/chats/{mine}/messages"),
        ),
        (
            json!({ "type": "message.send", "chat": mine, "content": "x", "wrong": 1 }),
            format!("/chats/{mine}/messages"),
        ),
        (
            json!({ "type": "message.regenerate", "message": unknown }),
            format!("/messages/{unknown}/regenerate"),
        ),
    ];
    for (command, path) in cases {
        let ack = socket.asks(command.clone()).await;
        assert_eq!((&ack["type"], &ack["status"]), (&json!("ack"), &json!("error")), "{command} {ack}");
        let mut body = command.clone();
        for field in ["type", "chat", "message"] {
            body.as_object_mut().unwrap().remove(field);
        }
        let answer = ada.request(Method::POST, &path).json(&body).send().await.unwrap();
        let mut problem = ack["problem"].clone();
        problem.as_object_mut().unwrap().remove("request_id").unwrap();
        let mut expected = crate::support::refusal(answer).await.body;
        if problem["code"] == "invalid_body" {
            // The words name what the parser expected there.
            for problem in [&mut problem, &mut expected] {
                problem["detail"] = json!("");
            }
        }
        assert_eq!(problem, expected, "{command}");
    }
    for chat in [theirs.as_str(), unknown, "nonsense", ""] {
        for command in [
            json!({ "type": "subscribe", "chat": chat }),
            json!({ "type": "reply.stop", "reply": chat }),
            json!({ "type": "typing", "chat": chat }),
            json!({ "type": "presence", "chat": chat, "status": "here" }),
            json!({ "type": "message.edit", "message": chat, "content": "x" }),
        ] {
            let ack = socket.asks(command.clone()).await;
            assert_eq!(ack["problem"]["code"], "not_found", "{command}");
            assert_eq!(ack["problem"]["status"], 404);
        }
    }
    for kind in ["read", "tool.invoke"] {
        let ack = socket.asks(json!({ "type": kind, "chat": mine })).await;
        assert_eq!((&ack["status"], &ack["problem"]["code"]), (&json!("error"), &json!("not_supported")));
    }
    ada.request(Method::PUT, &format!("/replies/{}/cancellation", running.reply)).send().await.unwrap();
}

#[tokio::test]
async fn those_who_watch_hear_who_is_typing_and_who_is_there() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let (mut here, mut there) = (ada.opens_a_socket().await, ada.opens_a_socket().await);
    assert_eq!(there.asks(json!({ "type": "subscribe", "chat": chat })).await["status"], "done");
    there.waits_for(|m| m["type"] == "reset").await;
    assert_eq!(here.asks(json!({ "type": "typing", "chat": chat })).await["status"], "done");
    let typing = there.next().await.unwrap();
    assert_eq!(
        (&typing["type"], &typing["chat"], &typing["name"]),
        (&json!("typing"), &json!(chat), &json!("ada"))
    );
    assert_eq!(typing["cursor"], Value::Null, "it is in no log");
    assert_eq!(
        here.asks(json!({ "type": "presence", "chat": chat, "status": "here" })).await["status"],
        "done"
    );
    let presence = there.next().await.unwrap();
    assert_eq!(
        (&presence["type"], &presence["users"][0]["status"]),
        (&json!("presence"), &json!("here")),
        "{presence}"
    );
}

#[tokio::test]
async fn text_that_looks_like_the_wire_arrives_as_it_is() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/echo:ms=0").await;
    let text =
        "a\u{0}b\rc\r\nd\u{2028}e\u{2029}f\u{85}g\n\nevent: done\ndata: {}\nid: 9.9\n\n:\n\u{feff}\"}],\\";
    let mut socket = ada.opens_a_socket().await;
    let accepted = socket.asks(json!({ "type": "message.send", "chat": chat, "content": text })).await;
    socket.asks(json!({ "type": "subscribe", "chat": chat, "after": accepted["cursor"] })).await;
    let reply = accepted["reply"]["id"].as_str().unwrap();
    let mut seen = Seen::default();
    socket.sees_the_end(&chat, reply, &mut seen).await;
    // No database text holds a NUL; it is replaced before anything is stored.
    let said = text.replace('\u{0}', "\u{fffd}");
    assert_eq!(seen.answer(reply), ada.reply(reply).await["text"].as_str().unwrap());
    assert!(seen.answer(reply).contains(&said), "{:?}", seen.answer(reply));
}
