//! The log: append facts, read them back, watch them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use uuid::Uuid;

use super::{
    Cursor, Entry, Subscription,
    store::{self, BatchRow},
};
use crate::platform::{
    bus::Bus,
    clock::Clock,
    db::{Db, Tx},
};

/// Where a log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Its epoch.
    pub epoch: i64,
    /// Its newest entry, 0 when there is none.
    pub head: i64,
    /// Nothing at or below it is kept.
    pub floor: i64,
}

impl Position {
    /// The cursor of a reader that has everything.
    pub fn cursor(self) -> Cursor {
        Cursor { epoch: self.epoch, seq: self.head }
    }
}

/// A fact about to be appended.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Its kind.
    pub name: &'static str,
    /// One line of JSON.
    pub data: String,
    /// The lease it is written under, if any.
    pub writer: Option<Uuid>,
}

/// A handle on all logs.
#[derive(Debug, Clone)]
pub struct Log {
    pub(super) db: Db,
    pub(super) bus: Bus,
    clock: Clock,
}

impl Log {
    /// A handle over the given database and bus.
    pub fn new(db: Db, bus: Bus, clock: Clock) -> Self {
        Self { db, bus, clock }
    }

    /// Makes an empty log with a random `epoch` (positive).
    ///
    /// # Errors
    /// The database failed.
    pub async fn create(&self, tx: &mut Tx, log: Uuid, epoch: i64) -> sqlx::Result<()> {
        store::create(tx, log, epoch).await
    }

