//! What goes out on the wires of Anthropic, Google and Ollama.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    super::rig::{Rig, STREAM},
    own::{ask, model, settings},
};
use crate::providers::{
    Capabilities, File, Message, Model, Replay, Request, Tool, ToolCall, ToolResult, catalog::Temperature,
};

/// The head and the body of a request.
async fn sent(provider: &'static str, model: &Model, request: Request) -> (String, String) {
    let rig = Rig::says(format!("{STREAM}0\r\n\r\n").into_bytes()).await;
    ask(settings(provider, &rig), model, request).await;
    let asked = rig.asked.lock()[0].clone();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

async fn body(provider: &'static str, model: &Model, request: Request) -> Value {
    serde_json::from_str(&sent(provider, model, request).await.1).unwrap()
}

fn request(messages: Vec<Message>) -> Request {
    Request { model: "m".to_owned(), messages, ..Request::default() }
}

/// A model that neither thinks nor minds being warm.
fn plain(provider: &str) -> Model {
    let capabilities = Capabilities { reasoning: false, ..Capabilities::MOST };
    Model { capabilities, reasoning: false, ..model(provider) }
}

fn thinker(provider: &str, efforts: &[&str]) -> Model {
    let efforts = efforts.iter().map(|word| (*word).to_owned()).collect();
    Model { efforts, max_output: Some(64_000), temperature: Temperature::Never, ..model(provider) }
}

fn call(id: &str) -> ToolCall {
    ToolCall { id: id.to_owned(), name: "add".to_owned(), arguments: r#"{"a": 1.50}"#.to_owned() }
}

fn calling(calls: &[&str], replay: Option<Replay>) -> Message {
    Message { calls: calls.iter().map(|id| call(id)).collect(), replay, ..Message::assistant("I add.") }
}

fn result(id: &str) -> Message {
    let result =
        ToolResult { id: id.to_owned(), name: "add".to_owned(), output: "3".to_owned(), failed: false };
    Message { results: vec![result], ..Message::user("") }
}

fn adder() -> Tool {
    let parameters = json!({ "type": "object", "properties": { "a": { "type": "number" } } });
    Tool { name: "add".to_owned(), description: "Adds.".to_owned(), parameters }
}

fn files() -> Vec<File> {
    let file = |name: &str, media_type: &str, bytes: &'static [u8]| File {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        bytes: Bytes::from_static(bytes),
    };
    vec![file("a.png", "image/png", b"\x89PNG\xff\xfe"), file("b.pdf", "application/pdf", b"%PDF-1")]
}

#[tokio::test]
async fn messages_are_asked_in_their_form() {
    let mut asked = request(vec![
        Message::system("Be terse."),
        Message { files: files(), ..Message::user("Look") },
        Message::assistant("Yes."),
        Message::user(""),
        Message::user("More"),
    ]);
    asked.temperature = Some(1.5);
    asked.tools = vec![adder()];
    let (head, body) = sent("anthropic", &plain("anthropic"), asked.clone()).await;
    assert!(head.starts_with("post /v1/messages http/1.1\r\n"), "{head}");
    assert!(
        head.contains("x-api-key: sk-test\r\n") && head.contains("anthropic-version: 2023-06-01"),
        "{head}"
    );
    assert!(!head.contains("authorization"), "{head}");
    let expected = json!({
        "model": "m", "max_tokens": 8192, "stream": true, "temperature": 1.0,
        "system": [{ "type": "text", "text": "Be terse." }],
        "messages": [
            { "role": "user", "content": [
                { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "iVBOR//+" } },
                { "type": "document", "title": "b.pdf",
                  "source": { "type": "base64", "media_type": "application/pdf", "data": "JVBERi0x" } },
                { "type": "text", "text": "Look" },
            ] },
            { "role": "assistant", "content": [{ "type": "text", "text": "Yes." }] },
            { "role": "user", "content": [{ "type": "text", "text": "More" }] },
        ],
        "tools": [{ "name": "add", "description": "Adds.",
            "input_schema": { "type": "object", "properties": { "a": { "type": "number" } } } }],
    });
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
    // From this version on a temperature is refused, whatever it is.
    let (head, body) = sent("anthropic", &thinker("anthropic", &["low", "high"]), asked).await;
    assert!(head.contains("anthropic-version: 2026-10-21") && !body.contains("temperature"), "{head} {body}");
}

