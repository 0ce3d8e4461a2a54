//! Responses over a socket, the seal over thoughts, keys, and what there is beside answers.

use futures::StreamExt;

use super::{FinishReason, Simulator, Told, ask, scripts};
use crate::{
    platform::http::client,
    providers::{
        Account, Accounts, Delta, Error, Message, Model, Providers, Replay, Request, Settings, ToolCall,
        ToolResult,
        simulated::{history, text_of},
    },
};

impl Simulator {
    /// The simulator in the place of a provider.
    fn at(&self, provider: &'static str, key: &str) -> Providers {
        let account = Account { id: None, key: key.into(), base_url: Some(self.url.clone()) };
        let settings = Settings {
            system: vec![(provider, account)],
            idle_timeout: std::time::Duration::from_secs(1),
            ..Settings::default()
        };
        Providers::new(settings, client().unwrap())
    }
}

#[tokio::test]
async fn every_fault_ends_the_same_on_responses() {
    let simulator = Simulator::start().await;
    let providers = simulator.at("xai", "xai-test");
    for (script, length, ending) in scripts() {
        let told = ask(&providers, "xai/faults", script).await;
        let came = match (&told.end, &told.error) {
            (Some(reason), None) => Ok(reason.as_str()),
            (None, Some(error)) => Err(error.clone()),
            both => panic!("{script}: {both:?}"),
        };
        assert_eq!((told.text.len(), came), (length, ending), "{script}");
        assert_eq!(told.tool == "{\"a\": 1}", script == "tool call");
    }
    let stats = simulator.until(|stats| stats.active == 0).await;
    assert_eq!((stats.calls, stats.cut), (scripts().len() as u64, 2), "one call each, no retry in secret");
}

#[tokio::test]
async fn every_model_says_its_text_on_responses() {
    let simulator = Simulator::start().await;
    let providers = simulator.at("xai", "xai-test");
    for id in ["essay:ms=0", "fast", "slow:ms=0", "thinking:ms=0", "echo:ms=0", "tokens:n=500,ms=0"] {
        let told = turn(&providers, &format!("xai/{id}"), &[Message::user("rivers")]).await.1;
        assert_eq!(told.text, text_of(id, "rivers").unwrap(), "{id}");
        assert!(told.usage && told.end == Some(FinishReason::Stop), "{id}: {told:?}");
        assert_eq!(told.thinking.is_empty(), !id.starts_with("thinking"), "{id}");
    }
}

#[tokio::test]
async fn leaving_closes_a_response_too() {
    let simulator = Simulator::start().await;
    let providers = simulator.at("xai", "xai-test");
    for (model, prompt) in [("xai/tokens:n=100000,ms=1", "x"), ("xai/faults", "stall after=10 ms=60000")] {
        let before = simulator.stats().await.disconnected;
        let model = resolved(&providers, model).await;
        let request = Request { messages: vec![Message::user(prompt)], ..Request::default() };
        let mut stream = providers.stream(&model, request, &Accounts::none()).await.unwrap();
        stream.next().await.unwrap().unwrap();
        drop(stream);
        let stats = simulator.until(|stats| stats.active == 0 && stats.disconnected > before).await;
        assert_eq!((stats.active, stats.disconnected - before, stats.completed), (0, 1, 0));
    }
}

/// The simulated model, whose options are in no list.
async fn resolved(providers: &Providers, name: &str) -> Model {
    let (base, _) = name.split_once(':').unwrap_or((name, ""));
    let mut model = providers.resolve(base, &Accounts::none()).await.unwrap();
    model.id = name.split_once('/').unwrap().1.to_owned();
    model
}

