//! A key is nowhere to be seen (threat S32): not on a page, in an answer, a log, a count or the database.

use reqwest::Method;
use serde_json::json;

use super::ask;
use crate::support::{Api, Process, Visitor, simulator};

const CANARY: &str = "sk-canary-5f0e1d7c9b3a8642-TAIL";
const ECHOED: &str = "sk-bad-canary-77aa55cc-ECHO";

#[tokio::test]
async fn s32_only_the_last_four_characters_are_ever_seen() {
    let (folder, upstream) = (tempfile::tempdir().unwrap(), simulator().await);
    let base = format!("{upstream}/v1");
    let (out, log) = (tempfile::tempdir().unwrap(), "exec \"$0\" 2> \"$SAID\"");
    let said = out.path().join("said");
    let settings = [
        ("SAID", said.to_str().unwrap()),
        ("OPENAI_BASE_URL", base.as_str()),
        ("LOG_LEVEL", "trace"),
        ("METRICS_TOKEN", "canary-metrics"),
        ("FRESHET_TITLE_MODEL", "off"),
    ];
    // Into a file: nobody reads a pipe meanwhile, and it would soon be full.
    let server = Process::serve_by(&["sh", "-c", log], folder.path(), &settings);
    let ada = Api::sign_up(&server.base, "ada").await;
    let mut seen = Vec::new();
    for (path, key, insist) in [
        ("/keys/openai", CANARY, false),
        ("/keys/openai", ECHOED, false),
        ("/keys/openai", "sk-canary-with\nline", false),
        ("/keys/nobody", CANARY, false),
    ] {
        let body = json!({ "key": key, "insist": insist });
        seen.push(ask(&ada, Method::PUT, path, Some(body)).await.1.to_string());
    }
    let malformed = ada.request(Method::PUT, "/keys/openai").body(format!("{{\"key\": \"{CANARY}\""));
    seen.push(malformed.send().await.unwrap().text().await.unwrap());
    seen.push(ask(&ada, Method::POST, "/keys/detect", Some(json!({ "key": CANARY }))).await.1.to_string());
    let chat = ada.chats_with("openai/fast").await;
    seen.push(ada.asks(&chat, "hello").await.to_string());
    // The provider says the refused key again, in a check and in an answer.
    let body = json!({ "key": ECHOED, "insist": true });
    seen.push(ask(&ada, Method::PUT, "/keys/openai", Some(body)).await.1.to_string());
    seen.push(ada.asks(&chat, "hello").await.to_string());
    for path in ["/keys", "/providers", "/models", "/users/me", &format!("/chats/{chat}/messages")] {
        seen.push(ada.get(path).await.to_string());
    }
    let bob = Visitor::signed_up(&server.base, "bob").await;
    for (path, fields) in [
        ("/settings/keys", vec![("key", ECHOED), ("provider", "openai")]),
        ("/settings/keys", vec![("key", CANARY), ("provider", "openai"), ("base_url", "http://127.0.0.1/")]),
        ("/settings/keys", vec![("key", "canary-of-nobody-5f0e1d"), ("provider", "")]),
        ("/settings/keys/openai", vec![("key", ECHOED)]),
        ("/settings/keys/hint", vec![("key", CANARY), ("provider", "")]),
        ("/settings/keys/openai", vec![("key", CANARY)]),
    ] {
        let page = bob.submits(path, &fields).await;
        seen.push(format!("{:?}{}", page.headers, page.text));
    }
    for path in ["/settings/keys", "/settings/keys/openai", "/settings/keys/openai/remove", "/c/new", "/"] {
        let page = bob.opens(path).await;
        assert!(page.status.is_success(), "{path}");
        seen.push(page.text);
    }
    let metrics =
        reqwest::Client::new().get(format!("{}/metrics", server.base)).bearer_auth("canary-metrics");
    seen.push(metrics.send().await.unwrap().text().await.unwrap());
    seen.push(reqwest::get(format!("{}/api/openapi.json", server.base)).await.unwrap().text().await.unwrap());
    server.terminate();
    assert_eq!(server.waited_for().code, Some(0));
    let logged = std::fs::read_to_string(&said).unwrap();
    assert!(logged.contains("provider refused"), "it logs what providers say");
    seen.push(logged.replace("canary-metrics", ""));
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        seen.push(String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap()).into_owned());
    }
    for text in &seen {
        for part in ["canary", "5f0e1d", "77aa55cc"] {
            let at = text.find(part);
            let around =
                at.map(|at| text.get(at.saturating_sub(120)..(at + 80).min(text.len())).unwrap_or(text));
            assert_eq!(around, None, "{part} was seen");
        }
    }
    assert!(seen.iter().any(|text| text.contains("TAIL")), "the last four characters are shown");
}
