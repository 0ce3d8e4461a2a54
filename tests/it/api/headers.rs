//! What every answer carries, and what no answer tells.

use axum::{Router, routing::get};
use freshet::{app::App, web::layers::layers};
use reqwest::{Response, header};
use serde_json::Value;

use crate::support::{Browser, TestApp, client};

fn holds_the_line(answer: &Response, what: &str) {
    let headers = answer.headers();
    let csp =
        headers.get(header::CONTENT_SECURITY_POLICY).unwrap_or_else(|| panic!("{what}")).to_str().unwrap();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types freshet",
    ] {
        assert!(csp.contains(part), "{what}: {csp}");
    }
    assert!(!csp.contains("unsafe"), "{csp}");
    assert_eq!(headers["x-content-type-options"], "nosniff", "{what}");
    assert_eq!(headers["cross-origin-opener-policy"], "same-origin", "{what}");
    assert!(headers.contains_key("referrer-policy") && headers.contains_key("permissions-policy"), "{what}");
    assert!(headers.contains_key("x-request-id"), "{what}");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{what}");
}

#[tokio::test]
async fn every_answer_says_what_browsers_must_not_do() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app.base);
    let pages = [
        "/",
        "/login",
        "/register",
        "/nowhere",
        "/c/nowhere",
        "/api/nowhere",
        "/api/v1/users/me",
        "/settings",
    ];
    for path in pages {
        holds_the_line(&browser.opens(path).await, path);
    }
    let forged = client().post(format!("{}/logout", app.base)).header("origin", "null").send().await.unwrap();
    holds_the_line(&forged, "forged");
    browser.signs_up("ada@example.org").await;
    holds_the_line(&browser.opens("/c/new").await, "signed in");
}

#[tokio::test]
async fn by_https_browsers_are_told_to_stay_with_it() {
    let app = TestApp::start_with(&[("PUBLIC_URL", "https://chat.example.org")]).await;
    let answer = Browser::new(&app.base).opens("/login").await;
    assert!(answer.headers()["strict-transport-security"].to_str().unwrap().contains("max-age="));
    let plain = TestApp::start().await;
    let answer = Browser::new(&plain.base).opens("/login").await;
    assert!(!answer.headers().contains_key("strict-transport-security"));
}

/// A server with routes that break, behind the real layers.
async fn broken(app: &TestApp) -> String {
    async fn panics() {
        panic!("a secret path: /var/lib/freshet");
    }
    let routes = Router::<App>::new().route("/api/v1/panics", get(panics)).route("/panics", get(panics));
    let router = layers(routes, &app.app).with_state(app.app.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

#[tokio::test]
async fn a_panic_is_one_answer_that_tells_nothing_and_the_server_goes_on() {
    let app = TestApp::start().await;
    let base = broken(&app).await;
    for path in ["/api/v1/panics", "/panics", "/api/v1/panics"] {
        let answer = Browser::new(&base).opens(path).await;
        assert_eq!(answer.status(), 500, "{path}");
        holds_the_line(&answer, path);
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let text = answer.text().await.unwrap();
        assert!(text.contains(&id), "an id to quote: {text}");
        assert!(!text.contains("secret path") && !text.contains("panicked"), "{text}");
    }
}

#[tokio::test]
async fn without_its_database_the_server_says_come_back_and_nothing_else() {
    let app = TestApp::start().await;
    let ada = app.signed_up("ada").await;
    app.app.db.close().await;
    let answer = ada.request(reqwest::Method::GET, "/users/me").send().await.unwrap();
    assert_eq!(answer.status(), 503);
    holds_the_line(&answer, "no database");
    assert!(answer.headers().contains_key("retry-after"));
    let text = answer.text().await.unwrap().to_lowercase();
    for word in ["sql", "pool", "postgres", "/tmp", "src/"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[tokio::test]
async fn a_request_is_quoted_by_the_callers_id_only_if_it_is_harmless() {
    let app = TestApp::start().await;
    let of = async |id: &str| {
        let url = format!("{}/api/v1/users/me", app.base);
        let answer = client().get(url).header("x-request-id", id).send().await.unwrap();
        let header = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["request_id"], header);
        header
    };
    assert_eq!(of("trace-7_A").await, "trace-7_A");
    for evil in ["a b", "<script>", &"a".repeat(65)] {
        assert_ne!(of(evil).await, evil);
    }
}
