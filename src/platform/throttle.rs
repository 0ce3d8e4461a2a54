//! How often somebody may try something. Per process and in memory: a restart forgives.
//!
//! The rule is a token bucket in one number per key (GCRA): the moment at which the bucket would be full again. Memory
//! is bounded; when there are too many keys, those that are the least in debt are forgotten, so that a flood of new
//! keys does not wipe out the ones that are being held back.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

/// Keys that are remembered; each takes about 24 bytes.
const KEYS: usize = 16_384;

/// One limit on many keys.
#[derive(Debug)]
pub struct Throttle {
    burst: i64,
    every: TimeDelta,
    hasher: RandomState,
    full_again: Mutex<HashMap<u64, DateTime<Utc>>>,
}

impl Throttle {
    /// `burst` tries at once (at least one), then one more `every` so often.
    pub fn new(burst: u32, every: Duration) -> Self {
        Self {
            burst: i64::from(burst.max(1)),
            every: TimeDelta::from_std(every).unwrap_or(TimeDelta::MAX),
            hasher: RandomState::new(),
            full_again: Mutex::default(),
        }
    }

    /// Takes one try of `key`.
    ///
    /// # Errors
    /// There is none left; the time until there is.
    pub fn take(&self, key: impl Hash, now: DateTime<Utc>) -> Result<(), Duration> {
        let key = self.hasher.hash_one(key);
        let mut full_again = self.full_again.lock();
        let after = full_again.get(&key).copied().map_or(now, |at| at.max(now)) + self.every;
        let wait = after - now - self.every * i32::try_from(self.burst).unwrap_or(i32::MAX);
        if wait > TimeDelta::zero() {
            return Err(wait.to_std().unwrap_or_default());
        }
        if full_again.len() >= KEYS {
            forget(&mut full_again, now);
        }
        full_again.insert(key, after);
        Ok(())
    }

    /// Gives a try back: it turned out to be no guess.
    pub fn give_back(&self, key: impl Hash) {
        let key = self.hasher.hash_one(key);
        if let Some(at) = self.full_again.lock().get_mut(&key) {
            *at -= self.every;
        }
    }
}

/// Makes room: first the keys whose bucket is full anyway, then the half that is the least in debt.
fn forget(full_again: &mut HashMap<u64, DateTime<Utc>>, now: DateTime<Utc>) {
    full_again.retain(|_, at| *at > now);
    if full_again.len() > KEYS / 2 {
        let mut moments: Vec<_> = full_again.values().copied().collect();
        let half = moments.len() / 2;
        let (_, median, _) = moments.select_nth_unstable(half);
        let median = *median;
        full_again.retain(|_, at| *at > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn after_the_burst_tries_come_back_one_by_one() {
        let throttle = Throttle::new(3, Duration::from_secs(10));
        for _ in 0..3 {
            throttle.take("ada", noon()).unwrap();
        }
        assert_eq!(throttle.take("ada", noon()), Err(Duration::from_secs(10)));
        throttle.take("bob", noon()).unwrap();
        let later = noon() + TimeDelta::seconds(10);
        throttle.take("ada", later).unwrap();
        assert_eq!(throttle.take("ada", later), Err(Duration::from_secs(10)));
    }

    #[test]
    fn a_try_that_was_no_guess_costs_nothing() {
        let throttle = Throttle::new(1, Duration::from_secs(10));
        for _ in 0..100 {
            throttle.take("ada", noon()).unwrap();
            throttle.give_back("ada");
        }
    }

    #[test]
    fn a_flood_of_keys_does_not_free_the_one_held_back() {
        let throttle = Throttle::new(2, Duration::from_secs(10));
        throttle.take("mallory", noon()).unwrap();
        throttle.take("mallory", noon()).unwrap();
        for key in 0..100_000 {
            throttle.take(key, noon()).unwrap();
        }
        assert!(throttle.take("mallory", noon()).is_err());
        assert!(throttle.full_again.lock().len() <= KEYS);
    }
}
