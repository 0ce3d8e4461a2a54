//! The SQL of sessions and tokens; that of accounts is in users/store.rs.

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Actor, Preferences, Role, SessionId, TokenFamily, UserId, Via,
    sessions::{Fresh, Row},
    tokens::{Kind, Stored},
};
use crate::{
    exec, fetch,
    platform::db::{Db, Tx, dialect},
    sql, tx_exec, tx_fetch,
};

/// Adds a session; false when its key is taken.
pub(super) async fn add_session(db: &Db, fresh: Fresh) -> sqlx::Result<bool> {
    let added = exec!(
        *db,
        sql!(
            "INSERT INTO sessions
             (id, key_hash, user_id, data, user_agent, ip, created_at, last_used_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8) ON CONFLICT DO NOTHING"
        ),
        fresh.id,
        &fresh.key[..],
        fresh.user,
        fresh.data,
        fresh.agent,
        fresh.ip,
        fresh.created_at,
        fresh.expires_at
    )?;
    Ok(added == 1)
}

/// Changes what a session holds; nothing when it is gone.
pub(super) async fn save_session(
    db: &Db,
    key: [u8; 32],
    data: Vec<u8>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    exec!(
        *db,
        sql!("UPDATE sessions SET data = $2, expires_at = $3 WHERE key_hash = $1"),
        &key[..],
        data,
        expires_at
    )?;
    Ok(())
}

