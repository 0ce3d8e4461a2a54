//! Bodies that don't fit: a clear refusal by the same process.

use reqwest::{Method, header};
use serde_json::Value;

use crate::support::TestApp;

const ID: &str = "0197b76d-a800-7000-8000-000000000000";

#[tokio::test]
async fn no_body_is_more_than_refused() {
    let app = TestApp::start().await;
    let ada = app.signed_up("ada").await;
    let deep = "[".repeat(100_000);
    let huge = format!(r#"{{"content":"{}"}}"#, "x".repeat(2 << 20));
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("empty", vec![]),
        ("null", b"null".to_vec()),
        ("list", b"[]".to_vec()),
        ("number", b"7".to_vec()),
        ("half", br#"{"email": "a"#.to_vec()),
        ("wrong types", br#"{"email":7,"content":[],"refresh_token":{},"title":{}}"#.to_vec()),
        (
            "twice",
            br#"{"email":"a","email":"b","content":"a","content":"b","refresh_token":"","refresh_token":""}"#
                .to_vec(),
        ),
        ("unknown field", br#"{"nothing":1}"#.to_vec()),
        ("invalid UTF-8", b"{\"email\":\"\xff\",\"content\":\"\xff\",\"refresh_token\":\"\xff\"}".to_vec()),
        ("deep", deep.into_bytes()),
        ("huge", huge.into_bytes()),
        ("trailing", br#"{} {}"#.to_vec()),
    ];
    let routes = [
        (Method::POST, "/auth/register".to_owned()),
        (Method::POST, "/auth/login".to_owned()),
        (Method::POST, "/auth/refresh".to_owned()),
        (Method::POST, "/chats".to_owned()),
        (Method::PATCH, format!("/chats/{ID}")),
        (Method::POST, format!("/chats/{ID}/messages")),
        (Method::PATCH, format!("/messages/{ID}")),
    ];
    for (method, path) in &routes {
        for (name, body) in &bodies {
            let request = ada.request(method.clone(), path).header(header::CONTENT_TYPE, "application/json");
            let answer = request.body(body.clone()).send().await.unwrap();
            assert!(answer.status().is_client_error(), "{path} {name}: {}", answer.status());
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json", "{path} {name}");
            let problem: Value = answer.json().await.unwrap();
            assert!(problem["code"].is_string() && problem["request_id"].is_string(), "{problem}");
        }
    }
    ada.get("/users/me").await;
}

#[tokio::test]
async fn each_fault_has_its_own_status() {
    let app = TestApp::start().await;
    let ada = app.signed_up("ada").await;
    let login = |kind: &str, body: &str| {
        let request = crate::support::client().post(format!("{}/api/v1/auth/login", app.base));
        request.header(header::CONTENT_TYPE, kind).body(body.to_owned()).send()
    };
    let json = "application/json";
    let cases = [
        (login(json, "{").await, 400, "malformed_json"),
        (login(json, r#"{"email":7,"password":"x"}"#).await, 422, "invalid_body"),
        (login(json, r#"{"email":"a@b.c"}"#).await, 422, "invalid_body"),
        (login("text/plain", r#"{"email":"a@b.c","password":"x"}"#).await, 415, "unsupported_media_type"),
        (login("application/x-www-form-urlencoded", "{}").await, 415, "unsupported_media_type"),
        (login(json, &" ".repeat(2 << 20)).await, 413, "too_large"),
        (ada.request(Method::GET, "/chats/no-id").send().await, 404, "not_found"),
        (ada.request(Method::GET, "/nowhere").send().await, 404, "not_found"),
        (ada.request(Method::PUT, "/users/me").send().await, 405, "method_not_allowed"),
    ];
    for (answer, status, code) in cases {
        let answer = answer.unwrap();
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json", "{code}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(
            (problem["status"].as_u64(), problem["code"].as_str()),
            (Some(status), Some(code)),
            "{problem}"
        );
    }
    let problem: Value = login(json, r#"{"email":7,"password":"x"}"#).await.unwrap().json().await.unwrap();
    assert!(problem["detail"].as_str().unwrap().contains("email"), "it says where: {problem}");
}

#[tokio::test]
async fn a_token_makes_up_for_what_curl_calls_the_body() {
    let app = TestApp::start().await;
    let ada = app.signed_up("ada").await;
    let chat = ada.chats_with("simulated/echo").await;
    let send = |kind: &str| {
        let request = ada.request(Method::POST, &format!("/chats/{chat}/messages"));
        request.header(header::CONTENT_TYPE, kind).body(r#"{"content":"hi"}"#).send()
    };
    assert_eq!(send("application/x-www-form-urlencoded").await.unwrap().status(), 202);
    assert_eq!(send("text/plain").await.unwrap().status(), 415);
}
