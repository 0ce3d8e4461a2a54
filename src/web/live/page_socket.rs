//! A page's frames over a WebSocket, for those whom a proxy between keeps from reading the event stream as it grows.
//!
//! The frames are the event stream's own bytes, made once for everybody; for these few viewers they are taken apart again.

use std::{borrow::Cow, pin::pin};

use axum::{body::Bytes, extract::ws::WebSocketUpgrade, response::Response};
use futures::{Stream, StreamExt as _};
use serde::Serialize;
use uuid::Uuid;

use super::{
    html,
    socket::{Ended, Heard, Socket},
};
use crate::{
    accounts::Actor,
    app::App,
    stream::Cursor,
    web::{reader::Reader, server::StreamGuard},
};

const BYE: &str = "fx:bye";
const REVOKED: &str = "revoked";

/// A conversation's frames behind `after`. The actor's right to see it was checked by the caller.
pub fn socket(
    app: App,
    actor: Actor,
    conversation: Uuid,
    reader: Reader,
    after: Option<Cursor>,
    (ws, stream): (WebSocketUpgrade, StreamGuard),
) -> Response {
    ws.on_upgrade(move |socket| async move {
        let mut socket = Socket::new(socket, &app, &actor);
        let tasks = app.tasks.clone();
        let shown = async move {
            let (why, words) = show(html::frames(app, actor, conversation, reader, after), &mut socket).await;
            socket.end(why, words).await;
        };
        tasks.track_future(shown).await;
        drop(stream);
    })
}

/// Shows what there is; gives why that ended, and its last words.
async fn show(frames: impl Stream<Item = Bytes>, socket: &mut Socket) -> (Ended, Option<String>) {
    let mut frames = pin!(frames);
    loop {
        let frame = tokio::select! {
            biased;
            heard = socket.hear() => match heard {
                // The page says nothing; its own events break the silence.
                Ok(Heard::Text(_) | Heard::Silence) => continue,
                Err(why) => return ended(why),
            },
            frame = frames.next() => frame,
        };
        let Some(frame) = frame else { return (Ended::RESTART, None) };
        let frame = String::from_utf8_lossy(&frame);
        let events: Vec<PageEvent<'_>> = frame.split_terminator("\n\n").filter_map(PageEvent::read).collect();
        if events.is_empty() {
            continue;
        }
        let text = text(&events);
        if let Some(bye) = events.iter().find(|event| event.event == BYE) {
            let why = if bye.data.as_deref() == Some(REVOKED) { Ended::REVOKED } else { Ended::DONE };
            return (why, Some(text));
        }
        let written = match socket.say(text).await {
            Ok(()) => socket.flush().await,
            Err(why) => Err(why),
        };
        if let Err(why) = written {
            return ended(why);
        }
    }
}

/// The frames say farewell themselves, but a write may notice first that the sign-in has ended.
fn ended(why: Ended) -> (Ended, Option<String>) {
    let bye = PageEvent { event: BYE, data: Some(REVOKED.into()), id: None };
    (why, (why == Ended::REVOKED).then(|| text(&[bye])))
}

fn text(events: &[PageEvent<'_>]) -> String {
    serde_json::to_string(events).expect("events are plain data")
}

/// An event as the page's scripts take it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct PageEvent<'a> {
    /// Empty: chrome, which htmx swaps in.
    event: &'a str,
    /// Absent: only the place moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
}

impl<'a> PageEvent<'a> {
    /// Reads what [`super::frame::Frame`] writes, and nothing else.
    fn read(text: &'a str) -> Option<Self> {
        let mut read = Self { event: "", data: None, id: None };
        for (name, value) in text.split('\n').filter_map(|line| line.split_once(": ")) {
            match name {
                "event" => read.event = value,
                "id" => read.id = Some(value),
                "data" => match &mut read.data {
                    Some(data) => {
                        let data = data.to_mut();
                        data.push('\n');
                        data.push_str(value);
                    }
                    None => read.data = Some(Cow::Borrowed(value)),
                },
                _ => {}
            }
        }
        (read.data.is_some() || read.id.is_some()).then_some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::frame::Frame, *};

    #[test]
    fn what_was_encoded_is_what_a_page_gets() {
        let mut frame = Frame::default();
        frame.event("fx:append", "m 1\n<p>a\n\n\u{2028}data: b</p>\n").chrome("<p>event: x</p>");
        frame.event("fx:think", "m 0\n").event("fx:ping", "").at(Cursor { epoch: 1, seq: 2 });
        let bytes = frame.into_bytes();
        let text = std::str::from_utf8(&bytes).unwrap();
        let read: Vec<_> = text.split_terminator("\n\n").filter_map(PageEvent::read).collect();
        let event = |event, data: &'static str| PageEvent { event, data: Some(data.into()), id: None };
        let expected = [
            event("fx:append", "m 1\n<p>a\n\n\u{2028}data: b</p>\n"),
            event("", "<p>event: x</p>"),
            event("fx:think", "m 0\n"),
            PageEvent { id: Some("1.2"), ..event("fx:ping", "") },
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn an_id_alone_and_a_wish_for_a_pause() {
        let mut frame = Frame::default();
        frame.at(Cursor { epoch: 1, seq: 2 });
        let bytes = frame.into_bytes();
        let text = std::str::from_utf8(&bytes).unwrap();
        let read: Vec<_> = text.split_terminator("\n\n").filter_map(PageEvent::read).collect();
        assert_eq!(read, [PageEvent { event: "", data: None, id: Some("1.2") }]);
        assert_eq!(PageEvent::read("retry: 1000"), None);
    }
}
