//! What API clients show instead of a cookie.
//!
//! An access token opens everything for an hour; a refresh token buys the next pair, once. A refresh token that comes a
//! second time was copied by somebody, and nobody can say by whom: the whole sign-in ends.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Actor, TokenFamily, User, UserId, Via, store, users};
use crate::{
    app::App,
    error::{Error, Result},
    platform::{
        crypto::{self, SecretString, hash_token},
        db::Tx,
    },
};

/// How long an access token is good.
pub const ACCESS_LASTS: Duration = Duration::from_secs(3_600);
/// How long a refresh token is good.
pub const REFRESH_LASTS: Duration = Duration::from_secs(30 * 86_400);

const ACCESS_PREFIX: &str = "fa_";
const REFRESH_PREFIX: &str = "fr_";

/// What an API client gets when it signs in.
#[derive(Debug)]
pub struct Pair {
    /// Goes into `Authorization: Bearer …`.
    pub access: SecretString,
    /// Buys the next pair, once.
    pub refresh: SecretString,
    /// How long the access token is good.
    pub expires_in: Duration,
}

/// Which of the two.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Access,
    Refresh,
}

/// A token as it is stored.
#[derive(Debug)]
pub(super) struct Stored {
    pub user: UserId,
    pub kind: Kind,
    pub family: TokenFamily,
    pub hash: [u8; 32],
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Begins a new sign-in for `user`.
///
/// # Errors
/// The database failed.
pub async fn issue_pair(app: &App, user: &User) -> Result<Pair> {
    let mut tx = app.db.begin().await?;
    let pair = issue(app, &mut tx, user.id, TokenFamily(app.ids.next())).await?;
    tx.commit().await?;
    Ok(pair)
}

/// Exchanges a refresh token for the next pair.
///
/// # Errors
/// [`Error::Unauthenticated`] when it is unknown, too old or was used before; then its whole sign-in has ended.
pub async fn refresh(app: &App, token: &str) -> Result<(User, Pair)> {
    if !token.starts_with(REFRESH_PREFIX) {
        return Err(Error::Unauthenticated);
    }
    let (hash, now) = (hash_token(token), app.clock.now());
    let mut tx = app.db.begin().await?;
    if let Some((user, family)) = store::use_refresh_token(&mut tx, hash, now).await? {
        let pair = issue(app, &mut tx, user, family).await?;
        let user = users::store::find_user(&mut tx, user).await?.ok_or(Error::Unauthenticated)?;
        tx.commit().await?;
        return Ok((user, pair));
    }
    let reused = store::find_used_refresh_token(&mut tx, hash).await?;
    // Let go first: PostgreSQL keeps the token's row locked for whoever came too late to use it, and two of them that go on
    // to delete the rest would wait for each other.
    drop(tx);
    if let Some((user, family)) = reused {
        revoke(app, family).await?;
        tracing::warn!(user.id = %user, "a refresh token was used twice; its sign-in was ended");
    }
    Err(Error::Unauthenticated)
}

/// Who shows this access token, if it is good.
///
/// # Errors
/// The database failed.
pub async fn actor(app: &App, token: &str) -> Result<Option<Actor>> {
    if !token.starts_with(ACCESS_PREFIX) {
        return Ok(None);
    }
    Ok(store::actor_by_token(&app.db, hash_token(token), app.clock.now()).await?)
}

/// Ends a sign-in: none of its tokens opens anything any more.
///
/// # Errors
/// The database failed.
pub async fn revoke(app: &App, family: TokenFamily) -> Result<()> {
    let mut tx = app.db.begin().await?;
    store::remove_family(&mut tx, family).await?;
    tx.commit().await?;
    app.standing.end(Via::Token(family));
    Ok(())
}

async fn issue(app: &App, tx: &mut Tx, user: UserId, family: TokenFamily) -> Result<Pair> {
    let created_at = app.clock.now();
    let mut made = Vec::new();
    for (kind, prefix, lasts) in
        [(Kind::Access, ACCESS_PREFIX, ACCESS_LASTS), (Kind::Refresh, REFRESH_PREFIX, REFRESH_LASTS)]
    {
        let token = format!("{prefix}{}", crypto::random_token());
        let expires_at = created_at + TimeDelta::from_std(lasts).expect("some weeks fit");
        let hash = hash_token(&token);
        store::add_token(tx, app.ids.next(), &Stored { user, kind, family, hash, created_at, expires_at })
            .await?;
        made.push(SecretString::from(token));
    }
    let [access, refresh] = made.try_into().expect("two kinds make two tokens");
    Ok(Pair { access, refresh, expires_in: ACCESS_LASTS })
}
