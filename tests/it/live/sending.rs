//! Accepting messages exactly once (threats R25, R26, S20, S21).

use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Accepted, TestApp};

#[tokio::test]
async fn fifty_sends_with_one_key_are_one_send() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let sends = (0..50).map(|_| ada.tries_to_say(&chat, "once", Some("key-1")));
    let mut bodies = Vec::new();
    for answer in join_all(sends).await {
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        bodies.push(answer.text().await.unwrap());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let accepted = Accepted::of(&serde_json::from_str(&bodies[0]).unwrap());
    ada.waits_for(&chat, &accepted).await;
    assert_eq!(server.upstream().await["calls"], 1);
    assert_eq!(ada.get(&format!("/chats/{chat}/messages")).await["items"].as_array().unwrap().len(), 2);
    // Long after it ended, still the same answer.
    let late = ada.tries_to_say(&chat, "once", Some("key-1")).await.text().await.unwrap();
    assert_eq!(late, bodies[0]);
    let other = ada.tries_to_say(&chat, "something else", Some("key-1")).await;
    assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.json::<Value>().await.unwrap()["code"], "key_reused");
}

#[tokio::test]
async fn the_same_key_of_two_people_is_two_keys() {
    let server = TestApp::start().await;
    for name in ["ada", "grace"] {
        let somebody = server.signed_up(name).await;
        let chat = somebody.chats_with("simulated/fast").await;
        assert_eq!(somebody.tries_to_say(&chat, "hi", Some("k")).await.status(), StatusCode::ACCEPTED);
    }
}

#[tokio::test]
async fn of_two_sends_at_once_one_is_taken_and_one_is_told_why_not() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    for round in 0..10 {
        let chat = ada.chats_with("simulated/tokens:n=5,ms=1,first=30").await;
        let sends = join_all(["a", "b"].map(|text| ada.tries_to_say(&chat, text, None))).await;
        let mut accepted = None;
        let mut refused = 0;
        for answer in sends {
            match answer.status() {
                StatusCode::ACCEPTED => accepted = Some(Accepted::of(&answer.json().await.unwrap())),
                StatusCode::CONFLICT => {
                    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "reply_running");
                    refused += 1;
                }
                other => panic!("round {round}: {other}"),
            }
        }
        assert_eq!(refused, 1, "round {round}");
        ada.waits_for(&chat, &accepted.unwrap()).await;
        let items = ada.get(&format!("/chats/{chat}/messages")).await["items"].as_array().unwrap().len();
        assert_eq!(items, 2, "round {round}");
    }
}

#[tokio::test]
async fn what_is_not_yours_looks_like_what_is_not_there() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let eve = server.signed_up("eve").await;
    let chat = ada.chats_with("simulated/fast").await;
    let reply = ada.asks(&chat, "secret").await;
    let (reply_id, message) = (reply["id"].as_str().unwrap(), reply["message_id"].as_str().unwrap());
    let nobody = "01a1fbd7-0000-7000-8000-000000000000";
    let body = json!({ "content": "x" });
    let paths = [
        (Method::GET, "/chats/{}", &chat[..]),
        (Method::PATCH, "/chats/{}", &chat),
        (Method::DELETE, "/chats/{}", &chat),
        (Method::GET, "/chats/{}/messages", &chat),
        (Method::GET, "/chats/{}/events", &chat),
        (Method::POST, "/chats/{}/messages", &chat),
        (Method::GET, "/replies/{}", reply_id),
        (Method::PUT, "/replies/{}/cancellation", reply_id),
        (Method::POST, "/messages/{}/regenerate", message),
        (Method::PATCH, "/messages/{}", message),
    ];
    for (method, path, id) in paths {
        let mut answers = Vec::new();
        for id in [id, nobody, "garbage"] {
            let mut request = eve.request(method.clone(), &path.replace("{}", id));
            if method == Method::POST && path.ends_with("messages")
                || method == Method::PATCH && path.starts_with("/m")
            {
                request = request.json(&body);
            } else if method == Method::PATCH {
                request = request.json(&json!({ "title": "mine" }));
            }
            let answer = request.send().await.unwrap();
            let status = answer.status();
            let mut body: Value = answer.json().await.unwrap();
            body.as_object_mut().unwrap().remove("request_id");
            answers.push((status, body));
        }
        assert_eq!(answers[0].0, StatusCode::NOT_FOUND, "{method} {path}");
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{method} {path}: {answers:?}");
    }
    // A foreign parent in one's own conversation is not there either.
    let own = eve.chats_with("simulated/fast").await;
    let calls = server.upstream().await["calls"].clone();
    let stolen = json!({ "content": "x", "parent_id": message });
    let answer =
        eve.request(Method::POST, &format!("/chats/{own}/messages")).json(&stolen).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(server.upstream().await["calls"], calls);
    assert_eq!(ada.get(&format!("/chats/{chat}/messages")).await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_deleted_conversation_stays_deleted() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/tokens:n=3000,ms=2").await;
    let accepted = ada.says(&chat, "go").await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    watch.until_bytes(&accepted.reply, 100).await;
    let gone = ada.request(Method::DELETE, &format!("/chats/{chat}")).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    let answer = ada.request(Method::GET, &format!("/chats/{chat}")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    // The reply notices that its lease is gone, hangs up and leaves nothing.
    while server.app.replies.count() > 0 {
        tokio::task::yield_now().await;
    }
    let answer = ada.request(Method::GET, &format!("/chats/{chat}")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_hangs_up_in_the_middle_of_sending_leaves_no_orphan() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    for round in 0..60 {
        let chat = ada.chats_with("simulated/tokens:n=3,ms=0").await;
        let key = format!("k{round}");
        let send = ada.tries_to_say(&chat, "hello?", Some(&key));
        // A moment later in each round.
        let _ = tokio::time::timeout(std::time::Duration::from_micros(200 * round), send).await;
        // The same send again: whatever became of the first, there is one message with one finished answer.
        let accepted = ada.tries_to_say(&chat, "hello?", Some(&key)).await;
        assert_eq!(accepted.status(), StatusCode::ACCEPTED, "round {round}");
        let accepted = Accepted::of(&accepted.json().await.unwrap());
        let reply = ada.waits_for(&chat, &accepted).await;
        assert_eq!(reply["status"], "complete", "round {round}");
        assert_eq!(ada.get(&format!("/chats/{chat}/messages")).await["items"].as_array().unwrap().len(), 2);
    }
    assert_eq!(server.upstream().await["calls"], 60);
}
