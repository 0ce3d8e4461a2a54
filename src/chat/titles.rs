//! Titles that a model makes: given only where no person gave one.

mod store;

use uuid::Uuid;

use super::{
    conversations::{tidy_title, title_from},
    events::ChatUpdated,
    search,
};
use crate::{app::App, error::Result, platform::db::Tx};

/// Whether nobody has named the conversation yet, so that its title is still the first words that were said in it.
///
/// # Errors
/// The database.
pub async fn is_wanted(app: &App, conversation: Uuid) -> Result<bool> {
    let mut tx = app.db.begin_read().await?;
    Ok(first_words(&mut tx, conversation).await?.is_some())
}

/// Gives a title that a model made, unless somebody was first or the conversation is gone. Whether it was given.
///
/// # Errors
/// The database.
pub async fn give(app: &App, conversation: Uuid, title: &str) -> Result<bool> {
    let title = tidy_title(title);
    if title.is_empty() {
        return Ok(false);
    }
    let mut tx = app.db.begin().await?;
    let Some(old) = first_words(&mut tx, conversation).await? else { return Ok(false) };
    let Some(owner) = store::name(&mut tx, conversation, &old, &title).await? else { return Ok(false) };
    search::retitle_in(&mut tx, conversation, owner, &title).await?;
    let fact = ChatUpdated { title: Some(title), ..ChatUpdated::default() };
    let entries = app.log.append(&mut tx, conversation, vec![fact.entry(None)]).await?;
    tx.commit().await?;
    app.log.publish(conversation, &entries);
    Ok(true)
}

/// The title of a conversation that nobody has named. Rows from versions that did not note who gave a title are told by
/// the title itself.
async fn first_words(tx: &mut Tx, conversation: Uuid) -> Result<Option<String>> {
    let unnamed = store::unnamed(tx, conversation).await?;
    Ok(unnamed.filter(|(title, text)| *title == title_from(text)).map(|(title, _)| title))
}
