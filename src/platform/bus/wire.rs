//! What instances say to each other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Aside, Call, Entry};

/// A message is at most about this long; an entry that is longer goes as a poke, and its watchers read the log.
pub(super) const LARGEST: usize = 64 << 10;
/// What an entry takes beside its name and data, at most.
const AROUND: usize = 64;

/// One thing that is said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Word {
    /// An entry was committed.
    Entry(Arc<Entry>),
    /// The log reaches to this seq: read it.
    Poke(i64),
    /// Beside the log.
    Aside(Arc<Aside>),
    /// The topic is gone for good.
    Gone,
    /// To everybody.
    Call(Call),
}

/// Several of them, and who says them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Letter {
    pub from: Uuid,
    pub words: Vec<Word>,
}

impl Word {
    /// An entry, or the reference to one that is too long.
    pub fn of(entry: &Arc<Entry>) -> Self {
        match entry.data.len() + AROUND > LARGEST {
            true => Self::Poke(entry.seq),
            false => Self::Entry(Arc::clone(entry)),
        }
    }

    /// About how many bytes it takes.
    pub fn size(&self) -> usize {
        AROUND
            + match self {
                Self::Entry(entry) => entry.data.len(),
                Self::Aside(aside) => aside.data.len(),
                Self::Poke(_) | Self::Gone | Self::Call(_) => 0,
            }
    }

    /// What its topic's watchers have to make up for when it is lost: the seq that the log reaches at least.
    pub fn owed(&self) -> Option<i64> {
        match self {
            Self::Entry(entry) => Some(entry.seq),
            Self::Poke(head) => Some(*head),
            // Reading finds out.
            Self::Gone => Some(0),
            Self::Aside(_) | Self::Call(_) => None,
        }
    }
}

impl Letter {
    pub fn pack(&self) -> Vec<u8> {
        rmp_serde::to_vec(self).expect("words are plain data")
    }

    /// `None` for what a newer version has written.
    pub fn unpack(bytes: &[u8]) -> Option<Self> {
        rmp_serde::from_slice(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(length: usize) -> Arc<Entry> {
        let data = "x".repeat(length).into();
        Arc::new(Entry { seq: 7, writer: Some(Uuid::from_u128(1)), name: "delta".into(), data })
    }

    #[test]
    fn what_was_packed_is_what_is_unpacked() {
        let words = vec![Word::of(&entry(100)), Word::Poke(8), Word::Gone];
        let bytes = Letter { from: Uuid::from_u128(2), words }.pack();
        assert!(bytes.len() < 200, "{}", bytes.len());
        let letter = Letter::unpack(&bytes).unwrap();
        assert_eq!(letter.from, Uuid::from_u128(2));
        assert!(
            matches!(&letter.words[..], [Word::Entry(it), Word::Poke(8), Word::Gone] if **it == *entry(100))
        );
        assert!(Letter::unpack(b"hello").is_none());
    }

    #[test]
    fn what_is_too_long_goes_as_a_reference() {
        assert!(matches!(Word::of(&entry(LARGEST - AROUND)), Word::Entry(_)));
        assert!(matches!(Word::of(&entry(LARGEST)), Word::Poke(7)));
    }
}
