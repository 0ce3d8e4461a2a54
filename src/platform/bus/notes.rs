//! Short-lived notes pinned to a topic, one for each key: who is here, for instance.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use crate::platform::redis::Redis;

/// Topics whose dead notes are worth the first sweep.
const SWEEP: usize = 1024;

/// The notes that are kept in this process.
#[derive(Debug, Default)]
pub(super) struct Notes {
    topics: Mutex<Topics>,
}

#[derive(Debug)]
struct Topics {
    pinned: HashMap<Uuid, Pinned>,
    /// So many topics are swept next.
    sweep: usize,
}

/// The notes of one topic with the moment until which they count.
type Pinned = HashMap<Uuid, (String, Instant)>;

impl Default for Topics {
    fn default() -> Self {
        Self { pinned: HashMap::new(), sweep: SWEEP }
    }
}

impl Topics {
    /// Forgets topics whose notes are dead, once there are twice as many as the last sweep has left: everybody waits
    /// meanwhile, and a sweep of living notes finds nothing.
    fn sweep(&mut self, now: Instant) {
        if self.pinned.len() >= self.sweep {
            self.pinned.retain(|_, notes| notes.values().any(|(_, until)| *until > now));
            self.sweep = SWEEP.max(2 * self.pinned.len());
        }
    }
}

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
        topics.sweep(now);
        let notes = topics.pinned.entry(topic).or_default();
        notes.retain(|_, (_, until)| *until > now);
        match note {
            Some(note) => drop(notes.insert(key, (note, now + lasts))),
            None => drop(notes.remove(&key)),
        }
        let mut pinned: Vec<_> = notes.iter().map(|(key, (note, _))| (*key, note.clone())).collect();
        if pinned.is_empty() {
            topics.pinned.remove(&topic);
        }
        pinned.sort_unstable();
        pinned.into_iter().map(|(_, note)| note).collect()
    }
}

/// Value: until when in Redis's milliseconds, a space, the note.
const PIN: &str = r"
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f ', now + ARGV[3]) .. ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
local all, notes = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #all, 2 do
  local till, note = string.match(all[i + 1], '^(%d+) (.*)$')
  if till and tonumber(till) > now then
    notes[#notes + 1] = all[i] .. note
  else
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return notes";
/// Letters of a key in front of its note.
const KEY: usize = 32;

/// As [`Notes::pin`], for all instances together; `None` when Redis does not answer.
pub(super) async fn pin_there(
    redis: &Redis,
    topic: Uuid,
    key: Uuid,
    note: Option<&str>,
    lasts: Duration,
) -> Option<Vec<String>> {
    let lasts = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX);
    let words = vec![key.simple().to_string().into(), note.unwrap_or_default().into(), lasts.into()];
    let mut notes: Vec<String> = redis.ask(PIN, redis.name("notes", topic), words).await?;
    notes.sort_unstable();
    Some(notes.into_iter().map(|note| note.get(KEY..).unwrap_or_default().to_owned()).collect())
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
        assert!(notes.topics.lock().pinned.is_empty());
    }

    #[test]
    fn living_notes_are_seldom_swept_and_dead_ones_are_forgotten() {
        let (notes, begin) = (Notes::default(), Instant::now());
        let pin = |topic, at| {
            let (lasts, now) = (Duration::from_secs(30), begin + Duration::from_secs(at));
            notes.pin(Uuid::from_u128(topic), Uuid::nil(), Some("ada".to_owned()), lasts, now);
            let topics = notes.topics.lock();
            (topics.sweep, topics.pinned.len())
        };
        let mut sweeps: Vec<usize> = (0..10_000).map(|topic| pin(topic, 0).0).collect();
        sweeps.dedup();
        assert_eq!(sweeps, [1024, 2048, 4096, 8192, 16_384]);
        // Another 6,384 on top of those that are dead by now; then the sweep.
        let left = (10_000..17_000).fold((0, 0), |_, topic| pin(topic, 60));
        assert_eq!(left, (2 * 6_384, 7_000));
    }
}
