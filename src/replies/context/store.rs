//! SQL about what providers want back.

use uuid::Uuid;

use super::Kept;
use crate::{
    fetch,
    platform::db::{Db, Tx},
    providers::Replay,
    sql, tx_exec,
};

/// The answers of a conversation that this origin gave in its own words, newest first; at most a thousand.
pub(super) async fn of(db: &Db, conversation: Uuid, origin: &[u8]) -> sqlx::Result<Vec<(Uuid, Kept)>> {
    let rows = fetch!(
        *db,
        (Uuid, Vec<u8>, String, String),
        fetch_all,
        sql!(
            "SELECT message_id, prefix, form, items FROM replays WHERE conversation_id = $1 AND origin = $2
             ORDER BY message_id DESC LIMIT 1000"
        ),
        conversation,
        origin
    )?;
    let kept = |(message, prefix, form, items): (Uuid, Vec<u8>, String, String)| {
        (message, Kept { prefix, replay: Replay { form: form.into(), items } })
    };
    Ok(rows.into_iter().map(kept).collect())
}

/// Keeps what a provider wants back.
pub(super) async fn keep(
    tx: &mut Tx,
    (reply, message, conversation): (Uuid, Uuid, Uuid),
    origin: &[u8],
    kept: &Kept,
) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!(
            "INSERT INTO replays (reply_id, message_id, conversation_id, origin, prefix, form, items)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        reply,
        message,
        conversation,
        origin,
        kept.prefix.as_slice(),
        kept.replay.form.as_ref(),
        kept.replay.items.as_str()
    )?;
    Ok(())
}
