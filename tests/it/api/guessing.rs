//! Guessing gets slower, and no header talks the server out of it (threat S2).

use freshet::{app::Nature, platform::clock::Clock};
use reqwest::{Client, Response, StatusCode};
use serde_json::json;

use crate::support::{Database, PASSWORD, TestApp, client, refusal};

/// Time stands still, so that no try comes back while the test runs.
async fn frozen(settings: &[(&str, &str)]) -> (TestApp, Clock) {
    let clock = Clock::frozen("2026-11-20T12:00:00Z".parse().unwrap());
    let nature = Nature { clock: clock.clone(), ..Nature::default() };
    (TestApp::start_on(Database::new().await, settings, nature).await, clock)
}

struct Guesser<'a> {
    http: Client,
    server: &'a TestApp,
}

impl Guesser<'_> {
    async fn guesses(&self, email: &str, password: &str, headers: &[(&str, String)]) -> Response {
        let body = json!({ "email": email, "password": password });
        let mut request = self.http.post(format!("{}/api/v1/auth/login", self.server.base)).json(&body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        request.send().await.unwrap()
    }
}

#[tokio::test]
async fn one_account_can_be_guessed_at_a_few_times_only() {
    let (server, clock) = frozen(&[]).await;
    server.visitor_of("ada").await;
    for (email, exists) in [("ada@example.org", true), ("nobody@example.org", false)] {
        let guesser = Guesser { http: client(), server: &server };
        let mut refused_after = None;
        for number in 0..40 {
            let answer = guesser.guesses(email, "wrong horse battery staple", &[]).await;
            if answer.status() == StatusCode::TOO_MANY_REQUESTS {
                let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
                assert!((1..=60).contains(&wait), "{wait}");
                assert_eq!(refusal(answer).await.code, "too_many_requests");
                refused_after = Some(number);
                break;
            }
        }
        assert_eq!(refused_after, Some(10), "{email}");
        // Even the right password has to wait, or the answer would tell that it is right.
        assert_eq!(
            guesser.guesses(email, PASSWORD, &[]).await.status(),
            StatusCode::TOO_MANY_REQUESTS,
            "{email}"
        );
        let page = server.visitor().signs_in(email, PASSWORD).await;
        assert_eq!((page.status, page.count("[role=alert]")), (StatusCode::TOO_MANY_REQUESTS, 1));
        clock.advance(chrono::Duration::seconds(31));
        let again = guesser.guesses(email, PASSWORD, &[]).await.status();
        assert_eq!(again, if exists { StatusCode::OK } else { StatusCode::UNAUTHORIZED });
        clock.advance(chrono::Duration::hours(1));
    }
}

#[tokio::test]
async fn no_header_makes_a_stranger_into_another_one() {
    let (server, _) = frozen(&[]).await;
    let guesser = Guesser { http: client(), server: &server };
    let mut held_back = 0;
    for number in 0..60 {
        let ip = format!("203.0.113.{number}");
        let headers = [
            ("x-forwarded-for", ip.clone()),
            ("forwarded", format!("for={ip}")),
            ("x-real-ip", ip.clone()),
            ("cf-connecting-ip", ip.clone()),
            ("true-client-ip", ip),
        ];
        let answer = guesser.guesses(&format!("u{number}@example.org"), "wrong horse", &headers).await;
        held_back += usize::from(answer.status() == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(held_back, 30);
}

#[tokio::test]
async fn behind_a_declared_proxy_every_client_counts_for_itself() {
    let (server, _) = frozen(&[("TRUSTED_PROXIES", "127.0.0.0/8")]).await;
    let guesser = Guesser { http: client(), server: &server };
    let mut by_client = [0, 0];
    for number in 0..80 {
        // What the client wrote itself stands on the left and is worth nothing.
        let client = number % 2;
        let forwarded = format!("10.9.8.{number}, 203.0.113.{client}");
        let headers = [("x-forwarded-for", forwarded)];
        let answer = guesser.guesses(&format!("u{number}@example.org"), "wrong horse", &headers).await;
        by_client[client] += usize::from(answer.status() == StatusCode::UNAUTHORIZED);
    }
    assert_eq!(by_client, [30, 30]);
    let third = [("x-forwarded-for", "203.0.113.77".to_owned())];
    let answer = guesser.guesses("new@example.org", "wrong horse", &third).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn accounts_cannot_be_made_without_end() {
    let (server, _) = frozen(&[]).await;
    let mut refused = None;
    for number in 0..70 {
        let body = json!({ "email": format!("u{number}@example.org"), "name": "", "password": PASSWORD });
        let request = client().post(format!("{}/api/v1/auth/register", server.base)).json(&body);
        let answer = request.send().await.unwrap();
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.headers().contains_key("retry-after"));
            refused = Some(number);
            break;
        }
    }
    assert_eq!(refused, Some(60));
    let page = server.visitor().signs_up("late@example.org", "late").await;
    assert_eq!((page.status, page.count("[role=alert]")), (StatusCode::TOO_MANY_REQUESTS, 1));
    assert_eq!(page.attribute("#email", "value"), "late@example.org");
}
