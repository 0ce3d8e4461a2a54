//! The same provider as Anthropic, Google and Ollama speak, read by our own wires.

use std::time::Duration;

use futures::StreamExt;

use super::{Simulator, Told, ask};
use crate::{
    platform::http::client,
    providers::{
        Account, Accounts, Delta, Error, FinishReason, Message, Providers, Replay, Request, Settings, Tool,
        ToolCall, ToolResult, simulated::text_of,
    },
};

const FACES: [&str; 3] = ["anthropic", "gemini", "ollama"];

impl Simulator {
    /// The simulator in the place of this provider, with this key.
    fn in_place_of(&self, provider: &'static str, key: &str) -> Providers {
        let path = if provider == "gemini" { "/v1beta" } else { "/v1" };
        let account = Account { id: None, key: key.into(), base_url: Some(self.url.join(path).unwrap()) };
        let system = vec![(provider, account)];
        let idle_timeout = Duration::from_millis(300);
        Providers::new(Settings { system, idle_timeout, ..Settings::default() }, client().unwrap())
    }
}

/// All deltas of an answer, or why there is none.
async fn deltas(providers: &Providers, model: &str, request: Request) -> Result<Vec<Delta>, Error> {
    let model = providers.resolve(model, &Accounts::none()).await?;
    let stream = providers.stream(&model, request, &Accounts::none()).await?;
    stream.collect::<Vec<_>>().await.into_iter().collect()
}

fn asked(messages: Vec<Message>) -> Request {
    Request { messages, ..Request::default() }
}

fn replay_of(deltas: &[Delta]) -> Option<Replay> {
    deltas
        .iter()
        .find_map(|delta| if let Delta::Replay(replay) = delta { Some(replay.clone()) } else { None })
}

fn text_in(deltas: &[Delta]) -> String {
    deltas
        .iter()
        .filter_map(|delta| if let Delta::Text(text) = delta { Some(text.as_str()) } else { None })
        .collect()
}

#[tokio::test]
async fn every_model_says_its_text_on_every_face() {
    let simulator = Simulator::start().await;
    let prompt = "Tell me about *rivers*, please 🌊";
    for face in FACES {
        let providers = simulator.in_place_of(face, "sk-good");
        for id in ["essay:ms=0", "fast", "slow:ms=0", "thinking:ms=0", "echo:ms=0", "tokens:n=500,ms=0"] {
            // The list has no options; a model of the list is asked with them.
            let base = id.split(':').next().unwrap();
            let mut model = providers.resolve(&format!("{face}/{base}"), &Accounts::none()).await.unwrap();
            id.clone_into(&mut model.id);
            let request = asked(vec![Message::user(prompt)]);
            let stream = providers.stream(&model, request, &Accounts::none()).await.unwrap();
            let deltas: Vec<_> = stream.map(Result::unwrap).collect().await;
            assert_eq!(text_in(&deltas), text_of(id, prompt).unwrap(), "{face} {id}");
            assert_eq!(deltas.last(), Some(&Delta::End(FinishReason::Stop)), "{face} {id}");
            assert!(deltas.iter().any(|delta| matches!(delta, Delta::Usage(_))), "{face} {id}");
            let thinks = deltas.iter().any(|delta| matches!(delta, Delta::Thinking(_)));
            assert_eq!(thinks, base == "thinking", "{face} {id}");
        }
    }
}

