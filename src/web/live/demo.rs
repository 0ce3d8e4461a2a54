//! The landing page's stream: one answer for all strangers, rendered once by what renders every answer. It costs no
//! model, no account and no row; so many may watch at once, and each for as long as it lasts.

use std::{sync::LazyLock, time::Duration};

use async_stream::stream;
use axum::{body::Bytes, response::Response};
use freshet_templates::{Locale, SafeHtml};
use tokio::sync::Semaphore;

use super::frame::{Frame, response};
use crate::{
    app::App,
    error::{Error, Result},
    markdown::{full, live::Live},
};

/// Characters of one frame, about a word of a quick model.
const PIECE: usize = 9;
/// Pause between two frames.
const PACE: Duration = Duration::from_millis(55);
/// How many may watch at once.
static ROOM: Semaphore = Semaphore::const_new(64);
static ENGLISH: LazyLock<Demo> = LazyLock::new(|| Demo::of(include_str!("demo.md")));
static GERMAN: LazyLock<Demo> = LazyLock::new(|| Demo::of(include_str!("demo.de.md")));

/// What is said in one language.
struct Demo {
    blocks: Vec<SafeHtml>,
    frames: Vec<Bytes>,
}

impl Demo {
    fn of(text: &str) -> Self {
        Self { blocks: full::render(text).into_iter().map(SafeHtml).collect(), frames: frames(text) }
    }

    fn in_words_of(l: Locale) -> &'static Self {
        match l {
            Locale::En => &ENGLISH,
            Locale::De => &GERMAN,
        }
    }
}

/// The whole answer.
pub fn blocks(l: Locale) -> Vec<SafeHtml> {
    Demo::in_words_of(l).blocks.clone()
}

/// The answer as it is written, behind the first `after` frames.
///
/// # Errors
/// Too many watch already.
pub fn stream(app: App, l: Locale, after: usize) -> Result<Response> {
    let seat = ROOM.try_acquire().map_err(|_| Error::Unavailable { retry_after: Duration::from_secs(15) })?;
    Ok(response(stream! {
        let _seat = seat;
        for frame in Demo::in_words_of(l).frames.iter().skip(after) {
            yield frame.clone();
            tokio::select! {
                () = app.draining.cancelled() => return,
                () = tokio::time::sleep(PACE) => {}
            }
        }
    }))
}

/// Each has the blocks that closed (`block`) and the open end (`tail`); the last one says so (`end`).
fn frames(text: &str) -> Vec<Bytes> {
    let mut live = Live::new();
    let (mut written, mut frames) = (0, Vec::new());
    let mut rest = text;
    while !rest.is_empty() {
        let cut = rest.char_indices().nth(PIECE).map_or(rest.len(), |(at, _)| at);
        let (piece, left) = rest.split_at(cut);
        rest = left;
        live.push(piece);
        if rest.is_empty() {
            live.finish();
        }
        let mut frame = Frame::default();
        // The last closed block may be a list that grows: it is part of the open end.
        let ready = if rest.is_empty() { live.blocks() } else { live.blocks().saturating_sub(1) };
        for index in written..ready {
            frame.event("block", &live.block_html(index));
        }
        written = written.max(ready);
        let open: String = (written..live.blocks()).map(|index| live.block_html(index)).collect();
        frame.event("tail", &(open + live.tail()));
        if rest.is_empty() {
            frame.event("end", "-");
        }
        frames.push(frame.into_bytes());
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_streamed_adds_up_to_the_whole_answer() {
        for l in [Locale::En, Locale::De] {
            let demo = Demo::in_words_of(l);
            let frames: String = demo.frames.iter().map(|frame| String::from_utf8_lossy(frame)).collect();
            let blocks: Vec<String> = frames
                .split("\n\n")
                .filter_map(|event| event.strip_prefix("event: block\n"))
                .map(|data| data.lines().map(|line| &line["data: ".len()..]).collect::<Vec<_>>().join("\n"))
                .collect();
            assert_eq!(blocks, demo.blocks.iter().map(|block| block.0.clone()).collect::<Vec<_>>());
            assert!(frames.ends_with("event: end\ndata: -\n\n"));
        }
    }
}
