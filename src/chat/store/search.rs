//! The index of words in the database.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    fetch,
    platform::db::{Db, Tx, dialect},
    sql, tx_exec,
};

/// A text in which the words were found.
#[derive(sqlx::FromRow)]
pub(in crate::chat) struct Found {
    pub id: i64,
    pub conversation_id: Uuid,
    pub message_id: Option<Uuid>,
    pub title: String,
    pub archived_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
    pub role: Option<String>,
    pub text: Option<String>,
    pub created_at: Option<DateTime<Utc>>,
}

/// The texts of `owner` that match, the newest first, with ids below `behind`.
pub(in crate::chat) async fn find(
    db: &Db,
    owner: Uuid,
    wanted: &str,
    phrases: &[String],
    behind: i64,
    limit: i64,
) -> sqlx::Result<Vec<Found>> {
    let phrases = serde_json::Value::from(phrases).to_string();
    fetch!(*db, Found, fetch_all, db.speak(dialect::SEARCH), wanted, owner, phrases, behind, limit)
}

/// Adds the words of a message, or of a title, and notes that they are there.
pub(in crate::chat) async fn add(
    tx: &mut Tx,
    conversation: Uuid,
    message: Option<Uuid>,
    words: &str,
) -> sqlx::Result<()> {
    let noted = match message {
        Some(message) => tx_exec!(
            tx,
            sql!("UPDATE messages SET indexed = TRUE WHERE id = $1 AND indexed = FALSE"),
            message
        )?,
        None => tx_exec!(tx, sql!("UPDATE conversations SET indexed = TRUE WHERE id = $1"), conversation)?,
    };
    // Another one was first, or it is gone.
    if noted == 1 && !words.is_empty() {
        tx_exec!(
            tx,
            sql!(
                "INSERT INTO search_texts (conversation_id, message_id, words) VALUES ($1, $2, $3)
                 ON CONFLICT (message_id) DO NOTHING"
            ),
            conversation,
            message,
            words
        )?;
    }
    Ok(())
}

/// Removes the words of a title.
pub(in crate::chat) async fn drop_title(tx: &mut Tx, conversation: Uuid) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!("DELETE FROM search_texts WHERE conversation_id = $1 AND message_id IS NULL"),
        conversation
    )?;
    Ok(())
}

/// Whether this title is still to be indexed; if so it is locked until the transaction ends.
pub(in crate::chat) async fn hold_title(tx: &mut Tx, conversation: Uuid, title: &str) -> sqlx::Result<bool> {
    let held = tx_exec!(
        tx,
        sql!("UPDATE conversations SET title = title WHERE id = $1 AND title = $2 AND indexed = FALSE"),
        conversation,
        title
    )?;
    Ok(held == 1)
}

/// Messages that are complete and not indexed, the oldest first: their id, conversation, owner and text. Those of deleted
/// conversations wait until they come back.
pub(in crate::chat) async fn texts_to_index(
    db: &Db,
    limit: i64,
) -> sqlx::Result<Vec<(Uuid, Uuid, Uuid, String)>> {
    fetch!(
        *db,
        (Uuid, Uuid, Uuid, String),
        fetch_all,
        sql!(
            "SELECT m.id, m.conversation_id, c.owner_id, m.text
             FROM messages m JOIN conversations c ON c.id = m.conversation_id
             WHERE m.indexed = FALSE AND c.deleted_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.message_id = m.id AND r.status = 'running')
             ORDER BY m.created_at, m.id LIMIT $1"
        ),
        limit
    )
}

/// Conversations whose titles are not indexed, the oldest first: their id, owner and title.
pub(in crate::chat) async fn titles_to_index(db: &Db, limit: i64) -> sqlx::Result<Vec<(Uuid, Uuid, String)>> {
    fetch!(
        *db,
        (Uuid, Uuid, String),
        fetch_all,
        sql!(
            "SELECT id, owner_id, title FROM conversations WHERE indexed = FALSE AND deleted_at IS NULL
             ORDER BY created_at, id LIMIT $1"
        ),
        limit
    )
}
