//! Reading messages. They are written by [`crate::replies`], together with the reply they ask for.

use uuid::Uuid;

use super::{Message, Page, conversations, snapshot, store::messages as store};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
};

/// Messages on one page, at most.
pub const PAGE_LIMIT: i64 = 200;

/// The active branch, oldest first on each page, the newest page first. `cursor` is what an earlier page gave.
///
/// # Errors
/// Not the actor's conversation, or a cursor that no page gave.
pub async fn list(
    app: &App,
    actor: &Actor,
    conversation: Uuid,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<Message>> {
    let conversation = conversations::get(app, actor, conversation).await?;
    let limit = limit.clamp(1, PAGE_LIMIT);
    let from = match cursor {
        None => conversation.leaf_id,
        Some(text) => Some(
            Uuid::try_parse(text)
                .map_err(|_| Error::field("bad_cursor", "cursor", "no list gave this cursor"))?,
        ),
    };
    let Some(from) = from else { return Ok(Page { items: Vec::new(), next_cursor: None }) };
    let mut tx = app.db.begin_read().await?;
    // A cursor is a message id: it must be one of this conversation.
    store::message(&mut tx, conversation.id, from).await?.ok_or(Error::NotFound)?;
    let stored = store::branch(&mut tx, conversation.id, from, limit).await?;
    let next_cursor = stored.first().and_then(|oldest| oldest.message.parent_id).map(|id| id.to_string());
    let items = snapshot::with_running_text(app, &mut tx, conversation.id, stored).await?;
    Ok(Page { items, next_cursor })
}

/// The last message of a page of `limit` that has `at` in its middle: what [`list`] takes as a cursor. `None` when the
/// newest page has it anyway, or when there is no such message. One of another branch is the last of its page.
///
/// # Errors
/// Not the actor's conversation.
pub async fn page_around(
    app: &App,
    actor: &Actor,
    conversation: Uuid,
    at: Uuid,
    limit: i64,
) -> Result<Option<Uuid>> {
    let conversation = conversations::get(app, actor, conversation).await?;
    let Some(leaf) = conversation.leaf_id else { return Ok(None) };
    let mut tx = app.db.begin_read().await?;
    if store::message(&mut tx, conversation.id, at).await?.is_none() {
        return Ok(None);
    }
    // The deepest first: `at` itself, if the branch passes it, and what follows it.
    let way = store::way(&mut tx, leaf, at, limit / 2).await?;
    Ok(match way.first() {
        Some((found, depth)) if *found == at => way.last().filter(|_| *depth >= limit).map(|(end, _)| *end),
        _ => Some(at),
    })
}

/// Every message of the conversation, oldest first, all branches.
///
/// # Errors
/// Not the actor's conversation.
pub async fn tree(app: &App, actor: &Actor, conversation: Uuid) -> Result<Vec<Message>> {
    let conversation = conversations::get(app, actor, conversation).await?;
    let mut tx = app.db.begin_read().await?;
    let stored = store::tree(&mut tx, conversation.id).await?;
    snapshot::with_running_text(app, &mut tx, conversation.id, stored).await
}

/// One message and the conversation that holds it.
///
/// # Errors
/// Not the actor's.
pub async fn get(app: &App, actor: &Actor, id: Uuid) -> Result<(Uuid, Message)> {
    let conversation = store::conversation_of(&app.db, actor.user.0, id).await?.ok_or(Error::NotFound)?;
    let mut tx = app.db.begin_read().await?;
    let stored = store::message(&mut tx, conversation, id).await?.ok_or(Error::NotFound)?;
    let message = snapshot::with_running_text(app, &mut tx, conversation, vec![stored]).await?.pop();
    Ok((conversation, message.ok_or(Error::NotFound)?))
}
