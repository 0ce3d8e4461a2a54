//! Conversations in the database.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    chat::{Conversation, search},
    fetch,
    platform::db::{Db, Tx},
    sql, tx_exec, tx_fetch,
};

/// `titled_by` of a title that a person gave; no model may take its place.
const BY_PERSON: &str = "person";

#[derive(sqlx::FromRow)]
struct ConversationRow {
    id: Uuid,
    title: String,
    model: String,
    leaf_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    pinned_at: Option<DateTime<Utc>>,
    archived_at: Option<DateTime<Utc>>,
    forked_from: Option<Uuid>,
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
            pinned_at: row.pinned_at,
            archived_at: row.archived_at,
            forked_from: row.forked_from,
            cursor: crate::stream::Cursor { epoch: row.epoch, seq: row.head },
        }
    }
}

/// A text that reads conversations, with their log's place; deleted ones are nowhere.
macro_rules! conversations {
    ($rest:literal) => {
        sql!(concat!(
            "SELECT c.id, c.title, c.model, c.leaf_id, c.created_at, c.updated_at, c.pinned_at, c.archived_at,
                    c.forked_from, l.epoch, l.head
             FROM conversations c JOIN logs l ON l.id = c.id WHERE c.deleted_at IS NULL AND ",
            $rest
        ))
    };
}

/// Which conversations a list shows.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::chat) struct Which {
    pub pinned: Option<bool>,
    pub archived: bool,
}

/// Adds a conversation; its log must be there already.
pub(in crate::chat) async fn add(tx: &mut Tx, owner: Uuid, new: &Conversation) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!(
            "INSERT INTO conversations (id, owner_id, title, titled_by, model, leaf_id, created_at, updated_at, indexed)
             VALUES ($1, $2, $3, $4, $5, NULL, $6, $6, TRUE)"
        ),
        new.id,
        owner,
        new.title.as_str(),
        if new.title.is_empty() { "" } else { BY_PERSON },
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
        conversations!("c.id = $1 AND c.owner_id = $2"),
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
        conversations!("c.id = $1 AND c.owner_id = $2"),
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
        sql!(
            "UPDATE conversations SET updated_at = $3 WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL"
        ),
        id,
        owner,
        now
    )?;
    if touched == 0 { Ok(None) } else { find_in(tx, owner, id).await }
}

/// As [`lock_conversation`], for what is not said in it: its place in the list stays.
pub(crate) async fn hold_conversation(
    tx: &mut Tx,
    owner: Uuid,
    id: Uuid,
) -> sqlx::Result<Option<Conversation>> {
    let touched = tx_exec!(
        tx,
        // An update, since that locks the row on both engines.
        sql!(
            "UPDATE conversations SET updated_at = updated_at
             WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL"
        ),
        id,
        owner
    )?;
    if touched == 0 { Ok(None) } else { find_in(tx, owner, id).await }
}

/// Who owns a conversation, deleted or not.
pub(in crate::chat) async fn owner_in(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    let row =
        tx_fetch!(tx, (Uuid,), fetch_optional, sql!("SELECT owner_id FROM conversations WHERE id = $1"), id)?;
    Ok(row.map(|(owner,)| owner))
}

/// The owner's conversations, last used first, behind `(updated_at, id)`.
pub(in crate::chat) async fn list(
    db: &Db,
    owner: Uuid,
    which: Which,
    behind: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> sqlx::Result<Vec<Conversation>> {
    let (at, id) = behind.unzip();
    let rows = fetch!(
        *db,
        ConversationRow,
        fetch_all,
        conversations!(
            "c.owner_id = $1 AND ((c.updated_at, c.id) < ($2, $3) OR $2 IS NULL)
               AND ((c.pinned_at IS NOT NULL) = $4 OR $4 IS NULL) AND (c.archived_at IS NOT NULL) = $5
             ORDER BY c.updated_at DESC, c.id DESC LIMIT $6"
        ),
        owner,
        at,
        id,
        which.pinned,
        which.archived,
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
    if let Some(title) = title
        && let Some(owner) = owner_in(tx, id).await?
    {
        search::retitle_in(tx, id, owner, title).await?;
    }
    Ok(())
}

/// Stores what a person can change; with `renamed` the title is theirs from now on.
pub(in crate::chat) async fn save(tx: &mut Tx, it: &Conversation, renamed: bool) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!(
            "UPDATE conversations SET title = $2, model = $3, pinned_at = $4, archived_at = $5,
             titled_by = CASE WHEN $6 THEN 'person' ELSE titled_by END WHERE id = $1"
        ),
        it.id,
        it.title.as_str(),
        it.model.as_str(),
        it.pinned_at,
        it.archived_at,
        renamed
    )?;
    Ok(())
}

