//! The simulated provider over a real socket, read by the product's own client.

mod faces;

use std::{
    io::Write,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt;
use parking_lot::Mutex;
use tokio::{net::TcpListener, task::JoinHandle};

use super::{Stats, simulate_server};
use crate::{
    platform::http::client,
    providers::{
        Account, Accounts, Delta, Error, FinishReason, Message, Providers, Request, Settings,
        simulated::text_of,
    },
};

mod wires;

/// A simulator of its own for one test.
struct Simulator {
    url: url::Url,
    task: JoinHandle<()>,
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Simulator {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap()).parse().unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test's own server, stopped by its drop")]
        let task = tokio::spawn(async move { simulate_server(listener).await.unwrap() });
        Self { url, task }
    }

    /// The same models on either road: in process, and over HTTP.
    fn both_roads(&self) -> [Providers; 2] {
        let settings = Settings { idle_timeout: Duration::from_millis(300), ..Settings::default() };
        let over_http = Settings { simulated_url: Some(self.url.clone()), ..settings.clone() };
        [settings, over_http].map(|settings| Providers::new(settings, client().unwrap()))
    }

    /// The simulator in the place of OpenAI, with this key.
    fn as_openai(&self, key: &str) -> Providers {
        let account = Account { id: None, key: key.into(), base_url: Some(self.url.clone()) };
        Providers::new(
            Settings { system: vec![("openai", account)], ..Settings::default() },
            client().unwrap(),
        )
    }

    async fn stats(&self) -> Stats {
        let url = self.url.join("/_sim/stats").unwrap();
        client().unwrap().get(url).send().await.unwrap().json().await.unwrap()
    }

    /// Waits until the counts say what they should.
    async fn until(&self, holds: impl Fn(&Stats) -> bool) -> Stats {
        let begun = Instant::now();
        loop {
            let stats = self.stats().await;
            if holds(&stats) || begun.elapsed() > Duration::from_secs(10) {
                return stats;
            }
        }
    }
}

#[derive(Debug, Default, PartialEq)]
struct Told {
    text: String,
    thinking: String,
    tool: String,
    usage: bool,
    end: Option<FinishReason>,
    error: Option<Error>,
}

async fn ask(providers: &Providers, model: &str, prompt: &str) -> Told {
    let mut told = Told::default();
    let request = Request { messages: vec![Message::user(prompt)], ..Request::default() };
    let model = providers.resolve(model, &Accounts::none()).await.unwrap();
    let mut stream = match providers.stream(&model, request, &Accounts::none()).await {
        Ok(stream) => stream,
        Err(error) => return Told { error: Some(error), ..told },
    };
    while let Some(delta) = stream.next().await {
        match delta {
            Ok(Delta::Text(more)) => told.text.push_str(&more),
            Ok(Delta::Thinking(more)) => told.thinking.push_str(&more),
            Ok(Delta::ToolCall { arguments, .. }) => told.tool.push_str(&arguments),
            Ok(Delta::Model(_) | Delta::Replay(_)) => {}
            Ok(Delta::Usage(_)) => told.usage = true,
            Ok(Delta::End(reason)) => told.end = Some(reason),
            Err(error) => told.error = Some(error),
        }
    }
    told
}

#[tokio::test]
async fn every_model_says_its_text_on_either_road() {
    let simulator = Simulator::start().await;
    let prompt = "Tell me about *rivers*, please 🌊";
    for providers in simulator.both_roads() {
        for id in [
            "essay:ms=0",
            "essay:ms=0,repeat=5",
            "fast",
            "slow:ms=0",
            "thinking:ms=0",
            "echo:ms=0",
            "tokens:n=500,ms=0",
        ] {
            let told = ask(&providers, &format!("simulated/{id}"), prompt).await;
            assert_eq!(told.text, text_of(id, prompt).unwrap(), "{id}");
            assert!(told.usage && told.end == Some(FinishReason::Stop), "{id}: {told:?}");
            assert_eq!(told.thinking.is_empty(), !id.starts_with("thinking"), "{id}");
        }
    }
    assert_eq!(text_of("echo", prompt).unwrap(), prompt);
    assert_eq!(text_of("tokens:n=500", prompt).unwrap().split_whitespace().count(), 500);
}

#[tokio::test]
async fn the_pace_is_the_one_in_the_id() {
    let providers = Simulator::start().await.both_roads();
    let begun = Instant::now();
    ask(&providers[0], "simulated/tokens:n=20,ms=10,first=50", "x").await;
    assert!(begun.elapsed() >= Duration::from_millis(50 + 19 * 10), "{:?}", begun.elapsed());
}

