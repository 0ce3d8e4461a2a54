//! The room's SQL.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::context::Bound;
use crate::{
    chat::{Course, ReplyError, Seam, Status, ToolCall},
    exec, fetch,
    platform::db::{Db, Tx},
    providers::{Replay, Usage},
    sql, tx_exec, tx_fetch,
};

/// A reply about to run.
pub(super) struct NewReply<'a> {
    pub id: Uuid,
    pub conversation: Uuid,
    pub message: Uuid,
    pub model: &'a str,
    pub started_seq: i64,
    pub seams: &'a [Seam],
    pub now: DateTime<Utc>,
}

/// What the end of a reply says.
#[derive(Debug, Clone)]
pub(super) struct Ending {
    pub status: Status,
    pub finish_reason: Option<String>,
    pub usage: Option<Usage>,
    pub error: Option<ReplyError>,
    pub course: Course,
    /// In billionths of a US dollar.
    pub cost: Option<i64>,
    /// What the provider wants back, and what it is bound to.
    pub replay: Option<(Bound, Replay)>,
}

impl Ending {
    /// An end of which nothing else is known yet.
    pub fn of(status: Status, error: Option<ReplyError>) -> Self {
        Self {
            status,
            finish_reason: None,
            usage: None,
            error,
            course: Course::default(),
            cost: None,
            replay: None,
        }
    }
}

/// An idempotency key that was used before.
pub(super) struct Used {
    pub fingerprint: Vec<u8>,
    pub message: Uuid,
    pub reply: Uuid,
    /// The log's head before the first entry of the send.
    pub seq: i64,
    /// The second reply, if two models answer.
    pub second: Option<Uuid>,
}

pub(super) async fn add(tx: &mut Tx, new: &NewReply<'_>) -> sqlx::Result<()> {
    let seams = (!new.seams.is_empty()).then(|| json(&new.seams));
    tx_exec!(
        tx,
        sql!(
            "INSERT INTO replies (id, conversation_id, message_id, status, model, started_seq, created_at, seams)
             VALUES ($1, $2, $3, 'running', $4, $5, $6, $7)"
        ),
        new.id,
        new.conversation,
        new.message,
        new.model,
        new.started_seq,
        new.now,
        seams
    )?;
    Ok(())
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
            "UPDATE replies SET status = $2, finish_reason = $3, usage = $4, error_code = $5, error = $6, ended_at = $7,
                    answered_by = $8, first_ms = $9, took_ms = $10, cost_nanos = $11, left_out = $12, stepped_in = $13
             WHERE id = $1"
        ),
        reply,
        ending.status.as_str(),
        ending.finish_reason.as_deref(),
        usage,
        ending.error.as_ref().map(|e| e.code.as_str()),
        ending.error.as_ref().map(|e| e.message.as_str()),
        now,
        ending.course.answered_by.as_deref(),
        ending.course.first_ms,
        ending.course.took_ms,
        ending.cost,
        ending.course.left_out,
        ending.course.stepped_in.as_deref()
    )?;
    Ok(())
}

/// Notes how long a reply thought.
pub(super) async fn thought(tx: &mut Tx, reply: Uuid, ms: i64) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("UPDATE replies SET thinking_ms = $2 WHERE id = $1"), reply, ms)?;
    Ok(())
}

/// Stores the tools that a model has asked for so far.
pub(super) async fn tool_calls(tx: &mut Tx, reply: Uuid, calls: &[ToolCall]) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("UPDATE replies SET tool_calls = $2 WHERE id = $1"), reply, json(&calls))?;
    Ok(())
}

fn json(data: &impl serde::Serialize) -> String {
    serde_json::to_string(data).expect("a row is plain data")
}

/// Conversation, message, `started_seq` and beginning of a running reply, whoever owns it: for the reaper.
pub(super) async fn place(
    tx: &mut Tx,
    reply: Uuid,
) -> sqlx::Result<Option<(Uuid, Uuid, i64, DateTime<Utc>)>> {
    tx_fetch!(
        tx,
        (Uuid, Uuid, i64, DateTime<Utc>),
        fetch_optional,
        sql!(
            "SELECT conversation_id, message_id, started_seq, created_at FROM replies
             WHERE id = $1 AND status = 'running'"
        ),
        reply
    )
}

/// The running replies of a conversation: their id, message and `started_seq`.
pub(super) async fn running_in(tx: &mut Tx, conversation: Uuid) -> sqlx::Result<Vec<(Uuid, Uuid, i64)>> {
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

/// The replies that run in a conversation, with their messages, if `owner` may see it.
pub(super) async fn running(db: &Db, owner: Uuid, conversation: Uuid) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    fetch!(
        *db,
        (Uuid, Uuid),
        fetch_all,
        sql!(
            "SELECT r.id, r.message_id FROM replies r JOIN conversations c ON c.id = r.conversation_id
             WHERE r.conversation_id = $2 AND c.owner_id = $1
               AND c.deleted_at IS NULL AND r.status = 'running' ORDER BY r.id"
        ),
        owner,
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

/// The conversations of `owner` in which a reply is running, newest first; at most twenty. Only running replies have leases.
pub(super) async fn places(db: &Db, owner: Uuid, limit: usize) -> sqlx::Result<Vec<Uuid>> {
    let rows = fetch!(
        *db,
        (Uuid,),
        fetch_all,
        sql!(
            "SELECT c.id FROM conversations c WHERE c.owner_id = $1 AND c.id IN (SELECT log_id FROM leases)
             ORDER BY c.updated_at DESC LIMIT $2"
        ),
        owner,
        limit as i64
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
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
            "INSERT INTO idempotency (user_id, key, fingerprint, message_id, reply_id, seq, created_at, second_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (user_id, key) DO NOTHING"
        ),
        user,
        key,
        new.fingerprint.as_slice(),
        new.message,
        new.reply,
        new.seq,
        now,
        new.second
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
        (Vec<u8>, Uuid, Uuid, i64, Option<Uuid>),
        fetch_optional,
        sql!(
            "SELECT fingerprint, message_id, reply_id, seq, second_id FROM idempotency
             WHERE user_id = $1 AND key = $2"
        ),
        user,
        key
    )?;
    Ok(row.map(|(fingerprint, message, reply, seq, second)| Used {
        fingerprint,
        message,
        reply,
        seq,
        second,
    }))
}

/// Forgets idempotency keys older than `before`.
pub(super) async fn forget_keys(db: &Db, before: DateTime<Utc>) -> sqlx::Result<u64> {
    exec!(*db, sql!("DELETE FROM idempotency WHERE created_at < $1"), before)
}
