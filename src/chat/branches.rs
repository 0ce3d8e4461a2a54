//! Branches: which one is shown, and a conversation that begins as a copy of one.
//!
//! While a reply runs its branch stays the shown one: viewers hold the place where it is written.

use uuid::Uuid;

use super::{
    Conversation, NewConversation, Status, conversations,
    events::ChatUpdated,
    search, settings,
    store::{
        conversations as rooms,
        messages::{self, Copied},
    },
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
/// Not the actor's, not of this conversation, a reply on that branch still runs, or it is too long.
pub async fn fork(
    app: &App,
    actor: &Actor,
    conversation: Uuid,
    message: Uuid,
    title: Option<String>,
) -> Result<Conversation> {
    accounts::can(actor, Action::Chat)?;
    // Read beforehand: others write meanwhile, and messages that have ended stay as they are.
    let mut tx = app.db.begin_read().await?;
    let old = rooms::find_in(&mut tx, actor.user.0, conversation).await?.ok_or(Error::NotFound)?;
    let branch = messages::way_to(&mut tx, conversation, message, LONGEST + 1).await?;
    if branch.is_empty() {
        return Err(Error::NotFound);
    }
    if branch.len() as i64 > LONGEST {
        let detail = format!("a branch of more than {LONGEST} messages can't be forked");
        return Err(Error::field("branch_too_long", "message_id", detail));
    }
    if branch.iter().any(|(_, status)| status.as_deref().map(Status::parse) == Some(Status::Running)) {
        return Err(still_running());
    }
    let title = title.filter(|title| !title.trim().is_empty()).unwrap_or(old.title);
    let settings = settings::in_transaction(&mut tx, conversation).await?;
    drop(tx);
    let new = NewConversation { title: Some(title), model: Some(old.model), settings };
    let copied = |(from, _)| Copied { from, to: app.ids.next(), reply: app.ids.next() };
    let copies: Vec<Copied> = branch.into_iter().map(copied).collect();
    let mut tx = app.db.begin().await?;
    let new = conversations::create_in(app, &mut tx, actor, new).await?;
    if messages::copy_to(&mut tx, new.id, &copies).await? != copies.len() as u64 {
        // It was removed meanwhile.
        return Err(Error::NotFound);
    }
    rooms::update(&mut tx, new.id, None, None, copies.last().map(|copy| copy.to)).await?;
    messages::forked_from(&mut tx, new.id, message).await?;
    let new = rooms::find_in(&mut tx, actor.user.0, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    let own = app.clone();
    app.tasks.spawn(async move {
        if let Err(error) = search::catch_up(&own).await {
            tracing::warn!(%error, "a fork is not indexed yet; the housekeeper will");
        }
    });
    Ok(new)
}

fn still_running() -> Error {
    Error::conflict("reply_running", "an answer is still being written in this conversation")
}
