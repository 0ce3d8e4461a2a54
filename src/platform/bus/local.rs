//! Inside one process: a channel for each watched topic, nothing for the others.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicI64, Ordering},
};

use parking_lot::Mutex;
use tokio::sync::broadcast;
use uuid::Uuid;

use super::{Call, Signal, notes::Notes};

/// Entries a slow watcher may fall behind before it is told to read the log instead. Small on purpose: the buffer is
/// allocated for every watched topic, and ten thousand idle viewers must stay cheap.
const BEHIND: usize = 32;
/// Calls that a listener may fall behind.
const CALLS: usize = 256;

/// The topics that are watched in this process, and who listens to calls.
#[derive(Debug)]
pub struct Local {
    topics: Mutex<HashMap<Uuid, Topic>>,
    calls: broadcast::Sender<Call>,
    pub(super) notes: Notes,
}

/// A topic that somebody watches.
#[derive(Debug)]
pub(super) struct Topic {
    channel: broadcast::Sender<Signal>,
    heard: AtomicI64,
}

impl Default for Local {
    fn default() -> Self {
        Self { topics: Mutex::default(), calls: broadcast::channel(CALLS).0, notes: Notes::default() }
    }
}

impl Local {
    pub(super) fn attach(&self, topic: Uuid) -> broadcast::Receiver<Signal> {
        let fresh = || Topic { channel: broadcast::channel(BEHIND).0, heard: AtomicI64::new(0) };
        self.topics.lock().entry(topic).or_insert_with(fresh).channel.subscribe()
    }

    /// Takes a watcher off. True when it was the topic's last one.
    pub(super) fn detach(&self, topic: Uuid, receiver: Option<broadcast::Receiver<Signal>>) -> bool {
        // Dropped under the lock: who attaches meanwhile either keeps the topic or makes a new one.
        let mut topics = self.topics.lock();
        drop(receiver);
        let last = topics.get(&topic).is_some_and(|topic| topic.channel.receiver_count() == 0);
        if last {
            topics.remove(&topic);
        }
        last
    }

    pub(super) fn send(&self, topic: Uuid, seq: i64, signal: impl FnOnce() -> Signal) {
        if let Some(topic) = self.topics.lock().get(&topic) {
            topic.heard.fetch_max(seq, Ordering::Relaxed);
            // An error says that nobody listens any more, which is fine.
            let _ = topic.channel.send(signal());
        }
    }

    pub(super) fn call(&self, call: Call) {
        let _ = self.calls.send(call);
    }

    pub(super) fn calls(&self) -> broadcast::Receiver<Call> {
        self.calls.subscribe()
    }

    /// Looks at the watched topics while none can come or go.
    pub(super) fn under_lock<R>(&self, look: impl FnOnce(&HashMap<Uuid, Topic>) -> R) -> R {
        look(&self.topics.lock())
    }

    pub(super) fn watched(&self) -> Vec<(Uuid, i64)> {
        self.topics.lock().iter().map(|(id, topic)| (*id, topic.heard.load(Ordering::Relaxed))).collect()
    }
}
