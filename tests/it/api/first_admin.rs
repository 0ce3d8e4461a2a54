//! The first account becomes the administrator, exactly once (threat S5).

use freshet::accounts::setup_token;
use futures::future::join_all;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp, Visitor, client, refusal};

async fn registers(base: &str, name: &str, token: Option<&str>) -> Response {
    let mut body = json!({ "email": format!("{name}@example.org"), "name": name, "password": PASSWORD });
    if let Some(token) = token {
        body["setup_token"] = token.into();
    }
    client().post(format!("{base}/api/v1/auth/register")).json(&body).send().await.unwrap()
}

#[tokio::test]
async fn of_fifty_first_accounts_at_once_one_is_administrator() {
    let server = TestApp::start().await;
    let by_api = (0..25).map(|n| {
        let base = &server.base;
        async move {
            let answer = registers(base, &format!("api{n}"), None).await;
            assert_eq!(answer.status(), StatusCode::CREATED);
            usize::from(answer.json::<Value>().await.unwrap()["user"]["role"] == "admin")
        }
    });
    let by_form = (0..25).map(|n| {
        let base = &server.base;
        async move {
            let browser = Visitor::signed_up(base, &format!("form{n}")).await;
            let me = browser.opens("/api/v1/users/me").await;
            usize::from(serde_json::from_str::<Value>(&me.text).unwrap()["role"] == "admin")
        }
    });
    let (api, form) = tokio::join!(join_all(by_api), join_all(by_form));
    assert_eq!(api.iter().chain(&form).sum::<usize>(), 1);
}

/// Everything that makes strangers able to reach the server.
const REACHABLE: [(&str, &str); 3] =
    [("PUBLIC_URL", "http://chat.example.com"), ("HOST", "0.0.0.0"), ("TRUSTED_PROXIES", "10.0.0.0/8")];

#[tokio::test]
async fn where_strangers_can_reach_it_the_first_account_needs_the_printed_token() {
    for setting in REACHABLE {
        let server = TestApp::start_with(&[setting]).await;
        let base = server.base.replace("0.0.0.0", "127.0.0.1");
        let missing = refusal(registers(&base, "eve", None).await).await;
        assert_eq!((missing.status, &missing.code[..]), (StatusCode::FORBIDDEN, "setup_token_required"));
        let printed = setup_token(&server.app);
        for wrong in
            ["", "0", &printed[1..], &format!("{printed}0"), &printed.to_uppercase().replace('A', "B")]
        {
            let refused = refusal(registers(&base, "eve", Some(wrong)).await).await;
            assert_eq!((refused.status, &refused.code[..]), (StatusCode::FORBIDDEN, "setup_token_wrong"));
        }
        let page = Visitor::new(&base).signs_up("eve@example.org", "eve").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{setting:?}");
        assert_eq!(page.count("#setup_token-error"), 1);
        let answer = registers(&base, "ada", Some(&printed)).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        assert_eq!(answer.json::<Value>().await.unwrap()["user"]["role"], "admin");
        // From then on nobody needs it, and it makes nobody an administrator.
        let second = registers(&base, "bob", Some(&printed)).await.json::<Value>().await.unwrap();
        assert_eq!(second["user"]["role"], "user");
        assert_eq!(registers(&base, "eve", None).await.status(), StatusCode::CREATED);
    }
}

#[tokio::test]
async fn with_the_token_fifty_at_once_still_make_one_administrator() {
    let server = TestApp::start_with(&[("PUBLIC_URL", "http://chat.example.com")]).await;
    let token = setup_token(&server.app);
    let tries = (0..50).map(|n| {
        let (base, token) = (&server.base, &token);
        async move { registers(base, &format!("u{n}"), (n % 2 == 0).then_some(&token[..])).await }
    });
    let mut admins = 0;
    for answer in join_all(tries).await {
        match answer.status() {
            StatusCode::CREATED => {
                admins += usize::from(answer.json::<Value>().await.unwrap()["user"]["role"] == "admin");
            }
            status => assert_eq!(status, StatusCode::FORBIDDEN),
        }
    }
    assert_eq!(admins, 1);
}

#[tokio::test]
async fn a_closed_server_takes_its_first_account_only() {
    let server = TestApp::start_with(&[("FRESHET_SIGNUP", "closed")]).await;
    assert_eq!(server.visitor().opens("/register").await.count("form[action='/register']"), 1);
    assert_eq!(registers(&server.base, "ada", None).await.status(), StatusCode::CREATED);
    let refused = refusal(registers(&server.base, "bob", None).await).await;
    assert_eq!((refused.status, &refused.code[..]), (StatusCode::FORBIDDEN, "signup_closed"));
    let page = server.visitor().signs_up("bob@example.org", "bob").await;
    assert_eq!((page.status, page.count("[role=alert]")), (StatusCode::FORBIDDEN, 1));
    assert!(!server.visitor().opens("/").await.text.contains("href=\"/register\""));
}
