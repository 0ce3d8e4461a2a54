//! The index of words in the database.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    fetch,
    platform::db::{Db, Tx, dialect},
    sql, tx_exec, tx_fetch,
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
    match message {
        Some(message) => tx_exec!(tx, sql!("UPDATE messages SET indexed = TRUE WHERE id = $1"), message)?,
        None => tx_exec!(tx, sql!("UPDATE conversations SET indexed = TRUE WHERE id = $1"), conversation)?,
    };
    if !words.is_empty() {
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

/// Messages that are complete and not indexed: their id, conversation, owner and text. PostgreSQL leaves out those that
/// another instance is at.
pub(in crate::chat) async fn texts_to_index(
    tx: &mut Tx,
    limit: i64,
) -> sqlx::Result<Vec<(Uuid, Uuid, Uuid, String)>> {
    let text = tx.speak(dialect::TEXTS_TO_INDEX);
    tx_fetch!(tx, (Uuid, Uuid, Uuid, String), fetch_all, text, limit)
}

/// Conversations whose titles are not indexed: their id, owner and title.
pub(in crate::chat) async fn titles_to_index(
    tx: &mut Tx,
    limit: i64,
) -> sqlx::Result<Vec<(Uuid, Uuid, String)>> {
    let text = tx.speak(dialect::TITLES_TO_INDEX);
    tx_fetch!(tx, (Uuid, Uuid, String), fetch_all, text, limit)
}