    /// Removes a log; call [`Log::announce_removal`] after the commit.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remove(&self, tx: &mut Tx, log: Uuid) -> sqlx::Result<()> {
        store::remove(tx, log).await
    }

    /// Appends facts inside the caller's transaction; pass the result to [`Log::publish`] after the commit.
    ///
    /// # Errors
    /// The database failed, or the log is gone (`RowNotFound`).
    pub async fn append(&self, tx: &mut Tx, log: Uuid, new: Vec<NewEntry>) -> sqlx::Result<Vec<Arc<Entry>>> {
        let count = i64::try_from(new.len()).unwrap_or(i64::MAX);
        let head = store::advance(tx, log, count).await?.ok_or(sqlx::Error::RowNotFound)?;
        let number = |(seq, fact): (i64, NewEntry)| {
            let NewEntry { name, data, writer } = fact;
            Arc::new(Entry { seq, writer, name: name.into(), data: data.into() })
        };
        let entries: Vec<Arc<Entry>> = (head - count + 1..).zip(new).map(number).collect();
        let id = store::hex(&log);
        let writers: Vec<Option<String>> =
            entries.iter().map(|entry| entry.writer.as_ref().map(store::hex)).collect();
        let rows: Vec<BatchRow<'_>> = entries
            .iter()
            .zip(&writers)
            .map(|(entry, writer)| BatchRow {
                l: &id,
                s: entry.seq,
                w: writer.as_deref(),
                n: &entry.name,
                d: &entry.data,
            })
            .collect();
        store::add_batch(tx, &rows, self.clock.now()).await?;
        Ok(entries)
    }

    /// Rings the bell for committed entries.
    pub fn publish(&self, log: Uuid, entries: &[Arc<Entry>]) {
        for entry in entries {
            self.bus.publish(log, entry);
        }
    }

    /// Closes a log: it has no readers and takes no entries until [`Log::reopen`]; call [`Log::announce_removal`] after the
    /// commit.
    ///
    /// # Errors
    /// The database failed.
    pub async fn close(&self, tx: &mut Tx, log: Uuid) -> sqlx::Result<()> {
        store::close(tx, log).await
    }

    /// Opens a closed log, with everything in it: cursors go on where they were.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reopen(&self, tx: &mut Tx, log: Uuid) -> sqlx::Result<()> {
        store::reopen(tx, log).await
    }

    /// Tells watchers that the log is gone or closed.
    pub fn announce_removal(&self, log: Uuid) {
        self.bus.close(log);
    }

    /// Where `log` stands, inside the caller's (reading) transaction.
    ///
    /// # Errors
    /// The database failed.
    pub async fn position(&self, tx: &mut Tx, log: Uuid) -> sqlx::Result<Option<Position>> {
        store::position(tx, log).await
    }

    /// What one writer has added after `seq`, inside the caller's transaction.
    ///
    /// # Errors
    /// The database failed.
    pub async fn written_by(
        &self,
        tx: &mut Tx,
        log: Uuid,
        writer: Uuid,
        seq: i64,
    ) -> sqlx::Result<Vec<Arc<Entry>>> {
        store::by_writer(tx, log, writer, seq).await
    }

    /// Everything but deltas behind `after` and up to `upto`, in order, inside the caller's transaction.
    ///
    /// # Errors
    /// The database failed.
    pub async fn facts(
        &self,
        tx: &mut Tx,
        log: Uuid,
        after: i64,
        upto: i64,
    ) -> sqlx::Result<Vec<Arc<Entry>>> {
        store::facts(tx, log, after, upto).await
    }

    /// Watches `log` from behind `after`. The bell is attached before this returns, so nothing committed later is missed.
    pub async fn subscribe(&self, log: Uuid, after: Option<Cursor>) -> Subscription {
        Subscription::new(self.clone(), log, after).await
    }

    /// Forgets entries older than `keep`, except in logs where somebody is writing. Gives how many went.
    ///
    /// # Errors
    /// The database failed.
    pub async fn prune(&self, keep: Duration) -> sqlx::Result<u64> {
        let before = self.clock.now() - keep;
        let mut gone = 0;
        for (log, seq) in store::stale(&self.db, before).await? {
            let mut tx = self.db.begin().await?;
            // Inside the transaction: a reply that starts meanwhile waits for the head's row and is newer than `seq`.
            if !super::lease::any_on(&mut tx, log).await? {
                gone += store::prune(&mut tx, log, seq).await?;
            }
            tx.commit().await?;
        }
        Ok(gone)
    }

    /// How many logs somebody watches here.
    pub fn watched(&self) -> usize {
        self.bus.watched().len()
    }

    /// As [`Log::heal`], but only where somebody is writing, or was at the last look: `before`. Gives the logs to name at
    /// the next look. One statement, however many are watched.
    ///
    /// # Errors
    /// The database failed.
    pub async fn heal_written(&self, before: &HashSet<Uuid>) -> sqlx::Result<HashSet<Uuid>> {
        let watched: HashMap<Uuid, i64> = self.bus.watched().into_iter().collect();
        if watched.is_empty() {
            return Ok(HashSet::new());
        }
        let mut heads = store::written_heads(&self.db).await?;
        let written: HashSet<Uuid> =
            heads.iter().map(|(log, _)| *log).filter(|log| watched.contains_key(log)).collect();
        // The last words of a writer whose lease has gone meanwhile.
        let over: Vec<Uuid> = before.difference(&written).copied().collect();
        if !over.is_empty() {
            heads.extend(store::heads(&self.db, &over).await?);
        }
        for (log, head) in heads {
            if watched.get(&log).is_some_and(|heard| *heard < head) {
                self.bus.poke(log, head);
            }
        }
        Ok(written)
    }

    /// Compares what watchers have heard with what is committed and pokes those that missed something.
    ///
    /// # Errors
    /// The database failed.
    pub async fn heal(&self) -> sqlx::Result<usize> {
        let watched: HashMap<Uuid, i64> = self.bus.watched().into_iter().collect();
        let ids: Vec<Uuid> = watched.keys().copied().collect();
        let mut poked = 0;
        for page in ids.chunks(1000) {
            let mut gone: HashSet<Uuid> = page.iter().copied().collect();
            for (log, head) in store::heads(&self.db, page).await? {
                gone.remove(&log);
                if watched.get(&log).is_some_and(|heard| *heard < head) {
                    self.bus.poke(log, head);
                    poked += 1;
                }
            }
            // A log that was removed elsewhere has no head; its readers find out by reading.
            gone.into_iter().for_each(|log| self.bus.poke(log, 0));
        }
        Ok(poked)
    }
}
