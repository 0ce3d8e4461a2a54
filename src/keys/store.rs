//! The SQL of people's own keys.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::State;
use crate::{
    exec, fetch,
    platform::{
        crypto::Sealed,
        db::{Db, Tx},
    },
    sql, tx_exec, tx_fetch,
};

/// A row.
#[derive(Clone, sqlx::FromRow)]
pub(super) struct Stored {
    pub id: Uuid,
    pub user_id: Uuid,
    pub provider: String,
    pub base_url: Option<String>,
    pub sealed: Option<Vec<u8>>,
    pub kid: Option<String>,
    pub last4: String,
    pub version: i64,
    pub state: String,
    pub reason: Option<String>,
    pub checked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// All of a person's.
pub(super) async fn of_user(db: &Db, user: Uuid) -> sqlx::Result<Vec<Stored>> {
    fetch!(
        *db,
        Stored,
        fetch_all,
        sql!(
            "SELECT id, user_id, provider, base_url, sealed, kid, last4, version, state, reason, checked_at, created_at,
                    updated_at
             FROM provider_keys WHERE user_id = $1"
        ),
        user
    )
}

/// A person's at one provider.
pub(super) async fn find(db: &Db, user: Uuid, provider: &str) -> sqlx::Result<Option<Stored>> {
    fetch!(
        *db,
        Stored,
        fetch_optional,
        sql!(
            "SELECT id, user_id, provider, base_url, sealed, kid, last4, version, state, reason, checked_at, created_at,
                    updated_at
             FROM provider_keys WHERE user_id = $1 AND provider = $2"
        ),
        user,
        provider
    )
}

/// Stores a key in the place of the one before, if there was one; gives the row as it is then.
pub(super) async fn put(db: &Db, row: Stored) -> sqlx::Result<Stored> {
    let mut tx = db.begin().await?;
    let stored = put_in(&mut tx, row).await?;
    tx.commit().await?;
    Ok(stored)
}

async fn put_in(tx: &mut Tx, row: Stored) -> sqlx::Result<Stored> {
    tx_fetch!(
        tx,
        Stored,
        fetch_one,
        sql!(
            "INSERT INTO provider_keys (id, user_id, provider, base_url, sealed, kid, last4, version, state, reason,
                                        checked_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (user_id, provider) DO UPDATE SET id = excluded.id, base_url = excluded.base_url,
               sealed = excluded.sealed, kid = excluded.kid, last4 = excluded.last4,
               version = provider_keys.version + 1, state = excluded.state, reason = excluded.reason,
               checked_at = excluded.checked_at, updated_at = excluded.updated_at
             RETURNING id, user_id, provider, base_url, sealed, kid, last4, version, state, reason, checked_at,
                       created_at, updated_at"
        ),
        row.id,
        row.user_id,
        row.provider,
        row.base_url,
        row.sealed,
        row.kid,
        row.last4,
        row.version,
        row.state,
        row.reason,
        row.checked_at,
        row.created_at,
        row.updated_at
    )
}

/// Changes the address, and the key with it, unless somebody changed either meanwhile.
pub(super) async fn set_address(db: &Db, row: &Stored, version: i64) -> sqlx::Result<bool> {
    let changed = exec!(
        *db,
        sql!(
            "UPDATE provider_keys SET base_url = $3, sealed = $4, kid = $5, last4 = $6, state = $7, reason = $8,
                    checked_at = $9, updated_at = $10, version = version + 1
             WHERE id = $1 AND version = $2"
        ),
        row.id,
        version,
        &row.base_url,
        &row.sealed,
        &row.kid,
        &row.last4,
        &row.state,
        &row.reason,
        row.checked_at,
        row.updated_at
    )?;
    Ok(changed == 1)
}

/// Says how a key does, unless it is another one by now.
pub(super) async fn set_state(
    db: &Db,
    (id, version): (Uuid, i64),
    state: State,
    reason: Option<&str>,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    exec!(
        *db,
        sql!(
            "UPDATE provider_keys SET state = $3, reason = $4, checked_at = $5
             WHERE id = $1 AND version = $2"
        ),
        id,
        version,
        state.as_str(),
        reason,
        at
    )?;
    Ok(())
}

/// Removes a key; false when there was none.
pub(super) async fn remove(db: &Db, user: Uuid, provider: &str) -> sqlx::Result<bool> {
    let mut tx = db.begin().await?;
    let gone = tx_exec!(
        &mut tx,
        sql!("DELETE FROM provider_keys WHERE user_id = $1 AND provider = $2"),
        user,
        provider
    )?;
    tx.commit().await?;
    Ok(gone == 1)
}

/// Everybody's keys behind `after`, in the order of their ids.
pub(super) async fn next(db: &Db, after: Uuid, limit: i64) -> sqlx::Result<Vec<Stored>> {
    fetch!(
        *db,
        Stored,
        fetch_all,
        sql!(
            "SELECT id, user_id, provider, base_url, sealed, kid, last4, version, state, reason, checked_at, created_at,
                    updated_at
             FROM provider_keys WHERE id > $1 AND sealed IS NOT NULL ORDER BY id LIMIT $2"
        ),
        after,
        limit
    )
}

/// Seals a row anew, unless it holds something else by now.
pub(super) async fn reseal(db: &Db, row: &Stored, sealed: Sealed) -> sqlx::Result<bool> {
    let changed = exec!(
        *db,
        sql!("UPDATE provider_keys SET sealed = $3, kid = $4 WHERE id = $1 AND sealed = $2"),
        row.id,
        &row.sealed,
        sealed.bytes,
        sealed.kid
    )?;
    Ok(changed == 1)
}
