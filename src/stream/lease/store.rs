//! The SQL of leases.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    exec, fetch,
    platform::db::{Db, Tx, dialect},
    sql, tx_exec, tx_fetch,
};

/// A lease that ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expired {
    /// The lease.
    pub id: Uuid,
    /// The log it wrote to.
    pub log: Uuid,
    /// Its fence.
    pub fence: i64,
}

/// Takes a new lease on `log` for `holder`.
///
/// # Errors
/// The database failed.
pub async fn take(
    tx: &mut Tx,
    id: Uuid,
    log: Uuid,
    holder: Uuid,
    fence: i64,
    lasts: Duration,
) -> sqlx::Result<()> {
    let text = tx.speak(dialect::TAKE_LEASE);
    tx_exec!(tx, text, id, log, holder, fence, milliseconds(lasts))?;
    Ok(())
}

/// Ends a lease. True when it was still there with this fence: then, and only then, the caller may write the end.
///
/// # Errors
/// The database failed.
pub async fn release(tx: &mut Tx, id: Uuid, fence: i64) -> sqlx::Result<bool> {
    Ok(tx_exec!(tx, sql!("DELETE FROM leases WHERE id = $1 AND fence = $2"), id, fence)? == 1)
}

/// Takes a lease away from its holder if it has run out meanwhile. True for exactly one caller.
///
/// # Errors
/// The database failed.
pub async fn reap(tx: &mut Tx, lease: Expired) -> sqlx::Result<bool> {
    let now = tx.speak(dialect::NOW_MS);
    let (now,) = tx_fetch!(tx, (i64,), fetch_one, now)?;
    let done = tx_exec!(
        tx,
        sql!("DELETE FROM leases WHERE id = $1 AND fence = $2 AND expires_at < $3"),
        lease.id,
        lease.fence,
        now
    )?;
    Ok(done == 1)
}

/// Prolongs these leases of `holder`; gives those it still has and whether somebody asked to stop the work.
///
/// # Errors
/// The database failed.
pub async fn renew(db: &Db, holder: Uuid, ids: &[Uuid], lasts: Duration) -> sqlx::Result<Vec<(Uuid, bool)>> {
    let mut tx = db.begin().await?;
    let text = tx.speak(dialect::RENEW_LEASES);
    let ids: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    let ids = serde_json::Value::from(ids).to_string();
    let kept = tx_fetch!(&mut tx, (Uuid, bool), fetch_all, text, holder, milliseconds(lasts), ids)?;
    tx.commit().await?;
    Ok(kept)
}

/// The leases that ran out, oldest first, at most 100.
///
/// # Errors
/// The database failed.
pub async fn expired(db: &Db) -> sqlx::Result<Vec<Expired>> {
    let rows = fetch!(*db, (Uuid, Uuid, i64), fetch_all, db.speak(dialect::EXPIRED_LEASES))?;
    Ok(rows.into_iter().map(|(id, log, fence)| Expired { id, log, fence }).collect())
}

/// Lets every lease run out now, except those of `holder`. For the embedded engine at boot: nobody else can be alive.
///
/// # Errors
/// The database failed.
pub async fn expire_all_but(db: &Db, holder: Uuid) -> sqlx::Result<u64> {
    exec!(*db, sql!("UPDATE leases SET expires_at = 0 WHERE holder <> $1"), holder)
}

/// Asks the holder of `id`, wherever it is, to stop. False when there is no such lease any more.
///
/// # Errors
/// The database failed.
pub async fn ask_to_stop(db: &Db, id: Uuid) -> sqlx::Result<bool> {
    Ok(exec!(*db, sql!("UPDATE leases SET stop = TRUE WHERE id = $1"), id)? == 1)
}

/// The leases of `holder` whose work somebody asked to stop.
///
/// # Errors
/// The database failed.
pub async fn asked_to_stop(db: &Db, holder: Uuid) -> sqlx::Result<Vec<Uuid>> {
    let rows = fetch!(
        *db,
        (Uuid,),
        fetch_all,
        sql!("SELECT id FROM leases WHERE holder = $1 AND stop = TRUE"),
        holder
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Whether the lease is still held with this fence; if so nobody can take it away until the transaction ends.
///
/// # Errors
/// The database failed.
pub async fn hold(tx: &mut Tx, id: Uuid, fence: i64) -> sqlx::Result<bool> {
    // An update, since that locks the row on both engines.
    Ok(tx_exec!(tx, sql!("UPDATE leases SET stop = stop WHERE id = $1 AND fence = $2"), id, fence)? == 1)
}

/// Takes every lease on `log` away, before the log itself goes; gives which they were.
///
/// # Errors
/// The database failed.
pub async fn drop_all_on(tx: &mut Tx, log: Uuid) -> sqlx::Result<Vec<Uuid>> {
    let text = tx.speak(dialect::LEASES_ON);
    let held = tx_fetch!(tx, (Uuid,), fetch_all, text, log)?;
    tx_exec!(tx, sql!("DELETE FROM leases WHERE log_id = $1"), log)?;
    Ok(held.into_iter().map(|(id,)| id).collect())
}

/// Whether anybody holds a lease on `log`.
///
/// # Errors
/// The database failed.
pub async fn any_on(tx: &mut Tx, log: Uuid) -> sqlx::Result<bool> {
    let (count,) =
        tx_fetch!(tx, (i64,), fetch_one, sql!("SELECT COUNT(*) FROM leases WHERE log_id = $1"), log)?;
    Ok(count > 0)
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
