//! Messages, generateContent and Ollama's own words against scripts.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use serde_json::json;

use super::{
    super::{
        answer::{Answer, Lost, Reader},
        generate::GenerateReader,
        messages::MessagesReader,
        ollama::OllamaReader,
        rig::{self, Rig, STREAM, Told, chunk, limits, read},
    },
    check, fixture, fixtures,
};
use crate::providers::{
    Account, Accounts, Error, FinishReason, Message, Model, Providers, Request, Settings, Usage,
};

/// The folders of scripts, and whose they are.
const WIRES: [(&str, &str); 3] = [("messages", "anthropic"), ("generate", "gemini"), ("ollama", "ollama")];

fn reader(wire: &str) -> Box<dyn Reader> {
    match wire {
        "messages" => Box::new(MessagesReader::default()),
        "generate" => Box::new(GenerateReader::behind(3)),
        _ => Box::new(OllamaReader::behind(3)),
    }
}

/// What a server says of a script: bare lines have no place for what is expected of them.
fn said<'a>(wire: &str, script: &'a [u8]) -> &'a [u8] {
    if wire != "ollama" {
        return script;
    }
    let mut lines = script.splitn(3, |byte| *byte == b'\n');
    lines.nth(2).unwrap()
}

async fn in_memory(wire: &str, pieces: Vec<Result<Bytes, Lost>>) -> Told {
    let body = futures::stream::iter(pieces).boxed();
    let answer = if wire == "ollama" { Answer::of_lines } else { Answer::new };
    read(Box::pin(answer(body, reader(wire), limits()))).await
}

async fn told(wire: &str, script: &str) -> Told {
    let end = if wire == "ollama" { "jsonl" } else { "sse" };
    let script = fixture(&format!("{wire}/{script}.{end}"));
    in_memory(wire, vec![Ok(said(wire, &script).to_vec().into())]).await
}

pub fn model(provider: &str) -> Model {
    Model { provider: provider.to_owned(), name: format!("{provider}/m"), ..rig::model("m") }
}

pub fn settings(provider: &'static str, rig: &Rig) -> Settings {
    let account = Account { id: None, key: "sk-test".into(), base_url: Some(rig.url.clone()) };
    Settings { system: vec![(provider, account)], ..Settings::default() }
}

/// Asks a provider and reads to the end.
pub async fn ask(settings: Settings, model: &Model, request: Request) -> Told {
    let providers = Providers::new(settings, crate::platform::http::client().unwrap());
    match providers.stream(model, request, &Accounts::none()).await {
        Ok(stream) => read(stream).await,
        Err(error) => Told { error: Some(error), ..Told::default() },
    }
}

fn hello() -> Request {
    Request { messages: vec![Message::user("hi")], ..Request::default() }
}

#[tokio::test]
async fn every_script_of_the_others_comes_to_what_it_says() {
    for (wire, provider) in WIRES {
        for (name, script) in fixtures(wire) {
            let rig = Rig::streams(&[said(wire, &script)]).await;
            check(&name, &script, &ask(settings(provider, &rig), &model(provider), hello()).await);
            assert_eq!(rig.asked.lock().len(), 1, "{name} was asked for more than once");
        }
    }
}

#[tokio::test]
async fn it_does_not_matter_where_the_network_cuts_the_others() {
    for (wire, _) in WIRES {
        for (name, script) in fixtures(wire) {
            let script = said(wire, &script);
            let same = |told: Told| Told { longest: 0, calls: joined(told.calls), ..told };
            let whole = same(in_memory(wire, vec![Ok(script.to_vec().into())]).await);
            for cut in 0..script.len() {
                let pieces = vec![Ok(script[..cut].to_vec().into()), Ok(script[cut..].to_vec().into())];
                assert_eq!(same(in_memory(wire, pieces).await), whole, "{wire}/{name} at {cut}");
            }
            let bytes = script.iter().map(|byte| Ok(Bytes::copy_from_slice(&[*byte]))).collect();
            assert_eq!(same(in_memory(wire, bytes).await), whole, "{wire}/{name} byte by byte");
        }
    }
}

type Calls = Vec<(u32, Option<String>, Option<String>, String)>;

/// Fragments put together.
fn joined(fragments: Calls) -> Calls {
    let mut calls = Calls::new();
    for (index, id, name, arguments) in fragments {
        match calls.last_mut() {
            Some(last) if last.0 == index && id.is_none() => last.3.push_str(&arguments),
            _ => calls.push((index, id, name, arguments)),
        }
    }
    calls
}

