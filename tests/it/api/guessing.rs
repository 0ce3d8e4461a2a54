//! Whoever guesses learns nothing, and gets fewer and fewer tries.

use std::time::Instant;

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::{Browser, PASSWORD, TestApp, client};

fn login(app: &TestApp, email: &str, password: &str) -> RequestBuilder {
    client()
        .post(format!("{}/api/v1/auth/login", app.base))
        .json(&json!({ "email": email, "password": password }))
}

/// Everything of an answer that does not change from request to request.
async fn fingerprint(answer: Response) -> (u16, Vec<(String, String)>, Value) {
    let status = answer.status().as_u16();
    let headers =
        answer.headers().iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()));
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let mut body: Value = answer.json().await.unwrap();
    body["request_id"].take();
    (status, headers, body)
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_look_and_last_the_same() {
    let app = TestApp::start().await;
    Browser::new(&app.base).signs_up("ada@example.org").await;
    let known = fingerprint(login(&app, "ada@example.org", "wrong").send().await.unwrap()).await;
    for unknown in ["nobody@example.org", "no address", "", "a\u{0}@example.org"] {
        assert_eq!(
            fingerprint(login(&app, unknown, "wrong").send().await.unwrap()).await,
            known,
            "{unknown:?}"
        );
    }
    assert_eq!((known.0, &known.2["code"]), (401, &json!("wrong_credentials")));

    // The hash takes tens of milliseconds; an answer without one would take about one.
    let mut times = [Vec::new(), Vec::new()];
    for n in 0..8 {
        for (times, email) in
            times.iter_mut().zip(["ada@example.org".into(), format!("nobody{n}@example.org")])
        {
            let began = Instant::now();
            login(&app, &email, "wrong").send().await.unwrap();
            times.push(began.elapsed());
        }
    }
    let fastest = times.map(|times| times.into_iter().min().unwrap());
    assert!(fastest[1] * 3 > fastest[0], "{fastest:?}");
}

#[tokio::test]
async fn guesses_run_out_whatever_address_they_claim() {
    let app = TestApp::start().await;
    let mut refused = None;
    for n in 0..60 {
        let mut request = login(&app, &format!("nobody{n}@example.org"), "wrong");
        for header in ["x-forwarded-for", "x-real-ip", "cf-connecting-ip"] {
            request = request.header(header, format!("203.0.113.{n}"));
        }
        let answer = request.header("forwarded", format!("for=203.0.113.{n}")).send().await.unwrap();
        if answer.status() == 429 {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.status(), 401);
    }
    let refused = refused.expect("sixty guesses are too many");
    assert!(refused.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "too_many_requests");
}

#[tokio::test]
async fn one_account_is_guarded_against_many_sources_and_known_or_not_alike() {
    let app = TestApp::start_with(&[("TRUSTED_PROXIES", "127.0.0.1"), ("FRESHET_SIGNUP", "open")]).await;
    let token = freshet::accounts::setup_token(&app.app);
    let fields =
        [("email", "ada@example.org"), ("name", "Ada"), ("password", PASSWORD), ("setup_token", &token)];
    assert_eq!(Browser::new(&app.base).submits("/register", &fields).await.status(), 303);
    let mut tries = Vec::new();
    for email in ["ada@example.org", "nobody@example.org"] {
        let mut count = 0;
        loop {
            let from = format!("6.6.6.6, 203.0.113.{count}");
            let answer = login(&app, email, "wrong").header("x-forwarded-for", from).send().await.unwrap();
            if answer.status() == 429 || count > 30 {
                break;
            }
            count += 1;
        }
        tries.push(count);
    }
    assert_eq!(tries, [10, 10]);
}

#[tokio::test]
async fn behind_a_proxy_clients_have_tries_of_their_own() {
    let app = TestApp::start_with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let guess = async |n: usize, from: &str| {
        let request = login(&app, &format!("nobody{n}@example.org"), "wrong").header("x-forwarded-for", from);
        request.send().await.unwrap().status().as_u16()
    };
    let mut first = 0;
    while guess(first, "198.51.100.1").await == 401 {
        first += 1;
    }
    assert!(first < 60);
    assert_eq!(guess(1_000, "198.51.100.2").await, 401);
}

#[tokio::test]
async fn signing_in_rightly_costs_no_tries() {
    let app = TestApp::start().await;
    Browser::new(&app.base).signs_up("ada@example.org").await;
    for _ in 0..15 {
        assert_eq!(login(&app, "ada@example.org", PASSWORD).send().await.unwrap().status(), 200);
    }
}
