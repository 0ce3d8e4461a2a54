//! Looking at replies, waiting for them, stopping them.

use std::time::Duration;

use futures::future::try_join_all;
use uuid::Uuid;

use super::store;
use crate::{
    accounts::Actor,
    app::App,
    chat::{self, Conversation, Event, Message, Status},
    error::{Error, Result},
    platform::bus::Call,
    stream::{Next, lease},
};

/// How long a stop may take before the caller is told to look again.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a reply is looked at whose instance can't be heard.
const LOOK: Duration = Duration::from_millis(300);

/// Conversations in which replies run, as many as [`places`] gives at most.
pub const PLACES: usize = 20;

/// What is called to whoever runs a reply that is to stop.
pub(super) const STOP: &str = "reply.stop";

/// A reply, as the assistant's message that carries it, and its conversation.
///
/// # Errors
/// Not the actor's.
pub async fn get(app: &App, actor: &Actor, reply: Uuid) -> Result<(Uuid, Message)> {
    let (message, _) = store::find(&app.db, actor.user.0, reply).await?.ok_or(Error::NotFound)?;
    chat::messages::get(app, actor, message).await
}

/// The actor's conversations in which a reply is running, the one used last first.
///
/// # Errors
/// The database.
pub async fn places(app: &App, actor: &Actor) -> Result<Vec<Uuid>> {
    Ok(store::places(&app.db, actor.user.0, PLACES).await?)
}

/// Stops a reply and waits until its provider is hung up on and its text is stored. Stopping an ended one is harmless.
///
/// # Errors
/// Not the actor's, or not stopped in time.
pub async fn stop(app: &App, actor: &Actor, reply: Uuid) -> Result<(Uuid, Message)> {
    store::find(&app.db, actor.user.0, reply).await?.ok_or(Error::NotFound)?;
    match app.replies.find(reply) {
        Some(handle) => handle.stop.cancel(),
        None => {
            // The row first: whoever misses the call finds it there.
            if lease::ask_to_stop(&app.db, reply).await? {
                app.bus.call(Call { kind: STOP.into(), id: reply });
            }
        }
    }
    let late = Error::Unavailable { retry_after: Duration::from_secs(1) };
    tokio::time::timeout(PATIENCE, finished(app, actor, reply)).await.unwrap_or(Err(late))
}

/// Stops whatever runs in a conversation, as [`stop`] does.
///
/// # Errors
/// Not the actor's, or not stopped in time.
pub async fn stop_all(app: &App, actor: &Actor, conversation: Uuid) -> Result<()> {
    chat::conversations::get(app, actor, conversation).await?;
    let running = store::running(&app.db, actor.user.0, conversation).await?;
    try_join_all(running.into_iter().map(|(reply, _)| stop(app, actor, reply))).await?;
    Ok(())
}

/// Keeps one of two answers that stand next to each other; the other one is stopped if it still runs, and stays as a
/// sibling. On any other message it just shows its branch.
///
/// # Errors
/// Not the actor's, or this answer still runs.
pub async fn keep(app: &App, actor: &Actor, message: Uuid) -> Result<Conversation> {
    let (conversation, kept) = chat::messages::get(app, actor, message).await?;
    if let Some(beside) = kept.beside_id {
        let running = store::running(&app.db, actor.user.0, conversation).await?;
        // Not while the kept one is written: its branch would be asked to move, and that is refused.
        if !running.iter().any(|(_, writing)| *writing == message)
            && let Some((reply, _)) = running.into_iter().find(|(_, writing)| *writing == beside)
        {
            stop(app, actor, reply).await?;
        }
    }
    chat::branches::show(app, actor, conversation, message).await
}

/// Waits until a reply has ended.
///
/// # Errors
/// Not the actor's, or its conversation was deleted meanwhile.
pub async fn finished(app: &App, actor: &Actor, reply: Uuid) -> Result<(Uuid, Message)> {
    let (_, conversation) = store::find(&app.db, actor.user.0, reply).await?.ok_or(Error::NotFound)?;
    let cursor = chat::conversations::get(app, actor, conversation).await?.cursor;
    // Watching begins before the look, so that an end between the two is not missed.
    let mut watch = app.log.subscribe(conversation, Some(cursor)).await;
    loop {
        let (conversation, message) = get(app, actor, reply).await?;
        if message.reply.as_ref().is_none_or(|reply| reply.status != Status::Running) {
            return Ok((conversation, message));
        }
        // What ends elsewhere may not be heard of. Waiting is safe to give up.
        let elsewhere = app.replies.find(reply).is_none() && !app.db.is_embedded();
        let patience = if elsewhere { LOOK } else { PATIENCE };
        if let Ok(ended) = tokio::time::timeout(patience, wait_for_end(&mut watch, reply)).await {
            ended?;
        }
    }
}

async fn wait_for_end(watch: &mut crate::stream::Subscription, reply: Uuid) -> Result<()> {
    loop {
        match watch.next().await? {
            Next::Entry(_, entry) => {
                if matches!(Event::read(&entry), Event::ReplyEnded(ended) if ended.reply == reply) {
                    return Ok(());
                }
            }
            Next::Aside(_) => {}
            Next::Gone => return Err(Error::NotFound),
            Next::Reset => return Err(Error::Unavailable { retry_after: Duration::from_secs(1) }),
        }
    }
}