#[tokio::test]
async fn every_fault_ends_as_it_should_on_every_face() {
    let simulator = Simulator::start().await;
    let retry = Some(Duration::from_secs(2));
    let scripts = [
        ("cut after=200", 200, Err(Error::Cut)),
        ("cut after=0", 0, Err(Error::Cut)),
        ("stall after=100 ms=60000", 100, Err(Error::Timeout)),
        ("dribble ms=20 n=1000", 20, Err(Error::Timeout)),
        ("line bytes=10485760", 20, Err(Error::Malformed)),
        ("malformed after=50", 50, Err(Error::Malformed)),
        ("status 429 retry_after=2", 0, Err(Error::RateLimited { retry_after: retry })),
        ("status 500", 0, Err(Error::Upstream { status: Some(500) })),
        ("status 503 retry_after=2", 0, Err(Error::Overloaded { retry_after: retry })),
        ("status 403", 0, Err(Error::Forbidden)),
        ("quota", 0, Err(Error::Quota)),
        ("context", 0, Err(Error::ContextLength)),
        ("key", 0, Err(Error::Unauthorized)),
        ("model", 0, Err(Error::ModelNotFound)),
        ("html200", 0, Err(Error::Malformed)),
        ("empty", 0, Err(Error::Incomplete)),
        ("error_chunk after=50 code=server_is_overloaded", 50, Err(Error::Overloaded { retry_after: None })),
        ("no_finish", 100, Err(Error::Incomplete)),
        ("no_done", 100, Ok("stop")),
        ("no_usage", 100, Ok("stop")),
        ("finish reason=content_filter after=10", 10, Ok("content_filter")),
        ("finish reason=length after=10", 10, Ok("length")),
        ("huge chunk=500000", 500_000, Ok("stop")),
        ("huge chunk=5000000", 1 << 20, Ok("length")),
        ("tiny n=5000", 5_000, Ok("stop")),
        ("slow_thinking ms=1", 18, Ok("stop")),
        ("tool call", 0, Ok("tool_calls")),
        ("first ms=20", 100, Ok("stop")),
        ("utf8", "Grüße, 👩‍👩‍👧‍👦 and 한글, naïve café, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 — ✓".len(), Ok("stop")),
        ("surrogate", "wave 🌊, half �!".len(), Ok("stop")),
        ("invalid", "good � bad � good".len(), Ok("stop")),
        ("late_usage ms=50", 100, Ok("stop")),
        ("noise", 100, Ok("stop")),
    ];
    for face in FACES {
        // One that fails again and again is left alone for a while: each script has a client of its own.
        let providers = || simulator.in_place_of(face, "sk-good");
        for (script, length, ending) in &scripts {
            let Told { text, end, error, tool, .. } =
                ask(&providers(), &format!("{face}/faults"), script).await;
            let came = match (&end, error) {
                (Some(reason), None) => Ok(reason.as_str()),
                (None, Some(error)) => Err(error),
                both => panic!("{face} {script}: {both:?}"),
            };
            assert_eq!((text.len(), came), (*length, ending.clone()), "{script} on {face}");
            assert_eq!(tool.replace(' ', "") == r#"{"a":1}"#, *script == "tool call", "{face}: {tool}");
        }
        for script in ["json200", "error_chunk after=50", "finish reason=error after=10"] {
            let told = ask(&providers(), &format!("{face}/faults"), script).await;
            assert!(matches!(told.error, Some(Error::Upstream { .. })), "{script} on {face}: {told:?}");
        }
    }
    let stats = simulator.until(|stats| stats.active == 0).await;
    assert_eq!(stats.calls, (FACES.len() * (scripts.len() + 3)) as u64, "one call each, no retry in secret");
    assert_eq!(stats.cut, 2 * FACES.len() as u64);
}

#[tokio::test]
async fn keys_are_judged_as_each_provider_does() {
    let simulator = Simulator::start().await;
    for face in FACES {
        for (kind, check, answer) in [
            ("good", Ok(()), None),
            ("bad", Err(Error::Unauthorized), Some(Error::Unauthorized)),
            // No list of models proves that there is money.
            ("poor", Ok(()), Some(Error::Quota)),
            ("limited", Err(Error::Forbidden), Some(Error::Forbidden)),
        ] {
            let beginning = match face {
                "anthropic" => "sk-ant-",
                "gemini" => "AQ.",
                _ => "",
            };
            let providers = simulator.in_place_of(face, &format!("{beginning}{kind}-1"));
            assert_eq!(providers.check(face, &Accounts::none()).await, check, "{face} {kind}");
            let told = deltas(&providers, &format!("{face}/fast"), asked(vec![Message::user("x")])).await;
            assert_eq!(told.err(), answer, "{face} {kind}");
        }
    }
    // Only here a server wants none.
    let open = simulator.in_place_of("ollama", "");
    assert_eq!(open.check("ollama", &Accounts::none()).await, Ok(()));
    for face in ["anthropic", "gemini"] {
        let none = simulator.in_place_of(face, " ");
        assert_eq!(none.check(face, &Accounts::none()).await, Err(Error::BadKey));
    }
}

#[tokio::test]
async fn lists_tell_what_the_models_can_do() {
    let simulator = Simulator::start().await;
    for face in FACES {
        let providers = simulator.in_place_of(face, "sk-good");
        let model = |id: &str| format!("{face}/{id}");
        let thinking = providers.resolve(&model("thinking"), &Accounts::none()).await.unwrap();
        let fast = providers.resolve(&model("fast"), &Accounts::none()).await.unwrap();
        assert!(
            thinking.reasoning && !fast.reasoning && fast.capabilities.tools == (face != "gemini"),
            "{face}"
        );
        assert_eq!(thinking.context_window, Some(128_000), "{face}");
        assert_eq!(thinking.efforts.is_empty(), face != "anthropic", "{face}");
        let missing = providers.resolve(&model("embedding"), &Accounts::none()).await;
        assert_eq!(missing, Err(Error::ModelNotFound), "{face}");
    }
}

#[tokio::test]
async fn thoughts_go_back_only_behind_what_they_answered() {
    let simulator = Simulator::start().await;
    let providers = simulator.in_place_of("anthropic", "sk-good");
    let first = deltas(&providers, "anthropic/thinking", asked(vec![Message::user("Why?")])).await.unwrap();
    let replay = replay_of(&first);
    assert!(replay.as_ref().is_some_and(|replay| replay.items.contains("signature")), "{replay:?}");
    let again = |question: &str, replay: Option<Replay>| {
        let said = Message { replay, ..Message::assistant(text_in(&first)) };
        asked(vec![Message::user(question), said, Message::user("And now?")])
    };
    let told = deltas(&providers, "anthropic/thinking", again("Why?", replay.clone())).await;
    assert_eq!(told.unwrap().last(), Some(&Delta::End(FinishReason::Stop)));
    // What was asked has changed behind their back.
    let told = deltas(&providers, "anthropic/thinking", again("How?", replay)).await;
    assert_eq!(told, Err(Error::BadRequest { status: 400 }));
    let told = deltas(&providers, "anthropic/thinking", again("How?", None)).await;
    assert!(told.is_ok(), "without them everything may change: {told:?}");
}

#[tokio::test]
async fn a_call_and_its_result_go_round_on_every_face() {
    let simulator = Simulator::start().await;
    for face in FACES {
        let providers = simulator.in_place_of(face, "sk-good");
        let tool = Tool {
            name: "add".to_owned(),
            description: "Adds.".to_owned(),
            parameters: serde_json::json!({ "type": "object" }),
        };
        let script = Message::user("tool call name=add");
        let request = Request { tools: vec![tool.clone()], ..asked(vec![script.clone()]) };
        let first = deltas(&providers, &format!("{face}/faults"), request).await.unwrap();
        assert_eq!(first.last(), Some(&Delta::End(FinishReason::ToolCalls)), "{face}");
        let id = first
            .iter()
            .find_map(|delta| if let Delta::ToolCall { id, .. } = delta { id.clone() } else { None });
        let id = id.unwrap();
        let replay = replay_of(&first);
        assert_eq!(replay.is_some(), face != "ollama", "{face}");
        let call = ToolCall { id: id.clone(), name: "add".to_owned(), arguments: r#"{"a": 1}"#.to_owned() };
        let result = ToolResult { id, name: "add".to_owned(), output: "3".to_owned(), failed: false };
        // The provider's own items, and a turn that another provider has made.
        for replay in [replay, None] {
            let called = Message { calls: vec![call.clone()], replay, ..Message::assistant("") };
            let answered = Message { results: vec![result.clone()], ..Message::user("") };
            let messages = vec![script.clone(), called, answered];
            let request = Request { tools: vec![tool.clone()], ..asked(messages) };
            let told = deltas(&providers, &format!("{face}/fast"), request).await;
            assert_eq!(told.unwrap().last(), Some(&Delta::End(FinishReason::Stop)), "{face}");
        }
    }
}

#[tokio::test]
async fn leaving_closes_the_connection_on_every_face() {
    let simulator = Simulator::start().await;
    for face in FACES {
        let providers = simulator.in_place_of(face, "sk-good");
        let before = simulator.stats().await;
        let model = providers.resolve(&format!("{face}/faults"), &Accounts::none()).await.unwrap();
        let request = asked(vec![Message::user("stall after=10 ms=60000")]);
        let mut stream = providers.stream(&model, request, &Accounts::none()).await.unwrap();
        stream.next().await.unwrap().unwrap();
        assert_eq!(simulator.stats().await.active, 1, "{face}");
        drop(stream);
        let stats = simulator.until(|stats| stats.active == 0).await;
        assert_eq!(
            (stats.disconnected, stats.completed),
            (before.disconnected + 1, before.completed),
            "{face}"
        );
    }
}

/// A request past our own wires, to what is strict.
async fn post(
    simulator: &Simulator,
    path: &str,
    headers: &[(&'static str, &str)],
    body: serde_json::Value,
) -> (u16, String) {
    let mut post = client().unwrap().post(simulator.url.join(path).unwrap()).json(&body);
    for (name, value) in headers {
        post = post.header(*name, *value);
    }
    let response = post.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn what_the_real_ones_refuse_is_refused() {
    let simulator = Simulator::start().await;
    let new = [("anthropic-version", "2026-10-21"), ("x-api-key", "sk-ant-good")];
    let old = [("anthropic-version", "2023-06-01"), ("authorization", "Bearer sk-ant-good")];
    let user = serde_json::json!({ "role": "user", "content": "hi" });
    let body = |field: &str, value: serde_json::Value| {
        let mut body = serde_json::json!({ "model": "fast", "max_tokens": 9, "messages": [user.clone()] });
        body[field] = value;
        body
    };
    let turns = |more: serde_json::Value| body("messages", serde_json::json!([user.clone(), more]));
    for (body, reason) in [
        (body("temperature", 1.into()), "temperature: Extra inputs are not permitted"),
        (body("max_tokens", serde_json::Value::Null), "max_tokens: Field required"),
        (
            turns(serde_json::json!({ "role": "user", "content": [{ "type": "text", "text": "" }] })),
            "must be non-empty",
        ),
        (
            turns(serde_json::json!({ "role": "assistant", "content": "Yes, and" })),
            "must end with a user message",
        ),
        (turns(serde_json::json!({ "role": "system", "content": "x" })), "'user' or 'assistant'"),
        (body("thinking", serde_json::json!({ "type": "adaptive" })), "not supported on this model"),
    ] {
        let (status, told) = post(&simulator, "/v1/messages", &new, body).await;
        assert!(status == 400 && told.contains(reason), "{reason}: {status} {told}");
    }
    assert_eq!(post(&simulator, "/v1/messages", &old, body("temperature", 1.into())).await.0, 200);
    assert_eq!(post(&simulator, "/v1/messages", &old[1..], body("stream", false.into())).await.0, 400);
    let contents = serde_json::json!([
        { "role": "user", "parts": [{ "text": "Add" }] },
        { "role": "model", "parts": [{ "functionCall": { "name": "add", "args": {} } }] },
        { "role": "user", "parts": [{ "functionResponse": { "name": "add", "response": {} } }] },
    ]);
    let key = [("x-goog-api-key", "AQ.good")];
    let path = "/v1beta/models/fast:generateContent";
    let (status, told) = post(&simulator, path, &key, serde_json::json!({ "contents": contents })).await;
    assert!(status == 400 && told.contains("missing a thought_signature"), "{told}");
    let (status, told) =
        post(&simulator, path, &key, serde_json::json!({ "contents": [], "model": "x" })).await;
    assert!(status == 400 && told.contains("Cannot find field"), "{told}");
    let chat = serde_json::json!({ "model": "fast", "think": true, "messages": [user] });
    let (status, told) = post(&simulator, "/api/chat", &[], chat).await;
    assert!(status == 400 && told.contains(r#"\"fast\" does not support thinking"#), "{told}");
}