/// Scripts of faults, the length of the text that comes of each, and its ending.
fn scripts() -> Vec<(&'static str, usize, Result<&'static str, Error>)> {
    let retry = Some(Duration::from_secs(2));
    vec![
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
        ("json200", 0, Err(Error::Upstream { status: None })),
        ("empty", 0, Err(Error::Incomplete)),
        ("error_chunk after=50 code=server_is_overloaded", 50, Err(Error::Overloaded { retry_after: None })),
        ("no_finish", 100, Err(Error::Incomplete)),
        ("no_done", 100, Ok("stop")),
        ("no_usage", 100, Ok("stop")),
        ("finish reason=content_filter after=10", 10, Ok("content_filter")),
        ("finish reason=error after=10", 10, Err(Error::Upstream { status: None })),
        ("huge chunk=500000", 500_000, Ok("stop")),
        ("huge chunk=5000000", 1 << 20, Ok("length")),
        ("tiny n=5000", 5_000, Ok("stop")),
        ("slow_thinking ms=1", 18, Ok("stop")),
        ("tool call", 0, Ok("tool_calls")),
        ("first ms=20", 100, Ok("stop")),
        ("utf8", "Grüße, 👩‍👩‍👧‍👦 and 한글, naïve café, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 — ✓".len(), Ok("stop")),
        ("surrogate", "wave 🌊, half �!".len(), Ok("stop")),
        ("noise", 100, Ok("stop")),
    ]
}

#[tokio::test]
async fn every_fault_ends_as_it_should_on_either_road() {
    let simulator = Simulator::start().await;
    let scripts = scripts();
    for (road, providers) in simulator.both_roads().iter().enumerate() {
        for (script, length, ending) in &scripts {
            let told = ask(providers, "simulated/faults", script).await;
            let came = match (&told.end, &told.error) {
                (Some(reason), None) => Ok(reason.as_str()),
                (None, Some(error)) => Err(error.clone()),
                both => panic!("{script}: {both:?}"),
            };
            assert_eq!((told.text.len(), came), (*length, ending.clone()), "{script} on road {road}");
            assert_eq!(told.tool == "{\"a\": 1}", *script == "tool call");
        }
    }
    let stats = simulator.until(|stats| stats.active == 0).await;
    assert_eq!(stats.calls, scripts.len() as u64, "one call each, no retry in secret");
    assert_eq!(stats.cut, 2);
    assert!(stats.calls_by_prompt.values().all(|calls| *calls == 1));
}

#[tokio::test]
async fn a_fault_with_times_heals() {
    let simulator = Simulator::start().await;
    for providers in simulator.both_roads() {
        for error in [Some(Error::Upstream { status: Some(500) }), None] {
            assert_eq!(ask(&providers, "simulated/faults", "status 500 times=1").await.error, error);
        }
    }
}

#[tokio::test]
async fn what_is_no_script_is_answered_with_the_scripts() {
    let providers = Simulator::start().await.both_roads();
    assert!(ask(&providers[0], "simulated/faults", "hello").await.text.contains("`cut after=200`"));
}

#[tokio::test]
async fn leaving_closes_the_connection_to_the_provider() {
    let simulator = Simulator::start().await;
    let [_, providers] = simulator.both_roads();
    // One that talks, and one that is silent: there no failing write could tell the server.
    for (model, prompt) in
        [("simulated/tokens:n=100000,ms=1", "x"), ("simulated/faults", "stall after=10 ms=60000")]
    {
        let before = simulator.stats().await.disconnected;
        let model = providers.resolve(model, &Accounts::none()).await.unwrap();
        let request = Request { messages: vec![Message::user(prompt)], ..Request::default() };
        let mut stream = providers.stream(&model, request, &Accounts::none()).await.unwrap();
        stream.next().await.unwrap().unwrap();
        assert_eq!(simulator.stats().await.active, 1);
        drop(stream);
        let stats = simulator.until(|stats| stats.active == 0).await;
        assert_eq!((stats.active, stats.disconnected - before, stats.completed), (0, 1, 0));
    }
}

#[tokio::test]
async fn the_token_limit_ends_an_answer_with_length() {
    let simulator = Simulator::start().await;
    for providers in simulator.both_roads() {
        let model = providers.resolve("simulated/tokens:n=100,ms=0", &Accounts::none()).await.unwrap();
        let request =
            Request { messages: vec![Message::user("x")], max_tokens: Some(7), ..Request::default() };
        let deltas: Vec<_> =
            providers.stream(&model, request, &Accounts::none()).await.unwrap().collect().await;
        assert_eq!(deltas.last(), Some(&Ok(Delta::End(FinishReason::Length))));
        assert!(matches!(&deltas[0], Ok(Delta::Text(text)) if text.split_whitespace().count() == 7));
    }
}

