//! Titles that a model makes: given only where no person gave one.

mod store;

use uuid::Uuid;

use super::{conversations::tidy_title, events::ChatUpdated, search};
use crate::{app::App, error::Result};

/// Whether nobody has named the conversation yet, so that its title is still the first words that were said in it.
///
/// # Errors
/// The database.
pub(crate) async fn is_wanted(app: &App, conversation: Uuid) -> Result<bool> {
    Ok(store::is_unnamed(&app.db, conversation).await?)
}

/// Gives a title that a model made, unless somebody was first or the conversation is gone. Whether it was given.
///
/// # Errors
/// The database.
pub(crate) async fn give(app: &App, conversation: Uuid, title: &str) -> Result<bool> {
    let title = tidy_title(title);
    let mut tx = app.db.begin().await?;
    if title.is_empty() {
        return Ok(false);
    }
    let Some(owner) = store::name(&mut tx, conversation, &title).await? else { return Ok(false) };
    search::retitle_in(&mut tx, conversation, owner, &title).await?;
    let fact = ChatUpdated { title: Some(title), ..ChatUpdated::default() };
    let entries = app.log.append(&mut tx, conversation, vec![fact.entry(None)]).await?;
    tx.commit().await?;
    app.log.publish(conversation, &entries);
    Ok(true)
}
