//! Rendering and highlighting for programs.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Api, TestApp};

async fn sent(ada: &Api, path: &str, body: Value) -> Response {
    ada.request(Method::POST, path).json(&body).send().await.unwrap()
}

async fn posted(ada: &Api, path: &str, body: Value) -> Value {
    let response = sent(ada, path, body).await;
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

#[tokio::test]
async fn markdown_is_rendered_as_pages_show_it() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let text = "# Hi\n\n$x^2$ and <script>alert(1)</script>\n\n```rust\nfn main() {}\n```";
    let body = posted(&ada, "/markdown/render", json!({ "text": text })).await;
    let blocks = body["blocks"].as_array().unwrap();
    assert_eq!(blocks.len(), 3);
    assert_eq!(blocks[0], "<h1>Hi</h1>");
    assert!(blocks[1].as_str().unwrap().contains("<msup>"));
    let html = body["html"].as_str().unwrap();
    assert_eq!(html, blocks.iter().map(|block| block.as_str().unwrap()).collect::<String>());
    assert!(html.contains("h-k") && !html.contains("<script"), "{html}");
}

#[tokio::test]
async fn code_is_highlighted_by_the_word_one_writes_after_a_fence() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let body =
        posted(&ada, "/markdown/highlight", json!({ "code": "let a = 1 < 2;", "language": "js" })).await;
    assert_eq!(body["label"], "JavaScript");
    assert!(body["html"].as_str().unwrap().contains("<span class=\"h-k\">let</span>"), "{body}");
    let body =
        posted(&ada, "/markdown/highlight", json!({ "code": "graph TD", "language": "mermaid" })).await;
    assert_eq!((&body["label"], &body["language"]), (&json!("Diagram (Mermaid)"), &json!(null)));
    let body = posted(&ada, "/markdown/highlight", json!({ "code": "<b>" })).await;
    assert!(body["html"].as_str().unwrap().contains("&lt;b&gt;"), "{body}");
}

#[tokio::test]
async fn what_is_too_long_and_who_is_nobody_are_refused() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    for (path, field) in [("/markdown/render", "text"), ("/markdown/highlight", "code")] {
        let refused = sent(&ada, path, json!({ field: "x".repeat(256 * 1024 + 1) })).await;
        assert_eq!(refused.status(), 422, "{path}");
        let problem: Value = refused.json().await.unwrap();
        let error = (&problem["code"], &problem["errors"][0]["field"]);
        assert_eq!(error, (&json!("text_too_long"), &json!(field)), "{problem}");
        assert_eq!(sent(&ada, path, json!({ field: "x".repeat(2_000_000) })).await.status(), 413, "{path}");
        let nobody = ada.request(Method::POST, path).bearer_auth("nobody").json(&json!({ field: "x" }));
        assert_eq!(nobody.send().await.unwrap().status(), 401, "{path}");
    }
}
