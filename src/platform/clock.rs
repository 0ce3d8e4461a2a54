//! Time and ids. Every other room asks [`Clock`] and [`Ids`], so that a test can hold time still and a snapshot
//! stays the same from run to run.
//!
//! Rule: no moment leaves here finer than a microsecond, since that is what both databases keep. A value written
//! and read back is equal to the one in memory.

use chrono::{DateTime, Duration, SubsecRound, Utc};
use parking_lot::Mutex;
use std::sync::Arc;
use uuid::{Builder, Uuid};

/// The first moment of [`Ids::seeded`] in milliseconds since 1970: 2026-01-01T00:00:00Z.
const SEEDED_EPOCH_MS: u64 = 1_767_225_600_000;

/// What time it is. Clones share one time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Stands still until [`Clock::advance`] moves it.
    Frozen(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `at`, for tests.
    pub fn frozen(at: DateTime<Utc>) -> Self {
        Self::Frozen(Arc::new(Mutex::new(at)))
    }

    /// This moment, cut to whole microseconds.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub fn now(&self) -> DateTime<Utc> {
        let at = match self {
            Self::System => Utc::now(),
            Self::Frozen(at) => *at.lock(),
        };
        at.trunc_subsecs(6)
    }

    /// Moves a frozen clock, for this and all its clones.
    ///
    /// # Panics
    /// On the machine's clock, which nobody here may move.
    pub fn advance(&self, by: Duration) {
        match self {
            Self::System => panic!("only a frozen clock can be moved"),
            Self::Frozen(at) => *at.lock() += by,
        }
    }
}

/// Where new ids come from: UUIDv7, so that ids made later sort later. Clones share one sequence.
#[derive(Clone, Debug)]
pub struct Ids(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Seeded(Arc<Mutex<Sequence>>),
}

/// A repeatable sequence: one id per millisecond from a fixed moment on.
#[derive(Debug)]
struct Sequence {
    millis: u64,
    noise: u64,
}

impl Ids {
    /// Ids of the machine's time and randomness; within one process each is greater than the one before.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The same ids in the same order for the same `seed`, for tests. Not for anything secret.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(Sequence { millis: SEEDED_EPOCH_MS, noise: seed }))))
    }

    /// The next id.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub fn next(&self) -> Uuid {
        match &self.0 {
            Source::System => Uuid::now_v7(),
            Source::Seeded(sequence) => sequence.lock().next(),
        }
    }
}

impl Sequence {
    fn next(&mut self) -> Uuid {
        let mut random = [0; 10];
        for bytes in random.chunks_mut(8) {
            let word = self.word().to_be_bytes();
            bytes.copy_from_slice(&word[..bytes.len()]);
        }
        let id = Builder::from_unix_timestamp_millis(self.millis, &random).into_uuid();
        self.millis += 1;
        id
    }

    /// SplitMix64, written out because a crate's generator may change its stream with any release and every
    /// snapshot with it.
    fn word(&mut self) -> u64 {
        self.noise = self.noise.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.noise;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-20T12:00:00.123456789Z".parse().unwrap()
    }

    #[test]
    fn a_moment_is_never_finer_than_a_microsecond() {
        assert_eq!(Clock::frozen(noon()).now().to_rfc3339(), "2026-11-20T12:00:00.123456+00:00");
        assert_eq!(Clock::System.now().timestamp_subsec_nanos() % 1_000, 0);
    }

    #[test]
    fn clones_of_a_frozen_clock_move_together() {
        let clock = Clock::frozen(noon());
        let other = clock.clone();
        clock.advance(Duration::seconds(90));
        assert_eq!(other.now(), (noon() + Duration::seconds(90)).trunc_subsecs(6));
    }

    #[test]
    fn ids_of_the_machine_are_version_7_and_rise() {
        let ids = Ids::system();
        let made: Vec<_> = (0..1_000).map(|_| ids.next()).collect();
        assert!(made.is_sorted_by(|a, b| a < b));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let (one, two, other) = (Ids::seeded(7), Ids::seeded(7), Ids::seeded(8));
        let first = one.next();
        assert_eq!(first, two.next());
        assert_ne!(first, other.next());
        assert!(first < one.next());
        assert_eq!((first.get_version_num(), &first.to_string()[..18]), (7, "019b76da-a800-73cb"));
    }

    #[test]
    #[should_panic(expected = "only a frozen clock")]
    fn nobody_moves_the_clock_of_the_machine() {
        Clock::System.advance(Duration::seconds(1));
    }
}
