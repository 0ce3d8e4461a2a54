//! Watching a log without a gap and without a duplicate.
//!
//! The order is what makes it right: (1) attach to the bus, (2) read the log behind the cursor, (3) hand that out, (4) drop
//! what the bus repeats, (5) go live. Every entry must be the last one + 1; else the log is read again.

use std::{collections::VecDeque, sync::Arc};

use uuid::Uuid;

use super::{Cursor, Entry, Log, store};
use crate::platform::bus::{Aside, Attachment, Signal};

/// Entries that are read ahead, at most …
const PAGE: usize = 256;
/// … and bytes of them, up to one step more: an entry may have a quarter of a megabyte.
const BYTES: usize = 256 << 10;
/// Entries read from the log at a time.
const STEP: i64 = 32;

/// A reader of one log.
#[derive(Debug)]
pub struct Subscription {
    log: Log,
    id: Uuid,
    bell: Attachment,
    last: Option<Cursor>,
    ready: VecDeque<Arc<Entry>>,
    /// True while the log may hold more than `ready`.
    behind: bool,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The entry after the last one.
    Entry(Cursor, Arc<Entry>),
    /// Something beside the log, for who watches now: it has no cursor and is never sent again.
    Aside(Arc<Aside>),
    /// The cursor cannot be continued: show a snapshot and go on with [`Subscription::continue_from`].
    Reset,
    /// The log is gone, or closed.
    Gone,
}

impl Subscription {
    pub(super) async fn new(log: Log, id: Uuid, after: Option<Cursor>) -> Self {
        let bell = log.bus.attach(id).await;
        Self { log, id, bell, last: after, ready: VecDeque::new(), behind: true }
    }

    /// The last entry handed out, or where the reader began.
    pub fn last(&self) -> Option<Cursor> {
        self.last
    }

    /// True when the next call of [`Subscription::next`] would not wait for something to happen.
    pub fn has_more(&self) -> bool {
        self.behind || !self.ready.is_empty()
    }

    /// Goes on behind `cursor`, which the caller has just read a snapshot for.
    pub fn continue_from(&mut self, cursor: Cursor) {
        self.last = Some(cursor);
        self.ready.clear();
        self.behind = true;
    }

    /// Waits for what comes next. Cancel-safe: dropping the future loses nothing.
    ///
    /// # Errors
    /// The database failed while the log had to be read; calling again tries again.
    pub async fn next(&mut self) -> sqlx::Result<Next> {
        loop {
            let Some(last) = self.last else { return Ok(Next::Reset) };
            while let Some(entry) = self.ready.pop_front() {
                if entry.seq > last.seq {
                    let cursor = Cursor { epoch: last.epoch, seq: entry.seq };
                    self.last = Some(cursor);
                    return Ok(Next::Entry(cursor, entry));
                }
            }
            if self.behind {
                match self.read(last).await? {
                    Read::Some => continue,
                    Read::Reset => {
                        self.last = None;
                        return Ok(Next::Reset);
                    }
                    Read::Gone => return Ok(Next::Gone),
                }
            }
            match self.bell.next().await {
                Signal::Entry(entry) if entry.seq <= last.seq => {}
                Signal::Entry(entry) if entry.seq == last.seq + 1 => self.ready.push_back(entry),
                Signal::Entry(_) | Signal::Poke => self.behind = true,
                Signal::Aside(aside) => return Ok(Next::Aside(aside)),
                Signal::Gone => {
                    // The log says whether that is (still) true: a closed one may be open again. Cancelled here, the old
                    // bell says the same once more.
                    self.bell = self.log.bus.attach(self.id).await;
                    self.behind = true;
                }
            }
        }
    }

    async fn read(&mut self, last: Cursor) -> sqlx::Result<Read> {
        let mut tx = self.log.db.begin_read().await?;
        let Some(position) = store::position(&mut tx, self.id).await? else { return Ok(Read::Gone) };
        if position.epoch != last.epoch || last.seq > position.head || last.seq < position.floor {
            tracing::debug!(log.id = %self.id, %last, ?position, "a cursor can't be continued");
            return Ok(Read::Reset);
        }
        let (mut page, mut bytes, mut at) = (Vec::new(), 0, last.seq);
        while at < position.head && page.len() < PAGE && bytes < BYTES {
            let step = store::after(&mut tx, self.id, at, STEP).await?;
            let Some(newest) = step.last() else { break };
            at = newest.seq;
            bytes += step.iter().map(|entry| entry.data.len()).sum::<usize>();
            page.extend(step);
        }
        tx.commit().await?;
        // A hole inside the log would mean that continuity cannot be proven; a snapshot always can.
        if let Some((entry, _)) = page.iter().zip(last.seq + 1..).find(|(entry, seq)| entry.seq != *seq) {
            tracing::warn!(log.id = %self.id, %last, found = entry.seq, "the log has a hole");
            return Ok(Read::Reset);
        }
        self.behind = page.last().is_some_and(|newest| newest.seq < position.head);
        self.ready.extend(page);
        Ok(Read::Some)
    }
}

enum Read {
    Some,
    Reset,
    Gone,
}
