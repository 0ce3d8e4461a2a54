//! The models a provider says it has, cached.
//!
//! A list is a convenience: it may be late, wrong or missing, and nothing waits for it longer than a few seconds.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Error, Settings,
    catalog::Row,
    wire::{Listed, Wire},
};

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
    models: Option<Vec<Listed>>,
    fresh_until: Option<Instant>,
    failures: u32,
    standing: Standing,
}

/// How a list stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Standing {
    /// When the provider's own list was fetched; `null` while only the built-in one is known.
    pub refreshed_at: Option<DateTime<Utc>>,
    /// Why it could not be fetched when it was last tried.
    pub list_error: Option<&'static str>,
}

impl List {
    pub fn new(row: &'static Row, foreign: bool, settings: &Settings) -> Self {
        let (ttl, timeout) = (settings.list_ttl, settings.list_timeout);
        Self { row, foreign, ttl, timeout, state: Mutex::default(), fetching: tokio::sync::Mutex::default() }
    }

    /// The models to offer: the provider's own without those that cannot chat, or the catalogue's.
    pub async fn shown(&self, wire: &dyn Wire) -> Vec<Listed> {
        self.refresh(wire).await;
        self.offered().unwrap_or_else(|| self.known().collect())
    }

    /// How it stands, without asking anybody.
    pub fn standing(&self) -> Standing {
        self.state.lock().standing
    }

    /// Fetches it, however fresh it is. Who comes while that happens waits for the same.
    pub async fn renew(&self, wire: &dyn Wire) {
        match self.fetching.try_lock() {
            Ok(_guard) => self.fetch(wire).await,
            Err(_) => drop(self.fetching.lock().await),
        }
    }

    /// The model that the provider may have by this id: listed, known, or no list could be had.
    pub async fn has(&self, id: &str, wire: &dyn Wire) -> Option<Listed> {
        if id.is_empty() || id.len() > 256 || id.chars().any(char::is_control) {
            return None;
        }
        let listed = self.lists(id, wire).await;
        listed.or_else(|| self.state.lock().models.is_none().then(|| Listed::of(id.to_owned())))
    }

    /// The model of this id in the provider's list, or without one in the catalogue. A list of yesterday is good enough
    /// for a yes, so that sending a message does not wait for a list.
    pub async fn lists(&self, id: &str, wire: &dyn Wire) -> Option<Listed> {
        if let Some(listed) = self.fetched(id).flatten() {
            return Some(listed);
        }
        self.refresh(wire).await;
        self.fetched(id).unwrap_or_else(|| self.known().find(|known| known.id == id))
    }

    /// What the fetched list, if there is one, says about an id.
    fn fetched(&self, id: &str) -> Option<Option<Listed>> {
        let state = self.state.lock();
        state.models.as_ref().map(|models| models.iter().find(|listed| listed.id == id).cloned())
    }

    fn known(&self) -> impl Iterator<Item = Listed> {
        self.row.known.iter().map(|known| Listed::of(known.id.to_owned()))
    }

    /// The id to start with, from what is known right now. Never waits.
    pub fn first(&self) -> Option<String> {
        let offered = self.offered()?;
        let known = self.row.known.iter().find(|known| offered.iter().any(|listed| listed.id == known.id));
        known.map(|known| known.id.to_owned()).or_else(|| Some(offered.into_iter().next()?.id))
    }

    /// The fetched list as a person should see it: what we know first, then by name.
    fn offered(&self) -> Option<Vec<Listed>> {
        let state = self.state.lock();
        let mut models: Vec<Listed> =
            state.models.as_ref()?.iter().filter(|listed| self.can_chat(&listed.id)).cloned().collect();
        let rank = |id: &str| self.row.known.iter().position(|known| known.id == id).unwrap_or(usize::MAX);
        models.sort_by(|a, b| (rank(&a.id), &a.id).cmp(&(rank(&b.id), &b.id)));
        models.dedup_by(|a, b| a.id == b.id);
        Some(models)
    }

    fn can_chat(&self, id: &str) -> bool {
        self.foreign || !self.row.not_chat.iter().any(|part| id.contains(part))
    }

    async fn refresh(&self, wire: &dyn Wire) {
        if self.is_fresh() {
            return;
        }
        let has_old = self.state.lock().models.is_some();
        let _guard = match self.fetching.try_lock() {
            Ok(guard) => guard,
            Err(_) if has_old => return,
            Err(_) => self.fetching.lock().await,
        };
        if !self.is_fresh() {
            self.fetch(wire).await;
        }
    }

    /// Only for who holds `fetching`.
    async fn fetch(&self, wire: &dyn Wire) {
        let fetched = tokio::time::timeout(self.timeout, wire.list()).await;
        let mut state = self.state.lock();
        match fetched {
            Ok(Ok(models)) => {
                #[expect(clippy::disallowed_methods, reason = "for people to read; nothing is decided by it")]
                let refreshed_at = models.is_some().then(Utc::now);
                let standing = Standing { refreshed_at, list_error: None };
                *state =
                    State { models, fresh_until: Some(Instant::now() + self.ttl), failures: 0, standing };
            }
            failed => {
                let why = failed.ok().and_then(Result::err).unwrap_or(Error::Timeout);
                tracing::warn!(provider = self.row.name, "model list not refreshed: {why}");
                state.fresh_until = Some(Instant::now() + FAILURE_TTL * 2_u32.pow(state.failures.min(5)));
                state.failures += 1;
                state.standing.list_error = Some(why.code());
            }
        }
    }

    fn is_fresh(&self) -> bool {
        self.state.lock().fresh_until.is_some_and(|until| Instant::now() < until)
    }
}
