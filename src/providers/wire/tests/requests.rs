//! What goes out, word by word.

use serde_json::{Value, json};

use crate::providers::{
    Account, Accounts, Error, File, Message, Providers, Replay, Request, Settings, Tool, ToolCall,
    ToolResult,
    catalog::{self, Row},
    wire::rig::{Rig, Told, model, read},
};

/// OpenAI as if it lived at the rig.
fn own_host(rig: &Rig) -> &'static [Row] {
    let base_url = rig.url.as_str().trim_end_matches('/').to_owned().leak();
    vec![Row { base_url, ..catalog::OPENAI }].leak()
}

fn settings(provider: &'static str, key: &str, rig: &Rig) -> Settings {
    let account = Account { id: None, key: key.into(), base_url: Some(rig.url.clone()) };
    Settings { system: vec![(provider, account)], ..Settings::default() }
}

fn http() -> reqwest::Client {
    crate::platform::http::client().unwrap()
}

/// What was sent last: the head and the body.
fn sent(rig: &Rig) -> (String, Value) {
    let asked = rig.asked.lock().last().unwrap().clone();
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), serde_json::from_str(body).unwrap_or_default())
}

async fn ask(providers: &Providers, name: &str, request: Request) -> Told {
    let (provider, id) = name.split_once('/').unwrap();
    let known = catalog::ROWS.iter().find(|row| row.name == provider).unwrap();
    let known = known.known.iter().find(|known| known.id == id);
    let mut model = model(id);
    model.provider = provider.to_owned();
    if let Some(known) = known {
        model.reasoning = known.capabilities.reasoning;
        model.temperature = known.temperature;
        model.efforts = known.efforts.iter().map(|word| (*word).to_owned()).collect();
    }
    match providers.stream(&model, request, &Accounts::none()).await {
        Ok(stream) => read(stream).await,
        Err(error) => Told { error: Some(error), ..Told::default() },
    }
}

