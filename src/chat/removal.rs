//! Removing conversations for good: at once when somebody asks for it, else when nobody restored them in time.
//!
//! The doors in are [`super::conversations::remove`] and [`super::conversations::purge`].

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{conversations::deadline, store::conversations as store};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    stream::lease,
};

/// Removes a conversation, deleted or not, for good. Running replies lose their lease with it and end; nothing can bring
/// a row back.
///
/// # Errors
/// Not the actor's.
pub async fn remove(app: &App, actor: &Actor, id: Uuid) -> Result<()> {
    let mut tx = app.db.begin().await?;
    if !store::hold_even_deleted(&mut tx, actor.user.0, id).await? {
        return Err(Error::NotFound);
    }
    // Leases before everything else, as writers take them; otherwise each would wait for the other.
    let running = lease::drop_all_on(&mut tx, id).await?;
    store::remove(&mut tx, id).await?;
    app.log.remove(&mut tx, id).await?;
    tx.commit().await?;
    app.log.announce_removal(id);
    // Elsewhere they notice with their next word.
    running.into_iter().for_each(|reply| app.replies.lose(reply));
    Ok(())
}

/// Removes for good what was deleted too long ago to come back. Gives how many that were.
///
/// # Errors
/// The database failed.
pub async fn purge(app: &App) -> Result<usize> {
    let (mut gone, mut behind, before) = (0, Uuid::nil(), deadline(app));
    loop {
        let hidden = store::hidden(&app.db, before, behind).await?;
        let Some(last) = hidden.last().copied().filter(|_| !app.stopping.is_cancelled()) else {
            return Ok(gone);
        };
        behind = last;
        for id in hidden {
            match purge_one(app, id, before).await {
                Ok(true) => gone += 1,
                Ok(false) => {}
                Err(error @ (Error::Unavailable { .. } | Error::Full { .. })) => return Err(error),
                // One that can't be removed must not keep the others.
                Err(error) => {
                    tracing::error!(%error, conversation.id = %id, "a conversation could not be removed")
                }
            }
        }
    }
}

async fn purge_one(app: &App, id: Uuid, before: DateTime<Utc>) -> Result<bool> {
    let mut tx = app.db.begin().await?;
    // Who restores it meanwhile is first, or comes too late: the row is asked once more under its lock.
    if !store::remove_hidden(&mut tx, id, before).await? {
        return Ok(false);
    }
    app.log.remove(&mut tx, id).await?;
    tx.commit().await?;
    Ok(true)
}
