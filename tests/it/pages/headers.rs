//! The headers of every answer, whatever it says (threats S15, S16, S64, S67).

use reqwest::{Method, StatusCode};

use crate::support::{Document, TestApp};

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                   img-src 'self' blob:; font-src 'self'; form-action 'self'; base-uri 'none'; \
                   frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; \
                   trusted-types freshet";

fn is_hardened(page: &Document, place: &str) {
    let of = |name: &str| page.header(name).to_owned();
    assert_eq!(of("content-security-policy"), CSP, "{place}");
    assert_eq!(of("x-content-type-options"), "nosniff", "{place}");
    assert_eq!(of("x-frame-options"), "DENY", "{place}");
    assert_eq!(of("referrer-policy"), "no-referrer", "{place}");
    assert_eq!(of("cross-origin-opener-policy"), "same-origin", "{place}");
    assert_eq!(of("cross-origin-resource-policy"), "same-origin", "{place}");
    assert!(!of("permissions-policy").is_empty() && !of("x-request-id").is_empty(), "{place}");
    assert!(!page.headers.contains_key("server") && !page.headers.contains_key("x-powered-by"), "{place}");
}

#[tokio::test]
async fn every_answer_is_hardened_and_kept_out_of_caches() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let huge = "x".repeat(2 << 20);
    let post = |path: &str| ada.request(Method::POST, path).header("sec-fetch-site", "same-origin");
    let get = |path: &str| ada.request(Method::GET, path);
    let cases = [
        (get("/c/new"), 200),
        (get("/settings"), 200),
        (get("/api/v1/users/me"), 200),
        (get("/api/openapi.json"), 200),
        (get("/health/ready"), 200),
        (get("/"), 303),
        (server.visitor().request(Method::GET, "/c/new"), 303),
        (server.visitor().request(Method::GET, "/api/v1/users/me"), 401),
        (ada.request(Method::POST, "/c/new").header("origin", "null").form(&[("content", "x")]), 403),
        (get("/nothing"), 404),
        (get("/api/v1/nothing"), 404),
        (get("/assets/nothing.js"), 404),
        (get("/c/01a1fbd7-0000-7000-8000-000000000000"), 404),
        (ada.request(Method::DELETE, "/c/new"), 405),
        (post("/c/new").form(&[("content", &huge)]), 413),
        (post("/c/new").header("content-type", "application/json").body("{}"), 415),
        (post("/c/new").form(&[("content", "")]), 422),
    ];
    for (request, status) in cases {
        let request = request.build().unwrap();
        let place = format!("{} {}", request.method(), request.url());
        let page = ada.takes(crate::support::client().execute(request).await.unwrap()).await;
        assert_eq!(page.status.as_u16(), status, "{place}");
        is_hardened(&page, &place);
        assert_eq!(page.header("cache-control"), "no-store", "{place}");
        let refused = page.status.is_client_error() && !place.contains("/api/");
        assert!(
            !refused || page.header("content-type").starts_with("text/html"),
            "{place}: {:?}",
            page.headers
        );
    }
}

#[tokio::test]
async fn an_error_page_tells_its_id_and_nothing_of_the_inside() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    // Break the server from inside: the sessions are gone.
    match &server.app.db {
        freshet::platform::db::Db::Sqlite(pools) => {
            sqlx::query("ALTER TABLE conversations RENAME TO elsewhere").execute(&pools.write).await.map(drop)
        }
        freshet::platform::db::Db::Postgres(pool) => {
            sqlx::query("ALTER TABLE conversations RENAME TO elsewhere").execute(pool).await.map(drop)
        }
    }
    .unwrap();
    for path in ["/c/new", "/api/v1/chats"] {
        let page = ada.opens(path).await;
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        is_hardened(&page, path);
        assert!(page.text.contains(page.header("x-request-id")), "{}", page.text);
        let text = page.text.to_lowercase();
        for secret in ["conversations c", "sql", "no such table", "relation", "src/", ".rs:", "panicked"] {
            assert!(!text.contains(secret), "{path} shows {secret}: {text}");
        }
    }
}

#[tokio::test]
async fn a_request_id_comes_back_only_when_it_is_harmless() {
    let server = TestApp::start().await;
    let long = "x".repeat(65);
    for (given, kept) in [
        ("abc-DEF_123", true),
        (&long, false),
        ("a b", false),
        ("<script>", false),
        ("a\u{1b}[31m", false),
        ("", false),
        ("id=1&x", false),
    ] {
        let value = reqwest::header::HeaderValue::from_bytes(given.as_bytes());
        let Ok(value) = value else { continue };
        let request = server.visitor().request(Method::GET, "/nothing").header("x-request-id", value);
        let page = server.visitor().takes(request.send().await.unwrap()).await;
        assert_eq!(page.header("x-request-id") == given, kept, "{given:?}");
        assert!(!page.header("x-request-id").is_empty());
        assert!(page.text.contains(page.header("x-request-id")), "the page quotes the id");
    }
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_pages_name_them() {
    let server = TestApp::start().await;
    let page = server.visitor().opens("/").await;
    let script = page.attribute("script[src]", "src");
    let style = page.attribute("link[rel=stylesheet]", "href");
    for (path, kind) in [(script, "text/javascript"), (style, "text/css")] {
        let asset = server.visitor().opens(&path).await;
        assert_eq!(asset.status, StatusCode::OK);
        assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(asset.header("content-type").starts_with(kind), "{path}: {}", asset.header("content-type"));
        is_hardened(&asset, &path);
        assert!(asset.cookies().is_empty());
    }
    for path in
        ["/assets/../Cargo.toml", "/assets/..%2f..%2fCargo.toml", "/assets/%2e%2e/Cargo.toml", "/assets/"]
    {
        let page = server.visitor().opens(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_is_finished_is_compressed_and_what_grows_is_not() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    for (coding, path) in [("gzip", "/c/new"), ("br", "/c/new"), ("gzip", "/api/openapi.json"), ("br", "/")] {
        let request = ada.request(Method::GET, path).header("accept-encoding", coding);
        let page = request.send().await.unwrap();
        if page.status() == StatusCode::OK {
            assert_eq!(page.headers()["content-encoding"], coding, "{path}");
            assert!(page.headers()["vary"].to_str().unwrap().to_lowercase().contains("accept-encoding"));
        }
    }
    let api = server.signed_up("bob").await;
    let chat = api.chats_with("simulated/tokens:n=30,ms=1").await;
    for accept in ["text/event-stream", "text/plain"] {
        let path = format!("/chats/{chat}/messages");
        let body = serde_json::json!({ "content": "hi" });
        let request = api.request(Method::POST, &path).header("accept", accept).json(&body);
        let answer = request.header("accept-encoding", "gzip, br").send().await.unwrap();
        assert!(answer.status().is_success());
        for (name, value) in [("cache-control", "no-store"), ("x-accel-buffering", "no")] {
            assert_eq!(answer.headers()[name], value, "{accept}");
        }
        assert!(!answer.headers().contains_key("content-encoding"), "{accept}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(accept));
        answer.bytes().await.unwrap();
    }
}
