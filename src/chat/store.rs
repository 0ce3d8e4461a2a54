//! The room's SQL.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Conversation, Message, Reply, ReplyError, Role, Status};
use crate::{
    fetch,
    platform::db::{Db, Tx},
    sql, tx_exec, tx_fetch,
};

/// Bytes of one message, raw.
pub(crate) const MESSAGE_TEXT_LIMIT: usize = 256 << 10;

/// Messages of a branch that a model is given, at most.
const HISTORY: i64 = 500;

#[derive(sqlx::FromRow)]
struct ConversationRow {
    id: Uuid,
    title: String,
    model: String,
    leaf_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    epoch: i64,
    head: i64,
}

impl From<ConversationRow> for Conversation {
    fn from(row: ConversationRow) -> Self {
        Self {
            id: row.id,
            title: row.title,
            model: row.model,
            leaf_id: row.leaf_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
            cursor: crate::stream::Cursor { epoch: row.epoch, seq: row.head },
        }
    }
}

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
pub(super) struct Stored {
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

/// Adds a conversation; its log must be there already.
pub(super) async fn add(tx: &mut Tx, owner: Uuid, new: &Conversation) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!(
            "INSERT INTO conversations (id, owner_id, title, model, leaf_id, created_at, updated_at)
             VALUES ($1, $2, $3, $4, NULL, $5, $5)"
        ),
        new.id,
        owner,
        new.title.as_str(),
        new.model.as_str(),
        new.created_at
    )?;
    Ok(())
}

/// The conversation, if `owner` may see it.
pub(super) async fn find(db: &Db, owner: Uuid, id: Uuid) -> sqlx::Result<Option<Conversation>> {
    let row = fetch!(
        *db,
        ConversationRow,
        fetch_optional,
        sql!(
            "SELECT c.id, c.title, c.model, c.leaf_id, c.created_at, c.updated_at, l.epoch, l.head
             FROM conversations c JOIN logs l ON l.id = c.id WHERE c.id = $1 AND c.owner_id = $2"
        ),
        id,
        owner
    )?;
    Ok(row.map(Into::into))
}

/// As [`find`], inside a transaction.
pub(super) async fn find_in(tx: &mut Tx, owner: Uuid, id: Uuid) -> sqlx::Result<Option<Conversation>> {
    let row = tx_fetch!(
        tx,
        ConversationRow,
        fetch_optional,
        sql!(
            "SELECT c.id, c.title, c.model, c.leaf_id, c.created_at, c.updated_at, l.epoch, l.head
             FROM conversations c JOIN logs l ON l.id = c.id WHERE c.id = $1 AND c.owner_id = $2"
        ),
        id,
        owner
    )?;
    Ok(row.map(Into::into))
}

/// The conversation, locked against everybody else who wants to change it until the transaction ends.
pub(crate) async fn lock_conversation(
    tx: &mut Tx,
    owner: Uuid,
    id: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Conversation>> {
    let touched = tx_exec!(
        tx,
        sql!("UPDATE conversations SET updated_at = $3 WHERE id = $1 AND owner_id = $2"),
        id,
        owner,
        now
    )?;
    if touched == 0 { Ok(None) } else { find_in(tx, owner, id).await }
}

/// The owner's conversations, last used first, behind `(updated_at, id)`; `like` is a lower-case LIKE pattern.
pub(super) async fn list(
    db: &Db,
    owner: Uuid,
    behind: Option<(DateTime<Utc>, Uuid)>,
    like: Option<&str>,
    limit: i64,
) -> sqlx::Result<Vec<Conversation>> {
    let (at, id) = behind.unzip();
    let rows = fetch!(
        *db,
        ConversationRow,
        fetch_all,
        sql!(
            "SELECT c.id, c.title, c.model, c.leaf_id, c.created_at, c.updated_at, l.epoch, l.head
             FROM conversations c JOIN logs l ON l.id = c.id
             WHERE c.owner_id = $1 AND ((c.updated_at, c.id) < ($2, $3) OR $2 IS NULL)
               AND (lower(c.title) LIKE $4 ESCAPE '\\' OR $4 IS NULL)
             ORDER BY c.updated_at DESC, c.id DESC LIMIT $5"
        ),
        owner,
        at,
        id,
        like,
        limit
    )?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Changes title, model and the last message of the branch that is shown, where given.
pub(crate) async fn update(
    tx: &mut Tx,
    id: Uuid,
    title: Option<&str>,
    model: Option<&str>,
    leaf: Option<Uuid>,
) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!(
            "UPDATE conversations SET title = COALESCE($2, title), model = COALESCE($3, model),
             leaf_id = COALESCE($4, leaf_id) WHERE id = $1"
        ),
        id,
        title,
        model,
        leaf
    )?;
    Ok(())
}

/// Removes a conversation with its messages and replies (its log is removed apart).
pub(super) async fn remove(tx: &mut Tx, id: Uuid) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("DELETE FROM conversations WHERE id = $1"), id)?;
    Ok(())
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
    Ok(())
}

/// One message of a conversation.
pub(super) async fn message(tx: &mut Tx, conversation: Uuid, id: Uuid) -> sqlx::Result<Option<Stored>> {
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
pub(super) async fn conversation_of(db: &Db, owner: Uuid, message: Uuid) -> sqlx::Result<Option<Uuid>> {
    let row = fetch!(
        *db,
        (Uuid,),
        fetch_optional,
        sql!(
            "SELECT c.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
             WHERE m.id = $1 AND c.owner_id = $2"
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
pub(super) async fn branch(tx: &mut Tx, leaf: Uuid, limit: i64) -> sqlx::Result<Vec<Stored>> {
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
pub(super) async fn way(tx: &mut Tx, leaf: Uuid, at: Uuid, limit: i64) -> sqlx::Result<Vec<(Uuid, i64)>> {
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
pub(super) async fn tree(tx: &mut Tx, conversation: Uuid) -> sqlx::Result<Vec<Stored>> {
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
