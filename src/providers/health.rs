//! How providers have done lately, and who is left alone for a while.
//!
//! One window for each provider and account, in the memory of this instance. An account whose calls failed several times
//! in a row, for a reason that is the provider's, rests: calls end at once, so that nobody waits for the next failure and
//! a provider in trouble gets no crowd. When the rest is over one call goes through; how it ends decides.

use std::{
    collections::{HashMap, VecDeque},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::Stream;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Delta, DeltaStream, Error};

/// How far back calls are looked at.
const WINDOW: Duration = Duration::from_secs(300);
/// Calls that are remembered, at most.
const CALLS: usize = 256;
/// Accounts that are remembered at once; beyond that all are forgotten.
const ACCOUNTS: usize = 10_000;
/// Failures in a row until an account rests.
const TOO_MANY: u32 = 5;
/// The first rest; doubled while the call behind it fails, up to [`LONGEST`].
const REST: Duration = Duration::from_secs(15);
const LONGEST: Duration = Duration::from_secs(120);
/// A call that was let through and never ended counts as lost after this time.
const PROBE: Duration = Duration::from_secs(60);

/// A provider, and whose account: `None` is the server's.
pub type Who = (&'static str, Option<Uuid>);

/// See the module. Cheap to clone.
#[derive(Clone, Default)]
pub struct Health {
    accounts: Arc<Mutex<HashMap<Who, Account>>>,
}

/// How one provider has done in the last five minutes, as this instance saw it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Report {
    /// Calls that have ended.
    pub calls: usize,
    /// Those that failed for a reason that is the provider's.
    pub failed: usize,
    /// Half of the calls had their first word within so many milliseconds.
    pub first_ms: Option<u64>,
    /// 19 of 20 calls had.
    pub first_ms_p95: Option<u64>,
    /// Why the last one failed that did.
    pub last_error: Option<&'static str>,
    /// When that was.
    pub last_error_at: Option<DateTime<Utc>>,
    /// Seconds for which it is left alone from now on.
    pub rests_seconds: Option<u64>,
}

#[derive(Default)]
struct Account {
    calls: VecDeque<Call>,
    in_a_row: u32,
    rests: u32,
    until: Option<Instant>,
    probe: Option<Instant>,
    last_error: Option<(&'static str, DateTime<Utc>)>,
}

struct Call {
    at: Instant,
    failed: bool,
    first: Option<Duration>,
}

impl Health {
    /// Whether a call may go through; it is then watched by [`Health::watch`] or ended by [`Health::ended`].
    ///
    /// # Errors
    /// [`Error::Resting`].
    pub fn ask(&self, who: Who) -> Result<(), Error> {
        self.ask_at(who, Instant::now())
    }

    fn ask_at(&self, who: Who, now: Instant) -> Result<(), Error> {
        let mut accounts = self.accounts.lock();
        let Some(account) = accounts.get_mut(&who) else { return Ok(()) };
        let Some(until) = account.until else { return Ok(()) };
        if now < until {
            return Err(Error::Resting { retry_after: until - now });
        }
        match account.probe {
            Some(since) if now < since + PROBE => Err(Error::Resting { retry_after: since + PROBE - now }),
            _ => {
                account.probe = Some(now);
                Ok(())
            }
        }
    }

    /// A call has ended: well, or with this error.
    pub fn ended(&self, who: Who, error: Option<&Error>, first: Option<Duration>) {
        self.ended_at(who, error, first, Instant::now());
    }

    fn ended_at(&self, who: Who, error: Option<&Error>, first: Option<Duration>, now: Instant) {
        let mut accounts = self.accounts.lock();
        if accounts.len() >= ACCOUNTS && !accounts.contains_key(&who) {
            accounts.clear();
        }
        let account = accounts.entry(who).or_default();
        let failed = error.is_some_and(Error::is_outage);
        account.calls.push_back(Call { at: now, failed, first });
        account.forget(now);
        account.probe = None;
        if let Some(error) = error {
            #[expect(clippy::disallowed_methods, reason = "for people to read; nothing is decided by it")]
            let at = Utc::now();
            account.last_error = Some((error.code(), at));
        }
        if !failed {
            // A refusal proves that somebody is there.
            (account.in_a_row, account.rests, account.until) = (0, 0, None);
            return;
        }
        account.in_a_row += 1;
        if account.in_a_row >= TOO_MANY {
            let rest = (REST * 2_u32.pow(account.rests.min(8))).min(LONGEST);
            account.rests += 1;
            account.until = Some(now + rest);
            tracing::warn!(
                provider = who.0,
                own = who.1.is_some(),
                seconds = rest.as_secs(),
                "a provider rests"
            );
        }
    }

    /// Watches an answer to its end. One that is dropped before says nothing about its provider.
    pub fn watch(&self, who: Who, since: Instant, deltas: DeltaStream) -> DeltaStream {
        Box::pin(Watched { deltas, health: Some(self.clone()), who, since, first: None })
    }

    /// How an account has done.
    pub fn report(&self, who: Who) -> Report {
        self.report_at(who, Instant::now())
    }

