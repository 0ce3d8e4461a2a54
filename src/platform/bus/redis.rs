//! Between instances, through Redis: a channel for each conversation that somebody here watches, one for calls.
//!
//! Publishing puts a word into the [`Outbox`] and returns; one task sends. Another task keeps Redis's subscriptions equal
//! to the topics that are watched here. Redis may be away, empty, frozen or forgetful: after each new connection all
//! topics are subscribed again and their watchers read the log.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use fred::{
    clients::Pipeline,
    prelude::{ClientLike as _, EventInterface as _, FredResult, PubsubInterface as _, Value},
    types::Message,
};
use parking_lot::Mutex;
use tokio::{
    sync::{Notify, broadcast::error::RecvError},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Local, Reach, Signal, Traffic,
    joined::{Changes, Joined},
    outbox::{Bundle, Outbox},
    seal::Seal,
    wire::{Letter, Word},
};
use crate::platform::{
    metrics,
    redis::{Line, Redis, Turn},
};

/// How long who attaches waits for Redis to confirm. The log is the truth, so nothing depends on it.
const ACKNOWLEDGED: Duration = Duration::from_secs(1);
/// How long a connection that was lost counts as shaky after it is back.
const SHAKY: Duration = Duration::from_secs(10);
/// How long Redis may take to do what it was told.
const SLOW: Duration = Duration::from_secs(2);
/// Pause before subscriptions are tried again.
const AGAIN: Duration = Duration::from_millis(500);
/// How long nothing is said about forged messages after one.
const QUIET: Duration = Duration::from_secs(60);
/// Channels in one command.
const CHANNELS: usize = 256;

/// The bus of one instance among several.
#[derive(Debug)]
pub struct Remote {
    pub(super) local: Local,
    instance: Uuid,
    seal: Seal,
    redis: Redis,
    listening: Line,
    outbox: Outbox,
    joined: Mutex<Joined>,
    /// Subscriptions have to be looked at.
    join: Notify,
    /// Subscriptions have changed.
    moved: Notify,
    /// Since when nothing went wrong.
    since: Mutex<Option<Instant>>,
    messages: AtomicU64,
    bytes: AtomicU64,
    heard: AtomicU64,
    /// When a forged message was last spoken of.
    warned: Mutex<Option<Instant>>,
}

impl Remote {
    pub(super) fn new(redis: Redis, instance: Uuid, key: &[u8; 32]) -> Self {
        let listening = redis.listening();
        Self {
            local: Local::default(),
            instance,
            seal: Seal::new(key),
            redis,
            listening,
            outbox: Outbox::default(),
            joined: Mutex::default(),
            join: Notify::new(),
            moved: Notify::new(),
            since: Mutex::default(),
            messages: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            heard: AtomicU64::new(0),
            warned: Mutex::default(),
        }
    }

