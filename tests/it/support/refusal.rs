//! What a program is told when the API refuses it.

use reqwest::{Response, StatusCode};
use serde_json::Value;

/// A refusal whose form is right.
#[derive(Debug)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// Its stable code.
    pub code: String,
    /// The whole body without the request id, which differs each time.
    pub body: Value,
}

/// Reads a refusal: problem+json with everything that API.md promises, never a failure of the server's.
pub async fn refusal(answer: Response) -> Refusal {
    let status = answer.status();
    let headers = answer.headers().clone();
    let text = answer.text().await.unwrap();
    assert!(status.is_client_error(), "{status}: {text}");
    assert_eq!(headers["content-type"], "application/problem+json", "{status}: {text}");
    let mut body: Value = serde_json::from_str(&text).unwrap();
    let id = body.as_object_mut().unwrap().remove("request_id").unwrap_or_default();
    assert_eq!(id.as_str(), headers["x-request-id"].to_str().ok(), "{text}");
    assert_eq!(body["status"], status.as_u16(), "{text}");
    let code = body["code"].as_str().unwrap().to_owned();
    assert_eq!(body["type"], format!("urn:freshet:problem:{code}"));
    assert!(!body["title"].as_str().unwrap().is_empty() && !body["detail"].as_str().unwrap().is_empty());
    Refusal { status, code, body }
}
