//! The group commit: the running texts of one instance reach the log together, before anybody sees them.
//!
//! Writers push text as it comes; every `gather` milliseconds one transaction stores all of it, and only then is the bell
//! rung. The first text of a writer does not wait for the tick. When the database is away the batch is kept and tried
//! again; a writer whose unlogged text reaches [`writer::PATIENCE`] bytes is asked to stop reading upstream.

mod writer;

use std::{
    collections::{HashMap, hash_map},
    sync::Arc,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use writer::{Lost, Writer};
use writer::{Pending, Slot, State};

use super::{
    Delta, Entry, Log,
    store::{self, BatchRow, hex},
};
use crate::platform::{clock::Clock, metrics};

/// Entries in one transaction.
const BATCH: usize = 512;

/// Collects what writers push. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    log: Log,
    clock: Clock,
    gather: Duration,
    writers: Mutex<HashMap<Uuid, Arc<Slot>>>,
    /// There is something to commit. Heard only between ticks: a token that wakes nobody costs less.
    wake: Notify,
    /// Somebody does not want to wait for the tick.
    hurry: Notify,
    /// The name of every entry written here.
    name: Arc<str>,
}

impl Journal {
    /// A journal that commits at most every `gather`. Nothing happens until [`Journal::run`] is polled.
    pub fn new(log: Log, clock: Clock, gather: Duration) -> Self {
        Self {
            inner: Arc::new(Inner {
                log,
                clock,
                gather,
                writers: Mutex::default(),
                wake: Notify::new(),
                hurry: Notify::new(),
                name: Delta::NAME.into(),
            }),
        }
    }

    /// A writer under lease `id` of `log`; `seq` is the newest entry of the log that the lease's owner has written.
    pub fn open(&self, log: Uuid, id: Uuid, fence: i64, seq: i64) -> Writer {
        let slot = Arc::new(Slot {
            log,
            id,
            fence,
            lost: CancellationToken::new(),
            state: Mutex::new(State::after(seq)),
            moved: Notify::new(),
        });
        self.inner.writers.lock().insert(id, Arc::clone(&slot));
        Writer { inner: Arc::clone(&self.inner), slot }
    }

    /// Bytes that were pushed and are not committed yet, of all writers.
    pub fn pending(&self) -> usize {
        self.inner.writers.lock().values().map(|slot| slot.state.lock().unlogged).sum()
    }

    /// Commits what is pushed until `stop` is cancelled and nothing is left.
    pub async fn run(&self, stop: CancellationToken) {
        let mut last = Instant::now() - self.inner.gather;
        loop {
            let batch = self.inner.take();
            if batch.is_empty() {
                tokio::select! {
                    () = self.inner.wake.notified() => {}
                    () = stop.cancelled() => {
                        if self.inner.nothing_left() { return }
                    }
                }
                self.inner.until_tick(last).await;
                continue;
            }
            // Everybody's text goes with this tick, however many there are: nobody waits for others to end.
            let mut batch = batch;
            while !batch.is_empty() {
                let later = batch.split_off(batch.len().min(BATCH));
                if !self.inner.store(batch, &stop).await {
                    return;
                }
                batch = later;
            }
            last = Instant::now();
            self.inner.until_tick(last).await;
        }
    }
}

impl Inner {
    /// Waits until the next tick, or less when somebody is in a hurry: then only long enough that many who are, as when
    /// a crowd starts at once, share a commit.
    async fn until_tick(&self, last: Instant) {
        tokio::select! {
            biased;
            () = self.hurry.notified() => tokio::time::sleep_until(last + self.gather / 10).await,
            () = tokio::time::sleep_until(last + self.gather) => {}
        }
    }

    fn nothing_left(&self) -> bool {
        self.writers.lock().values().all(|slot| slot.state.lock().unlogged == 0)
    }

    fn take(&self) -> Vec<Pending> {
        let slots: Vec<Arc<Slot>> = self.writers.lock().values().map(Arc::clone).collect();
        let mut batch = Vec::new();
        for slot in slots {
            let pieces = {
                let mut state = slot.state.lock();
                std::mem::take(&mut state.pending)
            };
            batch.extend(pieces.into_iter().map(|piece| piece.pending(&slot)));
        }
        batch
    }

