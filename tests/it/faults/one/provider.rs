//! What a provider can do to an answer (R12 to R20): the end is always told, once, and what came is kept.

use std::time::Duration;

use freshet::platform::db::Db;
use futures::{StreamExt as _, future::join_all, stream};
use reqwest::Method;
use serde_json::{Value, json};

use super::line::BadLine;
use crate::support::{Api, TestApp};

const FAULTS: &str = "simulated/faults";
const CARRIER: &str = "The answer begins as planned, word after word, and nothing seems to be wrong with it. Then, on \
                       purpose, something happens that a program must be ready for. ";

/// The text that a script says before its fault.
fn said(bytes: usize) -> String {
    CARRIER.chars().cycle().take(bytes).collect()
}

/// A server on which silence of a second is too long.
async fn impatient() -> TestApp {
    TestApp::start_with(&[("FRESHET_UPSTREAM_IDLE_SECONDS", "1")]).await
}

/// How a reply ended, by every way of asking.
struct Outcome {
    ended: Value,
    text: String,
    deltas: usize,
    longest: usize,
}

/// Runs a script, watching it; holds what the events said against what is stored.
async fn plays(ada: &Api, script: &str) -> Outcome {
    let chat = ada.chats_with(FAULTS).await;
    let accepted = ada.says(&chat, script).await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    let ended = watch.until_end_of(&accepted.reply).await;
    let stored = ada.reply(&accepted.reply).await;
    assert_eq!(stored["text"], watch.seen.answer(&accepted.reply), "{script}");
    for field in ["status", "finish_reason", "usage", "error"] {
        assert_eq!(stored[field], ended[field], "{script}: {field}");
    }
    // From the beginning once more: one end, and the same bytes for who comes late.
    let epoch = accepted.cursor.split('.').next().unwrap();
    let mut again = ada.watches(&chat, &format!("{epoch}.0")).await;
    again.until_end_of(&accepted.reply).await;
    assert_eq!(again.seen.answer(&accepted.reply), watch.seen.answer(&accepted.reply), "{script}");
    assert_eq!((again.seen.ends[&accepted.reply], again.seen.resets), (1, 0), "{script}");
    let lengths = || {
        again
            .seen
            .log
            .iter()
            .filter(|(_, name, _)| name == "delta")
            .map(|(_, _, data)| data.to_string().len())
    };
    let (deltas, longest) = (lengths().count(), lengths().max().unwrap_or(0));
    Outcome { ended, text: watch.seen.answer(&accepted.reply).to_owned(), deltas, longest }
}

/// Nothing is left running, neither here nor there, and nobody was asked more often than `calls` says.
async fn is_quiet(server: &TestApp, calls: u64) {
    let upstream = server.upstream().await;
    assert_eq!((&upstream["calls"], &upstream["active"]), (&json!(calls), &json!(0)), "{upstream}");
    assert_eq!(server.app.replies.count(), 0);
}

/// Scripts with the status, the code or finish reason, and the text that they must come to. Each is asked for once.
async fn come_to(server: &TestApp, rows: &[(&str, &str, &str, String)]) {
    let ada = server.signed_up("ada").await;
    let outcomes = join_all(rows.iter().map(|(script, ..)| plays(&ada, script))).await;
    for ((script, status, word, text), outcome) in rows.iter().zip(outcomes) {
        assert_eq!(outcome.ended["status"], *status, "{script}: {}", outcome.ended);
        let (reason, code) = (&outcome.ended["finish_reason"], &outcome.ended["error"]["code"]);
        assert_eq!(if *status == "complete" { reason } else { code }, word, "{script}");
        assert!(outcome.text == *text, "{script}: {:?}", outcome.text);
        assert!(!outcome.ended.to_string().contains('<'), "{script}: the provider's own page is shown");
    }
    is_quiet(server, rows.len() as u64).await;
}

#[tokio::test]
async fn r12_r13_a_provider_that_goes_silent_is_hung_up_on_and_its_text_is_kept() {
    let server = impatient().await;
    come_to(
        &server,
        &[
            ("stall after=100 ms=60000", "failed", "provider_timeout", said(100)),
            ("dribble ms=50 n=100000", "failed", "provider_timeout", said(20)),
            ("line bytes=10485760", "failed", "provider_malformed", said(20)),
        ],
    )
    .await;
    let hung_up = server.upstream().await["disconnected"].as_u64().unwrap();
    assert!(hung_up >= 2, "silent ones are still listened to");
}

