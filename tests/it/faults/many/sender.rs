//! A client that sends, and sends again with the same key until somebody says yes or no.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::{
    follower::{Door, Way},
    socket,
};
use crate::support::{
    Api,
    verdict::{Outcome, Sent},
};

/// How long one attempt may take before it counts as lost.
const ATTEMPT: Duration = Duration::from_secs(5);
/// How long it goes on trying.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause between attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// Somebody who sends. Clones share what they remember.
#[derive(Clone)]
pub struct Sender {
    who: Api,
    doors: Vec<Door>,
    next: Arc<AtomicUsize>,
    sent: Arc<Mutex<Vec<Sent>>>,
    answers: Arc<Mutex<Vec<(u16, bool)>>>,
}

/// An accepted send, as its first acknowledgement said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The reply.
    pub reply: String,
    /// The assistant's message.
    pub answer: String,
    /// The message that is answered.
    pub message: String,
    /// Just before its events.
    pub cursor: String,
}

/// A send that was not accepted.
struct No {
    code: String,
    /// No earlier attempt may have come through.
    clear: bool,
}

impl Sender {
    /// Sends for `who` to the doors in turn, by HTTP.
    pub fn new(who: &Api, doors: Vec<String>) -> Self {
        let door = |(side, base)| Door { side, base, way: Way::Events };
        Self::by(who, doors.into_iter().enumerate().map(door).collect())
    }

    /// Sends for `who` to the doors in turn, with each try in the door's way.
    pub fn by(who: &Api, doors: Vec<Door>) -> Self {
        Self { who: who.clone(), doors, next: Arc::default(), sent: Arc::default(), answers: Arc::default() }
    }

