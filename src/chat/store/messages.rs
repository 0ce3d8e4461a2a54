//! Messages in the database.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    chat::{Message, Reply, ReplyError, Role, Status, search},
    fetch,
    platform::db::{Db, Tx},
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
    reply_id: Option<Uuid>,
    status: Option<String>,
    model: Option<String>,
    started_seq: Option<i64>,
    thinking_ms: Option<i64>,
    finish_reason: Option<String>,
    usage: Option<String>,
    error_code: Option<String>,
    error: Option<String>,
}

/// A message with, for a running reply, where its text begins in the log.
pub(in crate::chat) struct Stored {
    pub message: Message,
    pub started_seq: i64,
}

impl From<MessageRow> for Stored {
    fn from(row: MessageRow) -> Self {
        let reply = row.reply_id.map(|id| Reply {
            id,
            status: Status::parse(row.status.as_deref().unwrap_or_default()),
            model: row.model.unwrap_or_default(),
            finish_reason: row.finish_reason,
            usage: row.usage.and_then(|json| serde_json::from_str(&json).ok()),
            error: row.error_code.map(|code| ReplyError { code, message: row.error.unwrap_or_default() }),
            thinking_ms: row.thinking_ms,
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
            },
        }
    }
}

/// Adds a message.
pub(crate) async fn add_message(tx: &mut Tx, conversation: Uuid, new: &Message) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!(
            "INSERT INTO messages (id, conversation_id, parent_id, role, text, thinking, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        new.id,
        conversation,
        new.parent_id,
        new.role.as_str(),
        new.text.as_str(),
        new.thinking.as_str(),
        new.created_at
    )?;
    // An answer is indexed when it ends.
    if !new.text.is_empty() {
        search::add_in(tx, conversation, new.id, &new.text).await?;
    }
    Ok(())
}

/// One message of a conversation.
pub(in crate::chat) async fn message(
    tx: &mut Tx,
    conversation: Uuid,
    id: Uuid,
) -> sqlx::Result<Option<Stored>> {
    let row = tx_fetch!(
        tx,
        MessageRow,
        fetch_optional,
        sql!(
            "SELECT m.id, m.parent_id, m.role, m.text, m.thinking, m.created_at, r.id AS reply_id, r.status, r.model,
                    r.started_seq, r.thinking_ms, r.finish_reason, r.usage, r.error_code, r.error
             FROM messages m LEFT JOIN replies r ON r.message_id = m.id
             WHERE m.id = $1 AND m.conversation_id = $2"
        ),
        id,
        conversation
    )?;
    Ok(row.map(Into::into))
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
    if message(tx, conversation, leaf).await?.is_none() {
        return Err(sqlx::Error::RowNotFound);
    }
    let stored = branch(tx, leaf, HISTORY).await?;
    Ok(stored.into_iter().map(|stored| stored.message).collect())
}

/// The messages on the way from `leaf` to the root, root first, the newest `limit` of them.
pub(in crate::chat) async fn branch(tx: &mut Tx, leaf: Uuid, limit: i64) -> sqlx::Result<Vec<Stored>> {
    let mut rows = tx_fetch!(
        tx,
        MessageRow,
        fetch_all,
        sql!(
            "WITH RECURSIVE branch (id, parent_id, depth) AS (
                 SELECT id, parent_id, CAST(0 AS BIGINT) FROM messages WHERE id = $1
                 UNION ALL
                 SELECT m.id, m.parent_id, b.depth + 1 FROM messages m JOIN branch b ON m.id = b.parent_id
                 WHERE b.depth + 1 < $2)
             SELECT m.id, m.parent_id, m.role, m.text, m.thinking, m.created_at, r.id AS reply_id, r.status, r.model,
                    r.started_seq, r.thinking_ms, r.finish_reason, r.usage, r.error_code, r.error
             FROM branch b JOIN messages m ON m.id = b.id LEFT JOIN replies r ON r.message_id = m.id
             ORDER BY b.depth"
        ),
        leaf,
        limit
    )?;
    rows.reverse();
    Ok(rows.into_iter().map(Into::into).collect())
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
            "SELECT m.id, m.parent_id, m.role, m.text, m.thinking, m.created_at, r.id AS reply_id, r.status, r.model,
                    r.started_seq, r.thinking_ms, r.finish_reason, r.usage, r.error_code, r.error
             FROM messages m LEFT JOIN replies r ON r.message_id = m.id
             WHERE m.conversation_id = $1 ORDER BY m.created_at, m.id"
        ),
        conversation
    )?;
    Ok(rows.into_iter().map(Into::into).collect())
}
