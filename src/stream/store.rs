//! The stream engine's SQL.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::{Entry, log::Position};
use crate::{
    fetch,
    platform::db::{Db, Tx, dialect},
    sql, tx_exec, tx_fetch,
};

type EntryRow = (i64, Option<Uuid>, String, String);

fn entry((seq, writer, name, data): EntryRow) -> Arc<Entry> {
    Arc::new(Entry { seq, writer, name: name.into(), data: data.into() })
}

/// Makes an empty log.
pub(super) async fn create(tx: &mut Tx, log: Uuid, epoch: i64) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("INSERT INTO logs (id, epoch, head, floor) VALUES ($1, $2, 0, 0)"), log, epoch)?;
    Ok(())
}

/// Removes a log with its entries and leases.
pub(super) async fn remove(tx: &mut Tx, log: Uuid) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("DELETE FROM logs WHERE id = $1"), log)?;
    Ok(())
}

/// Closes a log.
pub(super) async fn close(tx: &mut Tx, log: Uuid) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("UPDATE logs SET closed = TRUE WHERE id = $1"), log)?;
    Ok(())
}

/// Opens a closed log.
pub(super) async fn reopen(tx: &mut Tx, log: Uuid) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("UPDATE logs SET closed = FALSE WHERE id = $1"), log)?;
    Ok(())
}

/// Where a log stands, `None` when there is none or it is closed.
pub(super) async fn position(tx: &mut Tx, log: Uuid) -> sqlx::Result<Option<Position>> {
    let row = tx_fetch!(
        tx,
        (i64, i64, i64),
        fetch_optional,
        sql!("SELECT epoch, head, floor FROM logs WHERE id = $1 AND closed = FALSE"),
        log
    )?;
    Ok(row.map(|(epoch, head, floor)| Position { epoch, head, floor }))
}

/// Moves the head by `count` and gives the new head; the row stays locked until the transaction ends.
pub(super) async fn advance(tx: &mut Tx, log: Uuid, count: i64) -> sqlx::Result<Option<i64>> {
    let row = tx_fetch!(
        tx,
        (i64,),
        fetch_optional,
        sql!("UPDATE logs SET head = head + $2 WHERE id = $1 AND closed = FALSE RETURNING head"),
        log,
        count
    )?;
    Ok(row.map(|(head,)| head))
}

/// Up to `limit` entries after `seq`, in order.
pub(super) async fn after(tx: &mut Tx, log: Uuid, seq: i64, limit: i64) -> sqlx::Result<Vec<Arc<Entry>>> {
    let rows = tx_fetch!(
        tx,
        EntryRow,
        fetch_all,
        sql!(
            "SELECT seq, writer, name, data FROM entries WHERE log_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"
        ),
        log,
        seq,
        limit
    )?;
    Ok(rows.into_iter().map(entry).collect())
}

/// The entries behind `after` and up to `upto` that are no deltas, in order.
pub(super) async fn facts(tx: &mut Tx, log: Uuid, after: i64, upto: i64) -> sqlx::Result<Vec<Arc<Entry>>> {
    let rows = tx_fetch!(
        tx,
        EntryRow,
        fetch_all,
        sql!(
            "SELECT seq, writer, name, data FROM entries
             WHERE log_id = $1 AND seq > $2 AND seq <= $3 AND name <> 'delta' ORDER BY seq"
        ),
        log,
        after,
        upto
    )?;
    Ok(rows.into_iter().map(entry).collect())
}

/// The entries one writer added after `seq`, in order.
pub(super) async fn by_writer(
    tx: &mut Tx,
    log: Uuid,
    writer: Uuid,
    seq: i64,
) -> sqlx::Result<Vec<Arc<Entry>>> {
    let rows = tx_fetch!(
        tx,
        EntryRow,
        fetch_all,
        sql!(
            "SELECT seq, writer, name, data FROM entries
             WHERE log_id = $1 AND seq > $2 AND writer = $3 ORDER BY seq"
        ),
        log,
        seq,
        writer
    )?;
    Ok(rows.into_iter().map(entry).collect())
}

