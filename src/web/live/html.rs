//! The event stream of a page: frames made once for all viewers who read alike, plus what this one lacks.

use std::time::Duration;

use async_stream::stream;
use axum::{body::Bytes, response::Response};
use futures::Stream;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::{
    frame::{Frame, response},
    pulse::silence,
    renderer::Start,
};
use crate::{
    accounts::{Actor, Hold},
    app::App,
    error::Error,
    stream::Cursor,
    web::reader::Reader,
};

/// Pause before a viewer attaches again after the database failed.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// A conversation's frames behind `after`, open-ended. The actor's right to see it was checked by the caller.
pub fn stream(app: App, actor: Actor, conversation: Uuid, reader: Reader, after: Option<Cursor>) -> Response {
    response(frames(app, actor, conversation, reader, after))
}

/// The frames as bytes of an event stream; each item is made of whole events.
pub(super) fn frames(
    app: App,
    actor: Actor,
    conversation: Uuid,
    reader: Reader,
    after: Option<Cursor>,
) -> impl Stream<Item = Bytes> + Send + 'static {
    let hold = app.standing.hold(&actor);
    stream! {
        yield hello();
        let (mut after, mut pause) = (after, PAUSE);
        loop {
            // Boxed: what it needs for a moment is not to be kept in every viewer that waits.
            let attached = tokio::select! {
                biased;
                words = last_words(&app, &hold) => {
                    yield words;
                    return;
                }
                attached = Box::pin(app.renderers.attach(&app, &actor, conversation, reader, after)) => attached,
            };
            let view = match attached {
                Ok(view) => view,
                Err(Error::NotFound) => {
                    yield one("fx:bye", "deleted");
                    return;
                }
                Err(error) => {
                    // Those who write say aloud that the database is away; a thousand viewers need not.
                    tracing::debug!(%error, "a viewer could not attach; trying again");
                    tokio::select! {
                        biased;
                        words = last_words(&app, &hold) => {
                            yield words;
                            return;
                        }
                        () = tokio::time::sleep(pause) => {}
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    // The line itself is fine and must not be taken for dead.
                    yield one("fx:ping", "-");
                    continue;
                }
            };
            pause = PAUSE;
            let mut at = match view.start {
                Start::CatchUp(cursor, frame) => {
                    if !frame.is_empty() {
                        yield frame.into_bytes();
                    }
                    cursor
                }
                Start::Resync(cursor) => {
                    yield one("fx:resync", "-");
                    cursor
                }
            };
            let mut frames = view.frames;
            loop {
                let heard = tokio::select! {
                    biased;
                    words = last_words(&app, &hold) => {
                        yield words;
                        return;
                    }
                    heard = tokio::time::timeout(silence(app.config.streams.ping), frames.recv()) => heard,
                };
                match heard {
                    Err(_) => yield one("fx:ping", "-"),
                    Ok(Ok(sent)) if sent.seq <= at.seq => {}
                    Ok(Ok(sent)) => {
                        at.seq = sent.seq;
                        yield sent.bytes.clone();
                        if sent.last {
                            return;
                        }
                    }
                    // Too slow, or the renderer ended: attach again from here.
                    Ok(Err(RecvError::Lagged(_) | RecvError::Closed)) => break,
                }
            }
            after = Some(at);
        }
    }
}

/// Waits for what ends every page's stream; gives what it is told then.
async fn last_words(app: &App, hold: &Hold) -> Bytes {
    tokio::select! {
        biased;
        () = hold.ended() => one("fx:bye", "revoked"),
        () = app.draining.cancelled() => come_back(),
    }
}

fn hello() -> Bytes {
    one("fx:hello", "{\"protocol\":1}")
}

fn one(name: &str, data: &str) -> Bytes {
    let mut frame = Frame::default();
    frame.event(name, data);
    frame.into_bytes()
}

/// The server is going down: come back in a second, to whoever answers then.
fn come_back() -> Bytes {
    let mut frame = Frame::default();
    frame.retry(1000);
    frame.into_bytes()
}
