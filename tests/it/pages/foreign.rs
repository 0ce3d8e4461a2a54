//! What a foreign page can make a signed-in browser do: nothing (threats S12, S13).

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestApp, Visitor, client};

const NOBODY: &str = "01a1fbd7-0000-7000-8000-000000000000";

/// Every route that changes something, as a page's form or as JSON.
fn changing() -> Vec<(Method, String, Option<Value>)> {
    let form = |path: &str| (Method::POST, path.replace("{}", NOBODY), None);
    let api = |method, path: &str, body: Value| {
        (method, format!("/api/v1{}", path.replace("{}", NOBODY)), Some(body))
    };
    vec![
        form("/register"),
        form("/login"),
        form("/logout"),
        form("/c/new"),
        form("/c/{}/messages"),
        form("/m/{}/regenerate"),
        form("/replies/{}/cancellation"),
        form("/settings/theme"),
        form("/settings/sessions/{}/revoke"),
        form("/settings/sessions/revoke-others"),
        api(Method::POST, "/auth/register", json!({})),
        api(Method::POST, "/auth/login", json!({})),
        api(Method::POST, "/auth/refresh", json!({})),
        api(Method::POST, "/auth/logout", json!({})),
        api(Method::DELETE, "/users/me/sessions/{}", json!({})),
        api(Method::POST, "/chats", json!({})),
        api(Method::PATCH, "/chats/{}", json!({ "title": "x" })),
        api(Method::DELETE, "/chats/{}", json!({})),
        api(Method::POST, "/chats/{}/messages", json!({ "content": "x" })),
        api(Method::PATCH, "/messages/{}", json!({ "content": "x" })),
        api(Method::POST, "/messages/{}/regenerate", json!({})),
        api(Method::PUT, "/replies/{}/cancellation", json!({})),
    ]
}

fn with_body(request: RequestBuilder, body: Option<&Value>) -> RequestBuilder {
    match body {
        Some(body) => request.json(body),
        None => request.form(&[("content", "x"), ("theme", "dark")]),
    }
}

async fn tries(
    visitor: &Visitor,
    route: &(Method, String, Option<Value>),
    headers: &[(&str, &str)],
) -> Response {
    let (method, path, body) = route;
    let mut request = with_body(visitor.request(method.clone(), path), body.as_ref());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[test]
fn the_table_has_every_changing_route() {
    let description: Value = serde_json::from_str(&freshet::web::api::openapi_json()).unwrap();
    let mut described = 0;
    for methods in description["paths"].as_object().unwrap().values() {
        described += methods.as_object().unwrap().keys().filter(|method| *method != "get").count();
    }
    let pages = std::fs::read_to_string("src/web/pages/mod.rs").unwrap();
    let forms = pages.matches("post(").count();
    let table = changing();
    assert_eq!(table.iter().filter(|route| route.2.is_some()).count(), described);
    assert_eq!(table.iter().filter(|route| route.2.is_none()).count(), forms);
}

#[tokio::test]
async fn a_foreign_page_is_refused_on_every_route_that_changes_something() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let own = server.base.clone();
    let other_port = "http://127.0.0.1:1";
    let look_alike = format!("{own}.evil.example");
    let https = own.replace("http:", "https:") + "0";
    let foreign: [&[(&str, &str)]; 12] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "file://")],
        &[("origin", other_port)],
        &[("origin", &look_alike)],
        &[("origin", &https)],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "SAME-ORIGIN")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        &[("origin", "https://evil.example"), ("x-http-method-override", "GET")],
        &[("origin", "https://evil.example"), ("authorization", "Bearer fa_x")],
    ];
    for route in changing() {
        for headers in foreign {
            let answer = tries(&ada, &route, headers).await;
            let allow = answer.headers().get("access-control-allow-origin").cloned();
            let seen = (answer.status(), allow);
            assert_eq!(seen, (StatusCode::FORBIDDEN, None), "{} {} {headers:?}", route.0, route.1);
            if route.2.is_some() {
                assert_eq!(answer.json::<Value>().await.unwrap()["code"], "cross_origin");
            }
        }
    }
    assert_eq!(ada.opens("/settings").await.status, StatusCode::OK, "she is still signed in");
    let chats: Value = serde_json::from_str(&ada.opens("/api/v1/chats").await.text).unwrap();
    assert_eq!(chats["items"], json!([]));
}

