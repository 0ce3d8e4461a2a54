//! The wires against scripts, byte by byte: OpenAI's here, the others in files of their own.

mod asked;
mod own;

mod requests;
mod scripts;

use std::{path::Path, time::Duration};

use bytes::Bytes;
use futures::StreamExt;

use super::{
    Chat, Limits,
    answer::{Answer, Body, Lost},
    rig::{self, Rig, STREAM, Told, ask, chunk, limits, read},
};
use crate::providers::{Account, Error, FinishReason, Settings, Usage};

fn fixture(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/providers").join(path)).unwrap()
}

fn fixtures(folder: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/providers").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(root).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    files
        .iter()
        .map(|name| {
            (name.to_str().unwrap().to_owned(), fixture(&format!("{folder}/{}", name.to_str().unwrap())))
        })
        .collect()
}

/// Holds what came of a script against its own first two lines.
fn check(name: &str, script: &[u8], told: &Told) {
    let script = String::from_utf8_lossy(script);
    let mut lines = script.lines();
    let expected = lines.next().unwrap().strip_prefix(": expect ").unwrap();
    let text: String = serde_json::from_str(lines.next().unwrap().strip_prefix(": text ").unwrap()).unwrap();
    let came = match (&told.end, &told.error) {
        (Some(reason), None) => format!("ok {}", reason.as_str()),
        (None, Some(error)) => error.code().to_owned(),
        both => panic!("{name}: {both:?}"),
    };
    assert_eq!((came.as_str(), &told.text), (expected, &text), "{name}");
}

async fn in_memory(pieces: Vec<Result<Bytes, Lost>>) -> Told {
    read(Box::pin(Answer::new(futures::stream::iter(pieces).boxed(), Box::<Chat>::default(), limits()))).await
}

#[tokio::test]
async fn every_script_comes_to_what_it_says() {
    for (name, script) in [fixtures("well"), fixtures("broken")].concat() {
        let rig = Rig::streams(&[&script]).await;
        check(&name, &script, &rig.ask().await);
        assert_eq!(rig.asked.lock().len(), 1, "{name} was asked for more than once");
    }
}