#[tokio::test]
async fn how_much_claude_thinks_is_said_as_the_model_takes_it() {
    let adaptive = json!({ "type": "adaptive", "display": "summarized" });
    let words = ["low", "medium", "high", "xhigh", "max"];
    let with_none = ["none", "low", "high"];
    for (efforts, effort, limit, thinking, told) in [
        (&words[..], None, None, adaptive.clone(), Value::Null),
        (&words, Some("xhigh"), None, adaptive.clone(), json!({ "effort": "xhigh" })),
        (&words, Some("none"), None, adaptive.clone(), json!({ "effort": "low" })),
        (&words[..2], Some("max"), None, adaptive.clone(), json!({ "effort": "medium" })),
        (&with_none, Some("none"), None, json!({ "type": "disabled" }), Value::Null),
        (&with_none, Some("minimal"), None, adaptive.clone(), json!({ "effort": "low" })),
        (&[], None, None, Value::Null, Value::Null),
        (&[], Some("none"), None, Value::Null, Value::Null),
        (&[], Some("high"), None, json!({ "type": "enabled", "budget_tokens": 16_000 }), Value::Null),
        (&[], Some("low"), Some(3_000), json!({ "type": "enabled", "budget_tokens": 1_500 }), Value::Null),
        (&[], Some("low"), Some(1_500), Value::Null, Value::Null),
    ] {
        let mut asked = request(vec![Message::user("hi")]);
        asked.reasoning_effort = effort.map(str::to_owned);
        asked.max_tokens = limit;
        let body = body("anthropic", &thinker("anthropic", efforts), asked).await;
        assert_eq!((&body["thinking"], &body["output_config"]), (&thinking, &told), "{efforts:?} {effort:?}");
        assert_eq!(body["max_tokens"], limit.unwrap_or(32_000));
    }
}

