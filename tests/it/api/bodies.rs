//! Bodies that can't be read (threats S24, S29, S58): each JSON route answers every one of them with a refusal.

use reqwest::{Client, Method, StatusCode};
use serde_json::json;

use crate::support::{Api, TestApp, client, refusal};

/// Every route that reads JSON, with a body that it takes.
async fn routes(ada: &Api) -> Vec<(Method, String, serde_json::Value)> {
    let chat = ada.chats_with("simulated/fast").await;
    ada.asks(&chat, "hi").await;
    let items = ada.get(&format!("/chats/{chat}/messages")).await["items"].clone();
    let id = |n: usize| items[n]["id"].as_str().unwrap().to_owned();
    vec![
        (Method::POST, "/auth/register".into(), json!({ "email": "a@b.c", "name": "a", "password": "x" })),
        (Method::POST, "/auth/login".into(), json!({ "email": "a@b.c", "password": "x" })),
        (Method::POST, "/auth/refresh".into(), json!({ "refresh_token": "fr_x" })),
        (Method::POST, "/chats".into(), json!({ "title": "x" })),
        (Method::PATCH, format!("/chats/{chat}"), json!({ "title": "x" })),
        (Method::POST, format!("/chats/{chat}/messages"), json!({ "content": "x" })),
        (Method::PATCH, format!("/messages/{}", id(0)), json!({ "content": "x" })),
        (Method::POST, "/markdown/render".into(), json!({ "text": "x" })),
        (Method::POST, "/markdown/highlight".into(), json!({ "code": "x" })),
        (Method::POST, format!("/messages/{}/regenerate", id(1)), json!({ "model": "simulated/fast" })),
    ]
}

#[tokio::test]
async fn what_is_not_the_expected_json_is_refused_everywhere() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let pid = std::process::id();
    for (method, path, good) in routes(&ada).await {
        let field = good.as_object().unwrap().keys().next().unwrap().clone();
        let wrong_type = |value: &str| format!("{{\"{field}\": {value}}}").into_bytes();
        let whole = good.to_string();
        let (first, value) = (&whole[..whole.len() - 1], good[&field].to_string());
        let bodies: Vec<(&str, Vec<u8>)> = vec![
            ("empty", vec![]),
            ("null", b"null".to_vec()),
            ("a list", b"[]".to_vec()),
            ("a list of what fits", format!("[{whole}]").into_bytes()),
            ("text", b"\"hi\"".to_vec()),
            ("a number", b"1e999".to_vec()),
            ("a field that is a list", wrong_type("[]")),
            ("a field that is a number", wrong_type("1")),
            ("a field that is an object", wrong_type("{\"a\": 1}")),
            ("nested lists", "[".repeat(100_000).into_bytes()),
            ("nested objects", "{\"a\":".repeat(100_000).into_bytes()),
            ("a deep field", wrong_type(&("[".repeat(100_000) + &"]".repeat(100_000)))),
            ("a field twice", format!("{first}, \"{field}\": {value}}}").into_bytes()),
            (
                "invalid UTF-8",
                wrong_type("\"\u{1}\"").into_iter().map(|b| if b == 1 { 0xff } else { b }).collect(),
            ),
            ("a lone surrogate", wrong_type("\"\\ud800\"")),
            ("a raw NUL", b"\0".to_vec()),
            ("cut off", whole.as_bytes()[..whole.len() / 2].to_vec()),
            ("something behind it", format!("{whole} x").into_bytes()),
            ("no JSON", b"email=a&password=b".to_vec()),
        ];
        for (what, body) in bodies {
            let request = ada.request(method.clone(), &path).header("content-type", "application/json");
            let refused = refusal(request.body(body).send().await.unwrap()).await;
            let expected = [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY];
            assert!(expected.contains(&refused.status), "{method} {path}, {what}: {}", refused.body);
            assert!(refused.body.to_string().len() < 2_000, "{method} {path}, {what}");
        }
    }
    assert_eq!(std::process::id(), pid);
    ada.get("/users/me").await;
}