#[tokio::test]
async fn the_servers_own_pages_and_programs_pass() {
    let server = TestApp::start().await;
    let own = server.base.clone();
    let passing: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-origin"), ("origin", &own)],
        &[("sec-fetch-site", "none")],
        &[("origin", &own)],
        // No browser sends neither with a form or fetch that changes something: this is a program with a cookie jar.
        &[],
    ];
    for route in changing() {
        for headers in passing {
            // Nobody is signed in: what passes is answered otherwise than by 403.
            let status = tries(&server.visitor(), &route, headers).await.status();
            assert_ne!(status, StatusCode::FORBIDDEN, "{} {} {headers:?}", route.0, route.1);
        }
    }
}

#[tokio::test]
async fn a_token_is_worth_the_same_from_everywhere() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let own: [&[(&str, &str)]; 3] =
        [&[], &[("origin", "app://desktop")], &[("sec-fetch-site", "cross-site"), ("origin", "null")]];
    for headers in own {
        let mut request = ada.request(Method::POST, "/chats").json(&json!({}));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        assert_eq!(request.send().await.unwrap().status(), StatusCode::CREATED, "{headers:?}");
    }
}

#[tokio::test]
async fn no_origin_is_ever_allowed_to_read_an_answer() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let look_alike = format!("{}.evil.example", server.base);
    for origin in ["https://evil.example", "null", &look_alike, &server.base] {
        for path in
            ["/", "/api/v1/users/me", "/api/openapi.json", "/health/ready", "/nothing", "/api/v1/chats"]
        {
            for method in [Method::GET, Method::OPTIONS] {
                let request = ada.request(method.clone(), path).header("origin", origin);
                let request = request.header("access-control-request-method", "POST");
                let answer = request.send().await.unwrap();
                let allowed: Vec<_> = answer
                    .headers()
                    .keys()
                    .filter(|name| name.as_str().starts_with("access-control"))
                    .collect();
                assert!(allowed.is_empty(), "{method} {path} {origin}: {allowed:?}");
            }
        }
    }
}

#[tokio::test]
async fn reading_changes_nothing() {
    let server = TestApp::start().await;
    let ada = server.visitor_of("ada").await;
    let before = ada.opens("/api/v1/chats").await.text;
    for path in
        ["/c/new?q=hi&model=simulated/fast", "/logout", "/settings/theme", "/settings/sessions/revoke-others"]
    {
        for method in [Method::GET, Method::HEAD] {
            ada.request(method, path).header("sec-fetch-site", "cross-site").send().await.unwrap();
        }
    }
    assert_eq!(ada.opens("/api/v1/chats").await.text, before);
    assert_eq!(ada.opens("/settings").await.status, StatusCode::OK);
    assert_eq!(server.upstream().await["calls"], 0);
}

#[tokio::test]
async fn behind_a_proxy_the_public_origin_is_the_own_one() {
    let settings = [("PUBLIC_URL", "https://chat.example.com")];
    let server = TestApp::start_with(&settings).await;
    let login = format!("{}/login", server.base);
    let form = [("email", "a@b.c"), ("password", "x")];
    for (origin, status) in [
        ("https://chat.example.com", StatusCode::UNPROCESSABLE_ENTITY),
        ("http://chat.example.com", StatusCode::FORBIDDEN),
        ("https://chat.example.com.evil.example", StatusCode::FORBIDDEN),
        ("https://other.example.com", StatusCode::FORBIDDEN),
    ] {
        let request = client().post(&login).header("origin", origin).form(&form);
        assert_eq!(request.send().await.unwrap().status(), status, "{origin}");
    }
}