fn call(id: &str) -> ToolCall {
    ToolCall { id: id.to_owned(), name: "add".to_owned(), arguments: r#"{"a":1}"#.to_owned() }
}

fn result(id: &str) -> ToolResult {
    ToolResult { id: id.to_owned(), name: "add".to_owned(), output: "3".to_owned(), failed: false }
}

/// A conversation with everything: files, a replay, calls of somebody else, and one that nobody answered.
fn conversation() -> Vec<Message> {
    let file = |name: &str, media_type: &str| File {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        bytes: "abc".into(),
    };
    let items = r#"[{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"gA"}, {"id":"fc_1","type":"function_call","call_id":"call_9","name":"add","arguments":"{\"a\": 1}"}]"#;
    let replay = Some(Replay { form: "responses".into(), items: items.to_owned() });
    vec![
        Message::system("Be terse."),
        Message {
            files: vec![file("a.png", "image/png"), file("b.pdf", "application/pdf")],
            ..Message::user("Look")
        },
        Message { replay, calls: vec![call("call_9")], ..Message::assistant("") },
        Message { results: vec![result("call_9")], ..Message::user("") },
        Message { calls: vec![call("a b"), call("lost")], ..Message::assistant("Hm") },
        Message { results: vec![result("a b")], ..Message::user("So?") },
    ]
}

fn tools() -> Vec<Tool> {
    let parameters = json!({ "type": "object", "properties": {} });
    vec![Tool { name: "add".to_owned(), description: "Adds.".to_owned(), parameters }]
}

#[tokio::test]
async fn responses_get_the_whole_conversation_and_their_own_items_as_they_came() {
    let rig = Rig::streams(&[b""]).await;
    let providers = Providers::of(own_host(&rig), settings("openai", "sk-test", &rig), http());
    let request = Request {
        messages: conversation(),
        tools: tools(),
        max_tokens: Some(9),
        temperature: Some(0.5),
        reasoning_effort: Some("high".to_owned()),
        ..Request::default()
    };
    ask(&providers, "openai/gpt-6.1-sol", request).await;
    let (head, body) = sent(&rig);
    assert!(head.starts_with("POST /v1/responses HTTP/1.1"), "{head}");
    let foreign = body["input"][6]["call_id"].as_str().unwrap().to_owned();
    assert!(foreign.starts_with("call_") && foreign.len() <= 64);
    let data = "data:image/png;base64,YWJj";
    let expected = json!({
        "model": "gpt-6.1-sol", "stream": true, "store": false, "max_output_tokens": 9,
        "include": ["reasoning.encrypted_content"], "reasoning": { "effort": "high", "summary": "auto" },
        "tools": [{ "type": "function", "name": "add", "description": "Adds.", "strict": false,
            "parameters": { "type": "object", "properties": {} } }],
        "input": [
            { "role": "developer", "content": "Be terse." },
            { "role": "user", "content": [
                { "type": "input_text", "text": "Look" },
                { "type": "input_image", "detail": "auto", "image_url": data },
                { "type": "input_file", "filename": "b.pdf", "file_data": "data:application/pdf;base64,YWJj" },
            ] },
            { "id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gA" },
            { "id": "fc_1", "type": "function_call", "call_id": "call_9", "name": "add", "arguments": "{\"a\": 1}" },
            { "type": "function_call_output", "call_id": "call_9", "output": "3" },
            { "role": "assistant", "content": "Hm" },
            { "type": "function_call", "call_id": foreign, "name": "add", "arguments": "{\"a\":1}" },
            { "type": "function_call", "call_id": "lost", "name": "add", "arguments": "{\"a\":1}" },
            { "type": "function_call_output", "call_id": foreign, "output": "3" },
            { "type": "function_call_output", "call_id": "lost",
                "output": "The call was interrupted: it has no result." },
            { "role": "user", "content": "So?" },
        ],
    });
    assert_eq!(body, expected);
    let raw = rig.asked.lock()[0].clone();
    let as_it_came =
        r#"{"id":"fc_1","type":"function_call","call_id":"call_9","name":"add","arguments":"{\"a\": 1}"}"#;
    assert!(raw.contains(as_it_came), "{raw}");
}

#[tokio::test]
async fn chat_completions_get_the_same_in_their_own_words() {
    let rig = Rig::streams(&[b""]).await;
    let providers = Providers::new(settings("openai", "sk-test", &rig), http());
    let request = Request { messages: conversation(), tools: tools(), ..Request::default() };
    ask(&providers, "openai/gpt-6.1-terra", request).await;
    let (head, body) = sent(&rig);
    assert!(head.starts_with("POST /v1/chat/completions HTTP/1.1"), "somebody else's server: {head}");
    assert_eq!(body["reasoning_effort"], "none", "tools and thoughts don't go together there");
    let foreign = body["messages"][4]["tool_calls"][0]["id"].clone();
    let called = |id: Value| json!({ "id": id, "type": "function", "function": { "name": "add", "arguments": "{\"a\":1}" } });
    let expected = json!([
        { "role": "system", "content": "Be terse." },
        { "role": "user", "content": [
            { "type": "text", "text": "Look" },
            { "type": "image_url", "image_url": { "url": "data:image/png;base64,YWJj" } },
            { "type": "file", "file": { "filename": "b.pdf", "file_data": "data:application/pdf;base64,YWJj" } },
        ] },
        { "role": "assistant", "content": null, "tool_calls": [called(json!("call_9"))] },
        { "role": "tool", "tool_call_id": "call_9", "content": "3" },
        { "role": "assistant", "content": "Hm", "tool_calls": [called(foreign.clone()), called(json!("lost"))] },
        { "role": "tool", "tool_call_id": foreign, "content": "3" },
        { "role": "tool", "tool_call_id": "lost", "content": "The call was interrupted: it has no result." },
        { "role": "user", "content": "So?" },
    ]);
    assert_eq!(body["messages"], expected);
}

#[tokio::test]
async fn openrouter_gets_its_details_back_and_nobody_else_does() {
    let details = r#"[{"type":"reasoning.text","text":"Hm","signature":"c2ln","index":0}]"#;
    for (provider, name) in [("openrouter", "openrouter/openai/gpt-6.1-sol"), ("compatible", "compatible/x")]
    {
        let rig = Rig::streams(&[b""]).await;
        let providers = Providers::new(settings(provider, "", &rig), http());
        if provider == "openrouter" {
            let request = Request { messages: vec![Message::user("hi")], ..Request::default() };
            assert_eq!(ask(&providers, name, request).await.error, Some(Error::BadKey));
        }
        let key = if provider == "openrouter" { "sk-or-v1-0" } else { "" };
        let providers = Providers::new(settings(provider, key, &rig), http());
        let replay = Some(Replay { form: "details".into(), items: details.to_owned() });
        let said = Message { replay, ..Message::assistant("Ha") };
        let messages = vec![Message::user("hi"), said, Message::user("go on")];
        ask(&providers, name, Request { messages, ..Request::default() }).await;
        let (head, body) = sent(&rig);
        let handed = body["messages"][1].get("reasoning_details").map(Value::to_string);
        assert_eq!(handed.is_some(), provider == "openrouter");
        assert_eq!(head.to_lowercase().contains("authorization:"), !key.is_empty(), "{head}");
    }
}

#[tokio::test]
async fn efforts_that_a_model_has_no_word_for_become_the_nearest() {
    let rig = Rig::streams(&[b""]).await;
    let providers = Providers::new(settings("meta", "k", &rig), http());
    for (wanted, effort) in [("none", "minimal"), ("max", "xhigh"), ("low", "low")] {
        let request = Request {
            messages: vec![Message::user("hi")],
            reasoning_effort: Some(wanted.to_owned()),
            ..Request::default()
        };
        ask(&providers, "meta/muse-spark-1.3", request).await;
        let (head, body) = sent(&rig);
        assert!(head.starts_with("POST /v1/responses "), "{head}");
        assert_eq!(body["reasoning"]["effort"], effort);
    }
}

#[tokio::test]
async fn a_key_check_says_what_is_wrong_with_the_key() {
    let json = "content-type: application/json\r\n";
    for (row, page, status, body, said) in [
        (catalog::XAI, "/v1/api-key", 200, r#"{"team_blocked":false,"api_key_blocked":false}"#, Ok(())),
        (catalog::XAI, "/v1/api-key", 200, r#"{"team_blocked":true}"#, Err(Error::Banned)),
        (
            catalog::XAI,
            "/v1/api-key",
            200,
            r#"{"code":"x","error":"Incorrect API key provided: xa***1"}"#,
            Err(Error::Unauthorized),
        ),
        (
            catalog::XAI,
            "/v1/api-key",
            400,
            r#"{"code":"x","error":"Incorrect API key provided: xa***1"}"#,
            Err(Error::Unauthorized),
        ),
        (
            catalog::OPENROUTER,
            "/v1/key",
            200,
            r#"{"data":{"limit":5,"limit_remaining":0}}"#,
            Err(Error::Quota),
        ),
        (catalog::OPENROUTER, "/v1/key", 200, r#"{"data":{"limit":null,"limit_remaining":null}}"#, Ok(())),
        (
            catalog::V0,
            "/v1/user",
            401,
            r#"{"error":{"message":"no","type":"unauthorized_error"}}"#,
            Err(Error::Unauthorized),
        ),
        (
            catalog::OPENAI,
            "/v1/models",
            403,
            r#"{"error":{"message":"Missing scopes: model.read"}}"#,
            Err(Error::Forbidden),
        ),
        (
            catalog::OPENAI,
            "/v1/models",
            401,
            r#"{"error":{"code":"account_deactivated","message":"x"}}"#,
            Err(Error::Banned),
        ),
        (catalog::META, "/v1/models", 200, r#"{"data":[]}"#, Ok(())),
    ] {
        let rig = Rig::responds(status, json, body).await;
        let base_url = rig.url.as_str().trim_end_matches('/').to_owned().leak();
        let (name, rows) = (row.name, vec![Row { base_url, ..row }].leak());
        let providers = Providers::of(rows, settings(name, "k", &rig), http());
        assert_eq!(providers.check(name, &Accounts::none()).await, said, "{name} {status} {body}");
        assert!(rig.asked.lock()[0].starts_with(&format!("GET {page} ")), "{name}");
    }
}

#[tokio::test]
async fn openrouters_list_tells_everything() {
    let body = r#"{"data":[
        {"id":"a/b","name":"A: B","context_length":200000,"pricing":{"prompt":"0.000002","completion":"0.00001","input_cache_read":"0.0000002"},
         "architecture":{"input_modalities":["text","image"],"output_modalities":["text"]},"top_provider":{"max_completion_tokens":64000},
         "supported_parameters":["tools","reasoning"],"expiration_date":"2027-01-14"},
        {"id":"openrouter/auto","pricing":{"prompt":"-1","completion":"-1"}}]}"#;
    let rig = Rig::responds(200, "content-type: application/json\r\n", body).await;
    let providers = Providers::new(settings("openrouter", "k", &rig), http());
    let model = providers.resolve("openrouter/a/b", &Accounts::none()).await.unwrap();
    assert_eq!(
        (model.label.as_str(), model.context_window, model.max_output),
        ("A: B", Some(200_000), Some(64_000))
    );
    let can = model.capabilities;
    assert_eq!((can.vision, can.pdf, can.tools, can.reasoning), (true, false, true, true));
    let price = model.price.clone().unwrap();
    assert_eq!((price.input.as_str(), price.output.as_str()), ("2", "10"));
    assert_eq!(model.retires.as_deref(), Some("2027-01-14"));
    assert!(model.efforts.contains(&"none".to_owned()));
    let auto = providers.resolve("openrouter/openrouter/auto", &Accounts::none()).await.unwrap();
    assert_eq!(auto.price, None);
}

/// What docs/ADDING-A-PROVIDER.md shows: a row, and nothing else.
#[tokio::test]
async fn a_provider_that_speaks_a_wire_we_know_is_a_row() {
    let rig = Rig::responds(
        200,
        "content-type: application/json\r\n",
        r#"{"choices":[{"message":{"content":"Moin"},"finish_reason":"stop"}]}"#,
    )
    .await;
    let row = Row {
        name: "hanse",
        label: "Hanse",
        kind: catalog::Kind::OpenAi,
        base_url: rig.url.as_str().trim_end_matches('/').to_owned().leak(),
        dialect: catalog::Dialect { has_list: false, ..catalog::Dialect::COMMON },
        known: const { &[catalog::Known::plain("kogge-1", "Kogge 1", 32_000).at(500, 2_000)] },
        cheap: "kogge-1",
        not_chat: &[],
        key_starts: &["hk-"],
        key_page: "https://hanse.example/keys",
    };
    let providers = Providers::of(vec![row].leak(), settings("hanse", "hk-1", &rig), http());
    let model = providers.resolve("hanse/kogge-1", &Accounts::none()).await.unwrap();
    assert_eq!((model.label.as_str(), model.price.as_ref().unwrap().output.as_str()), ("Kogge 1", "2"));
    let request = Request { messages: vec![Message::user("hi")], ..Request::default() };
    let told = read(providers.stream(&model, request, &Accounts::none()).await.unwrap()).await;
    assert_eq!(told.text, "Moin");
}
