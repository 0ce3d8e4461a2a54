//! Input that can be read but does not fit: a clear word, and nothing stored.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Api, TestApp, refusal};

async fn count(ada: &Api, chat: &str) -> usize {
    ada.get(&format!("/chats/{chat}/messages")).await["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_message_that_does_not_fit_is_refused_and_nothing_is_stored() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let foreign = "01a1fbd7-0000-7000-8000-000000000000";
    let cases = [
        (json!({ "content": "" }), 422, "empty_message"),
        (json!({ "content": " \n\t\u{a0}" }), 422, "empty_message"),
        (json!({ "content": "x".repeat(300 << 10) }), 422, "message_too_long"),
        (json!({ "content": "hi", "model": "no/such" }), 422, "unknown_model"),
        (json!({ "content": "hi", "model": "simulated/\0" }), 422, "unknown_model"),
        (json!({ "content": "hi", "model": "x".repeat(10_000) }), 422, "unknown_model"),
        (json!({ "content": "hi", "parent_id": foreign }), 404, "not_found"),
        (json!({ "content": "hi", "parent_id": "garbage" }), 422, "invalid_body"),
        (json!({ "content": "hi", "stream": "no" }), 422, "invalid_body"),
    ];
    for (body, status, code) in cases {
        let answer = ada.request(Method::POST, &format!("/chats/{chat}/messages")).json(&body);
        let refused = refusal(answer.send().await.unwrap()).await;
        let shown: String = body.to_string().chars().take(80).collect();
        assert_eq!((refused.status.as_u16(), &refused.code[..]), (status, code), "{shown}: {}", refused.body);
        assert!(refused.body.to_string().len() < 2_000, "a refusal does not repeat what it refuses: {shown}");
    }
    assert_eq!((count(&ada, &chat).await, server.upstream().await["calls"].as_u64()), (0, Some(0)));
}

#[tokio::test]
async fn an_idempotency_key_has_a_length() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    for key in ["", &"k".repeat(201)] {
        let refused = refusal(ada.tries_to_say(&chat, "hi", Some(key)).await).await;
        assert_eq!((refused.status, &refused.code[..]), (StatusCode::UNPROCESSABLE_ENTITY, "bad_key"));
    }
    assert_eq!(count(&ada, &chat).await, 0);
}

#[tokio::test]
async fn lists_take_only_cursors_they_gave_and_any_sensible_limit() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    ada.asks(&chat, "hi").await;
    let messages = format!("/chats/{chat}/messages");
    let id = "01a1fbd700007000800000000000000a";
    let cases = [
        ("/chats", "cursor=garbage"),
        ("/chats", "cursor="),
        ("/chats", "cursor=1_"),
        ("/chats", &format!("cursor=99999999999999999999_{id}")),
        ("/chats", &format!("cursor=9223372036854775807_{id}")),
        ("/chats", &format!("cursor=-9223372036854775808_{id}")),
        ("/chats", "limit=many"),
        ("/chats", "limit=99999999999999999999"),
        (&messages, "cursor=garbage"),
        (&messages, &format!("cursor={id}")),
        (&messages, "limit=1.5"),
        (&messages, "tree=yes"),
    ];
    for (path, query) in cases {
        let refused =
            refusal(ada.request(Method::GET, &format!("{path}?{query}")).send().await.unwrap()).await;
        let expected = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::NOT_FOUND];
        assert!(expected.contains(&refused.status), "{path}?{query}: {}", refused.body);
    }
    for limit in ["0", "-1", "100000", "9223372036854775807", "-9223372036854775808"] {
        for path in ["/chats", &messages[..]] {
            let page = ada.get(&format!("{path}?limit={limit}")).await;
            assert!(!page["items"].as_array().unwrap().is_empty(), "{path} {limit}");
        }
    }
}

