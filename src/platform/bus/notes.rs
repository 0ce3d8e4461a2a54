//! Short-lived notes pinned to a topic, one for each key: who is here, for instance.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

/// Topics whose dead notes are worth a sweep.
const SWEEP: usize = 1024;

/// The notes that are kept in this process.
#[derive(Debug, Default)]
pub(super) struct Notes {
    topics: Mutex<HashMap<Uuid, Pinned>>,
}

/// The notes of one topic with the moment until which they count.
type Pinned = HashMap<Uuid, (String, Instant)>;

impl Notes {
    /// Pins, or takes off, the note of `key`; gives all that are pinned now, by key.
    pub fn pin(
        &self,
        topic: Uuid,
        key: Uuid,
        note: Option<String>,
        lasts: Duration,
        now: Instant,
    ) -> Vec<String> {
        let mut topics = self.topics.lock();
        if topics.len() >= SWEEP {
            topics.retain(|_, notes| notes.values().any(|(_, until)| *until > now));
        }
        let notes = topics.entry(topic).or_default();
        notes.retain(|_, (_, until)| *until > now);
        match note {
            Some(note) => drop(notes.insert(key, (note, now + lasts))),
            None => drop(notes.remove(&key)),
        }
        let mut pinned: Vec<_> = notes.iter().map(|(key, (note, _))| (*key, note.clone())).collect();
        if pinned.is_empty() {
            topics.remove(&topic);
        }
        pinned.sort_unstable();
        pinned.into_iter().map(|(_, note)| note).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_goes_by_itself() {
        let (notes, topic, begin) = (Notes::default(), Uuid::from_u128(9), Instant::now());
        let pin = |key, note: Option<&str>, at| {
            let (lasts, now) = (Duration::from_secs(30), begin + Duration::from_secs(at));
            notes.pin(topic, Uuid::from_u128(key), note.map(str::to_owned), lasts, now)
        };
        assert_eq!(pin(1, Some("ada"), 0), ["ada"]);
        assert_eq!(pin(2, Some("bob"), 20), ["ada", "bob"]);
        assert_eq!(pin(3, Some("eve"), 40), ["bob", "eve"]);
        assert_eq!(pin(2, None, 40), ["eve"]);
        assert_eq!(pin(3, None, 40), Vec::<String>::new());
        assert!(notes.topics.lock().is_empty());
    }
}
