//! The doorbell between whoever commits an entry and whoever watches its topic.
//!
//! The truth is the log in the database. A bus may lose anything: a watcher that sees a gap, or is poked, reads the log.
//! Inside one process it carries the committed entry itself, so that nobody has to read it back.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::sync::broadcast;
use uuid::Uuid;

/// Entries a slow watcher may fall behind before it is told to read the log instead. Small on purpose: the buffer is
/// allocated for every watched topic, and ten thousand idle viewers must stay cheap.
const BEHIND: usize = 32;

/// One committed entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place: +1 per entry of the log.
    pub seq: i64,
    /// The lease it was written under, if any.
    pub writer: Option<Uuid>,
    /// Its kind, `[a-z.]+`.
    pub name: Arc<str>,
    /// One line of JSON.
    pub data: Arc<str>,
}

/// What a watcher hears.
#[derive(Debug, Clone)]
pub enum Signal {
    /// An entry was committed.
    Entry(Arc<Entry>),
    /// Something may have been missed: read the log.
    Poke,
    /// The topic is gone for good.
    Gone,
}

/// How signals travel.
#[derive(Debug, Clone)]
pub enum Bus {
    /// Inside this process.
    Local(Arc<Local>),
}

/// The in-process bus: a channel per watched topic, nothing for the others.
#[derive(Debug, Default)]
pub struct Local {
    topics: Mutex<HashMap<Uuid, Topic>>,
}

#[derive(Debug)]
struct Topic {
    channel: broadcast::Sender<Signal>,
    heard: AtomicI64,
}

/// A watcher's end. Dropping the last one of a topic forgets the topic.
#[derive(Debug)]
pub struct Attachment {
    bus: Arc<Local>,
    topic: Uuid,
    receiver: Option<broadcast::Receiver<Signal>>,
}

impl Default for Bus {
    fn default() -> Self {
        Self::Local(Arc::default())
    }
}

impl Bus {
    /// Attaches a watcher. When this returns, everything published later is heard.
    pub async fn attach(&self, topic: Uuid) -> Attachment {
        match self {
            Self::Local(local) => {
                let mut topics = local.topics.lock();
                let topic_entry = topics.entry(topic).or_insert_with(|| Topic {
                    channel: broadcast::channel(BEHIND).0,
                    heard: AtomicI64::new(0),
                });
                let receiver = topic_entry.channel.subscribe();
                Attachment { bus: Arc::clone(local), topic, receiver: Some(receiver) }
            }
        }
    }

    /// Tells the watchers of `topic` about a committed entry. Never waits, never fails.
    pub fn publish(&self, topic: Uuid, entry: &Arc<Entry>) {
        self.send(topic, entry.seq, || Signal::Entry(Arc::clone(entry)));
    }

    /// Asks the watchers of `topic` to read the log, which reaches to `head`.
    pub fn poke(&self, topic: Uuid, head: i64) {
        self.send(topic, head, || Signal::Poke);
    }

    /// Tells the watchers of `topic` that it is gone for good.
    pub fn close(&self, topic: Uuid) {
        self.send(topic, 0, || Signal::Gone);
    }

    /// The watched topics and the highest seq that passed through here, 0 for none.
    pub fn watched(&self) -> Vec<(Uuid, i64)> {
        match self {
            Self::Local(local) => local
                .topics
                .lock()
                .iter()
                .map(|(id, topic)| (*id, topic.heard.load(Ordering::Relaxed)))
                .collect(),
        }
    }

    fn send(&self, topic: Uuid, seq: i64, signal: impl FnOnce() -> Signal) {
        match self {
            Self::Local(local) => {
                if let Some(topic) = local.topics.lock().get(&topic) {
                    topic.heard.fetch_max(seq, Ordering::Relaxed);
                    // An error says that nobody listens any more, which is fine.
                    let _ = topic.channel.send(signal());
                }
            }
        }
    }
}

impl Attachment {
    /// The next signal. [`Signal::Poke`] stands for whatever was lost while this watcher was behind.
    pub async fn next(&mut self) -> Signal {
        let Some(receiver) = &mut self.receiver else { return Signal::Gone };
        match receiver.recv().await {
            Ok(signal) => signal,
            Err(broadcast::error::RecvError::Lagged(_)) => Signal::Poke,
            Err(broadcast::error::RecvError::Closed) => Signal::Gone,
        }
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        let mut topics = self.bus.topics.lock();
        self.receiver = None;
        if topics.get(&self.topic).is_some_and(|topic| topic.channel.receiver_count() == 0) {
            topics.remove(&self.topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(seq: i64) -> Arc<Entry> {
        Arc::new(Entry { seq, writer: None, name: "x".into(), data: "{}".into() })
    }

    #[tokio::test]
    async fn a_topic_without_watchers_is_forgotten() {
        let bus = Bus::default();
        let topic = Uuid::from_u128(1);
        let first = bus.attach(topic).await;
        let second = bus.attach(topic).await;
        drop(first);
        assert_eq!(bus.watched().len(), 1);
        drop(second);
        assert!(bus.watched().is_empty());
    }

    #[tokio::test]
    async fn a_watcher_that_falls_behind_is_told_to_read_the_log() {
        let bus = Bus::default();
        let topic = Uuid::from_u128(1);
        let mut slow = bus.attach(topic).await;
        for seq in 1..=100 {
            bus.publish(topic, &entry(seq));
        }
        assert!(matches!(slow.next().await, Signal::Poke));
        assert_eq!(bus.watched(), [(topic, 100)]);
    }
}