#[tokio::test]
async fn the_model_that_answers_is_told_in_the_providers_words() {
    let piece = |name: &str, more: &str| {
        let words = r#"{"index":0,"delta":{"content":"hi"}"#;
        Ok(Bytes::from(format!("data: {{\"model\":{name},\"choices\":[{words}{more}}}]}}\n\n")))
    };
    let end = r#","finish_reason":"stop""#;
    let told = in_memory(vec![piece(r#""gpt-6-luna-2026-08-01""#, ""), piece(r#""another""#, end)]).await;
    assert_eq!((told.model.as_deref(), told.text.as_str()), (Some("gpt-6-luna-2026-08-01"), "hihi"));
    let silent = in_memory(vec![piece("null", ""), piece(r#""""#, end)]).await;
    assert_eq!((silent.model, silent.text.as_str()), (None, "hihi"));
}

#[tokio::test]
async fn it_does_not_matter_where_the_network_cuts_a_script() {
    for (name, script) in [fixtures("well"), fixtures("broken")].concat() {
        let whole = in_memory(vec![Ok(script.clone().into())]).await;
        for cut in 0..script.len() {
            let pieces = vec![Ok(script[..cut].to_vec().into()), Ok(script[cut..].to_vec().into())];
            let told = in_memory(pieces).await;
            assert_eq!(
                (&told.text, &told.end, &told.error),
                (&whole.text, &whole.end, &whole.error),
                "{name} at {cut}"
            );
        }
        let bytes = script.iter().map(|byte| Ok(Bytes::copy_from_slice(&[*byte]))).collect();
        assert_eq!(in_memory(bytes).await.text, whole.text, "{name} byte by byte");
    }
}

#[tokio::test]
async fn a_script_may_be_cut_at_each_byte_on_a_real_socket() {
    let script = fixture("well/openai.sse");
    for cut in (0..script.len()).step_by(7).chain(240..420) {
        let rig = Rig::streams(&[&script[..cut], &script[cut..]]).await;
        check("openai.sse", &script, &rig.ask().await);
    }
}

#[tokio::test]
async fn a_connection_lost_at_any_byte_keeps_the_text_and_says_cut() {
    let script = fixture("well/openai.sse");
    let full = in_memory(vec![Ok(script.clone().into())]).await.text;
    let finish = String::from_utf8(script.clone()).unwrap().find("\"stop\"").unwrap();
    let finished = finish + script[finish..].windows(2).position(|end| end == b"\n\n").unwrap() + 2;
    for cut in (1..script.len()).step_by(3) {
        let rig = Rig::says([STREAM.as_bytes(), &chunk(&script[..cut])].concat()).await;
        let told = rig.ask().await;
        assert!(full.starts_with(&told.text), "{cut}");
        if cut < finished {
            assert_eq!(told.error, Some(Error::Cut), "{cut}");
        } else {
            assert_eq!(
                told.end,
                Some(FinishReason::Stop),
                "{cut}: the answer was finished before the line broke"
            );
        }
        assert_eq!(rig.asked.lock().len(), 1, "asked again after text was shown");
    }
}

#[tokio::test]
async fn usage_thinking_and_tool_calls_come_through() {
    let told = in_memory(vec![Ok(fixture("well/openai.sse").into())]).await;
    let usage = Usage { input: Some(9), cached: Some(4), output: Some(12), reasoning: Some(3), cost: None };
    assert_eq!(told.usage, Some(usage));
    let told = in_memory(vec![Ok(fixture("well/openrouter.sse").into())]).await;
    assert_eq!(told.thinking, "Three times four");
    assert_eq!(told.usage.and_then(|usage| usage.cached), None, "not told is not zero");
    let told = in_memory(vec![Ok(fixture("well/both_reasoning_names.sse").into())]).await;
    assert_eq!(told.thinking, "Hm.");
    let told = in_memory(vec![Ok(fixture("well/tool_without_index.sse").into())]).await;
    assert_eq!(told.calls, [(0, Some("call_1".into()), Some("add".into()), r#"{"a":1}"#.into())]);
}

#[tokio::test]
async fn only_truly_bad_bytes_become_replacement_characters() {
    let head = b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a".as_slice();
    let script = [head, b"\xff\xe2\x82", b"b\"},\"finish_reason\":\"stop\"}]}\n\n".as_slice()].concat();
    let told = in_memory(vec![Ok(script.into())]).await;
    assert_eq!((told.text.as_str(), told.error), ("a\u{fffd}\u{fffd}b", None));
}

#[tokio::test]
async fn refusals_in_all_shapes_are_told_apart() {
    let seconds = |n| Some(Duration::from_secs(n));
    let (json, retry) =
        ("content-type: application/json\r\n", "content-type: application/json\r\nretry-after: 7\r\n");
    for (status, headers, body, error) in [
        (
            401,
            json,
            r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
            Error::Unauthorized,
        ),
        (403, json, r#"{"error":{"message":"no","type":"x","code":null}}"#, Error::Forbidden),
        (404, json, r#"{"error":{"message":"gone","code":"model_not_found"}}"#, Error::ModelNotFound),
        (
            429,
            retry,
            r#"{"error":{"message":"slower","code":"rate_limit_exceeded"}}"#,
            Error::RateLimited { retry_after: seconds(7) },
        ),
        (429, "retry-after: 999999\r\n", "slow", Error::RateLimited { retry_after: seconds(3600) }),
        (
            429,
            "retry-after-ms: 1500\r\n",
            "",
            Error::RateLimited { retry_after: Some(Duration::from_millis(1500)) },
        ),
        (429, "retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n", "", Error::RateLimited { retry_after: None }),
        (
            429,
            retry,
            r#"{"error":{"type":"insufficient_quota","code":"credit_balance_exhausted"}}"#,
            Error::Quota,
        ),
        (402, json, r#"{"error":{"code":402,"message":"Insufficient credits"}}"#, Error::Quota),
        (
            400,
            json,
            r#"{"error":{"message":"too long","code":"context_length_exceeded"}}"#,
            Error::ContextLength,
        ),
        (400, json, r#"{"code":"x","error":"Incorrect API key provided: xa***yz"}"#, Error::Unauthorized),
        (
            400,
            json,
            r#"[{"error":{"code":400,"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]"#,
            Error::Unauthorized,
        ),
        (
            400,
            json,
            r#"{"error":{"message":"bad temperature","code":"unsupported_value"}}"#,
            Error::BadRequest { status: 400 },
        ),
        (400, "content-type: text/html\r\n", "<h1>no</h1>", Error::BadRequest { status: 400 }),
        (
            500,
            json,
            r#"{"error":{"message":"x","type":"server_error"}}"#,
            Error::Upstream { status: Some(500) },
        ),
        (502, "content-type: text/html\r\n", "<h1>Bad gateway</h1>", Error::Upstream { status: Some(502) }),
        (503, retry, "{}", Error::Overloaded { retry_after: seconds(7) }),
        (529, json, r#"{"error":{"type":"overloaded_error"}}"#, Error::Overloaded { retry_after: None }),
        (307, "location: http://127.0.0.1:9/\r\n", "", Error::Upstream { status: Some(307) }),
        (200, "content-type: text/html\r\n", "<h1>fine</h1>", Error::Malformed),
        (
            200,
            json,
            r#"{"error":{"code":503,"message":"no provider"}}"#,
            Error::Overloaded { retry_after: None },
        ),
        (200, json, "not even JSON", Error::Malformed),
        (204, "", "", Error::Incomplete),
    ] {
        let rig = Rig::responds(status, headers, body).await;
        assert_eq!(rig.ask().await.error, Some(error), "{status} {body}");
        assert_eq!(rig.asked.lock().len(), 1, "{status} was retried in secret");
    }
}

#[tokio::test]
async fn a_server_that_cannot_stream_is_understood_too() {
    let body =
        "{\n \"choices\": [{\"message\": {\"content\": \"all at once\"}, \"finish_reason\": \"stop\"}]\n}";
    let told = Rig::responds(200, "content-type: application/json\r\n", body).await.ask().await;
    assert_eq!((told.text.as_str(), told.end), ("all at once", Some(FinishReason::Stop)));
}

#[tokio::test]
async fn the_request_says_stream_and_usage_and_nothing_of_the_servers_account() {
    let rig = Rig::streams(&[&fixture("well/openai.sse")]).await;
    rig.ask().await;
    let asked = rig.asked.lock()[0].clone();
    assert!(asked.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_lowercase().contains("authorization: bearer sk-test\r\n"));
    assert!(!asked.to_lowercase().contains("openai-organization"), "{asked}");
    let body: serde_json::Value = serde_json::from_str(asked.split_once("\r\n\r\n").unwrap().1).unwrap();
    let expected = serde_json::json!({
        "model": "gpt-6-luna", "stream": true, "stream_options": { "include_usage": true },
        "messages": [{ "role": "user", "content": "hi" }],
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_line_without_end_is_cut_off() {
    let line = vec![b'x'; 10 << 20];
    let told = Rig::streams(&[b"data: ", &line]).await.ask().await;
    assert_eq!(told.error, Some(Error::Malformed));
}

#[tokio::test]
async fn a_huge_chunk_comes_in_small_pieces_and_ends_at_the_cap() {
    let words = "für ".repeat(1_250_000);
    let event = format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{words}\"}}}}]}}\n\n");
    let told = Rig::streams(&[event.as_bytes()]).await.ask().await;
    assert_eq!(told.end, Some(FinishReason::Length));
    assert!(words.starts_with(&told.text) && told.longest <= 64 << 10);
    assert!(((1 << 20) - 4..=1 << 20).contains(&told.text.len()), "{}", told.text.len());
}

#[tokio::test]
async fn a_silent_provider_times_out_and_the_text_stays() {
    let rig = Rig::holds([STREAM.as_bytes(), &chunk(&fixture("broken/text_and_no_more.sse"))].concat()).await;
    let settings = Settings { idle_timeout: Duration::from_millis(80), ..rig.settings() };
    let told = ask(settings).await;
    assert_eq!((told.text.as_str(), told.error), ("Hel", Some(Error::Timeout)));
}

/// `bytes` for ever, with a pause before each.
fn drip(bytes: &'static [u8], pause: u64) -> Body {
    let next = move |()| async move {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        Some((Ok(Bytes::from_static(bytes)), ()))
    };
    futures::stream::unfold((), next).boxed()
}

/// How long an answer took that can only end by a time limit, in milliseconds.
async fn timed(body: Body, idle: u64, total: u64) -> (Told, u128) {
    let (idle, total) = (Duration::from_millis(idle), Duration::from_millis(total));
    let begun = tokio::time::Instant::now();
    let told =
        read(Box::pin(Answer::new(body, Box::<Chat>::default(), Limits { idle, total, ..limits() }))).await;
    (told, begun.elapsed().as_millis())
}

#[tokio::test]
async fn comments_are_signs_of_life_but_the_whole_has_an_end() {
    let (told, took) = timed(drip(b": still here\n", 10), 150, 450).await;
    assert_eq!(told.error, Some(Error::Timeout));
    assert!(took >= 450, "cut off after {took} ms although it lived");
}

#[tokio::test]
async fn a_dribble_without_a_line_end_is_silence() {
    let hello = futures::stream::iter([Ok(Bytes::from_static(b": hello\n"))]);
    let (told, took) = timed(hello.chain(drip(b"x", 10)).boxed(), 100, 60_000).await;
    assert_eq!(told.error, Some(Error::Timeout));
    assert!((100..30_000).contains(&took), "{took}");
}

#[tokio::test]
async fn a_finished_answer_does_not_wait_for_a_done_that_never_comes() {
    let script = futures::stream::iter([Ok(fixture("well/no_done.sse").into())]);
    let (told, _) = timed(script.chain(futures::stream::pending()).boxed(), 50, 60_000).await;
    assert_eq!((told.end, told.error), (Some(FinishReason::Length), None));
}

#[tokio::test]
async fn nobody_home_is_unreachable() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let base_url = Some(format!("http://{closed}/v1").parse().unwrap());
    let account = Account { id: None, key: "sk-test".into(), base_url };
    let told = ask(Settings { system: vec![("openai", account)], ..Settings::default() }).await;
    assert_eq!(told.error, Some(Error::Unreachable));
}

#[tokio::test]
async fn a_slow_reader_slows_the_provider_down() {
    let polls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = polls.clone();
    let event = "data: {\"choices\":[{\"delta\":{\"content\":\"word \"}}]}\n\n";
    let endless = futures::stream::repeat_with(move || {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(Bytes::from(event))
    });
    let mut answer = Answer::new(endless.boxed(), Box::<Chat>::default(), limits());
    for _ in 0..5 {
        answer.next().await.unwrap().unwrap();
    }
    assert_eq!(polls.load(std::sync::atomic::Ordering::Relaxed), 5, "nothing is read ahead");
}

#[test]
fn what_a_provider_said_is_logged_without_the_key() {
    let body = br#"{"error":"Incorrect API key provided: xai-secret, or sk-pr***zz."}"#;
    let said = super::refusal::for_the_log(body, "xai-secret");
    assert!(!said.contains("secret") && !said.contains("zz"), "{said}");
    assert_eq!(rig::model("a/b").name, "openai/a/b");
    let keys = "sk-proj-1x sk-ant-2x sk-or-v1-3x AIza4xyz AQ.Ab5x xai-6xyz v1:team:7x LLM|8xyz sk-pr***9x";
    let said = super::refusal::for_the_log(keys.as_bytes(), "");
    assert_eq!(said.replace("****", "").trim(), "", "{said}");
    let words = "a task-force of risk-takers; v1: fine";
    assert_eq!(super::refusal::for_the_log(words.as_bytes(), ""), words);
}
