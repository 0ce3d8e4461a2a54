//! Who is let in (threat S14).

use reqwest::Method;
use serde_json::Value;

use crate::support::{Browser, Socket, TestApp};

/// The status of the answer, which says why in the right form; 101 if it was let in.
async fn status(base: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
    let Err(refused) = Socket::opens(base, path, headers).await else { return 101 };
    let status = refused.status().as_u16();
    if path.starts_with("/api/") {
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
        let body: Value = serde_json::from_slice(refused.body().as_ref().unwrap()).unwrap();
        assert_eq!(body["status"], status);
    }
    status
}

#[tokio::test]
async fn a_cookie_opens_it_for_pages_of_this_origin_only() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app.base);
    browser.signs_up("ada@example.org").await;
    let cookie = browser.cookie.lock().clone().unwrap();
    let chat: Value = browser
        .request(Method::POST, "/api/v1/chats")
        .json(&serde_json::json!({}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let page = format!("/c/{}/ws", chat["id"].as_str().unwrap());
    let (host, port) = app.base.trim_start_matches("http://").split_once(':').unwrap();
    let evil = [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        String::new(),
        format!("http://{host}"),
        format!("http://{host}:{}", port.parse::<u16>().unwrap() ^ 1),
        format!("ws://{host}:{port}"),
        format!("http://{host}:{port}.evil.example"),
        format!("http://{host}.evil.example:{port}"),
        format!("http://{host}.evil.example"),
        format!("http://localhost:{port}"),
        format!("{}/", app.base),
    ];
    for path in ["/api/v1/ws", &page] {
        assert_eq!(status(&app.base, path, &[("cookie", &cookie), ("origin", &app.base)]).await, 101);
        assert_eq!(status(&app.base, path, &[("cookie", &cookie)]).await, 403, "{path} without an origin");
        for origin in &evil {
            let headers = [("cookie", cookie.as_str()), ("origin", origin)];
            assert_eq!(status(&app.base, path, &headers).await, 403, "{path} from {origin:?}");
        }
        let two = [("cookie", cookie.as_str()), ("origin", &app.base), ("origin", "https://evil.example")];
        assert_eq!(status(&app.base, path, &two).await, 403);
    }
}

#[tokio::test]
async fn the_public_address_has_one_scheme_and_no_look_alikes() {
    let app = TestApp::start_with(&[("PUBLIC_URL", "http://localhost:4711")]).await;
    let browser = Browser::new(&app.base);
    browser.signs_up("ada@example.org").await;
    let cookie = browser.cookie.lock().clone().unwrap();
    let from = async |origin: &str, host: &str| {
        let headers = [("cookie", cookie.as_str()), ("origin", origin), ("x-forwarded-host", host)];
        status(&app.base, "/api/v1/ws", &headers).await
    };
    assert_eq!(from("http://localhost:4711", "localhost:4711").await, 101);
    for evil in [
        "https://localhost:4711",
        "http://localhost:81",
        "http://localhost",
        "http://localhost:4711.evil",
        "http://localhost.evil:4711",
        "http://evil-localhost:4711",
    ] {
        assert_eq!(from(evil, evil.split_once("://").unwrap().1).await, 403, "{evil}");
    }
}

#[tokio::test]
async fn a_token_without_a_cookie_is_taken_from_anywhere() {
    let app = TestApp::start().await;
    let ada = app.signed_up("ada").await;
    let token = format!("Bearer {}", ada.token);
    for origin in [None, Some("https://evil.example"), Some("null"), Some(app.base.as_str())] {
        let mut headers = vec![("authorization", token.as_str())];
        headers.extend(origin.map(|origin| ("origin", origin)));
        assert_eq!(status(&app.base, "/api/v1/ws", &headers).await, 101, "{origin:?}");
        headers.push(("cookie", "freshet=AAAAAAAAAAAAAAAAAAAAAA"));
        let by_a_foreign_page = origin.is_some_and(|origin| origin != app.base);
        let expected = if by_a_foreign_page { 403 } else { 101 };
        assert_eq!(status(&app.base, "/api/v1/ws", &headers).await, expected, "with a cookie: {origin:?}");
    }
}

#[tokio::test]
async fn nobody_else_gets_in_and_nothing_else_is_a_handshake() {
    let app = TestApp::start().await;
    let ada = app.signed_up("ada").await;
    let token = format!("Bearer {}", ada.token);
    assert_eq!(status(&app.base, "/api/v1/ws", &[("origin", &app.base)]).await, 401);
    assert_eq!(status(&app.base, "/api/v1/ws", &[("authorization", "Bearer nonsense")]).await, 401);
    let with = |protocol| [("authorization", token.as_str()), ("sec-websocket-protocol", protocol)];
    assert_eq!(status(&app.base, "/api/v1/ws", &with("freshet.v2, graphql-ws")).await, 400);
    assert_eq!(status(&app.base, "/api/v1/ws", &with("freshet.v9, freshet.v1")).await, 101);
    let plain = ada.request(Method::GET, "/ws").send().await.unwrap();
    let refusal = crate::support::refusal(plain).await;
    assert_eq!((refusal.status.as_u16(), refusal.code.as_str()), (400, "not_a_websocket"));
    let strangers = app.signed_up("bob").await.chats_with("simulated/fast").await;
    let browser = Browser::new(&app.base);
    browser.signs_up("eve@example.org").await;
    let cookie = browser.cookie.lock().clone().unwrap();
    let headers = [("cookie", cookie.as_str()), ("origin", app.base.as_str())];
    let unknown = "0197b76d-a800-7000-8000-000000000000";
    for chat in [strangers.as_str(), unknown, "x"] {
        assert_eq!(status(&app.base, &format!("/c/{chat}/ws"), &headers).await, 404, "{chat}");
    }
}
