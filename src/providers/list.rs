//! The models a provider says it has, cached.
//!
//! A list is a convenience: it may be late, wrong or missing, and nothing waits for it longer than a few seconds.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::{Error, Settings, catalog::Row, wire::Wire};

/// How long the first failure is believed, so that a dead provider does not slow down every page view; doubles with
/// each further one, up to 16 minutes.
const FAILURE_TTL: Duration = Duration::from_secs(30);

pub struct List {
    row: &'static Row,
    /// Behind somebody's own base URL ids mean something else than on the provider's own host.
    foreign: bool,
    ttl: Duration,
    timeout: Duration,
    state: Mutex<State>,
    /// One fetch at a time; who comes meanwhile takes what is there.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    ids: Option<Vec<String>>,
    fresh_until: Option<Instant>,
    failures: u32,
}

impl List {
    pub fn new(row: &'static Row, foreign: bool, settings: &Settings) -> Self {
        let (ttl, timeout) = (settings.list_ttl, settings.list_timeout);
        Self { row, foreign, ttl, timeout, state: Mutex::default(), fetching: tokio::sync::Mutex::default() }
    }

    /// The ids to offer: the provider's own without those that cannot chat, or the catalogue's.
    pub async fn shown(&self, wire: &dyn Wire) -> Vec<String> {
        self.refresh(wire).await;
        self.offered().unwrap_or_else(|| self.row.known.iter().map(|known| known.id.to_owned()).collect())
    }

    /// Whether the provider may have this id: listed, known, or no list could be had.
    pub async fn has(&self, id: &str, wire: &dyn Wire) -> bool {
        if id.is_empty() || id.len() > 256 || id.chars().any(char::is_control) {
            return false;
        }
        self.lists(id, wire).await || self.state.lock().ids.is_none()
    }

    /// Whether the provider's list, or without one the catalogue, has this id. A list of yesterday is good enough for
    /// a yes, so that sending a message does not wait for a list.
    pub async fn lists(&self, id: &str, wire: &dyn Wire) -> bool {
        if self.state.lock().ids.as_ref().is_some_and(|ids| ids.iter().any(|listed| listed == id)) {
            return true;
        }
        self.refresh(wire).await;
        match &self.state.lock().ids {
            Some(ids) => ids.iter().any(|listed| listed == id),
            None => self.row.known.iter().any(|known| known.id == id),
        }
    }

    /// The id to start with, from what is known right now. Never waits.
    pub fn first(&self) -> Option<String> {
        let offered = self.offered()?;
        let known = self.row.known.iter().find(|known| offered.iter().any(|id| id == known.id));
        known.map(|known| known.id.to_owned()).or_else(|| offered.into_iter().next())
    }

    /// The fetched list as a person should see it: what we know first, then by name.
    fn offered(&self) -> Option<Vec<String>> {
        let state = self.state.lock();
        let mut ids: Vec<String> =
            state.ids.as_ref()?.iter().filter(|id| self.can_chat(id)).cloned().collect();
        ids.sort();
        ids.dedup();
        let rank = |id: &String| self.row.known.iter().position(|known| known.id == id).unwrap_or(usize::MAX);
        ids.sort_by_key(rank);
        Some(ids)
    }

    fn can_chat(&self, id: &str) -> bool {
        self.foreign || !self.row.not_chat.iter().any(|part| id.contains(part))
    }

    async fn refresh(&self, wire: &dyn Wire) {
        if self.is_fresh() {
            return;
        }
        let has_old = self.state.lock().ids.is_some();
        let _guard = match self.fetching.try_lock() {
            Ok(guard) => guard,
            Err(_) if has_old => return,
            Err(_) => self.fetching.lock().await,
        };
        if self.is_fresh() {
            return;
        }
        let fetched = tokio::time::timeout(self.timeout, wire.list()).await;
        let mut state = self.state.lock();
        match fetched {
            Ok(Ok(ids)) => *state = State { ids, fresh_until: Some(Instant::now() + self.ttl), failures: 0 },
            failed => {
                let why = failed.ok().and_then(Result::err).unwrap_or(Error::Timeout);
                tracing::warn!(provider = self.row.name, "model list not refreshed: {why}");
                state.fresh_until = Some(Instant::now() + FAILURE_TTL * 2_u32.pow(state.failures.min(5)));
                state.failures += 1;
            }
        }
    }

    fn is_fresh(&self) -> bool {
        self.state.lock().fresh_until.is_some_and(|until| Instant::now() < until)
    }
}