    /// Stores a batch, as often as it takes. A batch is one transaction: it is there whole or not at all. False when the
    /// server stops and the database stays away.
    async fn store(&self, batch: Vec<Pending>, stop: &CancellationToken) -> bool {
        let mut pause = Duration::from_millis(50);
        let mut uncertain = false;
        loop {
            let began = Instant::now();
            match self.commit(&batch, uncertain).await {
                Ok(entries) => {
                    metrics::stored(entries.len(), began.elapsed());
                    self.announce(&batch, entries);
                    return true;
                }
                Err(error) => {
                    metrics::store_failed();
                    tracing::warn!(%error, pieces = batch.len(), "journal: the database did not take the text; trying again");
                    uncertain = true;
                }
            }
            if stop.is_cancelled() && pause >= Duration::from_secs(1) {
                return false;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }

    /// One transaction for everything. Pieces whose lease is gone get no entry. After an `uncertain` try the batch may be
    /// in the log already.
    async fn commit(&self, batch: &[Pending], uncertain: bool) -> sqlx::Result<Vec<Option<Arc<Entry>>>> {
        let mut tx = self.log.db.begin().await?;
        let mut leases: Vec<(String, i64)> = batch.iter().map(|p| (hex(&p.slot.id), p.slot.fence)).collect();
        leases.dedup();
        let held: HashMap<Uuid, i64> = store::held(&mut tx, &leases).await?.into_iter().collect();
        if held.is_empty() {
            return Ok(batch.iter().map(|_| None).collect());
        }
        // Only now: a commit that lost its connection may still be under way, and until it is over it has the rows that
        // were waited for above. Who looks before would find nothing and write everything twice.
        if uncertain && let Some(found) = self.find(&mut tx, batch).await? {
            tx.commit().await?;
            return Ok(found);
        }
        let mut last: HashMap<Uuid, i64> = HashMap::new();
        let mut counts: HashMap<Uuid, i64> = HashMap::new();
        let entries: Vec<Option<Arc<Entry>>> = batch
            .iter()
            .map(|piece| {
                let slot = &piece.slot;
                let head = *held.get(&slot.id)?;
                let seq = last.entry(slot.log).or_insert(head);
                *seq += 1;
                *counts.entry(slot.log).or_default() += 1;
                Some(Arc::new(Entry {
                    seq: *seq,
                    writer: Some(slot.id),
                    name: Arc::clone(&self.name),
                    data: Arc::clone(&piece.data),
                }))
            })
            .collect();
        let rows: Vec<(String, i64)> = counts.iter().map(|(id, n)| (hex(id), *n)).collect();
        store::advance_batch(&mut tx, &rows).await?;
        self.write(&mut tx, batch, &entries).await?;
        tx.commit().await?;
        Ok(entries)
    }

    async fn write(
        &self,
        tx: &mut crate::platform::db::Tx,
        batch: &[Pending],
        entries: &[Option<Arc<Entry>>],
    ) -> sqlx::Result<()> {
        let ids: Vec<(String, String)> = batch.iter().map(|p| (hex(&p.slot.log), hex(&p.slot.id))).collect();
        let rows: Vec<BatchRow<'_>> = entries
            .iter()
            .zip(&ids)
            .filter_map(|(entry, (log, writer))| {
                let entry = entry.as_ref()?;
                Some(BatchRow { l: log, s: entry.seq, w: Some(writer), n: &entry.name, d: &entry.data })
            })
            .collect();
        store::add_batch(tx, &rows, self.clock.now()).await
    }

    /// After an unclear outcome: the entries of `batch` if they are in the log after all.
    async fn find(
        &self,
        tx: &mut crate::platform::db::Tx,
        batch: &[Pending],
    ) -> sqlx::Result<Option<Vec<Option<Arc<Entry>>>>> {
        let mut found = Vec::with_capacity(batch.len());
        let mut per_writer: HashMap<Uuid, std::vec::IntoIter<Arc<Entry>>> = HashMap::new();
        for piece in batch {
            let slot = &piece.slot;
            let rows = match per_writer.entry(slot.id) {
                hash_map::Entry::Occupied(rows) => rows.into_mut(),
                hash_map::Entry::Vacant(empty) => {
                    let known = slot.state.lock().seq;
                    // A writer's other facts (that it has thought) are no pieces of this batch.
                    let mut rows = store::by_writer(tx, slot.log, slot.id, known).await?;
                    rows.retain(|entry| entry.name.as_ref() == Delta::NAME);
                    empty.insert(rows.into_iter())
                }
            };
            found.push(rows.next());
        }
        Ok(found.iter().any(Option::is_some).then_some(found))
    }

    fn announce(&self, batch: &[Pending], entries: Vec<Option<Arc<Entry>>>) {
        for (piece, entry) in batch.iter().zip(entries) {
            let mut state = piece.slot.state.lock();
            state.unlogged = state.unlogged.saturating_sub(piece.bytes);
            match entry {
                Some(entry) => {
                    state.seq = entry.seq;
                    drop(state);
                    self.log.bus.publish(piece.slot.log, &entry);
                }
                None => piece.slot.lost.cancel(),
            }
            piece.slot.moved.notify_waiters();
        }
    }
}
