//! Making accounts and signing in: what a stranger can learn from the answers (threat S1), and what is taken.

use reqwest::{Response, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp, client, refusal};

async fn posts(server: &TestApp, path: &str, body: Value) -> Response {
    client().post(format!("{}/api/v1/auth/{path}", server.base)).json(&body).send().await.unwrap()
}

fn names(headers: &HeaderMap) -> Vec<String> {
    let mut names: Vec<_> = headers.keys().map(ToString::to_string).collect();
    names.sort();
    names
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let server = TestApp::start().await;
    let browser = server.visitor_of("ada").await;
    let mut answers = Vec::new();
    for email in ["ada@example.org", "nobody@example.org", "not an address", "a\0b@example.org"] {
        let body = json!({ "email": email, "password": "wrong horse battery staple" });
        let answer = posts(&server, "login", body).await;
        let headers = names(answer.headers());
        let refused = refusal(answer).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        answers.push((headers, refused.body));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    browser.submits("/logout", &[]).await;
    let mut pages = Vec::new();
    for email in ["ada@example.org", "nobody@example.org"] {
        let page = server.visitor().signs_in(email, "wrong horse battery staple").await;
        pages.push((page.status, names(&page.headers), page.text.replace(email, "…")));
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:#?}");
}

#[tokio::test]
async fn an_address_belongs_to_one_account_however_it_is_written() {
    let server = TestApp::start().await;
    server.visitor_of("ada").await;
    let body = json!({ "email": " ADA@Example.ORG ", "name": "Eve", "password": PASSWORD });
    let refused = refusal(posts(&server, "register", body).await).await;
    assert_eq!((refused.status, &refused.code[..]), (StatusCode::CONFLICT, "email_taken"));
    let body = json!({ "email": "Ada@EXAMPLE.org", "password": PASSWORD });
    assert_eq!(posts(&server, "login", body).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_makes_no_account_is_said_by_field() {
    let server = TestApp::start().await;
    let (good_name, good_email) = ("Ada", "ada@example.org");
    let long_name = "a".repeat(81);
    let cases = [
        (good_email, "", PASSWORD, "name"),
        (good_email, "   ", PASSWORD, "name"),
        (good_email, &long_name, PASSWORD, "name"),
        (good_email, "a\0b", PASSWORD, "name"),
        (good_email, "a\u{1b}[31m", PASSWORD, "name"),
        ("", good_name, PASSWORD, "email"),
        ("ada", good_name, PASSWORD, "email"),
        ("a\0@example.org", good_name, PASSWORD, "email"),
        ("a@example.org\r\nbcc: b@c.d", good_name, PASSWORD, "email"),
        (good_email, good_name, "", "password"),
        (good_email, good_name, "short", "password"),
        (good_email, good_name, "password1", "password"),
        (good_email, good_name, "ada@example.org", "password"),
        (good_email, good_name, &"x".repeat(100_000), "password"),
    ];
    for (email, name, password, field) in cases {
        let body = json!({ "email": email, "name": name, "password": password });
        let refused = refusal(posts(&server, "register", body).await).await;
        let case = format!("{email:?} {name:?} {:?}", &password[..password.len().min(20)]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{case}");
        assert_eq!(refused.body["errors"][0]["field"], field, "{case}: {}", refused.body);
        assert!(!refused.body.to_string().contains("short\""), "a password is never repeated");
    }
    // Nothing of that became the first account.
    assert_eq!(server.signed_up("ada").await.get("/users/me").await["role"], "admin");
}

#[tokio::test]
async fn fields_that_nobody_may_set_are_refused() {
    let server = TestApp::start().await;
    server.signed_up("root").await;
    for (field, value) in [
        ("role", json!("admin")),
        ("id", json!("01a1fbd7-0000-7000-8000-000000000000")),
        ("owner_id", json!("01a1fbd7-0000-7000-8000-000000000000")),
        ("user_id", json!("01a1fbd7-0000-7000-8000-000000000000")),
        ("verified", json!(true)),
        ("quota", json!(1_000_000)),
        ("created_at", json!("2020-01-01T00:00:00Z")),
    ] {
        let mut body = json!({ "email": "eve@example.org", "name": "Eve", "password": PASSWORD });
        body[field] = value;
        let refused = refusal(posts(&server, "register", body).await).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
    }
    let fields = [("email", "eve@example.org"), ("name", "Eve"), ("password", PASSWORD), ("role", "admin")];
    let browser = server.visitor();
    browser.submits("/register", &fields).await;
    let me = browser.opens("/api/v1/users/me").await;
    assert_ne!(serde_json::from_str::<Value>(&me.text).unwrap()["role"], "admin", "{}", me.text);
}
