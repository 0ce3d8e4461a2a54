//! SQL about who named a conversation. `titled_by` is '' (nobody: its first words), 'model' or 'person'.

use uuid::Uuid;

use crate::{
    fetch,
    platform::db::{Db, Tx},
    sql, tx_fetch,
};

/// Whether the conversation is there and nobody has named it.
pub(super) async fn is_unnamed(db: &Db, id: Uuid) -> sqlx::Result<bool> {
    let (count,) = fetch!(
        *db,
        (i64,),
        fetch_one,
        sql!("SELECT COUNT(*) FROM conversations WHERE id = $1 AND titled_by = '' AND deleted_at IS NULL"),
        id
    )?;
    Ok(count > 0)
}

/// Names it for a model; gives the owner, unless somebody was first or it is gone.
pub(super) async fn name(tx: &mut Tx, id: Uuid, title: &str) -> sqlx::Result<Option<Uuid>> {
    let row = tx_fetch!(
        tx,
        (Uuid,),
        fetch_optional,
        sql!(
            "UPDATE conversations SET title = $2, titled_by = 'model'
             WHERE id = $1 AND titled_by = '' AND deleted_at IS NULL RETURNING owner_id"
        ),
        id,
        title
    )?;
    Ok(row.map(|(owner,)| owner))
}
