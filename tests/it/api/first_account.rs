//! Who becomes administrator.

use std::collections::BTreeMap;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Browser, PASSWORD, TestApp, client};

/// Reachable from elsewhere, as far as the server can tell.
const PUBLIC: (&str, &str) = ("PUBLIC_URL", "https://chat.example.org");

async fn register(base: &str, email: &str, token: Option<&str>) -> (u16, Value) {
    let mut body = json!({ "email": email, "name": "Ada", "password": PASSWORD });
    if let Some(token) = token {
        body["setup_token"] = token.into();
    }
    let answer = client().post(format!("{base}/api/v1/auth/register")).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_at_once_one_becomes_administrator() {
    let app = TestApp::start().await;
    let by_api = (0..25).map(|n| {
        let (base, email) = (app.base.clone(), format!("api{n}@example.org"));
        async move {
            let (status, body) = register(&base, &email, None).await;
            assert_eq!(status, 201, "{body}");
            body["user"]["role"].as_str().unwrap().to_owned()
        }
    });
    let by_page = (0..25).map(|n| {
        let browser = Browser::new(&app.base);
        async move {
            browser.signs_up(&format!("page{n}@example.org")).await;
            let me: Value = browser.opens("/api/v1/users/me").await.json().await.unwrap();
            me["role"].as_str().unwrap().to_owned()
        }
    });
    let (mut roles, others) = futures::join!(join_all(by_api), join_all(by_page));
    roles.extend(others);
    let mut counts = BTreeMap::new();
    for role in roles {
        *counts.entry(role).or_insert(0) += 1;
    }
    assert_eq!(counts, BTreeMap::from([("admin".to_owned(), 1), ("user".to_owned(), 49)]));
}

#[tokio::test]
async fn where_strangers_come_by_the_first_account_needs_the_printed_token() {
    let app = TestApp::start_with(&[PUBLIC]).await;
    let token = freshet::accounts::setup_token_if_needed(&app.app).await.unwrap().unwrap();
    assert_eq!(token.len(), 32);

    let (status, body) = register(&app.base, "a@example.org", None).await;
    assert_eq!((status, &body["code"]), (403, &json!("setup_token_required")));
    let (status, body) = register(&app.base, "a@example.org", Some("0123456789abcdef0123456789abcdef")).await;
    assert_eq!((status, &body["code"]), (403, &json!("setup_token_wrong")));
    let (status, body) = register(&app.base, "a@example.org", Some(&token)).await;
    assert_eq!((status, &body["user"]["role"]), (201, &json!("admin")));

    assert_eq!(freshet::accounts::setup_token_if_needed(&app.app).await.unwrap(), None);
    let (status, body) = register(&app.base, "b@example.org", Some(&token)).await;
    assert_eq!((status, &body["user"]["role"]), (201, &json!("user")), "the token is worth nothing any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_token_fifty_at_once_get_nothing() {
    let app = TestApp::start_with(&[PUBLIC]).await;
    let tries = (0..50).map(|n| {
        let (base, email) = (app.base.clone(), format!("{n}@example.org"));
        async move { register(&base, &email, None).await.0 }
    });
    assert_eq!(join_all(tries).await, [403; 50]);
}

#[tokio::test]
async fn a_closed_house_lets_in_the_first_and_nobody_else() {
    let app = TestApp::start_with(&[("FRESHET_SIGNUP", "closed")]).await;
    assert_eq!(register(&app.base, "a@example.org", None).await.1["user"]["role"], "admin");
    for email in ["b@example.org", "a@example.org"] {
        let (status, body) = register(&app.base, email, None).await;
        assert_eq!((status, &body["code"]), (403, &json!("signup_closed")), "whether or not it is taken");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_said_by_field() {
    let app = TestApp::start().await;
    register(&app.base, "taken@example.org", None).await;
    let ada = |field: &str, value: &str| {
        let mut body = json!({ "email": "b@example.org", "name": "Bo", "password": PASSWORD });
        body[field] = value.into();
        body
    };
    let cases = [
        (ada("email", "no address"), 422, "email_invalid", json!("email")),
        (ada("name", "   "), 422, "name_missing", json!("name")),
        (ada("name", &"n".repeat(81)), 422, "name_invalid", json!("name")),
        (ada("name", "a\u{0}b"), 422, "name_invalid", json!("name")),
        (ada("password", "password1"), 422, "password_weak", json!("password")),
        (ada("password", "short"), 422, "password_too_short", json!("password")),
        (ada("email", " TAKEN@Example.org "), 409, "email_taken", Value::Null),
    ];
    for (body, status, code, field) in cases {
        let answer =
            client().post(format!("{}/api/v1/auth/register", app.base)).json(&body).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)), "{problem}");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
}

#[tokio::test]
async fn nobody_sets_what_is_not_theirs_to_set() {
    let app = TestApp::start().await;
    register(&app.base, "admin@example.org", None).await;
    for extra in ["role", "id", "user_id", "is_admin", "verified", "created_at", "status", "quota"] {
        let mut body = json!({ "email": "b@example.org", "name": "Bo", "password": PASSWORD });
        body[extra] = "admin".into();
        let answer =
            client().post(format!("{}/api/v1/auth/register", app.base)).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 422, "{extra}");
    }
    let browser = Browser::new(&app.base);
    let fields = [("email", "c@example.org"), ("name", "Cy"), ("password", PASSWORD), ("role", "admin")];
    browser.submits("/register", &fields).await;
    let me: Value = browser.opens("/api/v1/users/me").await.json().await.unwrap();
    assert_ne!(me["role"], "admin", "{me}");
}