    fn report_at(&self, who: Who, now: Instant) -> Report {
        let mut accounts = self.accounts.lock();
        let Some(account) = accounts.get_mut(&who) else { return Report::default() };
        account.forget(now);
        let mut firsts: Vec<Duration> = account.calls.iter().filter_map(|call| call.first).collect();
        firsts.sort_unstable();
        let at = |part: usize| {
            let index = (firsts.len() * part).div_ceil(100).checked_sub(1)?;
            u64::try_from(firsts[index].as_millis()).ok()
        };
        Report {
            calls: account.calls.len(),
            failed: account.calls.iter().filter(|call| call.failed).count(),
            first_ms: at(50),
            first_ms_p95: at(95),
            last_error: account.last_error.map(|(code, _)| code),
            last_error_at: account.last_error.map(|(_, at)| at),
            rests_seconds: account
                .until
                .filter(|until| *until > now)
                .map(|until| (until - now).as_secs() + 1),
        }
    }

    /// Lets an account be asked again at once, since its key or address was changed.
    pub fn forget(&self, who: Who) {
        self.accounts.lock().remove(&who);
    }
}

impl Account {
    fn forget(&mut self, now: Instant) {
        while self.calls.len() > CALLS || self.calls.front().is_some_and(|call| call.at + WINDOW < now) {
            self.calls.pop_front();
        }
    }
}

/// An answer whose end is noted.
struct Watched {
    deltas: DeltaStream,
    health: Option<Health>,
    who: Who,
    since: Instant,
    first: Option<Duration>,
}

impl Watched {
    fn note(&mut self, error: Option<&Error>) {
        if let Some(health) = self.health.take() {
            health.ended(self.who, error, self.first);
        }
    }
}

impl Stream for Watched {
    type Item = Result<Delta, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let me = self.get_mut();
        let next = me.deltas.as_mut().poll_next(cx);
        match &next {
            Poll::Ready(Some(Ok(Delta::Text(_) | Delta::Thinking(_) | Delta::ToolCall { .. }))) => {
                me.first.get_or_insert_with(|| me.since.elapsed());
            }
            Poll::Ready(Some(Ok(Delta::End(_)))) | Poll::Ready(None) => me.note(None),
            Poll::Ready(Some(Err(error))) => {
                let error = error.clone();
                me.note(Some(&error));
            }
            _ => {}
        }
        next
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // Whoever was let through alone makes way for the next.
        if let Some(health) = self.health.take()
            && let Some(account) = health.accounts.lock().get_mut(&self.who)
        {
            account.probe = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: Who = ("openai", None);

    /// So many calls that fail, all at one moment.
    fn fails(health: &Health, times: u32, now: Instant) {
        for _ in 0..times {
            health.ask_at(WHO, now).unwrap();
            health.ended_at(WHO, Some(&Error::Upstream { status: Some(500) }), None, now);
        }
    }

    #[test]
    fn five_failures_in_a_row_are_a_rest_and_one_call_decides() {
        let (health, mut now) = (Health::default(), Instant::now());
        fails(&health, 4, now);
        health.ended_at(WHO, None, None, now);
        fails(&health, 5, now);
        assert_eq!(health.ask_at(WHO, now), Err(Error::Resting { retry_after: REST }));
        assert_eq!(health.report_at(WHO, now).rests_seconds, Some(16));
        assert_eq!(health.ask_at(("openai", Some(Uuid::nil())), now), Ok(()), "another account");
        now += REST;
        assert_eq!(health.ask_at(WHO, now), Ok(()));
        assert!(health.ask_at(WHO, now).is_err(), "one at a time");
        health.ended_at(WHO, Some(&Error::Timeout), None, now);
        assert_eq!(health.ask_at(WHO, now), Err(Error::Resting { retry_after: REST * 2 }));
        now += REST * 2;
        health.ask_at(WHO, now).unwrap();
        health.ended_at(WHO, None, None, now);
        fails(&health, 4, now);
        assert_eq!(health.ask_at(WHO, now), Ok(()));
    }

    #[test]
    fn what_is_not_the_providers_fault_is_no_reason_to_rest() {
        let (health, now) = (Health::default(), Instant::now());
        for error in [Error::Unauthorized, Error::Quota, Error::ContextLength, Error::ContentBlocked] {
            for _ in 0..TOO_MANY {
                health.ask_at(WHO, now).unwrap();
                health.ended_at(WHO, Some(&error), None, now);
            }
        }
        let report = health.report_at(WHO, now);
        assert_eq!((report.calls, report.failed, report.last_error), (20, 0, Some("content_blocked")));
    }

    #[test]
    fn a_call_that_is_stopped_makes_way() {
        let (health, now) = (Health::default(), Instant::now());
        fails(&health, TOO_MANY, now);
        health.ask_at(WHO, now + REST).unwrap();
        drop(health.watch(WHO, now, Box::pin(futures::stream::pending())));
        assert_eq!(health.ask_at(WHO, now + REST), Ok(()));
    }

    #[test]
    fn a_report_looks_back_five_minutes() {
        let (health, now) = (Health::default(), Instant::now());
        for ms in 1..=20_u64 {
            health.ended_at(WHO, None, Some(Duration::from_millis(ms)), now);
        }
        fails(&health, 1, now);
        let report = health.report_at(WHO, now);
        assert_eq!((report.calls, report.failed), (21, 1));
        assert_eq!((report.first_ms, report.first_ms_p95), (Some(10), Some(19)));
        assert_eq!(health.report_at(WHO, now + WINDOW + Duration::from_secs(1)).calls, 0);
    }
}
