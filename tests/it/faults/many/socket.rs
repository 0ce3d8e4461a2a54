//! The follower's other way: the same conversation over a WebSocket.

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

use super::follower::{Door, HEAD, Over, SILENCE, Work};
use crate::support::Api;

/// An open WebSocket of a client.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens one with a token.
///
/// # Errors
/// No connection, or a handshake that is refused.
pub async fn open(who: &Api, base: &str) -> Result<Socket, Error> {
    let mut request = format!("{}/api/v1/ws", base.replacen("http", "ws", 1)).into_client_request()?;
    request.headers_mut().insert("authorization", format!("Bearer {}", who.token).parse().unwrap());
    Ok(connect_async(request).await?.0)
}

/// Says something.
///
/// # Errors
/// The connection is broken.
pub async fn say(socket: &mut Socket, words: &Value) -> Result<(), Error> {
    socket.send(Message::text(words.to_string())).await
}

/// The next message; `None` when there will be none.
pub async fn hear(socket: &mut Socket) -> Option<Value> {
    loop {
        match socket.next().await? {
            Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

impl Work {
    /// One connection by WebSocket.
    pub async fn connect_socket(&self, door: &Door) -> Over {
        let mut socket = match timeout(HEAD, open(&self.who, &door.base)).await {
            Err(_) => return Over::Broken("no handshake".into()),
            Ok(Err(Error::Http(answer))) if matches!(answer.status().as_u16(), 401 | 403 | 404) => {
                return Over::Ever;
            }
            Ok(Err(error)) => return Over::Broken(format!("{error}")),
            Ok(Ok(socket)) => socket,
        };
        let mut order = json!({ "type": "subscribe", "id": "watch", "chat": self.chat });
        let cursor = self.cursor();
        if !cursor.is_empty() {
            order["after"] = cursor.into();
        }
        if let Err(error) = say(&mut socket, &order).await {
            return Over::Broken(format!("{error}"));
        }
        self.connected(door);
        loop {
            let message = match timeout(SILENCE, hear(&mut socket)).await {
                Err(_) => return Over::Broken("silence".into()),
                Ok(None) => return Over::Broken("end".into()),
                Ok(Some(message)) => message,
            };
            let name = message["type"].as_str().unwrap_or_default();
            if name == "ack" {
                match message["problem"]["code"].as_str() {
                    None => {}
                    Some("not_found") => return Over::Ever,
                    Some(code) => return Over::Broken(code.to_owned()),
                }
            } else if message["chat"] == self.chat.as_str() {
                let cursor = message["cursor"].as_str().unwrap_or_default();
                if let Some(over) = self.takes(name, cursor, &message) {
                    return over;
                }
            }
        }
    }
}
