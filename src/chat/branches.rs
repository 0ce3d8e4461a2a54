//! Branches: which one is shown, and a conversation that begins as a copy of one.
//!
//! While a reply runs its branch stays the shown one: viewers hold the place where it is written.

use uuid::Uuid;

use super::{
    Conversation, NewConversation, Status, conversations,
    events::ChatUpdated,
    settings,
    store::{conversations as rooms, messages},
};
use crate::{
    accounts::{self, Action, Actor},
    app::App,
    error::{Error, Result},
};

/// Messages that a fork copies, at most.
const LONGEST: i64 = 10_000;

/// Shows the branch that `message` is on, down to its newest message. Ends a choice between two answers.
///
/// # Errors
/// Not the actor's, not of this conversation, or a reply runs.
pub async fn show(app: &App, actor: &Actor, conversation: Uuid, message: Uuid) -> Result<Conversation> {
    let mut tx = app.db.begin().await?;
    let before = rooms::lock_conversation(&mut tx, actor.user.0, conversation, app.clock.now())
        .await?
        .ok_or(Error::NotFound)?;
    messages::message(&mut tx, conversation, message).await?.ok_or(Error::NotFound)?;
    if messages::any_running(&mut tx, conversation).await? {
        return Err(still_running());
    }
    let leaf = messages::newest_behind(&mut tx, message).await?;
    let chosen = messages::end_choice(&mut tx, conversation).await?;
    if !chosen && before.leaf_id == Some(leaf) {
        // Nothing changes, not even when it was last used.
        drop(tx);
        return conversations::get(app, actor, conversation).await;
    }
    rooms::update(&mut tx, conversation, None, None, Some(leaf)).await?;
    let fact = ChatUpdated { leaf_id: Some(leaf), ..ChatUpdated::default() };
    let entries = app.log.append(&mut tx, conversation, vec![fact.entry(None)]).await?;
    let after = rooms::find_in(&mut tx, actor.user.0, conversation).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    app.log.publish(conversation, &entries);
    Ok(after)
}

/// A new conversation with a copy of everything from the beginning to `message`. Its title is the old one's unless given.
///
/// # Errors
/// Not the actor's, not of this conversation, or a reply on that branch still runs.
pub async fn fork(
    app: &App,
    actor: &Actor,
    conversation: Uuid,
    message: Uuid,
    title: Option<String>,
) -> Result<Conversation> {
    accounts::can(actor, Action::Chat)?;
    let mut tx = app.db.begin().await?;
    let old = rooms::find_in(&mut tx, actor.user.0, conversation).await?.ok_or(Error::NotFound)?;
    let branch = messages::way_to(&mut tx, conversation, message, LONGEST).await?;
    if branch.is_empty() {
        return Err(Error::NotFound);
    }
    if branch.iter().any(|(_, status)| status.as_deref().map(Status::parse) == Some(Status::Running)) {
        return Err(still_running());
    }
    let title = title.filter(|title| !title.trim().is_empty()).unwrap_or(old.title);
    let settings = settings::in_transaction(&mut tx, conversation).await?;
    let new = NewConversation { title: Some(title), model: Some(old.model), settings };
    let new = conversations::create_in(app, &mut tx, actor, new).await?;
    let mut parent = None;
    for (from, _) in branch {
        let to = app.ids.next();
        messages::copy_to(&mut tx, from, to, new.id, parent, app.ids.next()).await?;
        parent = Some(to);
    }
    rooms::update(&mut tx, new.id, None, None, parent).await?;
    messages::forked_from(&mut tx, new.id, message).await?;
    let new = rooms::find_in(&mut tx, actor.user.0, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(new)
}

fn still_running() -> Error {
    Error::conflict("reply_running", "an answer is still being written in this conversation")
}
