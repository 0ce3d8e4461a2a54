//! Access and refresh tokens: how long they live, and what ends them.

use freshet::{
    accounts::tokens::{ACCESS_LASTS, REFRESH_LASTS},
    app::Nature,
    platform::clock::Clock,
};
use futures::future::join_all;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{Database, PASSWORD, TestApp, client, refusal};

struct Pair {
    access: String,
    refresh: String,
}

impl Pair {
    async fn of(answer: Response) -> Self {
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], ACCESS_LASTS.as_secs());
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token") }
    }

    async fn signed_up(server: &TestApp, name: &str) -> Self {
        let body = json!({ "email": format!("{name}@example.org"), "name": name, "password": PASSWORD });
        let register = format!("{}/api/v1/auth/register", server.base);
        Self::of(client().post(register).json(&body).send().await.unwrap()).await
    }

    async fn status(&self, server: &TestApp) -> StatusCode {
        status(server, &self.access).await
    }
}

async fn status(server: &TestApp, token: &str) -> StatusCode {
    let me = client().get(format!("{}/api/v1/users/me", server.base)).bearer_auth(token);
    me.send().await.unwrap().status()
}

async fn refreshes(server: &TestApp, token: &str) -> Response {
    let body = json!({ "refresh_token": token });
    client().post(format!("{}/api/v1/auth/refresh", server.base)).json(&body).send().await.unwrap()
}

fn frozen() -> (Nature, Clock) {
    let clock = Clock::frozen("2026-11-20T12:00:00Z".parse().unwrap());
    (Nature { clock: clock.clone(), ..Nature::default() }, clock)
}

#[tokio::test]
async fn an_access_token_opens_for_its_time_and_not_longer() {
    let (nature, clock) = frozen();
    let server = TestApp::start_on(Database::new().await, &[], nature).await;
    let pair = Pair::signed_up(&server, "ada").await;
    clock.advance(chrono::Duration::from_std(ACCESS_LASTS).unwrap() - chrono::Duration::seconds(1));
    assert_eq!(pair.status(&server).await, StatusCode::OK);
    clock.advance(chrono::Duration::seconds(1));
    let me = client().get(format!("{}/api/v1/users/me", server.base)).bearer_auth(&pair.access);
    let refused = refusal(me.send().await.unwrap()).await;
    assert_eq!((refused.status, &refused.code[..]), (StatusCode::UNAUTHORIZED, "unauthenticated"));
    // The refresh token still buys a new one, for its own time.
    let next = Pair::of(refreshes(&server, &pair.refresh).await).await;
    assert_eq!(next.status(&server).await, StatusCode::OK);
    clock.advance(chrono::Duration::from_std(REFRESH_LASTS).unwrap());
    assert_eq!(refreshes(&server, &next.refresh).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_its_sign_in() {
    let server = TestApp::start().await;
    let first = Pair::signed_up(&server, "ada").await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    let login = format!("{}/api/v1/auth/login", server.base);
    let elsewhere = Pair::of(client().post(login).json(&body).send().await.unwrap()).await;
    let second = Pair::of(refreshes(&server, &first.refresh).await).await;
    assert_ne!((&first.access, &first.refresh), (&second.access, &second.refresh));
    assert_eq!(second.status(&server).await, StatusCode::OK);
    let stolen = refusal(refreshes(&server, &first.refresh).await).await;
    assert_eq!(stolen.status, StatusCode::UNAUTHORIZED);
    for token in [&first.access, &second.access] {
        assert_eq!(status(&server, token).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(refreshes(&server, &second.refresh).await.status(), StatusCode::UNAUTHORIZED);
    // Another sign-in of the same person goes on.
    assert_eq!(elsewhere.status(&server).await, StatusCode::OK);
    assert_eq!(refreshes(&server, &elsewhere.refresh).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn of_many_refreshes_at_once_at_most_one_gets_a_pair_and_none_survives() {
    let server = TestApp::start().await;
    for round in 0..5 {
        let first = Pair::signed_up(&server, &format!("u{round}")).await;
        let answers = join_all((0..8).map(|_| refreshes(&server, &first.refresh))).await;
        let mut pairs = Vec::new();
        for answer in answers {
            match answer.status() {
                StatusCode::OK => pairs.push(Pair::of(answer).await),
                status => assert_eq!(status, StatusCode::UNAUTHORIZED),
            }
        }
        assert_eq!(pairs.len(), 1, "round {round}");
        assert_eq!(pairs[0].status(&server).await, StatusCode::UNAUTHORIZED, "round {round}");
        assert_eq!(refreshes(&server, &pairs[0].refresh).await.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn signing_out_ends_both_tokens() {
    let server = TestApp::start().await;
    let pair = Pair::signed_up(&server, "ada").await;
    let logout = format!("{}/api/v1/auth/logout", server.base);
    let out = client().post(&logout).bearer_auth(&pair.access).send().await.unwrap();
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    assert_eq!(pair.status(&server).await, StatusCode::UNAUTHORIZED);
    assert_eq!(refreshes(&server, &pair.refresh).await.status(), StatusCode::UNAUTHORIZED);
    let again = client().post(&logout).bearer_auth(&pair.access).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_is_good_for_its_own_purpose_only() {
    let server = TestApp::start().await;
    let pair = Pair::signed_up(&server, "ada").await;
    for token in [&pair.refresh[..], "", "fa_", "fa_\u{e4}", "null", &pair.access[1..], &pair.access[..40]] {
        assert_eq!(status(&server, token).await, StatusCode::UNAUTHORIZED, "{token}");
    }
    for token in [&pair.access[..], "", "fr_", "fr_\0", &pair.refresh[1..]] {
        assert_eq!(refreshes(&server, token).await.status(), StatusCode::UNAUTHORIZED, "{token}");
    }
    assert_eq!(pair.status(&server).await, StatusCode::OK);
}

#[tokio::test]
async fn a_token_that_is_no_good_is_not_made_good_by_a_cookie() {
    let server = TestApp::start().await;
    let browser = server.visitor_of("ada").await;
    assert_eq!(browser.opens("/api/v1/users/me").await.status, StatusCode::OK);
    for value in ["Bearer garbage", "Bearer", "bearer fa_x", "Bearer fa_x fa_y"] {
        let request = browser.request(Method::GET, "/api/v1/users/me").header("authorization", value);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED, "{value}");
    }
}
