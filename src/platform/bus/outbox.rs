//! What waits to be sent. Bounded: what finds no room is not sent, and its topic is owed a poke.

use std::collections::HashMap;

use parking_lot::Mutex;
use tokio::sync::Notify;
use uuid::Uuid;

use super::wire::{LARGEST, Word};

/// Words that may wait.
const WORDS: usize = 1024;
/// Bytes that may wait.
const BYTES: usize = 4 << 20;
/// Topics that may be owed a poke; for more of them the other instances' own looks have to do.
const OWED: usize = 16_384;

/// Words on their way out. `None` as a topic means everybody.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: Mutex<Waiting>,
    /// There is something to send.
    pub wake: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    words: Vec<(Option<Uuid>, Word)>,
    bytes: usize,
    owed: HashMap<Uuid, i64>,
    lost: u64,
}

/// Words to one topic, small enough for one message.
pub(super) type Bundle = (Option<Uuid>, Vec<Word>);

impl Outbox {
    /// Takes a word that is to be sent.
    pub fn put(&self, topic: Option<Uuid>, word: Word) {
        let size = word.size();
        let mut waiting = self.waiting.lock();
        if waiting.words.len() >= WORDS || waiting.bytes + size > BYTES {
            waiting.lose(topic, &word);
            return;
        }
        waiting.bytes += size;
        waiting.words.push((topic, word));
        drop(waiting);
        self.wake.notify_one();
    }

    /// Notes words that were not sent, or perhaps not.
    pub fn lose<'a>(&self, words: impl IntoIterator<Item = (Option<Uuid>, &'a Word)>) {
        let mut waiting = self.waiting.lock();
        words.into_iter().for_each(|(topic, word)| waiting.lose(topic, word));
    }

    /// Takes everything out: what waits, and pokes for what was lost. Words to one topic stay in order.
    pub fn take(&self) -> Vec<Bundle> {
        let (words, owed) = {
            let mut waiting = self.waiting.lock();
            waiting.bytes = 0;
            (std::mem::take(&mut waiting.words), std::mem::take(&mut waiting.owed))
        };
        let owed = owed.into_iter().map(|(topic, head)| (Some(topic), Word::Poke(head)));
        bundles(words.into_iter().chain(owed))
    }

    /// Whether something was lost that nobody has been told of.
    pub fn owes(&self) -> bool {
        !self.waiting.lock().owed.is_empty()
    }

    /// Words that were never sent.
    pub fn lost(&self) -> u64 {
        self.waiting.lock().lost
    }
}

impl Waiting {
    fn lose(&mut self, topic: Option<Uuid>, word: &Word) {
        self.lost += 1;
        if let (Some(topic), Some(head)) = (topic, word.owed())
            && (self.owed.len() < OWED || self.owed.contains_key(&topic))
        {
            let owed = self.owed.entry(topic).or_default();
            *owed = head.max(*owed);
        }
    }
}

fn bundles(words: impl Iterator<Item = (Option<Uuid>, Word)>) -> Vec<Bundle> {
    let (mut bundles, mut open) = (Vec::<Bundle>::new(), HashMap::<Option<Uuid>, (usize, usize)>::new());
    for (topic, word) in words {
        let size = word.size();
        match open.get_mut(&topic) {
            Some((index, bytes)) if *bytes + size <= LARGEST => {
                *bytes += size;
                bundles[*index].1.push(word);
            }
            _ => {
                open.insert(topic, (bundles.len(), size));
                bundles.push((topic, vec![word]));
            }
        }
    }
    bundles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::bus::Entry;
    use std::sync::Arc;

    fn entry(seq: i64, length: usize) -> Word {
        let data = "x".repeat(length).into();
        Word::of(&Arc::new(Entry { seq, writer: None, name: "delta".into(), data }))
    }

    fn sent(outbox: &Outbox) -> Vec<(u128, Vec<i64>)> {
        let number = |(topic, words): Bundle| {
            let seqs = words.iter().map(|word| word.owed().unwrap()).collect();
            (topic.unwrap().as_u128(), seqs)
        };
        outbox.take().into_iter().map(number).collect()
    }

    #[test]
    fn words_to_one_topic_travel_together_and_in_order() {
        let outbox = Outbox::default();
        let (a, b) = (Some(Uuid::from_u128(1)), Some(Uuid::from_u128(2)));
        for (topic, seq, length) in [(a, 1, 9), (b, 1, 9), (a, 2, 60_000), (a, 3, 60_000), (b, 2, 9)] {
            outbox.put(topic, entry(seq, length));
        }
        assert_eq!(sent(&outbox), [(1, vec![1, 2]), (2, vec![1, 2]), (1, vec![3])]);
        assert!(outbox.take().is_empty());
    }

    #[test]
    fn what_finds_no_room_is_owed_once() {
        let outbox = Outbox::default();
        let topic = Some(Uuid::from_u128(1));
        (1..=1030).for_each(|seq| outbox.put(topic, entry(seq, 9)));
        assert!(outbox.owes());
        assert_eq!(outbox.lost(), 6);
        let sent = sent(&outbox);
        assert_eq!(sent.iter().map(|(_, seqs)| seqs.len()).sum::<usize>(), WORDS + 1);
        assert_eq!(sent.last().unwrap().1.last(), Some(&1030));
        assert!(!outbox.owes());
    }
}
