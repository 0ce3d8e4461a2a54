//! Coming back with a cursor (threats R8, R21-R23).

use std::sync::Arc;

use freshet::providers::simulated;
use futures::{StreamExt as _, stream};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::support::{Seen, TestApp};

const MODEL: &str = "tokens:n=400,ms=1";

#[tokio::test]
async fn every_id_of_a_long_answer_continues_byte_exactly() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with(&format!("simulated/{MODEL}")).await;
    let accepted = ada.says(&chat, "go").await;
    let mut whole = ada.watches(&chat, &accepted.cursor).await;
    let mut states = Vec::new();
    while !whole.seen.ends.contains_key(&accepted.reply) {
        whole.next().await.unwrap();
        states.push(whole.seen.clone());
    }
    let expected = simulated::text_of(MODEL, "go").unwrap();
    assert_eq!(whole.seen.answer(&accepted.reply), expected);
    for (cut, state) in states.into_iter().enumerate() {
        let mut rest = ada.watches(&chat, &state.cursor()).await.knowing(state);
        for missed in &whole.seen.log[cut + 1..] {
            rest.next().await.unwrap();
            assert_eq!(rest.seen.log.last(), Some(missed), "behind entry {cut}");
        }
        assert_eq!(rest.seen.answer(&accepted.reply), expected);
        assert_eq!(rest.seen.resets, 0);
    }
}

#[tokio::test]
async fn a_thousand_reconnects_during_one_answer_lose_nothing() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let model = "tokens:n=3000,ms=1";
    let chat = ada.chats_with(&format!("simulated/{model}")).await;
    let accepted = ada.says(&chat, "go").await;
    let expected = simulated::text_of(model, "go").unwrap();
    let mut random = StdRng::seed_from_u64(7);
    let (mut seen, mut connects) = (Seen::default(), 0);
    let mut cursor = accepted.cursor.clone();
    // Keep cutting until both the answer is over and a thousand connections were made.
    while connects < 1000 || !seen.ends.contains_key(&accepted.reply) {
        let over = seen.ends.contains_key(&accepted.reply);
        let mut watch = ada.watches(&chat, &cursor).await.knowing(seen);
        connects += 1;
        if !over {
            for _ in 0..random.random_range(0..4) {
                if watch.next().await.is_none() || watch.seen.ends.contains_key(&accepted.reply) {
                    break;
                }
            }
        }
        seen = watch.seen;
        cursor = if seen.cursor().is_empty() { accepted.cursor.clone() } else { seen.cursor() };
    }
    assert_eq!(seen.answer(&accepted.reply), expected);
    assert_eq!((seen.resets, seen.ends[&accepted.reply]), (0, 1));
    assert_eq!(server.upstream().await["calls"], 1);
}

#[tokio::test]
async fn viewers_who_come_at_any_moment_agree() {
    let server = TestApp::start_with(&[("FRESHET_STREAMS_PER_USER", "1000")]).await;
    let ada = Arc::new(server.signed_up("ada").await);
    let chat = ada.chats_with(&format!("simulated/{MODEL}")).await;
    let accepted = ada.says(&chat, "go").await;
    let expected = simulated::text_of(MODEL, "go").unwrap();
    // Each begins when the one before has seen a little: the race between reading the log and hearing the bell (R8).
    let mut viewers = Vec::new();
    let mut scout = ada.watches(&chat, &accepted.cursor).await;
    for _ in 0..300 {
        let (ada, chat, accepted) = (Arc::clone(&ada), chat.clone(), accepted.clone());
        let reply = accepted.reply.clone();
        viewers.push(async move {
            let mut watch = ada.watches(&chat, &accepted.cursor).await;
            watch.until_end_of(&accepted.reply).await;
            watch.seen
        });
        if !scout.seen.ends.contains_key(&reply) {
            scout.next().await;
        }
    }
    let seen: Vec<Seen> = stream::iter(viewers).buffer_unordered(50).collect().await;
    for seen in seen {
        assert_eq!(seen.answer(&accepted.reply), expected);
        assert_eq!((seen.resets, seen.ends[&accepted.reply]), (0, 1));
    }
}

#[tokio::test]
async fn any_cursor_whatever_gets_a_defined_answer() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let accepted = ada.says(&chat, "hi").await;
    let reply = ada.waits_for(&chat, &accepted).await;
    let other = ada.chats_with("simulated/fast").await;
    let foreign = ada.get(&format!("/chats/{other}")).await["cursor"].as_str().unwrap().to_owned();
    let here = ada.get(&format!("/chats/{chat}")).await["cursor"].as_str().unwrap().to_owned();
    let (epoch, head) = here.split_once('.').unwrap();
    let head: u64 = head.parse().unwrap();
    let cursors = [
        "",
        "x",
        "0",
        ".",
        "1.",
        ".1",
        "0.0",
        "1.1",
        "-1.-1",
        "1.1.1",
        "NaN.NaN",
        "%00",
        "9999999999999999999.1",
        "1.9999999999999999999999",
        "' OR 1=1",
        "null",
        "undefined",
        "🦀.1",
        "1e3.1",
        "0x1.1",
        " ",
        "01.01",
    ];
    let mut cursors: Vec<String> = cursors.iter().map(|text| (*text).to_owned()).collect();
    cursors.extend([foreign, format!("{epoch}.{}", head + 1), format!("{epoch}.{}", head + 1_000_000)]);
    cursors.extend([
        format!("{epoch}.-1"),
        format!("{epoch}."),
        epoch.to_owned(),
        format!("1{epoch}.{head}"),
    ]);
    cursors.push("9".repeat(5000));
    for cursor in cursors {
        let answer = reqwest::Client::new()
            .get(format!("{}/api/v1/chats/{chat}/events", server.base))
            .query(&[("after", &cursor)])
            .bearer_auth(&ada.token)
            .send()
            .await
            .unwrap();
        let mut watch = crate::support::Watch::of(answer);
        let (name, data) = watch.next().await.unwrap();
        assert_eq!(name, "reset", "{cursor:?}");
        assert_eq!(data["snapshot"]["messages"][1]["text"], reply["text"], "{cursor:?}");
        // And it goes on from there.
        assert_eq!(watch.seen.cursor(), here, "{cursor:?}");
    }
}

#[tokio::test]
async fn a_cursor_older_than_what_is_kept_gets_a_snapshot() {
    let server = TestApp::start_with(&[("FRESHET_DELTA_GRACE_SECONDS", "0")]).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let accepted = ada.says(&chat, "hi").await;
    let reply = ada.waits_for(&chat, &accepted).await;
    assert!(server.app.log.prune(std::time::Duration::ZERO).await.unwrap() > 0);
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    let (name, data) = watch.next().await.unwrap();
    assert_eq!(name, "reset");
    assert_eq!(data["snapshot"]["messages"][1]["text"], reply["text"]);
    // What comes later is exact again.
    let next = ada.says(&chat, "more").await;
    watch.until_end_of(&next.reply).await;
    assert_eq!(watch.seen.answer(&next.reply), ada.reply(&next.reply).await["text"]);
}

#[tokio::test]
async fn nothing_is_pruned_under_a_running_reply() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/tokens:n=300,ms=2").await;
    let accepted = ada.says(&chat, "go").await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    watch.until_bytes(&accepted.reply, 300).await;
    assert_eq!(server.app.log.prune(std::time::Duration::ZERO).await.unwrap(), 0);
    let reply = ada.waits_for(&chat, &accepted).await;
    assert_eq!(reply["text"], simulated::text_of("tokens:n=300,ms=2", "go").unwrap().as_str());
}
