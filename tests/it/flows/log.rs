//! The log stays one line per event, whatever strangers send (threat S64), and holds no secret.

use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Process, client};

/// What a stranger may put into a request to forge a line or to act on a terminal.
async fn provokes(base: &str) -> Vec<String> {
    let http = client();
    let agent = HeaderValue::from_bytes(b"a\xff\tb \\u001b[31m").unwrap();
    for path in [
        "/%0d%0aforged",
        "/%1b%5b31m",
        "/api/v1/chats/%00",
        "/login?next=%0aforged",
        "/c/new?q=my%20secret%20wish",
    ] {
        let request = http.get(format!("{base}{path}")).header("user-agent", agent.clone());
        request.header("x-request-id", "x\tforged").send().await.unwrap();
    }
    let body = json!({ "email": "ada@example.org", "name": "Ada", "password": PASSWORD });
    let register = format!("{base}/api/v1/auth/register");
    let pair: Value = http.post(&register).json(&body).send().await.unwrap().json().await.unwrap();
    let forged = json!({ "email": "a\r\n2026 INFO forged\u{1b}[31m", "name": "\u{1b}]0;x\u{7}", "password": PASSWORD });
    http.post(&register).json(&forged).send().await.unwrap();
    let refresh = json!({ "refresh_token": pair["refresh_token"] });
    for _ in 0..2 {
        http.post(format!("{base}/api/v1/auth/refresh")).json(&refresh).send().await.unwrap();
    }
    let text = |name: &str| pair[name].as_str().unwrap().to_owned();
    vec![text("access_token"), text("refresh_token"), PASSWORD.to_owned(), "my secret wish".to_owned()]
}

#[tokio::test]
async fn every_event_is_one_line_without_control_characters() {
    for format in ["text", "json"] {
        let folder = tempfile::tempdir().unwrap();
        let settings = [("LOG_LEVEL", "debug"), ("FRESHET_LOG_FORMAT", format)];
        let server = Process::serve(folder.path(), &settings);
        let secrets = provokes(&server.base).await;
        server.terminate();
        let ended = server.waited_for();
        assert_eq!(ended.code, Some(0));
        assert!(ended.stderr.contains("answered"), "requests are logged at this level");
        for line in ended.stderr.lines() {
            assert!(!line.chars().any(char::is_control), "{line:?}");
            assert!(!line.starts_with("forged") && !line.starts_with("2026 INFO"), "{line}");
            assert!(format == "text" || serde_json::from_str::<Value>(line).is_ok(), "{line}");
        }
        for secret in secrets {
            assert!(!ended.stderr.contains(&secret), "the log holds {secret}");
        }
    }
}