#[tokio::test]
async fn r14_a_connection_that_is_reset_at_any_byte_keeps_what_came() {
    let sim = crate::support::simulator().await;
    let line = BadLine::to(&sim).await;
    let through = format!("{}/v1", line.base);
    let server = TestApp::start_with(&[("FRESHET_SIMULATED_URL", &through)]).await;
    let ada = server.signed_up("ada").await;
    let script = "surrogate";
    let whole = plays(&ada, script).await.text;
    assert_eq!(whole, "wave 🌊, half \u{fffd}!");
    let mut finished = 0;
    let mut calls = 1;
    // Head, framing, text and end of the answer are less than 1500 bytes.
    for after in (1..1500).step_by(13) {
        line.resets_after(after);
        let outcome = plays(&ada, script).await;
        calls += 1;
        assert!(whole.starts_with(&outcome.text), "{after}: {}", outcome.text);
        if outcome.ended["status"] == "complete" {
            finished += 1;
            assert_eq!(outcome.text, whole, "{after}");
        } else {
            assert_eq!(finished, 0, "{after}: more bytes and less of an answer");
            assert_eq!(outcome.ended["status"], "interrupted", "{after}");
            assert_eq!(outcome.ended["error"]["code"], "provider_cut", "{after}");
        }
    }
    assert!((1..calls - 20).contains(&finished), "{finished} of {calls} were finished");
    let upstream: Value = reqwest::get(format!("{sim}/_sim/stats")).await.unwrap().json().await.unwrap();
    assert_eq!(upstream["calls"], calls, "asked again behind the person's back");
}

#[tokio::test]
async fn r15_what_is_no_answer_is_an_error_and_what_is_unknown_is_passed_over() {
    let server = impatient().await;
    come_to(
        &server,
        &[
            ("html200", "failed", "provider_malformed", String::new()),
            ("json200", "failed", "provider_failed", String::new()),
            ("malformed after=50", "failed", "provider_malformed", said(50)),
            ("noise", "complete", "stop", said(100)),
            ("finish reason=eos", "complete", "stop", said(100)),
            ("finish reason=content_filter", "complete", "content_filter", said(100)),
            ("finish reason=error", "failed", "provider_failed", said(100)),
            ("cut after=300", "interrupted", "provider_cut", said(300)),
            ("context", "failed", "context_length", String::new()),
            ("key", "failed", "provider_unauthorized", String::new()),
            ("model", "failed", "model_not_found", String::new()),
        ],
    )
    .await;
}

#[tokio::test]
async fn r16_a_refusal_before_the_first_word_is_tried_again_and_nothing_else_is() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let well = "All is well again.";
    let rows = [
        ("status 429 retry_after=1 times=1", 2, "complete", "stop", well.to_owned()),
        ("status 529 retry_after=0 times=2", 3, "complete", "stop", well.to_owned()),
        ("status 502 times=1", 2, "complete", "stop", well.to_owned()),
        ("status 503 retry_after=0", 3, "failed", "provider_overloaded", String::new()),
        ("status 429 retry_after=60", 1, "failed", "provider_rate_limited", String::new()),
        ("quota", 1, "failed", "provider_quota", String::new()),
        ("status 500 times=1", 1, "failed", "provider_failed", String::new()),
        ("error_chunk after=50 code=server_is_overloaded", 1, "failed", "provider_overloaded", said(50)),
        ("error_chunk after=60 code=rate_limit_exceeded", 1, "failed", "provider_rate_limited", said(60)),
        ("cut after=1 times=1", 1, "interrupted", "provider_cut", said(1)),
    ];
    let outcomes = join_all(rows.iter().map(|(script, ..)| plays(&ada, script))).await;
    let upstream = server.upstream().await;
    for ((script, calls, status, word, text), outcome) in rows.iter().zip(outcomes) {
        assert_eq!(outcome.ended["status"], *status, "{script}: {}", outcome.ended);
        let (reason, code) = (&outcome.ended["finish_reason"], &outcome.ended["error"]["code"]);
        assert_eq!(if *status == "complete" { reason } else { code }, word, "{script}");
        assert_eq!(outcome.text, *text, "{script}");
        assert_eq!(upstream["calls_by_prompt"][script], json!(calls), "{script}");
    }
    is_quiet(&server, rows.iter().map(|row| row.1).sum()).await;
}

#[tokio::test]
async fn r16_waiting_for_a_provider_can_be_stopped() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with(FAULTS).await;
    let accepted = ada.says(&chat, "status 429 retry_after=10").await;
    while server.upstream().await["refused"] != 1 {}
    let stopping = ada.request(Method::PUT, &format!("/replies/{}/cancellation", accepted.reply)).send();
    let answer = tokio::time::timeout(Duration::from_secs(8), stopping).await.expect("it waits on").unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    assert_eq!(ada.waits_for(&chat, &accepted).await["status"], "stopped");
    is_quiet(&server, 1).await;
}

