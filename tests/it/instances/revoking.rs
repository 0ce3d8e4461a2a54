//! A sign-in that ends closes what is open by it, on every instance (threats S8 and S9).

use std::time::{Duration, Instant};

use eventsource_stream::Eventsource as _;
use futures::StreamExt as _;
use reqwest::Method;

use super::pair::Pair;
use crate::support::{Browser, TestApp};

/// The promise is 5 s; this leaves room for a busy machine.
const SOON: Duration = Duration::from_secs(9);

/// The last event of a stream, and how long it took to end.
async fn last_event(answer: reqwest::Response) -> (String, String, Duration) {
    let begun = Instant::now();
    let mut events = answer.bytes_stream().eventsource();
    let mut last = (String::new(), String::new());
    let reading = async {
        while let Some(Ok(event)) = events.next().await {
            last = (event.event, event.data);
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reading).await.expect("the stream stays open");
    (last.0, last.1, begun.elapsed())
}

/// Signs a browser and an API client out on `here`, while both watch on `there`. Gives the longest wait.
async fn signs_out(here: &TestApp, there: &TestApp) -> Duration {
    let browser = Browser::new(&here.base);
    browser.signs_up(&format!("ada-{}@example.org", uuid::Uuid::new_v4().simple())).await;
    let made = browser.request(Method::POST, "/api/v1/chats").header("content-type", "application/json");
    let chat: serde_json::Value = made.body("{}").send().await.unwrap().json().await.unwrap();
    let cookie = browser.cookie.lock().clone().unwrap();
    let elsewhere = Browser::with_cookie(&there.base, &cookie);
    let page = elsewhere.opens(&format!("/c/{}/events", chat["id"].as_str().unwrap())).await;
    assert_eq!(page.status(), 200);

    let ada = here.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let path = format!("/chats/{chat}/events");
    let json = ada.at(&there.base).request(Method::GET, &path).send().await.unwrap();
    assert_eq!(json.status(), 200);

    // Both are open now, which the first bytes of each have shown.
    assert_eq!(browser.submits("/logout", &[]).await.status(), 303);
    assert_eq!(ada.request(Method::POST, "/auth/logout").send().await.unwrap().status(), 204);
    let (page, json) = tokio::join!(last_event(page), last_event(json));
    assert_eq!((page.0.as_str(), page.1.as_str()), ("fx:bye", "revoked"));
    assert_eq!((json.0.as_str(), json.1.as_str()), ("signed.out", "{}"));
    assert_eq!(ada.at(&there.base).request(Method::GET, &path).send().await.unwrap().status(), 401);
    page.2.max(json.2)
}

#[tokio::test]
async fn signing_out_closes_streams_on_the_other_instance() {
    let pair = Pair::start().await;
    let took = signs_out(&pair.a, &pair.b).await;
    println!("revoked through redis: {took:?}");
    assert!(took < SOON, "{took:?}");
}

#[tokio::test]
async fn without_redis_signing_out_closes_streams_on_the_other_instance_soon() {
    let mut pair = Pair::start().await;
    pair.redis.stop();
    pair.is_apart().await;
    let took = signs_out(&pair.a, &pair.b).await;
    println!("revoked without redis: {took:?}");
    assert!(took < SOON, "{took:?}");
}
