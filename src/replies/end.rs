//! Ending a reply: exactly one terminal event, by whoever takes the lease away.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    context,
    drive::Job,
    store::{self, Ending},
};
use crate::{
    app::App,
    chat::{self, ReplyError, Status, events::ReplyEnded, search::Words, snapshot},
    error::{Error, Result},
    platform::db::Tx,
    stream::{
        Entry,
        lease::{self, Expired},
    },
};

/// Refusals of an end that are no outage, before less is stored.
const REFUSALS: u32 = 5;

/// The driver's end: texts from memory, as often tried as the database needs. What the database refuses for another
/// reason than an outage it would refuse for ever: then only the texts are stored, and that something broke.
pub(super) async fn with_texts(app: &App, job: &Job, mut ending: Ending, answer: &str, thinking: &str) {
    let mut pause = Duration::from_millis(50);
    let (mut refusals, mut bare) = (0, false);
    let texts = Texts::of(answer, thinking);
    while let Err(error) = try_end(app, job, &ending, &texts).await {
        tracing::warn!(%error, "a reply's end could not be stored; trying again");
        refusals += u32::from(matches!(error, Error::Internal(_)));
        if refusals >= REFUSALS {
            tracing::error!(?error, bare, "the database refuses a reply's end");
            if bare {
                // The lease runs out; a reaper tries with the text that is in the log.
                return;
            }
            ending = Ending::of(Status::Failed, Some(broken()));
            (refusals, bare) = (0, true);
            continue;
        }
        if app.stopping.is_cancelled() && pause >= Duration::from_secs(1) {
            // The lease runs out and a reaper ends it, with the text that is in the log.
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}

/// What a reply came to, with the words of its answer for the index. They are made before the transaction that stores
/// them wherever the texts are known before it.
pub(super) struct Texts<'a> {
    pub answer: &'a str,
    pub thinking: &'a str,
    words: Words,
}

impl<'a> Texts<'a> {
    pub fn of(answer: &'a str, thinking: &'a str) -> Self {
        Self { answer, thinking, words: Words::of(answer) }
    }
}

/// What is said of a bug of ours.
pub(super) fn broken() -> ReplyError {
    ReplyError {
        code: "internal".into(),
        message: "Something broke inside Freshet; the answer so far is kept.".into(),
    }
}

async fn try_end(app: &App, job: &Job, ending: &Ending, texts: &Texts<'_>) -> Result<()> {
    let mut tx = app.db.begin().await?;
    // After an unclear commit the lease is gone already: then the end is written.
    if lease::release(&mut tx, job.reply, job.fence).await? {
        if let Some((bound, replay)) = &ending.replay {
            context::keep(&mut tx, job, bound, replay).await?;
        }
        finish(app, tx, job.conversation, job.reply, job.message, ending, texts).await?;
    }
    Ok(())
}

/// The reaper's end: the holder is gone, the texts are what the log has. False when somebody else was first.
pub(super) async fn reap(app: &App, lease: Expired) -> Result<bool> {
    let mut tx = app.db.begin().await?;
    if !lease::reap(&mut tx, lease).await? {
        return Ok(false);
    }
    let Some((conversation, message, started_seq, created_at)) = store::place(&mut tx, lease.id).await?
    else {
        tx.commit().await?;
        return Ok(false);
    };
    let (answer, thinking) =
        snapshot::running_text(app, &mut tx, conversation, lease.id, started_seq).await?;
    let error = ReplyError {
        code: "server_lost".into(),
        message: "The server went away while it was answering; what came so far is kept.".into(),
    };
    let mut ending = Ending::of(Status::Interrupted, Some(error));
    ending.course.took_ms = Some(since(app, created_at));
    finish(app, tx, conversation, lease.id, message, &ending, &Texts::of(&answer, &thinking)).await?;
    Ok(true)
}

/// Milliseconds since a moment; none below zero, whatever the clock does.
pub(super) fn since(app: &App, then: DateTime<Utc>) -> i64 {
    (app.clock.now() - then).num_milliseconds().max(0)
}

async fn finish(
    app: &App,
    mut tx: Tx,
    conversation: Uuid,
    reply: Uuid,
    message: Uuid,
    ending: &Ending,
    texts: &Texts<'_>,
) -> Result<()> {
    let entries = finish_in(app, &mut tx, conversation, reply, message, ending, texts).await?;
    tx.commit().await?;
    app.log.publish(conversation, &entries);
    Ok(())
}

/// Writes an end in the caller's transaction, which has just taken the lease away.
pub(super) async fn finish_in(
    app: &App,
    tx: &mut Tx,
    conversation: Uuid,
    reply: Uuid,
    message: Uuid,
    ending: &Ending,
    texts: &Texts<'_>,
) -> Result<Vec<Arc<Entry>>> {
    store::end(tx, reply, message, ending, (texts.answer, texts.thinking), app.clock.now()).await?;
    chat::search::add_in(tx, conversation, message, &texts.words).await?;
    let fact = ReplyEnded {
        reply,
        message,
        status: ending.status,
        finish_reason: ending.finish_reason.clone(),
        usage: ending.usage,
        error: ending.error.clone(),
        course: ending.course.clone(),
    };
    Ok(app.log.append(tx, conversation, vec![fact.entry(Some(reply))]).await?)
}
