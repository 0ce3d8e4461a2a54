//! Stopping an answer that another instance writes.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::pair::Pair;
use crate::support::{Accepted, Api};

async fn stops(ada: &Api, accepted: &Accepted) -> (Value, Duration) {
    let begun = Instant::now();
    let path = format!("/replies/{}/cancellation", accepted.reply);
    let answer = ada.request(Method::PUT, &path).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{}", answer.text().await.unwrap());
    (answer.json().await.unwrap(), begun.elapsed())
}

/// Stops an answer of A by B, before its first token and in its middle, twice each; gives the longest wait.
async fn stops_from_there(pair: &Pair) -> Duration {
    let ada = pair.a.signed_up("ada").await;
    let there = ada.at(&pair.b.base);
    let mut longest = Duration::ZERO;
    for (round, (model, bytes)) in
        [("simulated/tokens:first=600000", 0), ("simulated/tokens:n=100000,ms=10", 30)]
            .into_iter()
            .enumerate()
    {
        let chat = ada.chats_with(model).await;
        let accepted = ada.says(&chat, "go").await;
        let mut watch = ada.watches(&chat, &accepted.cursor).await;
        watch.until_bytes(&accepted.reply, bytes).await;
        while pair.a.upstream().await["active"] != 1 {
            tokio::task::yield_now().await;
        }
        let ((first, took), (second, _)) = tokio::join!(stops(&there, &accepted), stops(&there, &accepted));
        longest = longest.max(took);
        assert_eq!(pair.a.upstream().await["disconnected"], round as u64 + 1, "the provider was hung up on");
        assert_eq!((&first["status"], &second["status"]), (&"stopped".into(), &"stopped".into()));
        let (late, _) = stops(&there, &accepted).await;
        assert_eq!(late["status"], "stopped");
        watch.until_end_of(&accepted.reply).await;
        assert_eq!(watch.seen.answer(&accepted.reply), late["text"].as_str().unwrap());
    }
    longest
}

// The promises are 1 s and 2 s; the limits here leave room for a busy machine.

#[tokio::test]
async fn a_stop_reaches_the_other_instance_at_once() {
    let pair = Pair::start().await;
    let took = stops_from_there(&pair).await;
    println!("stop through redis: {took:?}");
    assert!(took < Duration::from_millis(2_000), "{took:?}");
}

#[tokio::test]
async fn without_redis_a_stop_reaches_the_other_instance_soon() {
    let mut pair = Pair::start().await;
    pair.redis.stop();
    pair.is_apart().await;
    let took = stops_from_there(&pair).await;
    println!("stop without redis: {took:?}");
    assert!(took < Duration::from_millis(4_000), "{took:?}");
}
