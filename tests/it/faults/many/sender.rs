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
use tokio::time::Instant;
use uuid::Uuid;

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
    doors: Vec<String>,
    next: Arc<AtomicUsize>,
    sent: Arc<Mutex<Vec<Sent>>>,
    answers: Arc<Mutex<Vec<(u16, bool)>>>,
}

/// An accepted send, as its first acknowledgement said.
#[derive(Debug, Clone)]
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

impl Sender {
    /// Sends for `who` to any of the doors.
    pub fn new(who: &Api, doors: Vec<String>) -> Self {
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

    async fn asks(
        &self,
        chat: &str,
        text: &str,
        again: bool,
        path: &str,
        body: &Value,
    ) -> Result<Receipt, String> {
        let key = Uuid::new_v4().to_string();
        // Noted before it is tried: who is interrupted does not know.
        let sent = Sent { chat: chat.to_owned(), text: text.to_owned(), again, outcome: Outcome::Unknown };
        let index = {
            let mut all = self.sent.lock();
            all.push(sent);
            all.len() - 1
        };
        let begun = Instant::now();
        loop {
            let door = &self.doors[self.next.fetch_add(1, Ordering::Relaxed) % self.doors.len()];
            let request = self.who.at(door).request(Method::POST, path);
            match self.attempt(request.json(body).header("idempotency-key", &key)).await {
                Some(Ok(receipt)) => {
                    self.sent.lock()[index].outcome = Outcome::Accepted(receipt.reply.clone());
                    return Ok(receipt);
                }
                Some(Err(code)) => {
                    self.sent.lock()[index].outcome = Outcome::Refused(code.clone());
                    return Err(code);
                }
                None if begun.elapsed() > PATIENCE => return Err("nobody answers".into()),
                None => tokio::time::sleep(PAUSE).await,
            }
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
            202 => {
                let body = body?;
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                Some(Ok(Receipt {
                    reply: text(&body["reply"]["id"]),
                    answer: text(&body["reply"]["message_id"]),
                    message: text(&body["message"]["id"]),
                    cursor: text(&body["cursor"]),
                }))
            }
            400..500 if status != 429 => Some(Err(body?["code"].as_str().unwrap_or("?").to_owned())),
            _ => None,
        }
    }
}
