//! What was really asked of the simulated provider, counted where tests can read it.

use std::{
    collections::BTreeMap,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::Stream;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::providers::{
    Request, Role,
    simulated::{Frames, history},
};

/// Different keys, models and prompts that are counted one by one; the rest is only in the totals.
const MAX_NAMES: usize = 10_000;

/// Calls whose history is remembered.
const MAX_HEARD: usize = 1_000;

/// What was asked of the simulated provider since the start or the last reset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Requests for an answer, refused ones included.
    pub calls: u64,
    /// Requests for the title of a conversation, which are in no other count.
    pub titles: u64,
    /// Answers being streamed right now.
    pub active: u64,
    /// Answers that were streamed to their end.
    pub completed: u64,
    /// Answers that the client left before their end.
    pub disconnected: u64,
    /// Answers that a script cut off.
    pub cut: u64,
    /// Requests that got an error instead of an answer.
    pub refused: u64,
    /// Calls by the last four characters of the key.
    pub calls_by_key: BTreeMap<String, u64>,
    pub calls_by_model: BTreeMap<String, u64>,
    /// Requests for the list of models, by the last four characters of the key.
    pub lists_by_key: BTreeMap<String, u64>,
    /// Calls by the first 80 characters of the last user message.
    pub calls_by_prompt: BTreeMap<String, u64>,
    /// What the last request asked for besides an answer.
    pub last: Option<Asked>,
    /// What each call was told, in order; the first thousand.
    #[serde(default)]
    pub heard: Vec<Heard>,
}

/// The history that one call came with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// The last four characters of the key.
    pub key: String,
    pub model: String,
    /// [`history::digest`] of what was received.
    pub digest: String,
}

/// What a request may say besides its turns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub system: Option<String>,
    pub temperature: Option<f32>,
    pub max_tokens: Option<u32>,
    pub reasoning_effort: Option<String>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let system = request.messages.first().filter(|turn| turn.role == Role::System);
        Self {
            system: system.map(|turn| turn.text.clone()),
            temperature: request.temperature,
            max_tokens: request.max_tokens,
            reasoning_effort: request.reasoning_effort.clone(),
        }
    }
}

impl Stats {
    /// Counts a request, whatever comes of it.
    pub fn count(&mut self, key: &str, request: &Request) {
        self.calls += 1;
        self.last = Some(Asked::of(request));
        let prompt = request.messages.iter().rev().find(|turn| turn.role == Role::User);
        let prompt = prompt.map_or(String::new(), |turn| turn.text.chars().take(80).collect());
        for (counts, name) in [
            (&mut self.calls_by_key, last4(key)),
            (&mut self.calls_by_model, request.model.clone()),
            (&mut self.calls_by_prompt, prompt),
        ] {
            one_more(counts, name);
        }
        if self.heard.len() < MAX_HEARD {
            let (model, digest) = (request.model.clone(), history::digest(request));
            self.heard.push(Heard { key: last4(key), model, digest });
        }
    }

    /// Counts a look at the list of models.
    pub fn listed(&mut self, key: &str) {
        one_more(&mut self.lists_by_key, last4(key));
    }
}

fn last4(key: &str) -> String {
    key.chars().skip(key.chars().count().saturating_sub(4)).collect()
}

fn one_more(counts: &mut BTreeMap<String, u64>, name: String) {
    if counts.len() < MAX_NAMES || counts.contains_key(&name) {
        *counts.entry(name).or_default() += 1;
    }
}

/// An answer on its way out, counted however it ends.
pub struct Watched {
    frames: Frames,
    stats: Arc<Mutex<Stats>>,
    ended: bool,
}

impl Watched {
    pub fn new(frames: Frames, stats: Arc<Mutex<Stats>>) -> Self {
        stats.lock().active += 1;
        Self { frames, stats, ended: false }
    }

    fn end(&mut self, count: impl FnOnce(&mut Stats)) {
        if !std::mem::replace(&mut self.ended, true) {
            let mut stats = self.stats.lock();
            stats.active -= 1;
            count(&mut stats);
        }
    }
}

impl Stream for Watched {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match Pin::new(&mut self.frames).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) => Poll::Ready(Some(Ok(bytes))),
            Poll::Ready(Some(Err(_))) => {
                self.end(|stats| stats.cut += 1);
                // An error from the body makes the server drop the connection in the middle of the chunked answer.
                Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
            }
            Poll::Ready(None) => {
                self.end(|stats| stats.completed += 1);
                Poll::Ready(None)
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.end(|stats| stats.disconnected += 1);
    }
}