    /// Everything sent so far, with what came of it.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().clone()
    }

    /// The status of every answer so far, and whether it said when to come back.
    pub fn answers(&self) -> Vec<(u16, bool)> {
        self.answers.lock().clone()
    }

    /// Sends a message until it is accepted or refused.
    pub async fn sends(&self, chat: &str, text: &str) -> Result<Receipt, String> {
        let body = json!({ "content": text });
        self.asks(chat, text, false, &format!("/chats/{chat}/messages"), &body).await
    }

    /// Sends a message that must be accepted.
    pub async fn says(&self, chat: &str, text: &str) -> Receipt {
        self.sends(chat, text).await.unwrap()
    }

    /// Wants another answer to `text`, which `answer` answered.
    pub async fn regenerates(&self, chat: &str, text: &str, answer: &str) -> Result<Receipt, String> {
        self.asks(chat, text, true, &format!("/messages/{answer}/regenerate"), &json!({})).await
    }

    /// Sends a message twice at once, with one key.
    pub async fn sends_twice(&self, chat: &str, text: &str) -> Result<Receipt, String> {
        let path = format!("/chats/{chat}/messages");
        let (body, key) = (json!({ "content": text }), Uuid::new_v4().to_string());
        let index = self.notes(chat, text, false);
        let both = tokio::join!(self.insists(&path, &body, &key), self.insists(&path, &body, &key));
        let outcome = match both {
            (Ok(first), Ok(second)) => {
                assert_eq!(first, second, "one key, two answers");
                Ok(first)
            }
            // One of the two came when the other one was not yet there, or was over.
            (Ok(one), Err(_)) | (Err(_), Ok(one)) => Ok(one),
            (Err(no), Err(_)) => Err(no.code),
        };
        self.sent.lock()[index].outcome = match &outcome {
            Ok(receipt) => Outcome::Accepted(receipt.reply.clone()),
            Err(_) => Outcome::Unknown,
        };
        outcome
    }

    /// Noted before it is tried: who is interrupted does not know what came of it.
    fn notes(&self, chat: &str, text: &str, again: bool) -> usize {
        let sent = Sent { chat: chat.to_owned(), text: text.to_owned(), again, outcome: Outcome::Unknown };
        let mut all = self.sent.lock();
        all.push(sent);
        all.len() - 1
    }

    async fn asks(
        &self,
        chat: &str,
        text: &str,
        again: bool,
        path: &str,
        body: &Value,
    ) -> Result<Receipt, String> {
        let key = Uuid::new_v4().to_string();
        let index = self.notes(chat, text, again);
        let outcome = self.insists(path, body, &key).await;
        self.sent.lock()[index].outcome = match &outcome {
            Ok(receipt) => Outcome::Accepted(receipt.reply.clone()),
            Err(No { code, clear: true }) => Outcome::Refused(code.clone()),
            Err(_) => Outcome::Unknown,
        };
        outcome.map_err(|no| no.code)
    }

    /// Tries until there is an answer that is one.
    async fn insists(&self, path: &str, body: &Value, key: &str) -> Result<Receipt, No> {
        let begun = Instant::now();
        let mut clear = true;
        loop {
            let door = &self.doors[self.next.fetch_add(1, Ordering::Relaxed) % self.doors.len()];
            let who = self.who.at(&door.base);
            let tried = match door.way {
                Way::Events => {
                    let request = who.request(Method::POST, path).json(body);
                    self.attempt(request.header("idempotency-key", key)).await
                }
                Way::Socket => {
                    let asked = attempt_by_socket(&who, order(path, body, key));
                    timeout(ATTEMPT, asked).await.ok().flatten()
                }
            };
            match tried {
                Some(Ok(receipt)) => return Ok(receipt),
                Some(Err(code)) => return Err(No { code, clear }),
                None if begun.elapsed() > PATIENCE => {
                    return Err(No { code: "nobody answers".into(), clear: false });
                }
                None => tokio::time::sleep(PAUSE).await,
            }
            // An attempt that was not answered may still be carried out, even behind a later one that was refused.
            clear = false;
        }
    }

    /// `None` when it must be tried again.
    async fn attempt(&self, request: RequestBuilder) -> Option<Result<Receipt, String>> {
        let answer = request.timeout(ATTEMPT).send().await.ok()?;
        let status = answer.status().as_u16();
        let says_when = answer.headers().contains_key("retry-after");
        let body: Option<Value> = answer.json().await.ok();
        self.answers.lock().push((status, says_when));
        match status {
            202 => Some(Ok(Receipt::of(&body?))),
            400..500 if status != 429 => Some(Err(body?["code"].as_str().unwrap_or("?").to_owned())),
            _ => None,
        }
    }
}

impl Receipt {
    fn of(body: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            reply: text(&body["reply"]["id"]),
            answer: text(&body["reply"]["message_id"]),
            message: text(&body["message"]["id"]),
            cursor: text(&body["cursor"]),
        }
    }
}

/// The same request as a command; its id is the key.
fn order(path: &str, body: &Value, key: &str) -> Value {
    let words: Vec<&str> = path.split('/').collect();
    match words[..] {
        [_, "chats", chat, "messages"] => {
            json!({ "type": "message.send", "id": key, "chat": chat, "content": body["content"] })
        }
        [_, "messages", message, "regenerate"] => {
            json!({ "type": "message.regenerate", "id": key, "message": message })
        }
        _ => panic!("no command for {path}"),
    }
}

async fn attempt_by_socket(who: &Api, order: Value) -> Option<Result<Receipt, String>> {
    let mut open = socket::open(who, &who.base).await.ok()?;
    socket::say(&mut open, &order).await.ok()?;
    loop {
        let heard = socket::hear(&mut open).await?;
        if heard["id"] != order["id"] {
            continue;
        }
        match heard["status"].as_str() {
            Some("processing") => return Some(Ok(Receipt::of(&heard))),
            Some("received") => {}
            _ if heard["problem"]["status"].as_u64()? >= 500 => return None,
            _ => return Some(Err(heard["problem"]["code"].as_str()?.to_owned())),
        }
    }
}
