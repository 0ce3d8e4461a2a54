//! SQL about settings: one JSON object for each conversation.

use uuid::Uuid;

use crate::{
    fetch,
    platform::db::{Db, Tx},
    sql, tx_exec, tx_fetch,
};

/// The settings of a conversation of `owner`.
pub(super) async fn find(db: &Db, owner: Uuid, id: Uuid) -> sqlx::Result<Option<String>> {
    let row = fetch!(
        *db,
        (String,),
        fetch_optional,
        sql!("SELECT settings FROM conversations WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL"),
        id,
        owner
    )?;
    Ok(row.map(|(json,)| json))
}

/// The settings of any conversation.
pub(super) async fn find_in(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<String>> {
    let row = tx_fetch!(
        tx,
        (String,),
        fetch_optional,
        sql!("SELECT settings FROM conversations WHERE id = $1"),
        id
    )?;
    Ok(row.map(|(json,)| json))
}

/// As [`find`], with the row locked until the transaction ends.
pub(super) async fn find_locked(tx: &mut Tx, owner: Uuid, id: Uuid) -> sqlx::Result<Option<String>> {
    let row = tx_fetch!(
        tx,
        (String,),
        fetch_optional,
        sql!(
            "UPDATE conversations SET settings = settings WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL
             RETURNING settings"
        ),
        id,
        owner
    )?;
    Ok(row.map(|(json,)| json))
}

/// Writes them.
pub(super) async fn set(tx: &mut Tx, id: Uuid, json: &str) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("UPDATE conversations SET settings = $2 WHERE id = $1"), id, json)?;
    Ok(())
}
