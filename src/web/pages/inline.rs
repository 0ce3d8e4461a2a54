//! The page that stays open: without scripts the document itself streams the answer.
//!
//! Closed blocks are written as they come; the open end is written again and again, each hiding the one before by CSS.
//! A block that grows by units (a list, a table, a fence) is written when it is complete. When the server goes down while
//! another one writes the answer, the document ends early and the browser asks for it again.

use std::{pin::pin, time::Duration};

use async_stream::stream;
use axum::{body::Bytes, response::Response};
use freshet_templates::{
    SafeHtml,
    pages::chat::{self as page, Chat},
    parts::message::Message as Shown,
};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    accounts::Actor,
    app::App,
    chat::{self, Event, Snapshot},
    markdown::live::Live,
    stream::{Next, Part},
    web::{
        live::{let_go, open_ended},
        present,
        reader::Reader,
    },
};

/// A piece of at least this many bytes is rendered off the async threads.
const HEAVY: usize = 4 << 10;
/// Pause between two open ends: each costs its bytes again.
const TAILS: Duration = Duration::from_millis(250);

/// Streams the page of a conversation whose newest message is being written by `reply`.
pub(super) async fn stream(
    app: App,
    actor: Actor,
    snapshot: Snapshot,
    mut props: Chat,
    (reader, reply): (Reader, Uuid),
) -> Response {
    let mut watch = app.log.subscribe(snapshot.chat.id, Some(snapshot.chat.cursor)).await;
    let text = snapshot.messages.last().map(|message| message.text.clone()).unwrap_or_default();
    let message = snapshot.messages.last().map(|message| message.id);
    let hold = app.standing.hold(&actor);
    if let Some(Shown::Assistant(answer)) = last_message(&mut props) {
        // Written below, in the order in which it came.
        answer.blocks.clear();
        answer.tail = None;
    }
    let body = stream! {
        let writer = Writer::default();
        let mut leaving = pin!(let_go(&app, reply));
        yield Bytes::from(page::open(&props));
        let Some((mut writer, html)) = writer.take(text).await else { return };
        yield html;
        loop {
            let next = tokio::select! {
                biased;
                () = hold.ended() => return,
                () = leaving.as_mut() => {
                    let Some(rest) = writer.rest().await else { return };
                    yield rest;
                    let again = page::goes_on(props.shell.locale, &snapshot.chat.id.to_string()).into_string();
                    yield Bytes::from(again + &page::close(&props));
                    return;
                }
                next = watch.next() => next,
            };
            match next {
                Ok(Next::Entry(_, entry)) => match Event::read(&entry) {
                    Event::Delta(delta) if delta.reply == reply && delta.part == Part::Answer => {
                        if let Some(new) = delta.beyond(writer.live.text().len() as u64) {
                            let Some((then, html)) = writer.take(new.to_owned()).await else { return };
                            writer = then;
                            if !html.is_empty() {
                                yield html;
                            }
                        }
                    }
                    Event::ReplyEnded(ended) if ended.reply == reply => break,
                    _ => {}
                },
                Ok(Next::Aside(_)) => {}
                Ok(Next::Reset | Next::Gone) => break,
                Err(_) => tokio::time::sleep(Duration::from_millis(500)).await,
            }
        }
        let Some(rest) = writer.rest().await else { return };
        yield rest;
        if let Some(message) = message
            && let Ok((_, message)) = chat::messages::get(&app, &actor, message).await
            && let Some(Shown::Assistant(answer)) = last_message(&mut props)
        {
            *answer = present::assistant(reader, &message);
        }
        props.composer.answering = None;
        yield Bytes::from(page::close(&props));
    };
    open_ended("text/html; charset=utf-8", body)
}

fn last_message(props: &mut Chat) -> Option<&mut Shown> {
    props.conversation.as_mut()?.messages.last_mut()
}

/// What of a growing text is already in the document.
#[derive(Default)]
struct Writer {
    live: Live,
    /// Blocks that are written; the last closed one may still grow and waits.
    written: usize,
    tail_at: Option<Instant>,
}

impl Writer {
    /// [`Self::push`], off the async threads where it is much. `None` after a panic.
    async fn take(mut self, text: String) -> Option<(Self, Bytes)> {
        if text.len() < HEAVY && !self.live.may_convert(&text) {
            let html = self.push(&text);
            return Some((self, html));
        }
        let push = move || {
            let html = self.push(&text);
            (self, html)
        };
        tokio::task::spawn_blocking(push).await.ok()
    }

    fn push(&mut self, text: &str) -> Bytes {
        self.live.push(text);
        let mut html = String::new();
        let ready = self.live.blocks().saturating_sub(1);
        for index in self.written..ready {
            html.push_str(&self.live.block_html(index));
        }
        let moved = ready > self.written;
        self.written = self.written.max(ready);
        let now = Instant::now();
        if moved || self.tail_at.is_none_or(|at| now >= at + TAILS) {
            self.tail_at = Some(now);
            // The last closed block may be a list that grows: it is part of the open end.
            let open = (self.written..self.live.blocks())
                .map(|index| self.live.block_html(index))
                .collect::<String>();
            let tail = SafeHtml(open + self.live.tail());
            html.push_str(&page::nojs_tail(&tail).into_string());
        }
        html.into()
    }

    /// Everything that is not written yet. Earlier blocks stay as they are: a document can't be taken back.
    async fn rest(mut self) -> Option<Bytes> {
        let rest = move || {
            self.live.seal();
            let blocks = (self.written..self.live.blocks()).map(|index| self.live.block_html(index));
            // The empty element hides the last open end.
            Bytes::from(format!("{}<div></div>", blocks.collect::<String>()))
        };
        tokio::task::spawn_blocking(rest).await.ok()
    }
}
