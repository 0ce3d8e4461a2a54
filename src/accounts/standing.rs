//! Whether a sign-in still stands, for what stays open: a stream asked once when it began, and must end when the session
//! was signed out or revoked, or the API sign-in was ended, on whichever instance.
//!
//! A sign-in that ends here is known at once, one that ends on another instance by a call; and since calls may be lost,
//! all that are held are looked up now and then. A stream that was opened with an access token lives as long as its
//! sign-in does, not only as long as that token: a client that refreshes in time loses nothing, and who may refresh
//! could open the stream again anyway.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    sync::broadcast::error::RecvError,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Actor, SessionId, TokenFamily, Via, store};
use crate::{
    app::App,
    error::Result,
    platform::bus::{Bus, Call},
};

/// How often sign-ins are looked up that nobody has called about.
const EVERY: Duration = Duration::from_secs(4);
/// Sign-ins in one statement.
const PAGE: usize = 1000;

const SESSION_ENDED: &str = "session.ended";
const FAMILY_ENDED: &str = "family.ended";

/// The sign-ins by which something is open on this instance. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Standing {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    bus: Bus,
    held: Mutex<HashMap<Via, Held>>,
}

#[derive(Debug)]
struct Held {
    holds: usize,
    ended: CancellationToken,
}

/// Something open that depends on a sign-in.
#[derive(Debug)]
pub struct Hold {
    standing: Standing,
    via: Via,
    ended: CancellationToken,
}

impl Standing {
    /// Nothing held, over the given bus.
    pub fn new(bus: Bus) -> Self {
        Self { inner: Arc::new(Inner { bus, held: Mutex::default() }) }
    }

    /// Notes that something is open by the actor's sign-in.
    pub fn hold(&self, actor: &Actor) -> Hold {
        let mut held = self.inner.held.lock();
        let entry =
            held.entry(actor.via).or_insert_with(|| Held { holds: 0, ended: CancellationToken::new() });
        entry.holds += 1;
        Hold { standing: self.clone(), via: actor.via, ended: entry.ended.clone() }
    }

    /// Ends what is open by this sign-in, here and on the other instances. The database has forgotten it already.
    pub(super) fn end(&self, via: Via) {
        self.end_here(via);
        let (kind, id) = match via {
            Via::Session(id) => (SESSION_ENDED, id.0),
            Via::Token(family) => (FAMILY_ENDED, family.0),
        };
        self.inner.bus.call(Call { kind: kind.into(), id });
    }

    fn end_here(&self, via: Via) {
        if let Some(held) = self.inner.held.lock().get(&via) {
            held.ended.cancel();
        }
    }

    fn all(&self) -> Vec<Via> {
        self.inner.held.lock().keys().copied().collect()
    }

    fn hear(&self, call: &Call) {
        match &*call.kind {
            SESSION_ENDED => self.end_here(Via::Session(SessionId(call.id))),
            FAMILY_ENDED => self.end_here(Via::Token(TokenFamily(call.id))),
            _ => {}
        }
    }
}

impl Hold {
    /// Waits until the sign-in has ended.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = self.standing.inner.held.lock();
        if let Some(entry) = held.get_mut(&self.via) {
            entry.holds -= 1;
            if entry.holds == 0 {
                held.remove(&self.via);
            }
        }
    }
}

/// Ends what is open by sign-ins that other instances have ended, until the server stops.
pub async fn keep(app: &App) {
    let mut calls = app.bus.calls();
    let mut time = interval(EVERY);
    time.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let must_look = tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = time.tick() => true,
            heard = calls.recv() => match heard {
                Ok(call) => {
                    app.standing.hear(&call);
                    false
                }
                Err(RecvError::Lagged(_)) => true,
                Err(RecvError::Closed) => return,
            },
        };
        if must_look && let Err(error) = look(app).await {
            tracing::warn!(%error, "whether sign-ins still stand could not be looked up; trying again");
        }
    }
}

/// Ends what is open here by sign-ins that don't stand any more.
///
/// # Errors
/// The database failed.
pub async fn look(app: &App) -> Result<()> {
    let (mut sessions, mut families) = (Vec::new(), Vec::new());
    for via in app.standing.all() {
        match via {
            Via::Session(id) => sessions.push(id.0),
            Via::Token(family) => families.push(family.0),
        }
    }
    let now = app.clock.now();
    for page in sessions.chunks(PAGE) {
        let standing = store::standing_sessions(&app.db, page, now).await?;
        fallen(page, &standing).for_each(|id| app.standing.end_here(Via::Session(SessionId(id))));
    }
    for page in families.chunks(PAGE) {
        let standing = store::standing_families(&app.db, page, now).await?;
        fallen(page, &standing).for_each(|id| app.standing.end_here(Via::Token(TokenFamily(id))));
    }
    Ok(())
}

fn fallen(held: &[Uuid], standing: &[Uuid]) -> impl Iterator<Item = Uuid> {
    let standing: std::collections::HashSet<Uuid> = standing.iter().copied().collect();
    held.iter().copied().filter(move |id| !standing.contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::{Role, UserId};

    fn actor(via: u128) -> Actor {
        let via = Via::Session(SessionId(Uuid::from_u128(via)));
        let (email, name) = ("ada@example.org".to_owned(), "Ada".to_owned());
        let user = UserId(Uuid::from_u128(1));
        Actor { user, email, name, role: Role::User, via, preferences: Arc::default() }
    }

    #[tokio::test]
    async fn all_holds_of_one_sign_in_end_together_and_no_others() {
        let standing = Standing::new(Bus::default());
        let (first, second, other) =
            (standing.hold(&actor(1)), standing.hold(&actor(1)), standing.hold(&actor(2)));
        standing.end(actor(1).via);
        first.ended().await;
        second.ended().await;
        assert!(!other.ended.is_cancelled());
        drop((first, second, other));
        assert!(standing.all().is_empty());
    }
}