/// What a session holds and how long it lives.
pub(super) async fn load_session(
    db: &Db,
    key: [u8; 32],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(Vec<u8>, DateTime<Utc>)>> {
    fetch!(
        *db,
        (Vec<u8>, DateTime<Utc>),
        fetch_optional,
        sql!("SELECT data, expires_at FROM sessions WHERE key_hash = $1 AND expires_at > $2"),
        &key[..],
        now
    )
}

/// Ends the session with this key; the one that it was.
pub(super) async fn remove_session(db: &Db, key: [u8; 32]) -> sqlx::Result<Option<SessionId>> {
    let mut tx = db.begin().await?;
    let ended = tx_fetch!(
        &mut tx,
        (SessionId,),
        fetch_optional,
        sql!("DELETE FROM sessions WHERE key_hash = $1 RETURNING id"),
        &key[..]
    )?;
    tx.commit().await?;
    Ok(ended.map(|(id,)| id))
}

/// Which of these sessions still stand.
pub(super) async fn standing_sessions(db: &Db, ids: &[Uuid], now: DateTime<Utc>) -> sqlx::Result<Vec<Uuid>> {
    let rows = fetch!(*db, (Uuid,), fetch_all, db.speak(dialect::STANDING_SESSIONS), hex_list(ids), now)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Which of these API sign-ins still stand: those with any token that is good for something.
pub(super) async fn standing_families(db: &Db, ids: &[Uuid], now: DateTime<Utc>) -> sqlx::Result<Vec<Uuid>> {
    let rows = fetch!(*db, (Uuid,), fetch_all, db.speak(dialect::STANDING_FAMILIES), hex_list(ids), now)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

fn hex_list(ids: &[Uuid]) -> String {
    serde_json::Value::from(ids.iter().map(|id| id.simple().to_string()).collect::<Vec<_>>()).to_string()
}

#[derive(sqlx::FromRow)]
struct ActorRow {
    user_id: UserId,
    email: String,
    name: String,
    #[sqlx(try_from = "String")]
    role: Role,
    via: Uuid,
    #[sqlx(flatten)]
    preferences: Preferences,
}

fn actor(row: ActorRow, via: impl FnOnce(Uuid) -> Via) -> Actor {
    let (via, preferences) = (via(row.via), Arc::new(row.preferences));
    Actor { user: row.user_id, email: row.email, name: row.name, role: row.role, via, preferences }
}

/// Whose session this is, and when it was last used.
pub(super) async fn actor_by_session(
    db: &Db,
    key: [u8; 32],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(Actor, DateTime<Utc>)>> {
    #[derive(sqlx::FromRow)]
    struct Used {
        #[sqlx(flatten)]
        actor: ActorRow,
        last_used_at: DateTime<Utc>,
    }
    let row = fetch!(
        *db,
        Used,
        fetch_optional,
        sql!(
            "SELECT u.id AS user_id, u.email, u.name, u.role, s.id AS via, s.last_used_at,
                    u.locale, u.time_zone, u.theme, u.accent, u.code_theme, u.default_model
             FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.key_hash = $1 AND s.expires_at > $2"
        ),
        &key[..],
        now
    )?;
    Ok(row.map(|row| (actor(row.actor, |id| Via::Session(SessionId(id))), row.last_used_at)))
}

/// Notes that a session is in use.
pub(super) async fn touch_session(
    db: &Db,
    id: SessionId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    exec!(
        *db,
        sql!("UPDATE sessions SET last_used_at = $2, expires_at = $3 WHERE id = $1"),
        id,
        now,
        expires_at
    )?;
    Ok(())
}

/// The sessions of one account, the last used first; at most 200.
pub(super) async fn sessions_of(db: &Db, user: UserId, now: DateTime<Utc>) -> sqlx::Result<Vec<Row>> {
    fetch!(
        *db,
        Row,
        fetch_all,
        sql!(
            "SELECT id, user_agent, ip, created_at, last_used_at FROM sessions
             WHERE user_id = $1 AND expires_at > $2 ORDER BY last_used_at DESC, id DESC LIMIT 200"
        ),
        user,
        now
    )
}

/// Ends one session of an account; false when there is none such.
pub(super) async fn remove_session_of(db: &Db, user: UserId, id: SessionId) -> sqlx::Result<bool> {
    Ok(exec!(*db, sql!("DELETE FROM sessions WHERE user_id = $1 AND id = $2"), user, id)? == 1)
}

/// Ends all sessions of an account except one; those that ended.
pub(super) async fn remove_other_sessions(
    tx: &mut Tx,
    user: UserId,
    keep: Option<SessionId>,
) -> sqlx::Result<Vec<SessionId>> {
    let ended = tx_fetch!(
        tx,
        (SessionId,),
        fetch_all,
        sql!("DELETE FROM sessions WHERE user_id = $1 AND id <> $2 RETURNING id"),
        user,
        keep.map_or(Uuid::nil(), Uuid::from)
    )?;
    Ok(ended.into_iter().map(|(id,)| id).collect())
}

/// Adds a token.
pub(super) async fn add_token(tx: &mut Tx, id: Uuid, token: &Stored) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!(
            "INSERT INTO tokens (id, user_id, kind, family, hash, used, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, FALSE, $6, $7)"
        ),
        id,
        token.user,
        match token.kind {
            Kind::Access => "access",
            Kind::Refresh => "refresh",
        },
        token.family,
        &token.hash[..],
        token.created_at,
        token.expires_at
    )?;
    Ok(())
}

/// Whose access token this is.
pub(super) async fn actor_by_token(
    db: &Db,
    hash: [u8; 32],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Actor>> {
    let row = fetch!(
        *db,
        ActorRow,
        fetch_optional,
        sql!(
            "SELECT u.id AS user_id, u.email, u.name, u.role, t.family AS via,
                    u.locale, u.time_zone, u.theme, u.accent, u.code_theme, u.default_model
             FROM tokens t JOIN users u ON u.id = t.user_id
             WHERE t.hash = $1 AND t.kind = 'access' AND t.expires_at > $2"
        ),
        &hash[..],
        now
    )?;
    Ok(row.map(|row| actor(row, |id| Via::Token(TokenFamily(id)))))
}

/// Uses a refresh token up. Of many at once, one gets the answer.
pub(super) async fn use_refresh_token(
    tx: &mut Tx,
    hash: [u8; 32],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(UserId, TokenFamily)>> {
    tx_fetch!(
        tx,
        (UserId, TokenFamily),
        fetch_optional,
        sql!(
            "UPDATE tokens SET used = TRUE
             WHERE hash = $1 AND kind = 'refresh' AND used = FALSE AND expires_at > $2
             RETURNING user_id, family"
        ),
        &hash[..],
        now
    )
}

/// A refresh token that was used before.
pub(super) async fn find_used_refresh_token(
    tx: &mut Tx,
    hash: [u8; 32],
) -> sqlx::Result<Option<(UserId, TokenFamily)>> {
    tx_fetch!(
        tx,
        (UserId, TokenFamily),
        fetch_optional,
        sql!("SELECT user_id, family FROM tokens WHERE hash = $1 AND kind = 'refresh' AND used = TRUE"),
        &hash[..]
    )
}

/// Removes all tokens of one sign-in.
pub(super) async fn remove_family(tx: &mut Tx, family: TokenFamily) -> sqlx::Result<()> {
    // On PostgreSQL the first may have to wait for a refresh that is just being committed, and can't see the tokens it
    // added; the second can. SQLite has one writer, and the second finds nothing.
    for _ in 0..2 {
        tx_exec!(tx, sql!("DELETE FROM tokens WHERE family = $1"), family)?;
    }
    Ok(())
}

/// Removes all tokens of an account except those of one sign-in; the sign-ins that ended.
pub(super) async fn remove_other_families(
    tx: &mut Tx,
    user: UserId,
    keep: Option<TokenFamily>,
) -> sqlx::Result<HashSet<TokenFamily>> {
    let ended = tx_fetch!(
        tx,
        (TokenFamily,),
        fetch_all,
        sql!("DELETE FROM tokens WHERE user_id = $1 AND family <> $2 RETURNING family"),
        user,
        keep.map_or(Uuid::nil(), Uuid::from)
    )?;
    Ok(ended.into_iter().map(|(family,)| family).collect())
}

/// Removes the sessions and tokens whose time is over.
pub(super) async fn remove_expired(db: &Db, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let sessions = exec!(*db, sql!("DELETE FROM sessions WHERE expires_at <= $1"), now)?;
    let tokens = exec!(*db, sql!("DELETE FROM tokens WHERE expires_at <= $1"), now)?;
    Ok(sessions + tokens)
}