#[tokio::test]
async fn a_conversation_ends_with_the_person_and_every_call_has_its_result() {
    let history = vec![
        Message::user("Add"),
        calling(&["call.1", "ok_2"], None),
        result("ok_2"),
        calling(&["lost"], None),
        Message::system("Go on where it ends."),
    ];
    let body = body("anthropic", &plain("anthropic"), request(history.clone())).await;
    let turns = body["messages"].as_array().unwrap();
    let id = turns[1]["content"][1]["id"].as_str().unwrap();
    assert!(id.starts_with("call_") && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{id}");
    assert_eq!(turns[1]["content"][1]["input"], json!({ "a": 1.50 }));
    let results = turns[2]["content"].as_array().unwrap();
    assert_eq!((&results[0]["tool_use_id"], &results[0]["is_error"]), (&json!(id), &json!(true)));
    let known = json!({ "type": "tool_result", "tool_use_id": "ok_2", "content": "3", "is_error": false });
    assert_eq!(results[1], known);
    assert_eq!(turns[4]["role"], "user");
    assert_eq!(turns[4]["content"][0]["is_error"], true);
    assert_eq!(turns[4]["content"][1]["text"], "Go on where it ends.");
    let again = self::body("anthropic", &plain("anthropic"), request(history)).await;
    assert_eq!(again["messages"], body["messages"], "ids are the same every time");
    let open = request(vec![Message::user("a"), Message::assistant("b")]);
    assert_eq!(self::body("anthropic", &plain("anthropic"), open).await["messages"][2]["role"], "user");
}

#[tokio::test]
async fn a_replay_goes_back_to_the_letter() {
    let items = r#"[{"type":"thinking","thinking":"Hm \u00e4","signature":"Eq+/="},{"type":"tool_use","id":"toolu_1","name":"add","input":{"a": 1.50,"b":12345678901234567890123}}]"#;
    let replay =
        |form: &'static str, items: &str| Some(Replay { form: form.into(), items: items.to_owned() });
    let history =
        |replay| request(vec![Message::user("Add"), calling(&["toolu_1"], replay), result("toolu_1")]);
    let (_, body) = sent("anthropic", &plain("anthropic"), history(replay("messages", items))).await;
    assert!(body.contains(&format!(r#"{{"role":"assistant","content":{items}}}"#)), "{body}");
    let parts = r#"[{"text":"Plan","thought":true},{"functionCall":{"name":"add","args":{"a": 1.50}},"thoughtSignature":"Ej+/="},{"text":""}]"#;
    let (_, body) = sent("gemini", &plain("gemini"), history(replay("generate", parts))).await;
    assert!(body.contains(&format!(r#"{{"role":"model","parts":{parts}}}"#)), "{body}");
    // It gave no id, so it is told none.
    assert!(body.contains(r#"{"functionResponse":{"name":"add","response":{"output":"3"}}}"#), "{body}");
    // Another provider's items, or what is no list, mean nothing.
    for replay in [replay("generate", parts), replay("messages", "{}"), replay("messages", "[]"), None] {
        let (_, body) = sent("anthropic", &plain("anthropic"), history(replay)).await;
        let own = r#""content":[{"type":"text","text":"I add."},{"type":"tool_use","id":"toolu_1","name":"add","input":{"a": 1.50}}]"#;
        assert!(body.contains(own), "{body}");
    }
}

#[tokio::test]
async fn a_long_conversation_is_kept_in_the_cache() {
    let asked = |length| request(vec![Message::user("x".repeat(length))]);
    let long = body("anthropic", &plain("anthropic"), asked(20_000)).await;
    assert_eq!(long["cache_control"], json!({ "type": "ephemeral" }));
    assert!(body("anthropic", &plain("anthropic"), asked(2_000)).await.get("cache_control").is_none());
}

#[tokio::test]
async fn gemini_is_asked_in_its_form() {
    let mut asked = request(vec![
        Message::system("Be terse."),
        Message { files: files(), ..Message::user("Look") },
        calling(&["x"], None),
        result("x"),
        Message::assistant("3"),
        Message::user("Add"),
        calling(&["y", "z"], None),
        result("y"),
    ]);
    asked.model = "gemini-4-hydrogen".to_owned();
    asked.tools = vec![adder()];
    asked.reasoning_effort = Some("none".to_owned());
    asked.max_tokens = Some(9);
    let model = Model { id: asked.model.clone(), ..thinker("gemini", &["low", "high"]) };
    let (head, body) = sent("gemini", &model, asked).await;
    let path = "post /v1/models/gemini-4-hydrogen:streamgeneratecontent?alt=sse http/1.1\r\n";
    assert!(head.starts_with(path) && head.contains("x-goog-api-key: sk-test"), "{head}");
    let call = |id: &str| json!({ "functionCall": { "id": id, "name": "add", "args": { "a": 1.50 } } });
    let mut signed = call("y");
    signed["thoughtSignature"] = "skip_thought_signature_validator".into();
    let answer = |id: &str, response: Value| json!({ "functionResponse": { "id": id, "name": "add", "response": response } });
    let lost = json!({ "error": "The call was interrupted: it has no result." });
    let expected = json!({
        "systemInstruction": { "parts": [{ "text": "Be terse." }] },
        "contents": [
            { "role": "user", "parts": [
                { "inlineData": { "mimeType": "image/png", "data": "iVBOR//+" } },
                { "inlineData": { "mimeType": "application/pdf", "data": "JVBERi0x" } },
                { "text": "Look" },
            ] },
            { "role": "model", "parts": [{ "text": "I add." }, call("x")] },
            { "role": "user", "parts": [answer("x", json!({ "output": "3" }))] },
            { "role": "model", "parts": [{ "text": "3" }] },
            { "role": "user", "parts": [{ "text": "Add" }] },
            { "role": "model", "parts": [{ "text": "I add." }, signed, call("z")] },
            { "role": "user", "parts": [answer("y", json!({ "output": "3" })), answer("z", lost)] },
        ],
        "tools": [{ "functionDeclarations": [{ "name": "add", "description": "Adds.",
            "parametersJsonSchema": { "type": "object", "properties": { "a": { "type": "number" } } } }] }],
        "generationConfig": { "maxOutputTokens": 9,
            "thinkingConfig": { "includeThoughts": true, "thinkingLevel": "LOW" } },
    });
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
}

#[tokio::test]
async fn ollama_is_asked_in_its_form() {
    let mut asked = request(vec![
        Message::system("Be terse."),
        Message { files: files(), ..Message::user("Look") },
        calling(&["x"], None),
        result("x"),
    ]);
    asked.tools = vec![adder()];
    asked.max_tokens = Some(9);
    asked.temperature = Some(0.5);
    let model = Model { context_window: Some(131_072), ..plain("ollama") };
    let (head, body) = sent("ollama", &model, asked).await;
    assert!(head.starts_with("post /api/chat http/1.1\r\n"), "{head}");
    let call = json!({ "function": { "name": "add", "arguments": { "a": 1.50 } } });
    let expected = json!({
        "model": "m", "stream": true,
        "messages": [
            { "role": "system", "content": "Be terse." },
            { "role": "user", "content": "Look", "images": ["iVBOR//+"] },
            { "role": "assistant", "content": "I add.", "tool_calls": [call] },
            { "role": "tool", "tool_name": "add", "content": "3" },
        ],
        "tools": [{ "type": "function", "function": { "name": "add", "description": "Adds.",
            "parameters": { "type": "object", "properties": { "a": { "type": "number" } } } } }],
        "options": { "num_ctx": 32_768, "num_predict": 9, "temperature": 0.5 },
    });
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
}

#[tokio::test]
async fn ollama_thinks_and_remembers_as_far_as_the_model_can() {
    let asked = |length: usize, effort: Option<&str>| Request {
        reasoning_effort: effort.map(str::to_owned),
        ..request(vec![Message::user("x".repeat(length))])
    };
    for (window, length, expected) in [
        (None, 10, None),
        (Some(8_192), 10, Some(8_192)),
        (Some(200_000), 150_000, Some(65_536)),
        (Some(40_960), 900_000, Some(40_960)),
    ] {
        let model = Model { context_window: window, ..plain("ollama") };
        let told = body("ollama", &model, asked(length, None)).await;
        assert_eq!(told["options"]["num_ctx"].as_u64(), expected, "{window:?} {length}");
        assert!(told.get("think").is_none(), "a model that can't think refuses the word");
    }
    for (efforts, effort, expected) in [
        (&[][..], None, json!(true)),
        (&[], Some("none"), json!(false)),
        (&["low", "medium", "high"], Some("medium"), json!("medium")),
        (&["low", "medium", "high"], Some("max"), json!("high")),
        (&["low", "medium", "high"], Some("none"), json!("low")),
    ] {
        assert_eq!(body("ollama", &thinker("ollama", efforts), asked(1, effort)).await["think"], expected);
    }
}
