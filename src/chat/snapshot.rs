//! A conversation and its cursor from one read: what a page starts from, and what a lost cursor is answered with.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Conversation, Message, Status,
    store::{conversations, messages, messages::Stored},
};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    platform::db::Tx,
    stream::{Delta, Part},
};

/// Messages in a snapshot, at most: the newest ones.
const MESSAGES: i64 = 200;

/// Everything up to `conversation.cursor`, nothing behind it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Snapshot {
    /// The conversation; its cursor is where the log goes on.
    pub chat: Conversation,
    /// The newest messages of the active branch, oldest first; running replies with their text so far. Of two answers that
    /// stand next to each other both, the first one first.
    pub messages: Vec<Message>,
}

/// Reads a snapshot.
///
/// # Errors
/// Not the actor's conversation.
pub async fn read(app: &App, actor: &Actor, conversation: Uuid) -> Result<Snapshot> {
    newest(app, actor, conversation, MESSAGES).await
}

/// As [`read`], with another number of messages at most.
///
/// # Errors
/// As [`read`].
pub async fn newest(app: &App, actor: &Actor, conversation: Uuid, limit: i64) -> Result<Snapshot> {
    let mut tx = app.db.begin_read().await?;
    let chat = conversations::find_in(&mut tx, actor.user.0, conversation).await?.ok_or(Error::NotFound)?;
    let stored = match chat.leaf_id {
        Some(leaf) => messages::branch(&mut tx, conversation, leaf, limit).await?,
        None => Vec::new(),
    };
    let messages = with_running_text(app, &mut tx, conversation, stored).await?;
    Ok(Snapshot { chat, messages })
}

/// Puts the text that is only in the log so far into the messages of running replies.
pub(super) async fn with_running_text(
    app: &App,
    tx: &mut Tx,
    conversation: Uuid,
    stored: Vec<Stored>,
) -> Result<Vec<Message>> {
    let mut messages = Vec::with_capacity(stored.len());
    for Stored { mut message, started_seq } in stored {
        let running = message.reply.as_ref().filter(|reply| reply.status == Status::Running);
        if let Some(reply) = running.map(|reply| reply.id) {
            let texts = running_text(app, tx, conversation, reply, started_seq).await?;
            (message.text, message.thinking) = texts;
        }
        messages.push(message);
    }
    Ok(messages)
}

/// Answer and thinking of a reply, put together from its deltas in the log.
pub(crate) async fn running_text(
    app: &App,
    tx: &mut Tx,
    conversation: Uuid,
    reply: Uuid,
    started_seq: i64,
) -> Result<(String, String)> {
    let (mut answer, mut thinking) = (String::new(), String::new());
    for entry in app.log.written_by(tx, conversation, reply, started_seq).await? {
        if entry.name.as_ref() != Delta::NAME {
            continue;
        }
        let delta = Delta::parse(&entry.data).map_err(|error| Error::Internal(error.into()))?;
        let have = match delta.part {
            Part::Answer => &mut answer,
            Part::Thinking => &mut thinking,
        };
        if !delta.apply(have) {
            tracing::error!(reply.id = %reply, seq = entry.seq, "a reply's text has a hole in the log");
        }
    }
    Ok((answer, thinking))
}
