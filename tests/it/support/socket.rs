//! Somebody at the other end of a WebSocket.

use std::{collections::VecDeque, time::Duration};

use eventsource_stream::Event;
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::Response},
};

use super::{Api, Seen};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// An open socket.
pub struct Socket {
    inner: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Messages that were read while another one was waited for.
    passed: VecDeque<Value>,
    commands: u32,
    /// How it was closed.
    closed: Option<u16>,
}

/// A handshake that was refused.
pub type Refused = Response<Option<Vec<u8>>>;

impl Socket {
    /// Opens one with these headers; `path` begins behind the server's address.
    ///
    /// # Errors
    /// What the server answered instead.
    pub async fn opens(base: &str, path: &str, headers: &[(&str, &str)]) -> Result<Self, Box<Refused>> {
        let url = format!("{}{path}", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let name: tokio_tungstenite::tungstenite::http::HeaderName = name.parse().unwrap();
            request.headers_mut().append(name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((inner, _)) => Ok(Self { inner, passed: VecDeque::new(), commands: 0, closed: None }),
            Err(Error::Http(answer)) => Err(answer),
            Err(other) => panic!("{other}"),
        }
    }

    /// Sends a text as it is.
    pub async fn says(&mut self, text: &str) {
        self.sends(Message::text(text)).await;
    }

    /// Sends any frame.
    pub async fn sends(&mut self, message: Message) {
        self.inner.send(message).await.unwrap();
    }

    /// Sends a frame, as far as the server still takes it.
    pub async fn tries_to_send(&mut self, message: Message) {
        let _ = self.inner.send(message).await;
    }

    /// Sends a command under an id of its own; gives that.
    pub async fn orders(&mut self, mut command: Value) -> String {
        self.commands += 1;
        let id = format!("c{}", self.commands);
        command["id"] = json!(id);
        self.says(&command.to_string()).await;
        id
    }

    /// Sends a command and waits for its last acknowledgement.
    pub async fn asks(&mut self, command: Value) -> Value {
        let id = self.orders(command).await;
        self.answer_to(&id).await
    }

    /// Waits for the last acknowledgement of a command.
    pub async fn answer_to(&mut self, id: &str) -> Value {
        self.waits_for(|message| {
            message["id"] == id && message["status"] != "received" && message["type"] != "error"
        })
        .await
    }

    /// Waits for a message; what comes before it is kept for [`Socket::next`].
    pub async fn waits_for(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.passed.iter().position(&wanted) {
            return self.passed.remove(at).unwrap();
        }
        loop {
            let message = self.read().await.expect("the socket was closed");
            if wanted(&message) {
                return message;
            }
            self.passed.push_back(message);
        }
    }

    /// The next message; `None` when it is over.
    pub async fn next(&mut self) -> Option<Value> {
        match self.passed.pop_front() {
            Some(message) => Some(message),
            None => self.read().await.ok(),
        }
    }

    /// Reads to the end; the close code, 1006 if none was said.
    pub async fn ends(&mut self) -> u16 {
        loop {
            if let Err(code) = self.read().await {
                return code;
            }
        }
    }

    /// Takes the next event of a conversation's log into `seen`; gives its type. Other messages are passed over.
    pub async fn sees(&mut self, chat: &str, seen: &mut Seen) -> Option<String> {
        loop {
            let message = self.next().await?;
            if message["chat"] == chat && message["cursor"].is_string() {
                let name = message["type"].as_str().unwrap().to_owned();
                let id = message["cursor"].as_str().unwrap().to_owned();
                let event = Event { event: name.clone(), id, ..Event::default() };
                seen.take(&event, &message);
                return Some(name);
            }
        }
    }

    /// Watches a conversation until a reply has ended.
    pub async fn sees_the_end(&mut self, chat: &str, reply: &str, seen: &mut Seen) {
        while !seen.ends.contains_key(reply) {
            self.sees(chat, seen).await.expect("the socket was closed before the reply ended");
        }
    }

    async fn read(&mut self) -> Result<Value, u16> {
        while self.closed.is_none() {
            let next = tokio::time::timeout(PATIENCE, self.inner.next()).await.expect("the socket is stuck");
            match next {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(close)))) => self.closed = Some(close.code.into()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(other)) => panic!("{other:?}"),
                Some(Err(_)) | None => self.closed = Some(1006),
            }
        }
        Err(self.closed.unwrap())
    }
}

impl Api {
    /// Opens the API's socket with the token.
    pub async fn opens_a_socket(&self) -> Socket {
        let token = format!("Bearer {}", self.token);
        let opened = Socket::opens(&self.base, "/api/v1/ws", &[("authorization", &token)]).await;
        opened.unwrap_or_else(|refused| panic!("{}", refused.status()))
    }
}
