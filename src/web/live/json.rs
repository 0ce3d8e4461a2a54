//! The log as JSON events: what `curl` and API clients watch.

use std::time::Duration;

use async_stream::stream;
use axum::{body::Bytes, response::Response};
use futures::Stream;
use uuid::Uuid;

use super::frame::{Frame, response};
use crate::{
    accounts::Actor,
    app::App,
    chat::{Event, snapshot},
    replies::Accepted,
    stream::{Cursor, Entry, Next, Subscription},
};

/// Silence after which a `ping` is sent, so that nothing on the way takes the stream for dead.
const PING: Duration = Duration::from_secs(15);
/// Pause before the log is read again after the database failed.
const PAUSE: Duration = Duration::from_millis(500);

/// A conversation's log behind `after`, open-ended. The actor's right to see it was checked by the caller.
pub async fn chat_stream(app: App, actor: Actor, conversation: Uuid, after: Option<Cursor>) -> Response {
    let watch = app.log.subscribe(conversation, after).await;
    response(events(app, actor, conversation, watch, |_| true, None))
}

/// The events of one accepted send, ending with its `reply.ended`.
pub async fn reply_stream(app: App, actor: Actor, accepted: Accepted) -> Response {
    let watch = app.log.subscribe(accepted.conversation, Some(accepted.cursor)).await;
    let message = accepted.message.id;
    let reply = accepted.reply;
    let of_this_send = move |event: &Event<'_>| match event {
        Event::MessageCreated(created) => created.message.id == message,
        other => other.reply().is_none_or(|id| id == reply),
    };
    response(events(app, actor, accepted.conversation, watch, of_this_send, Some(reply)))
}

fn events(
    app: App,
    actor: Actor,
    conversation: Uuid,
    mut watch: Subscription,
    wanted: impl Fn(&Event<'_>) -> bool + Send + 'static,
    until: Option<Uuid>,
) -> impl Stream<Item = Bytes> + Send + 'static {
    let hold = app.standing.hold(&actor);
    stream! {
        loop {
            let next = tokio::select! {
                biased;
                () = hold.ended() => {
                    yield event("signed.out", "{}", None);
                    return;
                }
                () = app.draining.cancelled(), if until.is_none() => {
                    yield goodbye();
                    return;
                }
                next = tokio::time::timeout(PING, watch.next()) => next,
            };
            match next {
                Err(_) => yield event("ping", "{}", watch.last()),
                Ok(Ok(Next::Entry(cursor, entry))) => {
                    let event = Event::read(&entry);
                    if wanted(&event) {
                        yield logged(cursor, &entry);
                    }
                    if matches!(&event, Event::ReplyEnded(ended) if Some(ended.reply) == until) {
                        return;
                    }
                }
                Ok(Ok(Next::Aside(aside))) => {
                    if until.is_none() {
                        yield event(&aside.name, &aside.data, None);
                    }
                }
                Ok(Ok(Next::Reset)) => match snapshot::read(&app, &actor, conversation).await {
                    Ok(snapshot) => {
                        let cursor = snapshot.chat.cursor;
                        let data = serde_json::json!({ "snapshot": snapshot }).to_string();
                        yield event("reset", &data, Some(cursor));
                        if until.is_some() {
                            return;
                        }
                        watch.continue_from(cursor);
                    }
                    Err(crate::error::Error::NotFound) => {
                        yield gone();
                        return;
                    }
                    Err(_) => tokio::time::sleep(PAUSE).await,
                },
                Ok(Ok(Next::Gone)) => {
                    yield gone();
                    return;
                }
                Ok(Err(error)) => {
                    tracing::warn!(%error, "a log could not be read; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

fn logged(cursor: Cursor, entry: &Entry) -> Bytes {
    event(&entry.name, &entry.data, Some(cursor))
}

fn event(name: &str, data: &str, cursor: Option<Cursor>) -> Bytes {
    let mut frame = Frame::default();
    frame.event(name, data);
    if let Some(cursor) = cursor {
        frame.at(cursor);
    }
    frame.into_bytes()
}

fn gone() -> Bytes {
    event("chat.deleted", "{}", None)
}

/// The server is going down: come back in a second, to whoever answers then.
fn goodbye() -> Bytes {
    let mut frame = Frame::default();
    frame.retry(1000);
    frame.into_bytes()
}
