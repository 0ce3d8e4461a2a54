//! What will break, when and for how long: decided by the seed alone.

use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    InstanceKilled,
    InstanceFrozen,
    InstanceTerminated,
    PostgresRestarted,
    PostgresCrashed,
    PostgresFrozen,
    PostgresSessionsEnded,
    PostgresCut,
    PostgresReset,
    PostgresStalled,
    PostgresSlow,
    PostgresSwallowed,
    BatchCommitUnanswered,
    SendCommitUnanswered,
    EndCommitUnanswered,
    RedisRestarted,
    RedisFrozen,
    RedisEmptied,
    RedisPubsubKilled,
    RedisClientsKilled,
    RedisCut,
    RedisStalled,
    RedisSlow,
    RedisSwallowed,
    ClientsCut,
    ClientsReset,
    ClientsStalled,
    ClientsThrottled,
    ClientsHalved,
    ClientsRefused,
    ClientsResetAfterBytes,
    ProviderCut,
    ProviderReset,
    ProviderStalled,
    ProviderRefused,
    ProviderSwallowed,
    StopPressed,
    ChatDeleted,
    SentTwice,
    Regenerated,
    TwoTabs,
    SlowReader,
    Newcomer,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 43] = [
        Self::InstanceKilled,
        Self::InstanceFrozen,
        Self::InstanceTerminated,
        Self::PostgresRestarted,
        Self::PostgresCrashed,
        Self::PostgresFrozen,
        Self::PostgresSessionsEnded,
        Self::PostgresCut,
        Self::PostgresReset,
        Self::PostgresStalled,
        Self::PostgresSlow,
        Self::PostgresSwallowed,
        Self::BatchCommitUnanswered,
        Self::SendCommitUnanswered,
        Self::EndCommitUnanswered,
        Self::RedisRestarted,
        Self::RedisFrozen,
        Self::RedisEmptied,
        Self::RedisPubsubKilled,
        Self::RedisClientsKilled,
        Self::RedisCut,
        Self::RedisStalled,
        Self::RedisSlow,
        Self::RedisSwallowed,
        Self::ClientsCut,
        Self::ClientsReset,
        Self::ClientsStalled,
        Self::ClientsThrottled,
        Self::ClientsHalved,
        Self::ClientsRefused,
        Self::ClientsResetAfterBytes,
        Self::ProviderCut,
        Self::ProviderReset,
        Self::ProviderStalled,
        Self::ProviderRefused,
        Self::ProviderSwallowed,
        Self::StopPressed,
        Self::ChatDeleted,
        Self::SentTwice,
        Self::Regenerated,
        Self::TwoTabs,
        Self::SlowReader,
        Self::Newcomer,
    ];
}

/// One fault to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// How long after the one before it begins.
    pub after: Duration,
    /// What.
    pub kind: Kind,
    /// At which instance, or on whose road.
    pub side: usize,
    /// How long it lasts, where it does.
    pub lasts: Duration,
    /// For what else there is to choose.
    pub dice: u64,
}

/// Faults for so long a time. Each kind comes once before one comes again.
pub fn plan(seed: u64, time: Duration) -> Vec<Step> {
    let mut random = StdRng::seed_from_u64(seed);
    let (mut steps, mut total, mut deck) = (Vec::new(), Duration::ZERO, Vec::new());
    loop {
        if deck.is_empty() {
            deck.extend(Kind::ALL);
            deck.shuffle(&mut random);
        }
        let after = Duration::from_millis(random.random_range(100..900));
        total += after;
        if total > time {
            return steps;
        }
        // Most are over soon; some outlive a lease.
        let long = random.random_range(0..5) == 0;
        let lasts = if long { random.random_range(2000..4000) } else { random.random_range(50..1200) };
        steps.push(Step {
            after,
            kind: deck.pop().unwrap(),
            side: random.random_range(0..2),
            lasts: Duration::from_millis(lasts),
            dice: random.random(),
        });
    }
}

#[test]
fn the_seed_decides() {
    let time = Duration::from_secs(60);
    assert_eq!(plan(7, time), plan(7, time));
    assert_ne!(plan(7, time), plan(8, time));
    let kinds: std::collections::BTreeSet<Kind> = plan(7, time).iter().map(|step| step.kind).collect();
    assert_eq!(kinds.len(), Kind::ALL.len());
}
