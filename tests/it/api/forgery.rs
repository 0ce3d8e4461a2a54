//! Requests that another site made the browser send.

use reqwest::Method;

use crate::support::{Browser, TestApp};

const EVIL: &[&[(&str, &str)]] = &[
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
    &[("origin", "http://localhost:1")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
];

/// What changes something; none of it gets as far as to look for its subject.
const CHANGES: &[(&str, &str)] = &[
    ("POST", "/logout"),
    ("POST", "/settings/sessions/revoke-others"),
    ("POST", "/c/new"),
    ("POST", "/login"),
    ("POST", "/register"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/register"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/logout"),
    ("POST", "/api/v1/chats"),
    ("PATCH", "/api/v1/chats/0197b76d-a800-7000-8000-000000000000"),
    ("DELETE", "/api/v1/chats/0197b76d-a800-7000-8000-000000000000"),
    ("DELETE", "/api/v1/users/me/sessions/0197b76d-a800-7000-8000-000000000000"),
];

#[tokio::test]
async fn a_foreign_page_changes_nothing_with_a_cookie() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app.base);
    browser.signs_up("ada@example.org").await;
    let cookie = browser.cookie.lock().clone().unwrap();
    let http = crate::support::client();
    for (method, path) in CHANGES {
        for headers in EVIL {
            let method: Method = method.parse().unwrap();
            let mut request = http.request(method, format!("{}{path}", app.base)).header("cookie", &cookie);
            for (name, value) in *headers {
                request = request.header(*name, *value);
            }
            for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json"] {
                let request = request.try_clone().unwrap().header("content-type", kind).body("{}");
                assert_eq!(request.send().await.unwrap().status(), 403, "{path} {headers:?} {kind}");
            }
        }
    }
    assert!(browser.is_known().await);
}

#[tokio::test]
async fn a_token_without_cookies_is_taken_from_anywhere() {
    let app = TestApp::start().await;
    let ada = app.signed_up("ada").await;
    for headers in EVIL.iter().chain(&[&[][..]]) {
        let mut request = ada.request(Method::POST, "/chats").json(&serde_json::json!({}));
        for (name, value) in *headers {
            request = request.header(*name, *value);
        }
        let answer = request.try_clone().unwrap().send().await.unwrap();
        assert_eq!(answer.status(), 201, "{headers:?}");
        assert_eq!(answer.headers().get("access-control-allow-origin"), None);
        if !headers.is_empty() {
            let with_cookie =
                request.header("cookie", "freshet=AAAAAAAAAAAAAAAAAAAAAA").send().await.unwrap();
            assert_eq!(with_cookie.status(), 403, "a browser sent this: {headers:?}");
        }
    }
}

#[tokio::test]
async fn the_public_address_is_home_even_if_a_proxy_changes_the_host() {
    let app = TestApp::start_with(&[("PUBLIC_URL", "https://chat.example.org")]).await;
    let login = async |origin: &str| {
        let url = format!("{}/api/v1/auth/login", app.base);
        let body = serde_json::json!({ "email": "a@example.org", "password": "x" });
        let request = crate::support::client().post(url).header("origin", origin).json(&body);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(login("https://chat.example.org").await, 401, "let in, and wrong");
    for evil in
        ["http://chat.example.org", "https://chat.example.org.evil.example", "https://evil-chat.example.org"]
    {
        assert_eq!(login(evil).await, 403, "{evil}");
    }
}

#[tokio::test]
async fn no_origin_is_told_that_it_may_read() {
    let app = TestApp::start().await;
    let http = crate::support::client();
    for origin in ["https://evil.example", "null", &format!("{}.evil.example", app.base)] {
        for method in [Method::GET, Method::OPTIONS] {
            let request =
                http.request(method, format!("{}/api/v1/users/me", app.base)).header("origin", origin);
            let answer = request.header("access-control-request-method", "POST").send().await.unwrap();
            assert!(answer.headers().keys().all(|name| !name.as_str().starts_with("access-control")));
        }
    }
}