/// Heads of the logs that somebody writes to now.
pub(super) async fn written_heads(db: &Db) -> sqlx::Result<Vec<(Uuid, i64)>> {
    fetch!(
        *db,
        (Uuid, i64),
        fetch_all,
        sql!("SELECT id, head FROM logs WHERE id IN (SELECT log_id FROM leases)")
    )
}

/// Heads of many logs at once; closed ones have none.
pub(super) async fn heads(db: &Db, logs: &[Uuid]) -> sqlx::Result<Vec<(Uuid, i64)>> {
    let ids: Vec<String> = logs.iter().map(hex).collect();
    fetch!(*db, (Uuid, i64), fetch_all, db.speak(dialect::HEADS), json(&ids))
}

/// Forgets entries up to `floor`, which becomes the log's floor.
pub(super) async fn prune(tx: &mut Tx, log: Uuid, floor: i64) -> sqlx::Result<u64> {
    tx_exec!(tx, sql!("UPDATE logs SET floor = $2 WHERE id = $1 AND floor < $2"), log, floor)?;
    tx_exec!(tx, sql!("DELETE FROM entries WHERE log_id = $1 AND seq <= $2"), log, floor)
}

/// Logs that hold entries older than `before`, with the newest such seq; at most 100.
pub(super) async fn stale(db: &Db, before: DateTime<Utc>) -> sqlx::Result<Vec<(Uuid, i64)>> {
    fetch!(
        *db,
        (Uuid, i64),
        fetch_all,
        sql!("SELECT log_id, MAX(seq) FROM entries WHERE at < $1 GROUP BY log_id LIMIT 100"),
        before
    )
}

/// A row of a batch, as [`dialect::ADD_ENTRIES`] reads it.
#[derive(Serialize)]
pub(super) struct BatchRow<'a> {
    /// Hex id of the log.
    pub l: &'a str,
    /// Seq.
    pub s: i64,
    /// Hex id of the writer, if any.
    pub w: Option<&'a str>,
    /// Name.
    pub n: &'a str,
    /// Data.
    pub d: &'a str,
}

/// Adds many entries in one statement.
pub(super) async fn add_batch(tx: &mut Tx, rows: &[BatchRow<'_>], at: DateTime<Utc>) -> sqlx::Result<()> {
    let text = tx.speak(dialect::ADD_ENTRIES);
    tx_exec!(tx, text, json(rows), at)?;
    Ok(())
}

/// Moves many heads in one statement.
pub(super) async fn advance_batch(tx: &mut Tx, counts: &[(String, i64)]) -> sqlx::Result<()> {
    #[derive(Serialize)]
    struct Count<'a> {
        i: &'a str,
        n: i64,
    }
    let counts: Vec<_> = counts.iter().map(|(i, n)| Count { i, n: *n }).collect();
    let text = tx.speak(dialect::ADVANCE_HEADS);
    tx_exec!(tx, text, json(&counts))?;
    Ok(())
}

/// Which of the leases are still held with their fence, and the head of each one's log, which stays until the
/// transaction ends.
pub(super) async fn held(tx: &mut Tx, leases: &[(String, i64)]) -> sqlx::Result<Vec<(Uuid, i64)>> {
    #[derive(Serialize)]
    struct Held<'a> {
        i: &'a str,
        f: i64,
    }
    let leases: Vec<_> = leases.iter().map(|(i, f)| Held { i, f: *f }).collect();
    let text = tx.speak(dialect::HELD_LEASES);
    let (held,): (String,) = tx_fetch!(tx, (String,), fetch_one, text, json(&leases))?;
    serde_json::from_str(&held).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// An id as [`dialect`]'s batch texts read it.
pub(super) fn hex(id: &Uuid) -> String {
    id.simple().to_string()
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("plain structs with string keys serialise")
}