#[tokio::test]
async fn models_are_listed_and_found_by_full_and_by_bare_name() {
    let simulator = Simulator::start().await;
    let providers = simulator.as_openai("sk-test");
    let names: Vec<_> =
        providers.models(&Accounts::none()).await.into_iter().map(|model| model.name).collect();
    assert!(
        names.contains(&"openai/essay".to_owned()) && names.contains(&"simulated/essay".to_owned()),
        "{names:?}"
    );
    assert_eq!(providers.resolve("openai/essay", &Accounts::none()).await.unwrap().id, "essay");
    assert_eq!(providers.resolve("essay", &Accounts::none()).await, Err(Error::ModelAmbiguous));
    assert_eq!(
        providers.resolve("tokens:n=5,ms=0", &Accounts::none()).await.unwrap().name,
        "simulated/tokens:n=5,ms=0"
    );
    assert_eq!(providers.resolve("openai/no-such-model", &Accounts::none()).await, Err(Error::ModelNotFound));
    assert_eq!(providers.resolve("simulated/tokens:n=x", &Accounts::none()).await, Err(Error::ModelNotFound));
    assert_eq!(providers.resolve("nobody/essay", &Accounts::none()).await, Err(Error::ModelNotFound));
}

#[tokio::test]
async fn a_list_that_cannot_be_had_blocks_nobody() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", silent.local_addr().unwrap()).parse().unwrap();
    let account = Account { id: None, key: "sk-test".into(), base_url: Some(url) };
    let settings = Settings {
        system: vec![("openai", account)],
        list_timeout: Duration::from_millis(50),
        ..Settings::default()
    };
    let providers = Providers::new(settings, client().unwrap());
    assert_eq!(providers.default_model(&Accounts::none()), "openai/gpt-6.1-sol");
    let begun = Instant::now();
    let models = providers.models(&Accounts::none()).await;
    assert!(models.iter().any(|model| model.name == "openai/gpt-6.1-sol" && model.reasoning));
    assert_eq!(
        providers.resolve("openai/some/other-model", &Accounts::none()).await.unwrap().id,
        "some/other-model"
    );
    assert_eq!(providers.resolve("gpt-6-luna", &Accounts::none()).await.unwrap().name, "openai/gpt-6-luna");
    assert!(begun.elapsed() < Duration::from_secs(5), "the list was waited for again and again");
}

#[tokio::test]
async fn without_an_account_only_the_simulated_models_are_there() {
    let providers = Providers::new(Settings::default(), client().unwrap());
    assert!(providers.models(&Accounts::none()).await.iter().all(|model| model.provider == "simulated"));
    assert_eq!(providers.default_model(&Accounts::none()), "simulated/essay");
    assert_eq!(
        providers.resolve(&providers.default_model(&Accounts::none()), &Accounts::none()).await.unwrap().name,
        "simulated/essay"
    );
    let status = providers.status(&Accounts::none());
    assert!(status.iter().all(|s| s.configured == (s.name == "simulated")), "{status:?}");
    assert_eq!((status[0].name.as_str(), status[1].name.as_str()), ("openai", "anthropic"));
}

#[tokio::test]
async fn a_key_that_cannot_be_sent_is_an_error_and_not_a_panic() {
    let simulator = Simulator::start().await;
    for key in ["sk-canary\nX-Evil: 1", "sk-\u{0}canary", "", "   "] {
        let providers = simulator.as_openai(key);
        assert_eq!(providers.resolve("openai/essay", &Accounts::none()).await, Err(Error::BadKey));
        assert!(!providers.status(&Accounts::none())[0].configured);
        assert!(providers.models(&Accounts::none()).await.iter().all(|model| model.provider == "simulated"));
    }
    assert_eq!(simulator.stats().await.calls, 0);
}

/// Collects everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_key_is_nowhere_to_be_read() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let simulator = Simulator::start().await;
    let key = "sk-bad-canary-7f3a";
    let account = Account { id: None, key: key.into(), base_url: Some(simulator.url.clone()) };
    let settings = Settings { system: vec![("openai", account)], ..Settings::default() };
    let mut seen = format!("{settings:?}");
    let providers = Providers::new(settings, client().unwrap());
    let told = ask(&providers, "openai/essay", "x").await;
    assert_eq!(told.error, Some(Error::Unauthorized));
    seen += &format!("{told:?} {} {:?}", told.error.as_ref().unwrap(), providers.status(&Accounts::none()));
    seen += &String::from_utf8_lossy(&log.0.lock());
    assert!(seen.contains("provider refused"), "the log was not caught");
    assert!(!seen.contains("canary"), "{}", &seen[seen.find("canary").unwrap().saturating_sub(200)..]);
}