#[tokio::test]
async fn a_connection_of_the_others_lost_at_any_byte_keeps_the_text() {
    for (wire, provider) in WIRES {
        let end = if wire == "ollama" { "jsonl" } else { "sse" };
        let script = fixture(&format!("{wire}/plain.{end}"));
        let script = said(wire, &script);
        let full = in_memory(wire, vec![Ok(script.to_vec().into())]).await;
        for cut in (1..script.len()).step_by(29) {
            let rig = Rig::says([STREAM.as_bytes(), &chunk(&script[..cut])].concat()).await;
            let told = ask(settings(provider, &rig), &model(provider), hello()).await;
            assert!(full.text.starts_with(&told.text), "{wire} at {cut}");
            match &told.error {
                Some(error) => assert_eq!(error, &Error::Cut, "{wire} at {cut}"),
                None => assert_eq!(
                    (told.text, told.end),
                    (full.text.clone(), full.end.clone()),
                    "{wire} at {cut}"
                ),
            }
            assert_eq!(rig.asked.lock().len(), 1, "asked again after text was shown");
        }
    }
}

#[tokio::test]
async fn usage_is_counted_as_each_of_them_means_it() {
    let usage = told("messages", "plain").await.usage;
    // What the cache gives and takes is not among the input.
    assert_eq!(
        usage,
        Some(Usage { input: Some(32), cached: Some(4), output: Some(12), reasoning: Some(2), cost: None })
    );
    let usage = told("generate", "plain").await.usage;
    // Thoughts are not among the candidates.
    assert_eq!(
        usage,
        Some(Usage { input: Some(9), cached: Some(4), output: Some(12), reasoning: Some(5), cost: None })
    );
    let usage = told("ollama", "plain").await.usage;
    assert_eq!(usage, Some(Usage { input: Some(26), output: Some(42), ..Usage::default() }));
    let usage = told("ollama", "no_prompt_count").await.usage;
    assert_eq!(usage, Some(Usage { output: Some(2), ..Usage::default() }), "not told is not zero");
    assert_eq!(told("generate", "recitation").await.usage, None);
}

#[tokio::test]
async fn thoughts_are_told_apart_and_the_model_is_named() {
    let deep = told("messages", "thinking_and_tools").await;
    assert_eq!(
        (deep.thinking.as_str(), deep.model.as_deref()),
        ("Let me see \"it\"", Some("claude-sonnet-5-5"))
    );
    let deep = told("generate", "thoughts").await;
    assert_eq!((deep.thinking.as_str(), deep.model.as_deref()), ("Plan it", Some("gemini-4-hydrogen-001")));
    let deep = told("ollama", "thinking").await;
    assert_eq!((deep.thinking.as_str(), deep.model.as_deref()), ("Let me", Some("qwen3:8b")));
}

