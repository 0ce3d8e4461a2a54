//! A provider for tests: a bare TCP socket that says exactly the bytes it is told to.

use std::sync::Arc;

use futures::StreamExt;
use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::Limits;
use crate::providers::{
    Account, Accounts, Capabilities, Delta, DeltaStream, Error, FinishReason, Key, Message, Model, Providers,
    Replay, Request, Settings, Usage, catalog::Temperature,
};

/// The head of a streamed answer; what follows are HTTP chunks, so that a boundary is a boundary to the client too.
pub const STREAM: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// Listens until dropped, gives every connection the same answer and remembers what was asked.
pub struct Rig {
    pub url: url::Url,
    pub asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Rig {
    /// `wire` is said as it is, then the connection is closed.
    pub async fn says(wire: Vec<u8>) -> Self {
        Self::new(wire, true).await
    }

    /// `wire` is said as it is, then nothing more comes for as long as the client stays.
    pub async fn holds(wire: Vec<u8>) -> Self {
        Self::new(wire, false).await
    }

    async fn new(wire: Vec<u8>, close: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap()).parse().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let heard = asked.clone();
        #[expect(clippy::disallowed_methods, reason = "a test's own server, stopped by its drop")]
        let task = tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let request = read_request(&mut socket).await;
                heard.lock().push(request);
                let _ = socket.write_all(&wire).await;
                if close {
                    let _ = socket.shutdown().await;
                }
                // Unread bytes would turn the close into a reset that overtakes what was said.
                let _ = socket.read(&mut [0; 64]).await;
            }
        });
        Self { url, asked, task }
    }

    /// A whole answer of these pieces, each a chunk of its own.
    pub async fn streams(pieces: &[&[u8]]) -> Self {
        let mut wire = STREAM.as_bytes().to_vec();
        pieces.iter().for_each(|piece| wire.extend(chunk(piece)));
        wire.extend(b"0\r\n\r\n");
        Self::says(wire).await
    }

    /// A response that is no stream.
    pub async fn responds(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
        Self::says((head + body).into_bytes()).await
    }

    pub fn settings(&self) -> Settings {
        let account = Account { id: None, key: "sk-test".into(), base_url: Some(self.url.clone()) };
        Settings { system: vec![("openai", account)], ..Settings::default() }
    }

    pub async fn ask(&self) -> Told {
        ask(self.settings()).await
    }
}

/// An HTTP chunk; none for an empty piece, since that would mean the end.
pub fn chunk(piece: &[u8]) -> Vec<u8> {
    if piece.is_empty() {
        return Vec::new();
    }
    [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat()
}

async fn read_request(socket: &mut TcpStream) -> String {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text.into_owned();
            }
        }
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => return text.into_owned(),
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
}

/// All that came of a request.
#[derive(Debug, Default, PartialEq)]
pub struct Told {
    pub text: String,
    pub thinking: String,
    pub calls: Vec<(u32, Option<String>, Option<String>, String)>,
    pub model: Option<String>,
    pub replay: Option<Replay>,
    pub usage: Option<Usage>,
    pub end: Option<FinishReason>,
    pub error: Option<Error>,
    /// Length of the longest piece of text.
    pub longest: usize,
}

/// A model of the provider under test.
pub fn model(id: &str) -> Model {
    Model {
        name: format!("openai/{id}"),
        id: id.to_owned(),
        provider: "openai".to_owned(),
        provider_label: "OpenAI".to_owned(),
        label: id.to_owned(),
        reasoning: false,
        capabilities: Capabilities::MOST,
        context_window: None,
        max_output: None,
        efforts: Vec::new(),
        temperature: Temperature::Always,
        price: None,
        exact: None,
        retires: None,
        key: Key::Server,
    }
}

/// Asks the provider in `settings` and reads to the end.
pub async fn ask(settings: Settings) -> Told {
    let providers = Providers::new(settings, crate::platform::http::client().unwrap());
    let request = Request { messages: vec![Message::user("hi")], ..Request::default() };
    match providers.stream(&model("gpt-6-luna"), request, &Accounts::none()).await {
        Ok(stream) => read(stream).await,
        Err(error) => Told { error: Some(error), ..Told::default() },
    }
}

/// Reads an answer and checks what every answer promises: one ending, and nothing after it.
pub async fn read(mut stream: DeltaStream) -> Told {
    let mut told = Told::default();
    while let Some(delta) = stream.next().await {
        assert!(told.end.is_none() && told.error.is_none(), "something came after the end: {delta:?}");
        match delta {
            Ok(Delta::Text(more)) => {
                told.longest = told.longest.max(more.len());
                told.text.push_str(&more);
            }
            Ok(Delta::Thinking(more)) => told.thinking.push_str(&more),
            Ok(Delta::ToolCall { index, id, name, arguments }) => {
                told.calls.push((index, id, name, arguments))
            }
            Ok(Delta::Model(name)) => assert!(told.model.replace(name).is_none(), "the model came twice"),
            Ok(Delta::Replay(items)) => assert!(told.replay.replace(items).is_none(), "a replay came twice"),
            Ok(Delta::Usage(usage)) => assert!(told.usage.replace(usage).is_none(), "usage came twice"),
            Ok(Delta::End(reason)) => told.end = Some(reason),
            Err(error) => told.error = Some(error),
        }
    }
    assert!(told.end.is_some() || told.error.is_some(), "the stream just stopped");
    told
}

/// Limits for tests that must not wait.
pub fn limits() -> Limits {
    Limits::from(&Settings::default())
}
