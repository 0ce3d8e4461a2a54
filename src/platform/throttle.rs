//! How often somebody may try something. Counted in Redis when there is one, by all instances together; else, and while
//! Redis is away, in the memory of this process, where a restart forgives.
//!
//! The rule is a token bucket in one number per key (GCRA): the moment at which the bucket would be full again. Memory
//! is bounded; when there are too many keys, those that are the least in debt are forgotten, so that a flood of new
//! keys does not wipe out the ones that are being held back.

use std::{
    collections::HashMap,
    fmt::Display,
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use fred::types::Value;
use parking_lot::Mutex;

use super::{crypto::hash_token, redis::Redis};

/// Keys that are remembered in memory; each takes about 24 bytes.
const KEYS: usize = 16_384;

/// One try of a key: microseconds to wait, 0 when it was let pass. By Redis's own clock, the same for all instances.
const TAKE: &str = r"
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local every, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + every
local wait = full - now - every * burst
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
return 0";
/// Gives a try back.
const GIVE_BACK: &str = r"
local full = redis.call('GET', KEYS[1])
if full then redis.call('SET', KEYS[1], string.format('%.0f', full - ARGV[1]), 'KEEPTTL') end
return 0";

/// One limit on many keys.
#[derive(Debug)]
pub struct Throttle {
    name: &'static str,
    shared: Option<Redis>,
    burst: i64,
    every: TimeDelta,
    hasher: RandomState,
    full_again: Mutex<HashMap<u64, DateTime<Utc>>>,
}

impl Throttle {
    /// `burst` tries at once (at least one), then one more `every` so often. Counted in `shared` under `name`.
    pub fn new(name: &'static str, shared: Option<Redis>, burst: u32, every: Duration) -> Self {
        Self {
            name,
            shared,
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
    pub async fn take(&self, key: impl Display, now: DateTime<Utc>) -> Result<(), Duration> {
        let key = key.to_string();
        match self.ask(TAKE, &key).await {
            Some(wait) if wait > 0 => Err(Duration::from_micros(wait.unsigned_abs())),
            Some(_) => Ok(()),
            None => self.take_here(&key, now),
        }
    }

    /// Gives a try back: it turned out to be no guess.
    pub async fn give_back(&self, key: impl Display) {
        let key = key.to_string();
        if self.ask(GIVE_BACK, &key).await.is_none()
            && let Some(at) = self.full_again.lock().get_mut(&self.hasher.hash_one(&key))
        {
            *at -= self.every;
        }
    }

    async fn ask(&self, script: &'static str, key: &str) -> Option<i64> {
        let redis = self.shared.as_ref()?;
        // Hashed: an address is nothing that has to lie around in Redis, and may be long.
        let key = redis.name(self.name, URL_SAFE_NO_PAD.encode(&hash_token(key)[..16]));
        let every = self.every.num_microseconds().unwrap_or(i64::MAX);
        redis.ask(script, key, vec![Value::from(every), Value::from(self.burst)]).await
    }

    fn take_here(&self, key: &str, now: DateTime<Utc>) -> Result<(), Duration> {
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

    #[tokio::test]
    async fn after_the_burst_tries_come_back_one_by_one() {
        let throttle = Throttle::new("test", None, 3, Duration::from_secs(10));
        for _ in 0..3 {
            throttle.take("ada", noon()).await.unwrap();
        }
        assert_eq!(throttle.take("ada", noon()).await, Err(Duration::from_secs(10)));
        throttle.take("bob", noon()).await.unwrap();
        let later = noon() + TimeDelta::seconds(10);
        throttle.take("ada", later).await.unwrap();
        assert_eq!(throttle.take("ada", later).await, Err(Duration::from_secs(10)));
    }

    #[tokio::test]
    async fn a_try_that_was_no_guess_costs_nothing() {
        let throttle = Throttle::new("test", None, 1, Duration::from_secs(10));
        for _ in 0..100 {
            throttle.take("ada", noon()).await.unwrap();
            throttle.give_back("ada").await;
        }
    }

    #[tokio::test]
    async fn a_flood_of_keys_does_not_free_the_one_held_back() {
        let throttle = Throttle::new("test", None, 2, Duration::from_secs(10));
        throttle.take("mallory", noon()).await.unwrap();
        throttle.take("mallory", noon()).await.unwrap();
        for key in 0..100_000 {
            throttle.take(key, noon()).await.unwrap();
        }
        assert!(throttle.take("mallory", noon()).await.is_err());
        assert!(throttle.full_again.lock().len() <= KEYS);
    }
}
