//! The room's SQL.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    chat::{ReplyError, Status},
    exec, fetch,
    platform::db::{Db, Tx},
    providers::Usage,
    sql, tx_exec, tx_fetch,
};

/// A reply about to run.
pub(super) struct NewReply<'a> {
    pub id: Uuid,
    pub conversation: Uuid,
    pub message: Uuid,
    pub model: &'a str,
    pub started_seq: i64,
    pub now: DateTime<Utc>,
}

/// What the end of a reply says.
#[derive(Debug, Clone)]
pub(super) struct Ending {
    pub status: Status,
    pub finish_reason: Option<String>,
    pub usage: Option<Usage>,
    pub error: Option<ReplyError>,
}

/// An idempotency key that was used before.
pub(super) struct Used {
    pub fingerprint: Vec<u8>,
    pub message: Uuid,
    pub reply: Uuid,
    /// The log's head before the first entry of the send.
    pub seq: i64,
}

pub(super) async fn add(tx: &mut Tx, new: &NewReply<'_>) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!(
            "INSERT INTO replies (id, conversation_id, message_id, status, model, started_seq, created_at)
             VALUES ($1, $2, $3, 'running', $4, $5, $6)"
        ),
        new.id,
        new.conversation,
        new.message,
        new.model,
        new.started_seq,
        new.now
    )?;
    Ok(())
}

/// Whether somebody is answering in this conversation now.
pub(super) async fn any_running(tx: &mut Tx, conversation: Uuid) -> sqlx::Result<bool> {
    let (count,) = tx_fetch!(
        tx,
        (i64,),
        fetch_one,
        sql!("SELECT COUNT(*) FROM replies WHERE conversation_id = $1 AND status = 'running'"),
        conversation
    )?;
    Ok(count > 0)
}

/// Writes the end of a reply and its texts.
pub(super) async fn end(
    tx: &mut Tx,
    reply: Uuid,
    message: Uuid,
    ending: &Ending,
    texts: (&str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!("UPDATE messages SET text = $2, thinking = $3 WHERE id = $1"),
        message,
        texts.0,
        texts.1
    )?;
    let usage = ending.usage.as_ref().and_then(|usage| serde_json::to_string(usage).ok());
    tx_exec!(
        tx,
        sql!(
            "UPDATE replies SET status = $2, finish_reason = $3, usage = $4, error_code = $5, error = $6, ended_at = $7
             WHERE id = $1"
        ),
        reply,
        ending.status.as_str(),
        ending.finish_reason.as_deref(),
        usage,
        ending.error.as_ref().map(|e| e.code.as_str()),
        ending.error.as_ref().map(|e| e.message.as_str()),
        now
    )?;
    Ok(())
}

/// Notes how long a reply thought.
pub(super) async fn thought(tx: &mut Tx, reply: Uuid, ms: i64) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("UPDATE replies SET thinking_ms = $2 WHERE id = $1"), reply, ms)?;
    Ok(())
}

/// Conversation, message and `started_seq` of a running reply, whoever owns it: for the reaper.
pub(super) async fn place(tx: &mut Tx, reply: Uuid) -> sqlx::Result<Option<(Uuid, Uuid, i64)>> {
    tx_fetch!(
        tx,
        (Uuid, Uuid, i64),
        fetch_optional,
        sql!(
            "SELECT conversation_id, message_id, started_seq FROM replies WHERE id = $1 AND status = 'running'"
        ),
        reply
    )
}

/// The running replies of a conversation: their id, message and `started_seq`.
pub(super) async fn running(tx: &mut Tx, conversation: Uuid) -> sqlx::Result<Vec<(Uuid, Uuid, i64)>> {
    tx_fetch!(
        tx,
        (Uuid, Uuid, i64),
        fetch_all,
        sql!(
            "SELECT id, message_id, started_seq FROM replies
             WHERE conversation_id = $1 AND status = 'running' ORDER BY started_seq"
        ),
        conversation
    )
}

/// Message and conversation of a reply that `owner` may see.
pub(super) async fn find(db: &Db, owner: Uuid, reply: Uuid) -> sqlx::Result<Option<(Uuid, Uuid)>> {
    fetch!(
        *db,
        (Uuid, Uuid),
        fetch_optional,
        sql!(
            "SELECT r.message_id, r.conversation_id FROM replies r JOIN conversations c ON c.id = r.conversation_id
             WHERE r.id = $1 AND c.owner_id = $2 AND c.deleted_at IS NULL"
        ),
        reply,
        owner
    )
}

/// Claims an idempotency key; what used it before, if anything did.
pub(super) async fn claim(
    tx: &mut Tx,
    user: Uuid,
    key: &str,
    new: &Used,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Used>> {
    let claimed = tx_exec!(
        tx,
        sql!(
            "INSERT INTO idempotency (user_id, key, fingerprint, message_id, reply_id, seq, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id, key) DO NOTHING"
        ),
        user,
        key,
        new.fingerprint.as_slice(),
        new.message,
        new.reply,
        new.seq,
        now
    )?;
    if claimed == 1 {
        return Ok(None);
    }
    used(tx, user, key).await
}

/// What an idempotency key was used for, if it was.
pub(super) async fn used(tx: &mut Tx, user: Uuid, key: &str) -> sqlx::Result<Option<Used>> {
    let row = tx_fetch!(
        tx,
        (Vec<u8>, Uuid, Uuid, i64),
        fetch_optional,
        sql!(
            "SELECT fingerprint, message_id, reply_id, seq FROM idempotency WHERE user_id = $1 AND key = $2"
        ),
        user,
        key
    )?;
    Ok(row.map(|(fingerprint, message, reply, seq)| Used { fingerprint, message, reply, seq }))
}

/// Forgets idempotency keys older than `before`.
pub(super) async fn forget_keys(db: &Db, before: DateTime<Utc>) -> sqlx::Result<u64> {
    exec!(*db, sql!("DELETE FROM idempotency WHERE created_at < $1"), before)
}