#[tokio::test]
async fn a_search_takes_any_text() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    ada.chats_with("simulated/fast").await;
    let long = "x".repeat(5_000);
    for words in ["%00", "a%00b", "%25", "'", "\\", "%F0%9F%98%80", "%E2%80%AE", &long, "--", "%5C%5C"] {
        let page = ada.get(&format!("/chats?q={words}")).await;
        assert_eq!(page["items"].as_array().unwrap().len(), 0, "{words:.20}");
    }
    assert_eq!(ada.get("/chats?q=%20").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn titles_are_found_whatever_their_letters() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    for title in ["Ärger mit 50%_ Rabatt", "A\u{308}rger", "ЖУРНАЛ", "Plain"] {
        let made = ada.request(Method::POST, "/chats").json(&json!({ "title": title })).send().await.unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
    }
    let endless = "_".repeat(25_000);
    let cases = [
        ("%C3%A4rger", 2),
        ("ARGER", 2),
        ("50%25_", 1),
        ("_", 1),
        ("%25", 1),
        ("%D0%B6%D1%83", 1),
        ("LAI", 1),
        ("lane", 0),
        (endless.as_str(), 0),
    ];
    for (words, count) in cases {
        let page = ada.get(&format!("/chats?q={words}")).await;
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{words:.20}");
    }
    let first = ada.get("/chats?q=arger&limit=1").await;
    let next = first["next_cursor"].as_str().expect("a second page");
    let second = ada.get(&format!("/chats?q=arger&limit=1&cursor={next}")).await;
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    assert!(second["next_cursor"].is_null());
}

#[tokio::test]
async fn a_cursor_of_another_age_is_refused() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let id = uuid::Uuid::nil().simple();
    for at in ["-1", "-8334601228800000000", "8210266876799999999", "253402300800000000"] {
        for path in ["/api/v1/chats", "/chats", "/chats/list"] {
            let request = ada.request(Method::GET, &format!("{path}?cursor={at}_{id}"));
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path} {at}");
        }
    }
}

#[tokio::test]
async fn paging_gives_every_conversation_once() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(ada.chats_with("simulated/fast").await);
    }
    let (mut listed, mut path) = (Vec::new(), "/chats?limit=3".to_owned());
    loop {
        let page: Value = ada.get(&path).await;
        listed.extend(page["items"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/chats?limit=3&cursor={next}");
    }
    made.reverse();
    assert_eq!(listed, made);
}

#[tokio::test]
async fn a_title_is_one_tidy_line() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let titles =
        [("a\0b\r\nc\u{202e}d", "ab  cd"), ("  spaced  ", "spaced"), (&"ü".repeat(500), &"ü".repeat(120))];
    for (typed, kept) in titles {
        let body = json!({ "title": typed });
        let chat: Value =
            ada.request(Method::POST, "/chats").json(&body).send().await.unwrap().json().await.unwrap();
        assert_eq!(chat["title"], kept);
    }
    let chat = ada.chats_with("simulated/fast").await;
    for title in ["", "  ", "\0\u{7}"] {
        let body = json!({ "title": title });
        let answer = ada.request(Method::PATCH, &format!("/chats/{chat}")).json(&body).send().await.unwrap();
        assert_eq!(refusal(answer).await.code, "title_empty");
    }
    let answer = ada.request(Method::PATCH, &format!("/chats/{chat}")).json(&json!({ "model": "no/such" }));
    assert_eq!(refusal(answer.send().await.unwrap()).await.code, "unknown_model");
}

#[tokio::test]
async fn any_text_of_a_message_comes_back_as_it_was_said() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let texts = [
        "a\u{202e}b\u{feff}c",
        "'; DROP TABLE users; --",
        "\u{1}\u{7f}\u{1b}[31m",
        "😀\u{10ffff}",
        "\r\n a \r",
    ];
    for text in texts {
        let chat = ada.chats_with("simulated/echo:ms=0").await;
        let reply = ada.asks(&chat, text).await;
        assert_eq!(reply["status"], "complete", "{text:?}");
        let items = ada.get(&format!("/chats/{chat}/messages")).await["items"].clone();
        assert_eq!(items[0]["text"], text);
        assert_eq!(items[1]["text"], text);
    }
    let chat = ada.chats_with("simulated/fast").await;
    ada.asks(&chat, "a\0b").await;
    let items = ada.get(&format!("/chats/{chat}/messages")).await["items"].clone();
    assert_eq!(items[0]["text"], "a\u{fffd}b", "PostgreSQL can't keep a NUL");
}
