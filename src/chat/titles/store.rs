//! SQL about who named a conversation. `titled_by` is '' (nobody: its first words), 'model' or 'person'.

use uuid::Uuid;

use crate::{platform::db::Tx, sql, tx_fetch};

/// Title and first message of a conversation that is there and that nobody is known to have named.
pub(super) async fn unnamed(tx: &mut Tx, id: Uuid) -> sqlx::Result<Option<(String, String)>> {
    tx_fetch!(
        tx,
        (String, String),
        fetch_optional,
        sql!(
            "SELECT c.title, m.text FROM conversations c JOIN messages m ON m.conversation_id = c.id
             WHERE c.id = $1 AND c.titled_by = '' AND c.deleted_at IS NULL AND m.parent_id IS NULL
             ORDER BY m.created_at, m.id LIMIT 1"
        ),
        id
    )
}

/// Names it for a model in place of `old`; gives the owner, unless somebody was first or it is gone.
pub(super) async fn name(tx: &mut Tx, id: Uuid, old: &str, title: &str) -> sqlx::Result<Option<Uuid>> {
    let row = tx_fetch!(
        tx,
        (Uuid,),
        fetch_optional,
        sql!(
            "UPDATE conversations SET title = $3, titled_by = 'model'
             WHERE id = $1 AND title = $2 AND titled_by = '' AND deleted_at IS NULL RETURNING owner_id"
        ),
        id,
        old,
        title
    )?;
    Ok(row.map(|(owner,)| owner))
}
