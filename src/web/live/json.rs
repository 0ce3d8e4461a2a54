//! The log as JSON events: what `curl` and API clients watch.

use std::pin::pin;

use async_stream::stream;
use axum::{body::Bytes, response::Response};
use futures::{Stream, StreamExt as _, future::join_all};
use uuid::Uuid;

use super::{
    frame::{Frame, response},
    leaving::let_go,
    pulse::silence,
    told::{Told, everything, tell},
};
use crate::{
    accounts::{Actor, Hold},
    app::App,
    chat::Event,
    replies::Accepted,
    stream::Cursor,
};

/// A conversation's log behind `after`, open-ended. The actor's right to see it was checked by the caller.
pub async fn chat_stream(app: App, actor: Actor, conversation: Uuid, after: Option<Cursor>) -> Response {
    let watch = app.log.subscribe(conversation, after).await;
    let hold = app.standing.hold(&actor);
    let events = everything(app.clone(), actor, conversation, watch);
    response(encoded(app, hold, events, after, Ends::WithTheServer))
}

/// The events of one accepted send, ending with its `reply.ended`, or with the second one where two models answer.
pub async fn reply_stream(app: App, actor: Actor, accepted: Accepted) -> Response {
    let watch = app.log.subscribe(accepted.conversation, Some(accepted.cursor)).await;
    let message = accepted.message.id;
    let replies: Vec<Uuid> = accepted.replies().collect();
    let until = replies.clone();
    let of_this_send = move |event: &Event<'_>| match event {
        Event::MessageCreated(created) => created.message.id == message,
        other => other.reply().is_none_or(|id| until.contains(&id)),
    };
    let hold = app.standing.hold(&actor);
    let events = tell(app.clone(), actor, accepted.conversation, watch, of_this_send, replies.clone());
    response(encoded(app, hold, events, Some(accepted.cursor), Ends::WithTheReplies(replies)))
}

/// What ends a stream besides its reader.
enum Ends {
    /// As soon as the server goes down.
    WithTheServer,
    /// When these have ended, or the server goes down while another one writes them.
    WithTheReplies(Vec<Uuid>),
}

impl Ends {
    /// Waits until the stream ends for the server's sake.
    async fn too_early(self, app: &App) {
        match self {
            Self::WithTheServer => app.draining.cancelled().await,
            Self::WithTheReplies(replies) => {
                join_all(replies.into_iter().map(|reply| let_go(app, reply))).await;
            }
        }
    }
}

fn encoded(
    app: App,
    hold: Hold,
    events: impl Stream<Item = Told> + Send + 'static,
    mut at: Option<Cursor>,
    ends: Ends,
) -> impl Stream<Item = Bytes> + Send + 'static {
    stream! {
        let (mut events, mut leaving) = (pin!(events), pin!(ends.too_early(&app)));
        loop {
            let next = tokio::select! {
                biased;
                () = hold.ended() => {
                    yield event("signed.out", "{}", None);
                    return;
                }
                () = leaving.as_mut() => {
                    yield goodbye();
                    return;
                }
                next = tokio::time::timeout(silence(app.config.streams.ping), events.next()) => next,
            };
            match next {
                // So that nothing on the way takes the stream for dead.
                Err(_) => yield event("ping", "{}", at),
                Ok(Some(told)) => {
                    at = told.cursor().or(at);
                    yield event(told.name(), told.data(), told.cursor());
                }
                Ok(None) => return,
            }
        }
    }
}

fn event(name: &str, data: &str, cursor: Option<Cursor>) -> Bytes {
    let mut frame = Frame::default();
    frame.event(name, data);
    if let Some(cursor) = cursor {
        frame.at(cursor);
    }
    frame.into_bytes()
}

/// The server is going down: come back in a second, to whoever answers then.
fn goodbye() -> Bytes {
    let mut frame = Frame::default();
    frame.retry(1000);
    frame.into_bytes()
}
