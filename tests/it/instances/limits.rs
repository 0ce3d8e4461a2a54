//! Who guesses is counted by all instances together.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::pair::Pair;
use crate::support::{Api, TestApp};

async fn guesses(at: &TestApp, ada: &Api, email: &str) -> StatusCode {
    let body = json!({ "email": email, "password": "not the password at all" });
    ada.at(&at.base).request(Method::POST, "/auth/login").json(&body).send().await.unwrap().status()
}

#[tokio::test]
async fn guesses_on_two_instances_count_together() {
    let mut pair = Pair::start().await;
    let ada = pair.a.signed_up("ada").await;
    for round in 0..10 {
        let at = if round % 2 == 0 { &pair.a } else { &pair.b };
        assert_eq!(guesses(at, &ada, "eve@example.org").await, StatusCode::UNAUTHORIZED, "{round}");
    }
    assert_eq!(guesses(&pair.a, &ada, "eve@example.org").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(guesses(&pair.b, &ada, "eve@example.org").await, StatusCode::TOO_MANY_REQUESTS);
    // Without Redis each counts for itself again, and still counts.
    pair.redis.stop();
    pair.is_apart().await;
    for _ in 0..10 {
        assert_eq!(guesses(&pair.b, &ada, "bob@example.org").await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(guesses(&pair.b, &ada, "bob@example.org").await, StatusCode::TOO_MANY_REQUESTS);
}