/// Puts a conversation out of sight.
pub(in crate::chat) async fn hide(tx: &mut Tx, id: Uuid, now: DateTime<Utc>) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("UPDATE conversations SET deleted_at = $2 WHERE id = $1"), id, now)?;
    Ok(())
}

/// Brings one back that was deleted after `since`; true if there was one.
pub(in crate::chat) async fn unhide(
    tx: &mut Tx,
    owner: Uuid,
    id: Uuid,
    since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let touched = tx_exec!(
        tx,
        sql!(
            "UPDATE conversations SET deleted_at = NULL WHERE id = $1 AND owner_id = $2 AND deleted_at > $3"
        ),
        id,
        owner,
        since
    )?;
    Ok(touched == 1)
}

/// Conversations that were deleted before `before`, with ids above `behind`, at most 100.
pub(in crate::chat) async fn hidden(db: &Db, before: DateTime<Utc>, behind: Uuid) -> sqlx::Result<Vec<Uuid>> {
    let rows = fetch!(
        *db,
        (Uuid,),
        fetch_all,
        sql!("SELECT id FROM conversations WHERE deleted_at <= $1 AND id > $2 ORDER BY id LIMIT 100"),
        before,
        behind
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Removes a conversation that was deleted before `before`, as [`remove`]; false if it was brought back meanwhile.
pub(in crate::chat) async fn remove_hidden(
    tx: &mut Tx,
    id: Uuid,
    before: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let held = tx_exec!(
        tx,
        sql!("UPDATE conversations SET updated_at = updated_at WHERE id = $1 AND deleted_at <= $2"),
        id,
        before
    )?;
    if held == 1 {
        remove(tx, id).await?;
    }
    Ok(held == 1)
}

/// Whether `owner` has such a conversation, deleted or not; if so it is locked until the transaction ends.
pub(in crate::chat) async fn hold_even_deleted(tx: &mut Tx, owner: Uuid, id: Uuid) -> sqlx::Result<bool> {
    let touched = tx_exec!(
        tx,
        sql!("UPDATE conversations SET updated_at = updated_at WHERE id = $1 AND owner_id = $2"),
        id,
        owner
    )?;
    Ok(touched == 1)
}

/// A hundred of somebody's conversations, whatever state they are in.
pub(in crate::chat) async fn some_of(db: &Db, owner: Uuid) -> sqlx::Result<Vec<Uuid>> {
    let rows = fetch!(
        *db,
        (Uuid,),
        fetch_all,
        sql!("SELECT id FROM conversations WHERE owner_id = $1 LIMIT 100"),
        owner
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Whether somebody has a conversation, whatever state it is in.
pub(in crate::chat) async fn has_any(tx: &mut Tx, owner: Uuid) -> sqlx::Result<bool> {
    let row = tx_fetch!(
        tx,
        (Uuid,),
        fetch_optional,
        sql!("SELECT id FROM conversations WHERE owner_id = $1 LIMIT 1"),
        owner
    )?;
    Ok(row.is_some())
}

/// Removes a conversation with its messages and replies (its log is removed apart).
pub(in crate::chat) async fn remove(tx: &mut Tx, id: Uuid) -> sqlx::Result<()> {
    // Else each message takes the one behind it along, and engines end such a chain at a thousand.
    tx_exec!(tx, sql!("UPDATE messages SET parent_id = NULL WHERE conversation_id = $1"), id)?;
    tx_exec!(tx, sql!("DELETE FROM conversations WHERE id = $1"), id)?;
    Ok(())
}
