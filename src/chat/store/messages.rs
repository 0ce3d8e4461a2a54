//! Messages in the database.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    chat::{Course, Message, Reply, ReplyError, Role, Siblings, Status, search},
    fetch,
    platform::db::{Db, Tx, dialect},
    sql, tx_exec, tx_fetch,
};

/// Bytes of one message, raw.
pub(crate) const MESSAGE_TEXT_LIMIT: usize = 256 << 10;

/// Messages of a branch that a model is given, at most.
const HISTORY: i64 = 500;

#[derive(sqlx::FromRow)]
struct MessageRow {
    id: Uuid,
    parent_id: Option<Uuid>,
    role: String,
    text: String,
    thinking: String,
    created_at: DateTime<Utc>,
    beside: Option<Uuid>,
    place: i64,
    places: i64,
    previous: Option<Uuid>,
    next: Option<Uuid>,
    reply_id: Option<Uuid>,
    status: Option<String>,
    model: Option<String>,
    started_seq: Option<i64>,
    thinking_ms: Option<i64>,
    finish_reason: Option<String>,
    usage: Option<String>,
    error_code: Option<String>,
    error: Option<String>,
    tool_calls: Option<String>,
    seams: Option<String>,
    answered_by: Option<String>,
    left_out: Option<i64>,
    stepped_in: Option<String>,
    first_ms: Option<i64>,
    took_ms: Option<i64>,
    cost_nanos: Option<i64>,
}

/// A message that is copied: the old one, the new one, and the id of the new one's reply if the old one has one.
pub(in crate::chat) struct Copied {
    pub from: Uuid,
    pub to: Uuid,
    pub reply: Uuid,
}

/// A message with, for a running reply, where its text begins in the log.
pub(in crate::chat) struct Stored {
    pub message: Message,
    pub started_seq: i64,
}

impl From<MessageRow> for Stored {
    fn from(row: MessageRow) -> Self {
        let siblings = (row.places > 1).then_some(Siblings {
            index: row.place,
            count: row.places,
            previous: row.previous,
            next: row.next,
        });
        let reply = row.reply_id.map(|id| Reply {
            id,
            status: Status::parse(row.status.as_deref().unwrap_or_default()),
            model: row.model.unwrap_or_default(),
            finish_reason: row.finish_reason,
            usage: row.usage.and_then(|json| serde_json::from_str(&json).ok()),
            error: row.error_code.map(|code| ReplyError { code, message: row.error.unwrap_or_default() }),
            thinking_ms: row.thinking_ms,
            course: Course {
                answered_by: row.answered_by,
                left_out: row.left_out,
                stepped_in: row.stepped_in,
                first_ms: row.first_ms,
                took_ms: row.took_ms,
                cost_usd: row.cost_nanos.map(crate::providers::price::dollars),
            },
            tool_calls: row.tool_calls.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
            seams: row.seams.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default(),
        });
        Self {
            started_seq: row.started_seq.unwrap_or(0),
            message: Message {
                id: row.id,
                parent_id: row.parent_id,
                role: if row.role == "user" { Role::User } else { Role::Assistant },
                text: row.text,
                thinking: row.thinking,
                reply,
                created_at: row.created_at,
                siblings,
                beside_id: row.beside,
            },
        }
    }
}

/// Adds a message; `words` are those of its text, if that is complete.
pub(crate) async fn add_message(
    tx: &mut Tx,
    conversation: Uuid,
    new: &Message,
    words: Option<&search::Words>,
) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!(
            "INSERT INTO messages (id, conversation_id, parent_id, role, text, thinking, created_at, beside_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        new.id,
        conversation,
        new.parent_id,
        new.role.as_str(),
        new.text.as_str(),
        new.thinking.as_str(),
        new.created_at,
        new.beside_id
    )?;
    if let Some(words) = words {
        search::add_in(tx, conversation, new.id, words).await?;
    }
    Ok(())
}

/// One message of a conversation.
pub(in crate::chat) async fn message(
    tx: &mut Tx,
    conversation: Uuid,
    id: Uuid,
) -> sqlx::Result<Option<Stored>> {
    Ok(rows(tx, conversation, id, 1).await?.pop())
}

/// The conversation that holds a message of `owner`.
pub(in crate::chat) async fn conversation_of(
    db: &Db,
    owner: Uuid,
    message: Uuid,
) -> sqlx::Result<Option<Uuid>> {
    let row = fetch!(
        *db,
        (Uuid,),
        fetch_optional,
        sql!(
            "SELECT c.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
             WHERE m.id = $1 AND c.owner_id = $2 AND c.deleted_at IS NULL"
        ),
        message,
        owner
    )?;
    Ok(row.map(|(id,)| id))
}

