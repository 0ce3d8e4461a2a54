//! People's own keys: whose they are, where they go, and that nobody sees them again.

mod addresses;
mod pages;
mod rotation;
mod sealed;
mod secrecy;
mod use_of;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Api, TestApp, simulator};

/// A server whose OpenAI is a simulated one, and that one's address. People's own addresses may lead to this machine.
pub async fn house(settings: &[(&str, &str)]) -> (TestApp, String) {
    let upstream = simulator().await;
    let base = format!("{upstream}/v1");
    let mut all = vec![("OPENAI_BASE_URL", base.as_str()), ("FRESHET_PRIVATE_HOSTS", "127.0.0.1")];
    all.extend_from_slice(settings);
    (TestApp::start_with(&all).await, upstream)
}

/// What the simulated OpenAI has counted.
pub async fn counted(upstream: &str) -> Value {
    reqwest::get(format!("{upstream}/_sim/stats")).await.unwrap().json().await.unwrap()
}

/// Asks for something about keys; gives status and body.
pub async fn ask(api: &Api, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let mut request = api.request(method, path);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null))
}

/// Enters a key that must be taken; gives what is shown of it.
pub async fn enters(api: &Api, provider: &str, key: &str) -> Value {
    let (status, body) =
        ask(api, Method::PUT, &format!("/keys/{provider}"), Some(json!({ "key": key }))).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}
