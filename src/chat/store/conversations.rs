//! Conversations in the database.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    chat::Conversation,
    fetch,
    platform::db::{Db, Tx},
    sql, tx_exec, tx_fetch,
};

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

/// Adds a conversation; its log must be there already.
pub(in crate::chat) async fn add(tx: &mut Tx, owner: Uuid, new: &Conversation) -> sqlx::Result<()> {
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
pub(in crate::chat) async fn find(db: &Db, owner: Uuid, id: Uuid) -> sqlx::Result<Option<Conversation>> {
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
pub(in crate::chat) async fn find_in(
    tx: &mut Tx,
    owner: Uuid,
    id: Uuid,
) -> sqlx::Result<Option<Conversation>> {
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
pub(in crate::chat) async fn list(
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
pub(in crate::chat) async fn remove(tx: &mut Tx, id: Uuid) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("DELETE FROM conversations WHERE id = $1"), id)?;
    Ok(())
}
