//! Browsers that are signed in.
//!
//! The cookie holds a random id; the database holds its hash, so that a stolen backup opens nothing. A session ends by
//! signing out, by being revoked from another device, or after 30 days without use; the cookie itself lives longer, so
//! that only the server's word counts.

mod cookie;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tower_sessions::Session;

pub use cookie::CookieStore;

use super::{Actor, Device, SessionId, User, UserId, Via, device, store};
use crate::{
    app::App,
    error::{Error, Result},
};

/// How long a session lives without being used.
pub const LASTS: Duration = Duration::from_secs(30 * 86_400);
/// How exactly the time of the last use is known. A write per request would be more work than the request.
const TOUCHED_EVERY: TimeDelta = TimeDelta::minutes(5);

/// One browser that is signed in, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What to name when revoking it.
    pub id: SessionId,
    /// The browser's name, when it is a known one.
    pub browser: Option<&'static str>,
    /// The system's name, when it is a known one.
    pub system: Option<&'static str>,
    /// The address at sign-in.
    pub ip: String,
    /// When it signed in.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to about five minutes.
    pub last_used_at: DateTime<Utc>,
    /// Whether it is the one that is asking.
    pub current: bool,
}

impl Listed {
    /// Browser and system in a few English words.
    pub fn device(&self) -> String {
        match (self.browser, self.system) {
            (Some(browser), Some(system)) => format!("{browser} on {system}"),
            (Some(name), None) | (None, Some(name)) => name.to_owned(),
            (None, None) => "Unknown device".to_owned(),
        }
    }
}

/// Signs a browser in. Whatever id it came with is worth nothing afterwards, so that nobody can plant one.
///
/// # Errors
/// The database failed.
pub async fn begin(session: &Session, user: &User, device: &Device) -> Result<()> {
    session.clear().await;
    cookie::describe(session, user.id, device).await.map_err(failed)?;
    session.cycle_id().await.map_err(failed)?;
    // Saved here and not by the layer, whose failure would be an empty answer.
    session.save().await.map_err(failed)
}

/// Signs a browser out.
///
/// # Errors
/// The database failed.
pub async fn end(session: &Session) -> Result<()> {
    session.flush().await.map_err(failed)
}

/// Who shows this session's cookie, if it is good. Notes the use.
///
/// # Errors
/// The database failed.
pub async fn actor(app: &App, session: &Session) -> Result<Option<Actor>> {
    let Some(id) = session.id() else { return Ok(None) };
    let now = app.clock.now();
    let Some((actor, last_used_at)) = store::actor_by_session(&app.db, cookie::key(id), now).await? else {
        return Ok(None);
    };
    if let (Via::Session(id), true) = (actor.via, now - last_used_at >= TOUCHED_EVERY) {
        // The request may go on when this fails: it only matters in 30 days.
        let touched = store::touch_session(&app.db, id, now, now + lasts()).await;
        touched.unwrap_or_else(|error| tracing::warn!(%error, "the use of a session could not be noted"));
    }
    Ok(Some(actor))
}

/// The actor's signed-in browsers, the last used first.
///
/// # Errors
/// The database failed.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Listed>> {
    let rows = store::sessions_of(&app.db, actor.user, app.clock.now()).await?;
    let listed = rows.into_iter().map(|row| {
        let (browser, system) = device::recognise(&row.user_agent);
        let current = actor.via == Via::Session(row.id);
        let (id, ip, created_at, last_used_at) = (row.id, row.ip, row.created_at, row.last_used_at);
        Listed { id, browser, system, ip, created_at, last_used_at, current }
    });
    Ok(listed.collect())
}

/// Ends one of the actor's sessions, be it this one.
///
/// # Errors
/// [`Error::NotFound`] when it isn't theirs, or has ended.
pub async fn revoke(app: &App, actor: &Actor, id: SessionId) -> Result<()> {
    if !store::remove_session_of(&app.db, actor.user, id).await? {
        return Err(Error::NotFound);
    }
    app.standing.end(Via::Session(id));
    Ok(())
}

/// Ends all of the actor's sessions and API sign-ins except the one that asks; gives the number of sessions.
///
/// # Errors
/// The database failed.
pub async fn revoke_others(app: &App, actor: &Actor) -> Result<u64> {
    let (session, family) = match actor.via {
        Via::Session(id) => (Some(id), None),
        Via::Token(family) => (None, Some(family)),
    };
    let mut tx = app.db.begin().await?;
    let sessions = store::remove_other_sessions(&mut tx, actor.user, session).await?;
    let families = store::remove_other_families(&mut tx, actor.user, family).await?;
    tx.commit().await?;
    sessions.iter().for_each(|id| app.standing.end(Via::Session(*id)));
    families.into_iter().for_each(|family| app.standing.end(Via::Token(family)));
    Ok(sessions.len() as u64)
}

/// Deletes what has ended by age: sessions and tokens. For housekeeping; gives the number of rows.
///
/// # Errors
/// The database failed.
pub async fn forget_expired(app: &App) -> Result<u64> {
    Ok(store::remove_expired(&app.db, app.clock.now()).await?)
}

fn lasts() -> TimeDelta {
    TimeDelta::from_std(LASTS).expect("30 days fit")
}

fn failed(error: tower_sessions::session::Error) -> Error {
    Error::Internal(anyhow::Error::new(error).context("session"))
}

/// What [`list`] reads.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    pub id: SessionId,
    pub user_agent: String,
    pub ip: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

/// What is written for a new session.
#[derive(Debug)]
pub(super) struct Fresh {
    pub id: SessionId,
    pub key: [u8; 32],
    pub user: Option<UserId>,
    pub data: Vec<u8>,
    pub agent: String,
    pub ip: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}