/// One answer with all that it hands over.
async fn turn(providers: &Providers, model: &str, messages: &[Message]) -> (Message, Told) {
    let model = resolved(providers, model).await;
    let request = Request { messages: messages.to_vec(), ..Request::default() };
    let (mut message, mut told) = (Message::assistant(""), Told::default());
    let mut stream = match providers.stream(&model, request, &Accounts::none()).await {
        Ok(stream) => stream,
        Err(error) => return (message, Told { error: Some(error), ..told }),
    };
    while let Some(delta) = stream.next().await {
        match delta {
            Ok(Delta::Text(more)) => message.text.push_str(&more),
            Ok(Delta::Replay(replay)) => message.replay = Some(replay),
            Ok(Delta::ToolCall { id: Some(id), name, arguments, .. }) => {
                message.calls.push(ToolCall { id, name: name.unwrap(), arguments });
            }
            Ok(Delta::ToolCall { arguments, .. }) => {
                message.calls.last_mut().unwrap().arguments += &arguments
            }
            Ok(Delta::Thinking(more)) => told.thinking.push_str(&more),
            Ok(Delta::Usage(_)) => told.usage = true,
            Ok(Delta::End(reason)) => told.end = Some(reason),
            Ok(Delta::Model(_)) => {}
            Err(error) => told.error = Some(error),
        }
    }
    told.text.clone_from(&message.text);
    (message, told)
}

#[tokio::test]
async fn sealed_thoughts_go_back_behind_exactly_the_history_they_came_behind() {
    let simulator = Simulator::start().await;
    let providers = simulator.at("xai", "xai-test");
    let model = "xai/faults";
    let mut messages = vec![Message::system("Be terse."), Message::user("tool call name=add think=1")];
    let (called, told) = turn(&providers, model, &messages).await;
    assert_eq!(told.end, Some(FinishReason::ToolCalls));
    let result = ToolResult {
        id: called.calls[0].id.clone(),
        name: "add".to_owned(),
        output: "3".to_owned(),
        failed: false,
    };
    messages.extend([called, Message { results: vec![result], ..Message::user("") }]);
    let (said, told) = turn(&providers, model, &messages).await;
    assert_eq!((told.text.as_str(), &told.error), ("The tool said: 3", &None));
    messages.extend([said, Message::user("finish reason=eos after=5")]);
    let (_, told) = turn(&providers, model, &messages).await;
    assert_eq!(told.error, None);
    // What was received is what was meant, on each call.
    let heard = simulator.stats().await.heard;
    for (heard, count) in heard.iter().zip([2, 4, 6]) {
        let request = Request { messages: messages[..count].to_vec(), ..Request::default() };
        assert_eq!(heard.digest, history::digest(&request), "{count}");
    }
    let bad = Some(Error::BadRequest { status: 400 });
    let mut edited = messages.clone();
    edited[0].text = "Be verbose.".to_owned();
    assert_eq!(turn(&providers, model, &edited).await.1.error, bad, "another history");
    assert_eq!(turn(&simulator.at("xai", "xai-other"), model, &messages).await.1.error, bad, "another key");
    // Without the items themselves it is told in plain words, whoever asks.
    edited.iter_mut().for_each(|message| message.replay = None);
    assert_eq!(turn(&simulator.at("xai", "xai-other"), model, &edited).await.1.error, None);
    // Nor may a part of them be left out.
    let items = messages[2].replay.as_ref().unwrap().items.clone();
    let items: Vec<serde_json::Value> = serde_json::from_str(&items).unwrap();
    assert_eq!(items.len(), 2);
    for left in items {
        let items = serde_json::json!([left]).to_string();
        let mut part = messages[..3].to_vec();
        part.push(Message::user("finish reason=eos after=5"));
        part[2].replay = Some(Replay { form: "responses".into(), items });
        assert_eq!(turn(&providers, model, &part).await.1.error, bad);
    }
}

