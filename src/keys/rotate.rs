//! Sealing all keys anew under the current master key (`freshet keys rotate`).
//!
//! Each row is one statement that changes it only if it still holds what was read. So it may be killed at any moment and
//! begun again, beside a server that runs.

use uuid::Uuid;

use super::{Opened, closed, opened, store};
use crate::platform::{crypto::Vault, db::Db};

/// Rows that are read at once.
const BATCH: i64 = 200;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turned {
    /// Keys that are sealed under the current key since now.
    pub resealed: u64,
    /// Keys that were before.
    pub current: u64,
    /// Whose keys at which provider can't be opened; they stay as they are.
    pub lost: Vec<(Uuid, String)>,
}

/// Seals everything anew that is not under the current key.
///
/// # Errors
/// The database. What was done stays done.
pub async fn rotate(db: &Db, vault: &Vault) -> sqlx::Result<Turned> {
    let mut all = Turned::default();
    loop {
        let pass = pass(db, vault).await?;
        all.resealed += pass.resealed;
        if pass.resealed == 0 {
            // Nobody wrote under an older key since this pass began.
            return Ok(Turned { current: pass.current.saturating_sub(all.resealed), lost: pass.lost, ..all });
        }
    }
}

async fn pass(db: &Db, vault: &Vault) -> sqlx::Result<Turned> {
    let (mut turned, mut after) = (Turned::default(), Uuid::nil());
    loop {
        let rows = store::next(db, after, BATCH).await?;
        let Some(last) = rows.last() else { return Ok(turned) };
        after = last.id;
        for row in &rows {
            match opened(vault, row) {
                Opened::Key(_) if row.kid.as_deref() == Some(vault.kid()) => turned.current += 1,
                Opened::Key(key) => {
                    turned.resealed += u64::from(store::reseal(db, row, closed(vault, row, &key)).await?);
                }
                Opened::Nothing => {}
                Opened::Unreadable => turned.lost.push((row.user_id, row.provider.clone())),
            }
        }
    }
}