    /// Waits until Redis sends what is said to `topic`, but not for long.
    pub(super) async fn joined(&self, topic: Uuid) {
        let deadline = Instant::now() + ACKNOWLEDGED;
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            moved.as_mut().enable();
            {
                let mut joined = self.joined.lock();
                if joined.confirmed.contains(&topic) {
                    return;
                }
                joined.changed.insert(topic);
                if !self.listening.is_up() {
                    joined.late.insert(topic);
                    return;
                }
            }
            self.join.notify_one();
            if tokio::time::timeout_at(deadline, moved).await.is_err() {
                self.joined.lock().late.insert(topic);
                return;
            }
        }
    }

    /// Nobody here watches `topic` any more, perhaps.
    pub(super) fn left(&self, topic: Uuid) {
        self.joined.lock().changed.insert(topic);
        self.join.notify_one();
    }

    /// Says something to the other instances.
    pub(super) fn tell(&self, topic: Option<Uuid>, word: Word) {
        if self.redis.is_away() {
            self.outbox.lose([(topic, &word)]);
            // It may have come back since it was asked.
            self.outbox.wake.notify_one();
        } else {
            self.outbox.put(topic, word);
        }
    }

    pub(super) fn redis(&self) -> &Redis {
        &self.redis
    }

    pub(super) fn reach(&self) -> Reach {
        if self.redis.is_away() || !self.listening.is_up() {
            return Reach::Away;
        }
        let steady = self.since.lock().is_some_and(|since| since.elapsed() >= SHAKY);
        if steady && !self.outbox.owes() { Reach::Steady } else { Reach::Shaky }
    }

    pub(super) fn traffic(&self) -> Traffic {
        Traffic {
            messages: self.messages.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            heard: self.heard.load(Ordering::Relaxed),
            lost: self.outbox.lost(),
        }
    }

    /// Does all the work until `stop`; then sends what is left, if that goes quickly.
    pub(super) async fn run(&self, stop: CancellationToken) {
        let quit = CancellationToken::new();
        let turned = |turn| self.turned(turn);
        // What is owed goes out on the connection that asks, also when that alone was gone.
        let asking = |_| self.outbox.wake.notify_one();
        let work = async {
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.send() => {}
                () = self.keep_joined() => {}
                () = self.listen() => {}
            }
            if !self.redis.is_away() {
                self.post(self.outbox.take()).await;
            }
            quit.cancel();
        };
        tokio::join!(work, self.listening.keep(&quit, turned), self.redis.keep(&quit, asking));
    }

    fn turned(&self, turn: Turn) {
        *self.since.lock() = (turn == Turn::Fresh).then(Instant::now);
        ::metrics::gauge!(metrics::BUS_AWAY).set(f64::from(u8::from(turn == Turn::Down)));
        if turn == Turn::Fresh {
            let mut joined = self.joined.lock();
            joined.confirmed.clear();
            joined.afresh = true;
        }
        self.join.notify_one();
        self.outbox.wake.notify_one();
        self.moved.notify_waiters();
    }

    async fn send(&self) {
        loop {
            self.outbox.wake.notified().await;
            while !self.redis.is_away() {
                let bundles = self.outbox.take();
                if bundles.is_empty() {
                    break;
                }
                self.post(bundles).await;
            }
        }
    }

    /// Sends everything in one go and waits for Redis to have it.
    async fn post(&self, bundles: Vec<Bundle>) {
        let pipeline = Pipeline::from(self.redis.line().within(SLOW));
        let mut bytes = 0;
        for (topic, words) in &bundles {
            let channel = self.channel(*topic);
            let letter = Letter { from: self.instance, words: words.clone() }.pack();
            let sealed = self.seal.close(&channel, &letter);
            bytes += sealed.len() as u64;
            let queued: FredResult<()> = pipeline.publish(channel, Value::Bytes(sealed.into())).await;
            if let Err(error) = queued {
                tracing::debug!(%error, "a message was not taken");
            }
        }
        let count = bundles.len() as u64;
        match pipeline.all::<Value>().await {
            Ok(_) => {
                self.messages.fetch_add(count, Ordering::Relaxed);
                self.bytes.fetch_add(bytes, Ordering::Relaxed);
                ::metrics::counter!(metrics::BUS_MESSAGES).increment(count);
                ::metrics::counter!(metrics::BUS_BYTES).increment(bytes);
            }
            Err(error) => {
                tracing::debug!(%error, count, "messages to the other instances may be lost");
                ::metrics::counter!(metrics::BUS_LOST).increment(count);
                let words = bundles.iter();
                self.outbox.lose(words.flat_map(|(topic, words)| words.iter().map(|word| (*topic, word))));
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    /// Keeps Redis's subscriptions equal to the topics that are watched here. One at a time, in one place: that is what
    /// makes a hundred viewers that come and go at once harmless.
    async fn keep_joined(&self) {
        loop {
            self.join.notified().await;
            while self.listening.is_up() {
                let changes = self.changes();
                if changes.is_empty() {
                    break;
                }
                if let Err(error) = self.change(&changes).await {
                    // What is subscribed now is anybody's guess; on a new connection it is nothing.
                    tracing::debug!(%error, "a subscription failed; connecting anew");
                    self.joined.lock().afresh = true;
                    let _ = tokio::time::timeout(SLOW, self.listening.client.force_reconnection()).await;
                    tokio::time::sleep(AGAIN).await;
                }
                self.moved.notify_waiters();
            }
        }
    }

    /// What has to be done now. Taken under the lock under which topics come and go, so that who attaches after this finds
    /// the topic unconfirmed.
    fn changes(&self) -> Changes {
        self.local.under_lock(|watched| self.joined.lock().changes(watched))
    }

    async fn change(&self, changes: &Changes) -> FredResult<()> {
        let client = self.listening.within(SLOW);
        if changes.afresh {
            client.subscribe(self.channel(None)).await?;
        }
        for topics in changes.leave.chunks(CHANNELS) {
            client.unsubscribe(self.channels(topics)).await?;
        }
        for topics in changes.enter.chunks(CHANNELS) {
            client.subscribe(self.channels(topics)).await?;
            let mut joined = self.joined.lock();
            joined.confirmed.extend(topics);
            let late: Vec<Uuid> =
                topics.iter().filter(|topic| joined.late.remove(topic) || changes.afresh).copied().collect();
            drop(joined);
            // What was said before the confirmation was not heard.
            late.into_iter().for_each(|topic| self.local.send(topic, 0, || Signal::Poke));
            self.moved.notify_waiters();
        }
        Ok(())
    }

    async fn listen(&self) {
        let mut messages = self.listening.client.message_rx();
        loop {
            match messages.recv().await {
                Ok(message) => self.hear(&message),
                // More than we could take: everybody reads.
                Err(RecvError::Lagged(_)) => self.poke_all(),
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn hear(&self, message: &Message) {
        let topic = message.channel.rsplit(':').next().and_then(|id| Uuid::try_parse(id).ok());
        let sealed = message.value.as_bytes();
        let Some(letter) = sealed.and_then(|sealed| self.seal.open(&message.channel, sealed)) else {
            self.refuse(topic);
            return;
        };
        match (topic, Letter::unpack(letter)) {
            // Who watches here was told directly.
            (_, Some(letter)) if letter.from == self.instance => {}
            (topic, Some(letter)) => {
                self.heard.fetch_add(1, Ordering::Relaxed);
                letter.words.into_iter().for_each(|word| self.take(topic, word));
            }
            (Some(topic), None) => self.local.send(topic, 0, || Signal::Poke),
            (None, None) => {}
        }
    }

    /// Not from one of us: only the log can tell what there is to it.
    fn refuse(&self, topic: Option<Uuid>) {
        let mut warned = self.warned.lock();
        if warned.is_none_or(|at| at.elapsed() >= QUIET) {
            *warned = Some(Instant::now());
            tracing::warn!(
                ?topic,
                "a message in Redis was not made with our ENCRYPTION_KEY; left out, as all of its kind"
            );
        }
        drop(warned);
        if let Some(topic) = topic {
            self.local.send(topic, 0, || Signal::Poke);
        }
    }

    fn take(&self, topic: Option<Uuid>, word: Word) {
        match (topic, word) {
            (Some(topic), Word::Entry(entry)) => {
                self.local.send(topic, entry.seq, || Signal::Entry(entry));
            }
            // The head is not taken as heard: if this poke is lost, too, the next look finds it.
            (Some(topic), Word::Poke(_)) => self.local.send(topic, 0, || Signal::Poke),
            (Some(topic), Word::Aside(aside)) => self.local.send(topic, 0, || Signal::Aside(aside)),
            (Some(topic), Word::Gone) => self.local.send(topic, 0, || Signal::Gone),
            (_, Word::Call(call)) => self.local.call(call),
            (None, _) => {}
        }
    }

    fn poke_all(&self) {
        for (topic, _) in self.local.watched() {
            self.local.send(topic, 0, || Signal::Poke);
        }
    }

    fn channel(&self, topic: Option<Uuid>) -> String {
        match topic {
            Some(topic) => self.redis.name("log", topic),
            None => self.redis.name("calls", "all"),
        }
    }

    fn channels(&self, topics: &[Uuid]) -> Vec<String> {
        topics.iter().map(|topic| self.channel(Some(*topic))).collect()
    }
}