#[tokio::test]
async fn the_same_conversation_is_heard_the_same_on_either_wire() {
    let simulator = Simulator::start().await;
    let call = ToolCall { id: "c1".into(), name: "add".into(), arguments: r#"{"a":1}"#.into() };
    let result = ToolResult { id: "c1".into(), name: "add".into(), output: "3".into(), failed: false };
    let file =
        crate::providers::File { name: "a.png".into(), media_type: "image/png".into(), bytes: "abc".into() };
    let messages = vec![
        Message::system("Be terse."),
        Message { files: vec![file], ..Message::user("Look") },
        Message { calls: vec![call], ..Message::assistant("Hm") },
        Message { results: vec![result], ..Message::user("") },
    ];
    for provider in ["openai", "xai"] {
        let told = turn(&simulator.at(provider, "k-0001"), &format!("{provider}/fast"), &messages).await.1;
        assert_eq!(told.error, None, "{provider}");
    }
    let request = Request { messages, ..Request::default() };
    let heard = simulator.stats().await.heard;
    assert_eq!(heard.len(), 2);
    assert!(heard.iter().all(|heard| heard.digest == history::digest(&request) && heard.key == "0001"));
}

#[tokio::test]
async fn each_bad_key_is_told_apart_by_answers_and_by_checks() {
    let simulator = Simulator::start().await;
    let wait = Some(std::time::Duration::from_secs(7));
    for (key, error) in [
        ("sk-bad-1", Error::Unauthorized),
        ("sk-poor-1", Error::Quota),
        ("sk-banned-1", Error::Banned),
        ("sk-limited-1", Error::Forbidden),
        ("sk-slow-1", Error::RateLimited { retry_after: wait }),
    ] {
        for provider in ["openai", "xai"] {
            let providers = simulator.at(provider, key);
            let told = ask(&providers, &format!("{provider}/essay"), "x").await;
            assert_eq!(told.error.as_ref(), Some(&error), "{provider} {key}");
            assert_eq!(providers.check(provider, &Accounts::none()).await.as_ref(), Err(&error), "{key}");
        }
    }
    assert_eq!(simulator.at("xai", "xai-fine").check("xai", &Accounts::none()).await, Ok(()));
}

#[tokio::test]
async fn a_server_without_keys_gets_none() {
    let mut simulator = Simulator::start().await;
    let keyless = simulator.at("compatible", "");
    assert_eq!(ask(&keyless, "compatible/essay:ms=0", "x").await.error, Some(Error::Unauthorized));
    simulator.url.set_path("/open/v1");
    let told = ask(&simulator.at("compatible", ""), "compatible/fast", "x").await;
    assert_eq!(told.end, Some(FinishReason::Stop), "{told:?}");
}

#[tokio::test]
async fn vectors_verdicts_and_pictures() {
    let simulator = Simulator::start().await;
    let (providers, own) = (simulator.at("openai", "sk-test"), Accounts::none());
    let texts: Vec<String> = ["a river", "the river", "a stone"].map(str::to_owned).into();
    let told = providers.embed("openai", "text-embedding-3-small", &texts, &own).await.unwrap();
    let near = |a: usize, b: usize| -> f32 {
        told.vectors[a].iter().zip(&told.vectors[b]).map(|(a, b)| a * b).sum()
    };
    assert_eq!((told.vectors.len(), told.tokens), (3, Some(6)));
    assert!((near(0, 0) - 1.0).abs() < 1e-3 && near(0, 1) > near(1, 2), "{} {}", near(0, 1), near(1, 2));
    let verdicts = providers.moderate("openai", "omni-moderation-latest", &texts, &own).await.unwrap();
    assert!(verdicts.iter().all(|verdict| !verdict.flagged && verdict.categories.is_empty()));
    let bad = ["a bomb".to_owned()];
    let verdicts = providers.moderate("openai", "omni-moderation-latest", &bad, &own).await.unwrap();
    assert_eq!((verdicts[0].flagged, &verdicts[0].categories[..]), (true, &["violence".to_owned()][..]));
    let pictures = providers.image("openai", "gpt-image-2.6-flare", "a river", &own).await.unwrap();
    assert!(pictures[0].bytes.starts_with(b"\x89PNG"));
    let blocked = providers.image("openai", "gpt-image-2.6-flare", "a bomb", &own).await;
    assert_eq!(blocked, Err(Error::ContentBlocked));
    let simulated = providers.embed("simulated", "x", &texts, &own).await;
    assert_eq!(simulated, Err(Error::Unsupported));
}