/// The branch that ends in `leaf`, oldest first, if `leaf` is a message of `conversation`; running replies have no text.
pub(crate) async fn history_in(tx: &mut Tx, conversation: Uuid, leaf: Uuid) -> sqlx::Result<Vec<Message>> {
    let stored = rows(tx, conversation, leaf, HISTORY).await?;
    if stored.is_empty() {
        return Err(sqlx::Error::RowNotFound);
    }
    Ok(stored.into_iter().map(|stored| stored.message).collect())
}

/// Where a message stands among its versions.
pub(crate) async fn siblings_in(tx: &mut Tx, conversation: Uuid, id: Uuid) -> sqlx::Result<Option<Siblings>> {
    Ok(message(tx, conversation, id).await?.and_then(|stored| stored.message.siblings))
}

/// The messages on the way from `leaf` to the root, root first, the newest `limit` of them. A `leaf` that stands next to
/// another answer is followed by that one.
pub(in crate::chat) async fn branch(
    tx: &mut Tx,
    conversation: Uuid,
    leaf: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<Stored>> {
    let mut stored = rows(tx, conversation, leaf, limit).await?;
    if let Some(beside) = stored.last().and_then(|last| last.message.beside_id) {
        stored.extend(message(tx, conversation, beside).await?);
    }
    Ok(stored)
}

/// The way from `leaf` to the root, root first. A message's versions are its parent's children; first messages have none,
/// so their versions are the conversation's first messages.
async fn rows(tx: &mut Tx, conversation: Uuid, leaf: Uuid, limit: i64) -> sqlx::Result<Vec<Stored>> {
    let mut rows = tx_fetch!(
        tx,
        MessageRow,
        fetch_all,
        sql!(
            "WITH RECURSIVE branch (id, parent_id, depth) AS (
                 SELECT id, parent_id, CAST(0 AS BIGINT) FROM messages WHERE id = $1 AND conversation_id = $3
                 UNION ALL
                 SELECT m.id, m.parent_id, b.depth + 1 FROM messages m JOIN branch b ON m.id = b.parent_id
                 WHERE b.depth + 1 < $2),
             kin (id, parent_id, created_at) AS (
                 SELECT k.id, k.parent_id, k.created_at FROM branch b JOIN messages k ON k.parent_id = b.parent_id
                 UNION ALL
                 SELECT k.id, k.parent_id, k.created_at FROM messages k
                 WHERE k.conversation_id = $3 AND k.parent_id IS NULL
                   AND EXISTS (SELECT 1 FROM branch b WHERE b.parent_id IS NULL)),
             versions (id, place, places, previous, next) AS (
                 SELECT id, ROW_NUMBER() OVER line, COUNT(*) OVER (PARTITION BY parent_id), LAG(id) OVER line,
                        LEAD(id) OVER line
                 FROM kin WINDOW line AS (PARTITION BY parent_id ORDER BY created_at, id))
             SELECT m.id, m.parent_id, m.role, m.text, m.thinking, m.created_at,
                    COALESCE(m.beside_id, (SELECT o.id FROM messages o WHERE o.beside_id = m.id)) AS beside,
                    v.place, v.places, v.previous, v.next, r.id AS reply_id, r.status, r.model, r.started_seq,
                    r.thinking_ms, r.finish_reason, r.usage, r.error_code, r.error, r.tool_calls, r.seams,
                    r.answered_by, r.first_ms, r.took_ms, r.cost_nanos, r.left_out, r.stepped_in
             FROM branch b JOIN messages m ON m.id = b.id JOIN versions v ON v.id = m.id
             LEFT JOIN replies r ON r.message_id = m.id
             ORDER BY b.depth"
        ),
        leaf,
        limit,
        conversation
    )?;
    rows.reverse();
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The ids on the way from the root to `leaf`, with the status of their replies.
pub(in crate::chat) async fn way_to(
    tx: &mut Tx,
    conversation: Uuid,
    leaf: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<(Uuid, Option<String>)>> {
    tx_fetch!(
        tx,
        (Uuid, Option<String>),
        fetch_all,
        sql!(
            "WITH RECURSIVE branch (id, parent_id, depth) AS (
                 SELECT id, parent_id, CAST(0 AS BIGINT) FROM messages WHERE id = $1 AND conversation_id = $3
                 UNION ALL
                 SELECT m.id, m.parent_id, b.depth + 1 FROM messages m JOIN branch b ON m.id = b.parent_id
                 WHERE b.depth + 1 < $2)
             SELECT b.id, r.status FROM branch b LEFT JOIN replies r ON r.message_id = b.id ORDER BY b.depth DESC"
        ),
        leaf,
        limit,
        conversation
    )
}

/// The way from `leaf` up to `at`, or to the root if it does not pass there: its last `limit` messages with how far they
/// are from the leaf, the farthest first. Reads ids only.
pub(in crate::chat) async fn way(
    tx: &mut Tx,
    leaf: Uuid,
    at: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<(Uuid, i64)>> {
    tx_fetch!(
        tx,
        (Uuid, i64),
        fetch_all,
        sql!(
            "WITH RECURSIVE way (id, parent_id, depth) AS (
                 SELECT id, parent_id, CAST(0 AS BIGINT) FROM messages WHERE id = $1
                 UNION ALL
                 SELECT m.id, m.parent_id, w.depth + 1 FROM messages m JOIN way w ON m.id = w.parent_id
                 WHERE w.id <> $2)
             SELECT id, depth FROM way ORDER BY depth DESC LIMIT $3"
        ),
        leaf,
        at,
        limit
    )
}

/// Every message of a conversation, oldest first.
pub(in crate::chat) async fn tree(tx: &mut Tx, conversation: Uuid) -> sqlx::Result<Vec<Stored>> {
    let rows = tx_fetch!(
        tx,
        MessageRow,
        fetch_all,
        sql!(
            "SELECT m.id, m.parent_id, m.role, m.text, m.thinking, m.created_at,
                    COALESCE(m.beside_id, (SELECT o.id FROM messages o WHERE o.beside_id = m.id)) AS beside,
                    ROW_NUMBER() OVER line AS place, COUNT(*) OVER (PARTITION BY m.parent_id) AS places,
                    LAG(m.id) OVER line AS previous, LEAD(m.id) OVER line AS next, r.id AS reply_id, r.status, r.model,
                    r.started_seq, r.thinking_ms, r.finish_reason, r.usage, r.error_code, r.error, r.tool_calls,
                    r.seams, r.answered_by, r.first_ms, r.took_ms, r.cost_nanos, r.left_out, r.stepped_in
             FROM messages m LEFT JOIN replies r ON r.message_id = m.id
             WHERE m.conversation_id = $1
             WINDOW line AS (PARTITION BY m.parent_id ORDER BY m.created_at, m.id)
             ORDER BY m.created_at, m.id"
        ),
        conversation
    )?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The newest last message that `from` leads to, itself if to none; of two that stand next to each other, the first. Clocks
/// differ between instances, so one that is answered is no last one, however new it looks.
pub(in crate::chat) async fn newest_behind(tx: &mut Tx, from: Uuid) -> sqlx::Result<Uuid> {
    let (id,) = tx_fetch!(
        tx,
        (Uuid,),
        fetch_one,
        sql!(
            "WITH RECURSIVE below (id, created_at, beside_id) AS (
                 SELECT id, created_at, beside_id FROM messages WHERE id = $1
                 UNION ALL
                 SELECT m.id, m.created_at, m.beside_id FROM messages m JOIN below b ON m.parent_id = b.id)
             SELECT id FROM below WHERE NOT EXISTS (SELECT 1 FROM messages k WHERE k.parent_id = below.id)
             ORDER BY beside_id IS NOT NULL, created_at DESC, id DESC LIMIT 1"
        ),
        from
    )?;
    Ok(id)
}

/// Ends the choice between two answers that stand next to each other, wherever in the conversation. Whether there was one.
pub(crate) async fn end_choice(tx: &mut Tx, conversation: Uuid) -> sqlx::Result<bool> {
    let ended = tx_exec!(
        tx,
        sql!("UPDATE messages SET beside_id = NULL WHERE conversation_id = $1 AND beside_id IS NOT NULL"),
        conversation
    )?;
    Ok(ended > 0)
}

/// Whether a reply runs in a conversation.
pub(crate) async fn any_running(tx: &mut Tx, conversation: Uuid) -> sqlx::Result<bool> {
    let (count,) = tx_fetch!(
        tx,
        (i64,),
        fetch_one,
        sql!("SELECT COUNT(*) FROM replies WHERE conversation_id = $1 AND status = 'running'"),
        conversation
    )?;
    Ok(count > 0)
}

/// Copies a way of messages, root first, with their ended replies, to a conversation without any. Gives how many were there.
pub(in crate::chat) async fn copy_to(
    tx: &mut Tx,
    conversation: Uuid,
    copies: &[Copied],
) -> sqlx::Result<u64> {
    let hex = |id: Uuid| id.simple().to_string();
    let parents = std::iter::once(None).chain(copies.iter().map(|copy| Some(copy.to)));
    let rows = copies.iter().zip(parents).map(|(copy, parent)| {
        serde_json::json!({
            "o": hex(copy.from), "m": hex(copy.to), "p": parent.map(hex), "r": hex(copy.reply),
        })
    });
    let rows = serde_json::Value::from_iter(rows).to_string();
    let (messages, replies) = (tx.speak(dialect::COPY_MESSAGES), tx.speak(dialect::COPY_REPLIES));
    let copied = tx_exec!(tx, messages, rows.as_str(), conversation)?;
    tx_exec!(tx, replies, rows.as_str(), conversation)?;
    Ok(copied)
}

/// Notes where a conversation was forked.
pub(in crate::chat) async fn forked_from(tx: &mut Tx, conversation: Uuid, message: Uuid) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("UPDATE conversations SET forked_from = $2 WHERE id = $1"), conversation, message)?;
    Ok(())
}
