//! One running text on its way into the log: what is pushed waits here, in pieces, for the journal's next commit.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Inner;
use crate::stream::{Delta, Part};

/// Unlogged bytes at which a writer should wait.
pub const PATIENCE: usize = 1 << 20;
/// An entry's text is at most this long, so that every event stays far below 64 KiB, also as JSON.
const PIECE: usize = 8 << 10;
/// The lease was taken away: nothing this writer says counts any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lease was lost")]
pub struct Lost;

/// One running text's way into the log. Dropping it forgets what was not committed.
#[derive(Debug)]
pub struct Writer {
    pub(super) inner: Arc<Inner>,
    pub(super) slot: Arc<Slot>,
}

#[derive(Debug)]
pub(super) struct Slot {
    pub log: Uuid,
    pub id: Uuid,
    pub fence: i64,
    pub lost: CancellationToken,
    pub state: Mutex<State>,
    pub moved: Notify,
}

#[derive(Debug)]
pub(super) struct State {
    pub pending: Vec<Piece>,
    /// Bytes pushed but not yet committed.
    pub unlogged: usize,
    answer: u64,
    thinking: u64,
    /// The newest entry of this writer that is known to be committed.
    pub seq: i64,
    started: bool,
}

#[derive(Debug)]
pub(super) struct Piece {
    part: Part,
    from: u64,
    text: String,
}

/// A piece on its way, with everything its entry needs.
pub(super) struct Pending {
    pub slot: Arc<Slot>,
    pub bytes: usize,
    pub data: Arc<str>,
}

impl Writer {
    /// Adds text to a part. Returns at once; see [`Writer::ready`].
    pub fn push(&self, part: Part, text: &str) {
        if text.is_empty() {
            return;
        }
        let (was_empty, first) = {
            let mut state = self.slot.state.lock();
            let was_empty = state.pending.is_empty();
            for piece in pieces(text) {
                state.add(part, piece);
            }
            (was_empty, !std::mem::replace(&mut state.started, true))
        };
        if first {
            self.inner.hurry.notify_one();
        }
        if was_empty {
            self.inner.wake.notify_one();
        }
    }

    /// Waits while more than [`PATIENCE`] bytes are not yet committed.
    pub async fn ready(&self) {
        self.wait(PATIENCE).await;
    }

    /// Waits until everything pushed is committed.
    ///
    /// # Errors
    /// The lease was lost meanwhile; some of the text is not in the log and never will be.
    pub async fn flush(&self) -> Result<(), Lost> {
        self.inner.hurry.notify_one();
        self.inner.wake.notify_one();
        self.wait(0).await;
        if self.slot.lost.is_cancelled() { Err(Lost) } else { Ok(()) }
    }

    /// Cancelled when the lease turns out to be lost.
    pub fn lost(&self) -> &CancellationToken {
        &self.slot.lost
    }

    async fn wait(&self, limit: usize) {
        loop {
            let moved = self.slot.moved.notified();
            if self.slot.state.lock().unlogged <= limit || self.slot.lost.is_cancelled() {
                return;
            }
            tokio::select! {
                () = moved => {}
                () = self.slot.lost.cancelled() => {}
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.inner.writers.lock().remove(&self.slot.id);
    }
}

impl State {
    /// Of a writer that has pushed nothing yet; see [`super::Journal::open`].
    pub fn after(seq: i64) -> Self {
        Self { pending: Vec::new(), unlogged: 0, answer: 0, thinking: 0, seq, started: false }
    }

    fn add(&mut self, part: Part, text: &str) {
        let length = text.len();
        let offset = match part {
            Part::Answer => &mut self.answer,
            Part::Thinking => &mut self.thinking,
        };
        let from = *offset;
        *offset += length as u64;
        self.unlogged += length;
        match self.pending.last_mut() {
            Some(last) if last.part == part && last.text.len() + length <= PIECE => last.text.push_str(text),
            _ => self.pending.push(Piece { part, from, text: text.to_owned() }),
        }
    }
}

/// Cuts a long text at character boundaries into pieces of at most [`PIECE`] bytes.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, tail) = rest.split_at(rest.floor_char_boundary(PIECE.min(rest.len())));
        rest = tail;
        Some(piece)
    })
}

impl Piece {
    pub fn pending(self, slot: &Arc<Slot>) -> Pending {
        let delta = Delta {
            reply: slot.id,
            part: self.part,
            from: self.from,
            to: self.from + self.text.len() as u64,
            text: self.text.into(),
        };
        let data = serde_json::to_string(&delta).expect("a delta is plain data");
        Pending { slot: Arc::clone(slot), bytes: delta.text.len(), data: data.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_at_character_boundaries() {
        let text = "é".repeat(PIECE);
        let cut: Vec<&str> = pieces(&text).collect();
        assert!(cut.iter().all(|piece| piece.len() <= PIECE));
        assert_eq!(cut.concat(), text);
    }
}