#[tokio::test]
async fn calls_keep_their_arguments_to_the_letter() {
    let call = |index, id: &str, name: &str, arguments: &str| {
        (index, Some(id.to_owned()), Some(name.to_owned()), arguments.to_owned())
    };
    let sum = r#"{"a": 1.50, "b": 12345678901234567890123}"#;
    let calls = joined(told("messages", "thinking_and_tools").await.calls);
    assert_eq!(calls, [call(3, "toolu_1", "add", sum), call(4, "toolu_2", "now", "{}")]);
    let calls = joined(told("messages", "whole_input_at_the_start").await.calls);
    assert_eq!(calls, [call(0, "toolu_1", "add", r#"{"a":1}"#)]);
    let sum = r#"{"a": 1.50,"b":12345678901234567890123}"#;
    // Who gives no id gets one that no other turn has.
    let calls = told("generate", "tools").await.calls;
    assert_eq!(calls, [call(0, "f1", "add", sum), call(1, "call_3_1", "now", "{}")]);
    let calls = told("ollama", "tools").await.calls;
    assert_eq!(calls, [call(0, "call_3_0", "add", sum), call(1, "call_3_1", "now", "{}")]);
    assert_eq!(told("ollama", "tool_with_an_id").await.calls, [call(0, "call_x", "add", r#"{"a":1}"#)]);
}

#[tokio::test]
async fn what_is_sealed_is_kept_as_it_came() {
    let replay = told("messages", "thinking_and_tools").await.replay.unwrap();
    let expected = concat!(
        r#"[{"signature":"EqQB+/=sig","thinking":"Let me see \"it\"","type":"thinking"},"#,
        r#"{"data":"EmwKAhgB","type":"redacted_thinking"},{"text":"I will add.","type":"text"},"#,
        r#"{"id":"toolu_1","name":"add","type":"tool_use","input":{"a": 1.50, "b": 12345678901234567890123}},"#,
        r#"{"id":"toolu_2","input":{},"name":"now","type":"tool_use"}]"#
    );
    assert_eq!((replay.form.as_ref(), replay.items.as_str()), ("messages", expected));
    let replay = told("messages", "thinking_omitted").await.replay.unwrap();
    assert!(
        replay.items.starts_with(r#"[{"signature":"EqQB","thinking":"","type":"thinking"}"#),
        "{replay:?}"
    );
    let replay = told("messages", "empty_text_block").await.replay.unwrap();
    assert!(!replay.items.contains(r#""text":"""#), "nobody takes an empty text back: {replay:?}");
    let replay = told("generate", "thoughts").await.replay.unwrap();
    let expected = concat!(
        r#"[{"text":"Plan","thought":true},{"text":" it","thought":true},{"text":"1"},{"text":"2"},"#,
        r#"{"text":"","thoughtSignature":"EjQK+/="}]"#
    );
    assert_eq!((replay.form.as_ref(), replay.items.as_str()), ("generate", expected), "nothing was merged");
    for (wire, script) in [("messages", "plain"), ("generate", "plain"), ("ollama", "tools")] {
        assert_eq!(told(wire, script).await.replay, None, "{wire}/{script} needs none");
    }
}

#[tokio::test]
async fn too_much_to_keep_is_not_kept_by_halves() {
    let start =
        json!({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}});
    let sign = json!({"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"x".repeat(400_000)}});
    let end = json!({"type":"message_delta","delta":{"stop_reason":"end_turn"}});
    let event = |data: &serde_json::Value| Ok(Bytes::from(format!("data: {data}\n\n")));
    for (signs, kept) in [(2, true), (3, false), (40, false)] {
        let mut script = vec![event(&start)];
        script.extend((0..signs).map(|_| event(&sign)));
        script.push(event(&end));
        let told = in_memory("messages", script).await;
        assert_eq!((told.replay.is_some(), told.end), (kept, Some(FinishReason::Stop)), "{signs}");
    }
    let part =
        json!({"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"x".repeat(600_000)}]}}]});
    let end = json!({"candidates":[{"finishReason":"STOP"}]});
    let told = in_memory("generate", vec![event(&part), event(&part), event(&end)]).await;
    assert_eq!((told.replay, told.end), (None, Some(FinishReason::Stop)));
}

#[tokio::test]
async fn refusals_of_the_others_are_told_apart() {
    let seconds = |n| Some(Duration::from_secs(n));
    let anthropic = |kind: &str, message: &str| json!({"type":"error","error":{"type":kind,"message":message,"details":null},"request_id":"req_1"});
    let google = |code: u16, status: &str, message: &str, details: serde_json::Value| json!({"error":{"code":code,"message":message,"status":status,"details":details}});
    let info = |reason: &str| json!([{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":reason}]);
    let retry =
        |delay: &str| json!([{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":delay}]);
    let day = json!([{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel"}]},
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"39600s"}]);
    for (provider, status, headers, body, error) in [
        ("anthropic", 401, "", anthropic("authentication_error", "invalid x-api-key"), Error::Unauthorized),
        ("anthropic", 402, "", anthropic("billing_error", "pay"), Error::Quota),
        (
            "anthropic",
            400,
            "",
            anthropic("invalid_request_error", "Your credit balance is too low to access the API"),
            Error::Quota,
        ),
        ("anthropic", 403, "", anthropic("permission_error", "no"), Error::Forbidden),
        ("anthropic", 404, "", anthropic("not_found_error", "model: x"), Error::ModelNotFound),
        (
            "anthropic",
            400,
            "",
            anthropic("invalid_request_error", "prompt is too long: 11 tokens > 10 maximum"),
            Error::ContextLength,
        ),
        (
            "anthropic",
            400,
            "",
            anthropic("invalid_request_error", "temperature: Extra inputs are not permitted"),
            Error::BadRequest { status: 400 },
        ),
        ("anthropic", 413, "", anthropic("request_too_large", "big"), Error::ContextLength),
        (
            "anthropic",
            429,
            "retry-after: 7\r\n",
            anthropic("rate_limit_error", "slow"),
            Error::RateLimited { retry_after: seconds(7) },
        ),
        (
            "anthropic",
            429,
            "",
            json!({"error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}}),
            Error::Quota,
        ),
        ("anthropic", 500, "", anthropic("api_error", "x"), Error::Upstream { status: Some(500) }),
        ("anthropic", 504, "", anthropic("timeout_error", "x"), Error::Timeout),
        ("anthropic", 529, "", anthropic("overloaded_error", "x"), Error::Overloaded { retry_after: None }),
        (
            "gemini",
            400,
            "",
            google(400, "INVALID_ARGUMENT", "bad key", info("API_KEY_INVALID")),
            Error::Unauthorized,
        ),
        ("gemini", 401, "", google(401, "UNAUTHENTICATED", "odd key", json!([])), Error::Unauthorized),
        ("gemini", 403, "", google(403, "PERMISSION_DENIED", "no", json!([])), Error::Forbidden),
        (
            "gemini",
            400,
            "",
            google(400, "FAILED_PRECONDITION", "not in this land", json!([])),
            Error::Forbidden,
        ),
        ("gemini", 404, "", google(404, "NOT_FOUND", "models/x", json!([])), Error::ModelNotFound),
        (
            "gemini",
            400,
            "",
            google(400, "INVALID_ARGUMENT", "The input token count (11) exceeds the maximum", json!([])),
            Error::ContextLength,
        ),
        (
            "gemini",
            429,
            "",
            google(429, "RESOURCE_EXHAUSTED", "slow", retry("46.5s")),
            Error::RateLimited { retry_after: Some(Duration::from_millis(46_500)) },
        ),
        ("gemini", 429, "", google(429, "RESOURCE_EXHAUSTED", "slow", day), Error::Quota),
        (
            "gemini",
            503,
            "",
            google(503, "UNAVAILABLE", "The model is overloaded", json!([])),
            Error::Overloaded { retry_after: None },
        ),
        ("gemini", 500, "", google(500, "INTERNAL", "x", json!([])), Error::Upstream { status: Some(500) }),
        (
            "gemini",
            400,
            "",
            google(400, "INVALID_ARGUMENT", "Unknown name", json!([])),
            Error::BadRequest { status: 400 },
        ),
        ("ollama", 404, "", json!({"error":"model 'x' not found"}), Error::ModelNotFound),
        (
            "ollama",
            400,
            "",
            json!({"error":"\"x\" does not support thinking"}),
            Error::BadRequest { status: 400 },
        ),
        ("ollama", 401, "", json!({"error":"unauthorized"}), Error::Unauthorized),
        (
            "ollama",
            503,
            "",
            json!({"error":"server busy, please try again. maximum pending requests exceeded"}),
            Error::Overloaded { retry_after: None },
        ),
        ("ollama", 500, "", json!({"error":"out of memory"}), Error::Upstream { status: Some(500) }),
        ("ollama", 200, "", json!({"error":"in disguise"}), Error::Upstream { status: None }),
    ] {
        let headers = format!("content-type: application/json\r\n{headers}");
        let rig = Rig::responds(status, &headers, &body.to_string()).await;
        let told = ask(settings(provider, &rig), &model(provider), hello()).await;
        assert_eq!(told.error, Some(error), "{provider} {status} {body}");
        assert_eq!(rig.asked.lock().len(), 1, "{status} was retried in secret");
    }
}

#[tokio::test]
async fn a_whole_answer_with_a_page_or_without_a_line_end_is_seen_through() {
    for (_, provider) in WIRES {
        let html = Rig::responds(200, "content-type: text/html\r\n", "<h1>fine</h1>").await;
        let told = ask(settings(provider, &html), &model(provider), hello()).await;
        assert_eq!(told.error, Some(Error::Malformed), "{provider}");
        let endless = Rig::streams(&[b"data: ", &vec![b'x'; 10 << 20]]).await;
        let told = ask(settings(provider, &endless), &model(provider), hello()).await;
        assert_eq!(told.error, Some(Error::Malformed), "{provider}");
        let silent = Rig::holds(STREAM.as_bytes().to_vec()).await;
        let first_timeout = Duration::from_millis(80);
        let settings = Settings { first_timeout, ..settings(provider, &silent) };
        assert_eq!(ask(settings, &model(provider), hello()).await.error, Some(Error::Timeout), "{provider}");
    }
}
