//! The bare text of an answer as it grows: for `curl -N` and a human eye.

use std::{io, pin::pin};

use async_stream::stream;
use axum::{body::Bytes, response::Response};
use uuid::Uuid;

use super::{frame::may_break, leaving::let_go};
use crate::{
    accounts::Actor,
    app::App,
    chat::{self, Event, Status},
    replies::Accepted,
    stream::{Next, Part},
};

/// Streams the answer's bytes exactly as they are stored. An answer that fails ends with a line that says so; a server that
/// goes down before another one has finished the answer breaks the body off, since a proper end would say that it is whole.
pub async fn reply_text(app: App, actor: Actor, accepted: Accepted) -> Response {
    let mut watch = app.log.subscribe(accepted.conversation, Some(accepted.cursor)).await;
    let reply = accepted.reply;
    let hold = app.standing.hold(&actor);
    let body = stream! {
        let (mut have, mut leaving) = (0, pin!(let_go(&app, reply)));
        loop {
            let next = tokio::select! {
                biased;
                () = hold.ended() => return,
                () = leaving.as_mut() => {
                    yield Err(io::Error::other("the server goes down, the answer goes on"));
                    return;
                }
                next = watch.next() => next,
            };
            match next {
                Ok(Next::Entry(_, entry)) => match Event::read(&entry) {
                    Event::Delta(delta) if delta.reply == reply && delta.part == Part::Answer => {
                        let new = delta.beyond(have).unwrap_or(&delta.text);
                        have = delta.to.max(have);
                        if !new.is_empty() {
                            yield Ok(Bytes::copy_from_slice(new.as_bytes()));
                        }
                    }
                    Event::ReplyEnded(ended) if ended.reply == reply => {
                        if let Some(error) = ended.error {
                            yield Ok(last_line(have, &error.message));
                        } else if ended.status == Status::Stopped {
                            yield Ok(last_line(have, "stopped"));
                        }
                        return;
                    }
                    _ => {}
                },
                Ok(Next::Aside(_)) => {}
                // Too long ago for the single pieces: the stored text has the rest.
                Ok(Next::Reset | Next::Gone) => {
                    yield Ok(rest(&app, &actor, accepted.reply_message, have).await);
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "a log could not be read; trying again");
                    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                }
            }
        }
    };
    may_break("text/plain; charset=utf-8", body)
}

fn last_line(have: u64, words: &str) -> Bytes {
    let gap = if have == 0 { "" } else { "\n\n" };
    format!("{gap}[{words}]\n").into()
}

async fn rest(app: &App, actor: &Actor, message: Uuid, have: u64) -> Bytes {
    let Ok((_, message)) = chat::messages::get(app, actor, message).await else { return Bytes::new() };
    let have = usize::try_from(have).unwrap_or(usize::MAX);
    Bytes::copy_from_slice(message.text.as_bytes().get(have..).unwrap_or_default())
}
