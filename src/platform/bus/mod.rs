//! The doorbell between whoever commits an entry and whoever watches its topic.
//!
//! The truth is the log in the database. A bus may lose anything: a watcher that sees a gap, or is poked, reads the log.
//! Inside one process it carries the committed entry itself, so that nobody has to read it back. Beside entries it
//! carries what is never logged: [`Aside`]s to the watchers of a topic, [`Call`]s to every instance.

mod joined;
mod local;
mod notes;
mod outbox;
mod redis;
mod seal;
mod wire;

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::wire::Word;
pub use self::{local::Local, redis::Remote};
use super::{metrics, redis::Redis};

/// One committed entry of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Something for who watches just now: in no log, never sent again, perhaps lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// Its kind, `[a-z.]+`.
    pub name: Arc<str>,
    /// One line of JSON.
    pub data: Arc<str>,
}

/// A word to every instance, this one included. May be lost: whoever acts on calls also looks for itself now and then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// What it is about, `[a-z.]+`.
    pub kind: Arc<str>,
    /// Whom it is about.
    pub id: Uuid,
}

/// What a watcher hears.
#[derive(Debug, Clone)]
pub enum Signal {
    /// An entry was committed.
    Entry(Arc<Entry>),
    /// Something that is not in the log.
    Aside(Arc<Aside>),
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
    /// Between several, through Redis.
    Redis(Arc<Remote>),
}

/// How well instances hear each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nothing is heard beyond this process.
    Alone,
    /// Everything has been heard for a while.
    Steady,
    /// Something may have been lost a moment ago.
    Shaky,
    /// The others can't be reached now.
    Away,
}

/// What went to other instances and came from them since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages sent.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Messages of other instances that came in.
    pub heard: u64,
    /// Words that were not sent, or perhaps not.
    pub lost: u64,
}

/// A watcher's end. Dropping the last one of a topic forgets the topic.
#[derive(Debug)]
pub struct Attachment {
    bus: Bus,
    topic: Uuid,
    receiver: Option<broadcast::Receiver<Signal>>,
}

impl Default for Bus {
    fn default() -> Self {
        Self::Local(Arc::default())
    }
}

impl Bus {
    /// A bus to the other instances that use this Redis and this key. `instance` is this one's name.
    pub fn through(redis: Redis, instance: Uuid, key: &[u8; 32]) -> Self {
        Self::Redis(Arc::new(Remote::new(redis, instance, key)))
    }

    /// Does the work between instances until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        match self {
            Self::Local(_) => stop.cancelled().await,
            Self::Redis(remote) => remote.run(stop).await,
        }
    }

    /// Attaches a watcher. When this returns, everything published later is heard; what other instances publish as far as
    /// they can be reached.
    pub async fn attach(&self, topic: Uuid) -> Attachment {
        let receiver = Some(self.local().attach(topic));
        // Made before the wait: who gives up waiting leaves nothing behind.
        let attachment = Attachment { bus: self.clone(), topic, receiver };
        if let Self::Redis(remote) = self {
            remote.joined(topic).await;
        }
        attachment
    }

    /// Tells the watchers of `topic` about a committed entry. Never waits, never fails.
    pub fn publish(&self, topic: Uuid, entry: &Arc<Entry>) {
        self.local().send(topic, entry.seq, || Signal::Entry(Arc::clone(entry)));
        self.tell(Some(topic), || Word::of(entry));
    }

    /// Tells the watchers of `topic` something that is in no log. Never waits; may be lost.
    pub fn aside(&self, topic: Uuid, aside: Aside) {
        let aside = Arc::new(aside);
        self.local().send(topic, 0, || Signal::Aside(Arc::clone(&aside)));
        self.tell(Some(topic), || Word::Aside(aside));
    }

    /// Asks the watchers of `topic` here to read the log, which reaches to `head`.
    pub fn poke(&self, topic: Uuid, head: i64) {
        self.local().send(topic, head, || Signal::Poke);
    }

    /// Tells the watchers of `topic` that it is gone for good.
    pub fn close(&self, topic: Uuid) {
        self.local().send(topic, 0, || Signal::Gone);
        self.tell(Some(topic), || Word::Gone);
    }

    /// Tells every instance, this one at once. Never waits; may be lost on the way to others.
    pub fn call(&self, call: Call) {
        self.local().call(call.clone());
        self.tell(None, || Word::Call(call));
    }

    /// What instances call from now on.
    pub fn calls(&self) -> broadcast::Receiver<Call> {
        self.local().calls()
    }

    /// Pins a note of `key` to `topic` for a while, or takes it off; gives all notes that are pinned there, by key. Notes
    /// are forgotten lightly.
    pub async fn pin(&self, topic: Uuid, key: Uuid, note: Option<String>, lasts: Duration) -> Vec<String> {
        if let Self::Redis(remote) = self
            && let Some(notes) = notes::pin_there(remote.redis(), topic, key, note.as_deref(), lasts).await
        {
            return notes;
        }
        self.local().notes.pin(topic, key, note, lasts, tokio::time::Instant::now())
    }

    /// The topics that are watched here and the highest seq that passed through, 0 for none.
    pub fn watched(&self) -> Vec<(Uuid, i64)> {
        self.local().watched()
    }

    /// How well the other instances are heard.
    pub fn reach(&self) -> Reach {
        match self {
            Self::Local(_) => Reach::Alone,
            Self::Redis(remote) => remote.reach(),
        }
    }

    /// What was said between instances since the start.
    pub fn traffic(&self) -> Traffic {
        match self {
            Self::Local(_) => Traffic::default(),
            Self::Redis(remote) => remote.traffic(),
        }
    }

    fn tell(&self, topic: Option<Uuid>, word: impl FnOnce() -> Word) {
        if let Self::Redis(remote) = self {
            remote.tell(topic, word());
        }
    }

    fn local(&self) -> &Local {
        match self {
            Self::Local(local) => local,
            Self::Redis(remote) => &remote.local,
        }
    }
}

impl Attachment {
    /// The next signal. [`Signal::Poke`] stands for whatever was lost while this watcher was behind.
    pub async fn next(&mut self) -> Signal {
        let Some(receiver) = &mut self.receiver else { return Signal::Gone };
        match receiver.recv().await {
            Ok(signal) => signal,
            Err(broadcast::error::RecvError::Lagged(_)) => {
                metrics::bus_lagged();
                Signal::Poke
            }
            Err(broadcast::error::RecvError::Closed) => Signal::Gone,
        }
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        let receiver = self.receiver.take();
        if self.bus.local().detach(self.topic, receiver)
            && let Bus::Redis(remote) = &self.bus
        {
            remote.left(self.topic);
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

    #[tokio::test]
    async fn an_aside_reaches_who_watches_and_moves_nothing() {
        let bus = Bus::default();
        let topic = Uuid::from_u128(1);
        let aside = Aside { name: "typing".into(), data: "{}".into() };
        bus.aside(topic, aside.clone());
        let mut watcher = bus.attach(topic).await;
        bus.aside(topic, aside.clone());
        assert!(matches!(watcher.next().await, Signal::Aside(heard) if *heard == aside));
        assert_eq!(bus.watched(), [(topic, 0)]);
    }
}