#[tokio::test]
async fn unknown_fields_are_refused_in_every_body() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let fields =
        ["role", "owner_id", "user_id", "verified", "quota", "cost", "created_at", "status", "id", "x"];
    for (method, path, good) in routes(&ada).await {
        for field in fields {
            let mut body = good.clone();
            body[field] = json!("admin");
            let refused = refusal(ada.request(method.clone(), &path).json(&body).send().await.unwrap()).await;
            let seen = (refused.status, &refused.code[..]);
            assert_eq!(seen, (StatusCode::UNPROCESSABLE_ENTITY, "invalid_body"), "{method} {path} {field}");
        }
    }
}

#[tokio::test]
async fn a_huge_body_is_not_read_to_its_end() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let huge = vec![b' '; 2 << 20];
    for (method, path, _) in routes(&ada).await {
        let request = ada.request(method.clone(), &path).header("content-type", "application/json");
        let refused = refusal(request.body(huge.clone()).send().await.unwrap()).await;
        let seen = (refused.status, &refused.code[..]);
        assert_eq!(seen, (StatusCode::PAYLOAD_TOO_LARGE, "too_large"), "{method} {path}");
        // Without a length in front: in chunks.
        let chunks = (0..64).map(|_| Ok::<_, std::io::Error>(vec![b' '; 32 << 10]));
        let body = reqwest::Body::wrap_stream(futures::stream::iter(chunks));
        let request = ada.request(method.clone(), &path).header("content-type", "application/json");
        assert_eq!(
            refusal(request.body(body).send().await.unwrap()).await.code,
            "too_large",
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn json_says_that_it_is_json() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    for (method, path, good) in routes(&ada).await {
        for kind in ["text/plain", "multipart/form-data; boundary=x", "application/xml", "", "x"] {
            let request = ada.request(method.clone(), &path).header("content-type", kind);
            let refused = refusal(request.body(good.to_string()).send().await.unwrap()).await;
            let seen = (refused.status, &refused.code[..]);
            let expected = (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type");
            assert_eq!(seen, expected, "{method} {path} {kind:?}");
        }
    }
}

#[tokio::test]
async fn a_compressed_body_is_not_unpacked() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0];
    let request = ada.request(Method::POST, "/chats").header("content-type", "application/json");
    let answer = request.header("content-encoding", "gzip").body(gzip.to_vec()).send().await.unwrap();
    assert_eq!(refusal(answer).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_method_that_an_address_does_not_know_is_said_so() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let id = "01a1fbd7-0000-7000-8000-000000000000";
    for (method, path) in [
        (Method::DELETE, "/chats".to_owned()),
        (Method::PUT, format!("/chats/{id}")),
        (Method::GET, "/auth/login".to_owned()),
        (Method::POST, "/models".to_owned()),
        (Method::POST, format!("/replies/{id}/cancellation")),
        (Method::TRACE, "/users/me".to_owned()),
        (Method::from_bytes(b"BREW").unwrap(), "/users/me".to_owned()),
    ] {
        let answer = ada.request(method.clone(), &path).send().await.unwrap();
        assert!(answer.headers().contains_key("allow"), "{method} {path}");
        let refused = refusal(answer).await;
        let seen = (refused.status, &refused.code[..]);
        assert_eq!(seen, (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"), "{method} {path}");
    }
}

#[tokio::test]
async fn addresses_that_are_none_are_not_found_whoever_asks() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let http: Client = client();
    for path in
        ["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v2/chats", "/api/v1/chats/", "/api/v1/%ff"]
    {
        for request in [http.get(format!("{}{path}", server.base)), ada.request(Method::GET, "")] {
            let refused = refusal(request.send().await.unwrap()).await;
            assert_eq!((refused.status, &refused.code[..]), (StatusCode::NOT_FOUND, "not_found"), "{path}");
        }
    }
    for path in ["/chats/%00", "/chats/%ff", "/chats/..%2f", "/replies/1", "/messages/x/regenerate"] {
        let method = if path.starts_with("/messages") { Method::POST } else { Method::GET };
        let refused = refusal(ada.request(method, path).send().await.unwrap()).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{path}");
    }
}