#[tokio::test]
async fn r17_r20_endings_that_lack_something() {
    let server = TestApp::start().await;
    come_to(
        &server,
        &[
            ("no_finish", "interrupted", "provider_incomplete", said(100)),
            ("empty", "interrupted", "provider_incomplete", String::new()),
            ("no_done", "complete", "stop", said(100)),
            ("no_usage", "complete", "stop", said(100)),
            ("late_usage ms=300", "complete", "stop", said(100)),
        ],
    )
    .await;
    let ada = server.signed_up("eve").await;
    let ours = plays(&ada, "no_usage").await.ended;
    assert!(
        ours["usage"]["output"].as_u64().unwrap() > 10 && ours["estimated"] == true,
        "not told is not zero: {ours}"
    );
    let late = plays(&ada, "late_usage ms=200").await.ended;
    assert!(late["usage"]["output"].as_u64().unwrap() > 10 && late["estimated"].is_null(), "{late}");
}

#[tokio::test]
async fn r18_a_huge_piece_and_a_hundred_thousand_tiny_ones() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    let (huge, tiny) = tokio::join!(plays(&ada, "huge chunk=5000000"), plays(&ada, "tiny n=100000"));
    assert_eq!((&huge.ended["status"], &huge.ended["finish_reason"]), (&json!("complete"), &json!("length")));
    assert!(huge.text == said(1 << 20), "{} bytes", huge.text.len());
    assert_eq!((&tiny.ended["status"], &tiny.ended["finish_reason"]), (&json!("complete"), &json!("stop")));
    assert!(tiny.text == said(100_000), "{} bytes", tiny.text.len());
    assert!(huge.longest.max(tiny.longest) < 64 << 10, "{} {}", huge.longest, tiny.longest);
    assert!(tiny.deltas < 20_000, "{} events for 100000 characters: nothing is gathered", tiny.deltas);
    is_quiet(&server, 2).await;
}

#[tokio::test]
async fn r19_characters_survive_being_cut_anywhere() {
    let server = TestApp::start().await;
    let wild = "Grüße, 👩‍👩‍👧‍👦 and 한글, naïve café, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 — ✓".to_owned();
    come_to(
        &server,
        &[
            ("utf8", "complete", "stop", wild.clone()),
            ("surrogate", "complete", "stop", "wave 🌊, half \u{fffd}!".to_owned()),
            ("invalid", "complete", "stop", "good \u{fffd} bad \u{fffd} good".to_owned()),
        ],
    )
    .await;
    // Cut into pieces of one to five characters, which no reader puts together again by accident.
    let ada = server.signed_up("eve").await;
    let text = format!("{wild}\r\n\u{feff}각\u{1112}\u{1161}\u{11ab} e\u{301} 🏳️‍🌈\u{2028}").repeat(20);
    let echoes = stream::iter(1..6).map(|seed| {
        let (ada, text) = (&ada, &text);
        async move {
            let chat = ada.chats_with(&format!("simulated/echo:ms=0,seed={seed}")).await;
            let accepted = ada.says(&chat, text).await;
            let mut watch = ada.watches(&chat, &accepted.cursor).await;
            watch.until_end_of(&accepted.reply).await;
            assert!(watch.seen.answer(&accepted.reply) == *text, "seed {seed}");
        }
    });
    echoes.buffer_unordered(5).count().await;
}

#[tokio::test]
async fn an_end_that_the_database_refuses_is_an_end_all_the_same() {
    let server = TestApp::start().await;
    let ada = server.signed_up("ada").await;
    match &server.app.db {
        Db::Sqlite(pools) => {
            let refuse =
                "CREATE TRIGGER refuse BEFORE UPDATE ON replies WHEN NEW.finish_reason = 'content_filter'
                          BEGIN SELECT RAISE(ABORT, 'refused'); END";
            sqlx::query(refuse).execute(&pools.write).await.unwrap();
        }
        Db::Postgres(pool) => {
            let refuse =
                "ALTER TABLE replies ADD CONSTRAINT refuse CHECK (finish_reason <> 'content_filter')";
            sqlx::query(refuse).execute(pool).await.unwrap();
        }
    }
    let outcome = plays(&ada, "finish reason=content_filter").await;
    assert_eq!(
        (&outcome.ended["status"], &outcome.ended["error"]["code"]),
        (&json!("failed"), &json!("internal"))
    );
    assert!(!outcome.text.is_empty());
}
