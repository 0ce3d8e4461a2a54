//! What an answer has said so far and nobody has taken yet, within its bounds.
//!
//! Only the first ending counts. What every answer promises is held here: model, replay, usage and end come once, in this
//! order, behind everything else.

use std::collections::VecDeque;

use super::text;
use crate::providers::{Delta, Error, FinishReason, Replay, Usage};

/// The most text in one delta.
const MAX_DELTA: usize = 64 << 10;
/// Characters of the name that a provider gives its model, at most.
const MODEL_NAME: usize = 200;
/// Bytes of a tool's name, and of what a call is known by, at most.
const CALL_NAME: usize = 256;
/// Bytes of what a provider wants back. Pages of thoughts are sealed in some tens of kB.
const MAX_REPLAY: usize = 1 << 20;

/// See the module.
pub struct Gathered {
    ready: VecDeque<Delta>,
    failed: Option<Error>,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    model: Option<String>,
    replay: Option<Replay>,
    size: usize,
    cap: usize,
    over: bool,
}

impl Gathered {
    /// Nothing yet, and never more than `cap` bytes.
    pub fn up_to(cap: usize) -> Self {
        Self {
            ready: VecDeque::new(),
            failed: None,
            finish: None,
            usage: None,
            model: None,
            replay: None,
            size: 0,
            cap,
            over: false,
        }
    }

    /// More of the answer.
    pub fn text(&mut self, text: &str) {
        self.say(text, Delta::Text);
    }

    /// More of the thoughts that may be seen.
    pub fn thinking(&mut self, text: &str) {
        self.say(text, Delta::Thinking);
    }

    /// A fragment of a tool call; see [`Delta::ToolCall`].
    pub fn call(&mut self, index: u32, id: Option<String>, name: Option<String>, arguments: &str) {
        if self.over {
            return;
        }
        // Names are charged like everything else, and none needs to be long.
        let mut short =
            |text: Option<String>| text.map(|text| self.within_cap(text::head(&text, CALL_NAME)).to_owned());
        let (id, name) = (short(id), short(name));
        let arguments = self.within_cap(arguments).to_owned();
        self.ready.push_back(Delta::ToolCall { index, id, name, arguments });
        self.stop_at_cap();
    }

    /// Who answers; the first word about it counts.
    pub fn model(&mut self, name: &str) {
        if self.model.is_none() && !name.is_empty() {
            self.model = Some(name.chars().take(MODEL_NAME).collect());
        }
    }

    /// Token counts so far; the last word counts.
    pub fn usage(&mut self, usage: Usage) {
        self.usage = Some(usage);
    }

    /// What the provider wants back with the next question; too much of it is forgotten, which it allows.
    pub fn replay(&mut self, replay: Replay) {
        self.replay = Some(replay).filter(|replay| replay.items.len() <= MAX_REPLAY);
    }

    /// The provider said why it ends; the first word counts. More about it may follow until [`Gathered::done`].
    pub fn finish(&mut self, reason: FinishReason) {
        self.finish.get_or_insert(reason);
    }

    /// The provider said that nothing follows.
    pub fn done(&mut self) {
        self.close(Some(Error::Incomplete));
    }

    /// The provider said that it failed.
    pub fn fail(&mut self, error: Error) {
        self.close(Some(error));
    }

    /// Whether the provider said why it ends.
    pub fn has_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// Whether it is closed.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What comes next, if something does; the end once.
    pub fn take(&mut self) -> Option<Result<Delta, Error>> {
        self.ready.pop_front().map(Ok).or_else(|| self.failed.take().map(Err))
    }

    /// The end: of success if the provider said why, of `error` otherwise. Only the first call counts.
    pub fn close(&mut self, error: Option<Error>) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        // What goes wrong behind the ending changes nothing about the answer, unless the provider takes it back.
        let told =
            matches!(error, None | Some(Error::Incomplete | Error::Cut | Error::Timeout | Error::Malformed));
        match self.finish.take().filter(|_| told) {
            Some(finish) => {
                self.ready.extend(self.model.take().map(Delta::Model));
                self.ready.extend(self.replay.take().map(Delta::Replay));
                self.ready.extend(self.usage.map(Delta::Usage));
                self.ready.push_back(Delta::End(finish));
            }
            None => self.failed = error,
        }
    }

    /// Adds text: joined with what is still waiting, in pieces of at most [`MAX_DELTA`], up to the cap.
    fn say(&mut self, text: &str, wrap: fn(String) -> Delta) {
        if self.over {
            return;
        }
        let mut rest = self.within_cap(text);
        while !rest.is_empty() {
            let piece = match (self.ready.back_mut(), wrap(String::new())) {
                (Some(Delta::Text(last)), Delta::Text(_))
                | (Some(Delta::Thinking(last)), Delta::Thinking(_))
                    if last.len() + rest.len() <= MAX_DELTA =>
                {
                    last.push_str(rest);
                    rest
                }
                _ => {
                    let piece = text::head(rest, MAX_DELTA);
                    self.ready.push_back(wrap(piece.to_owned()));
                    piece
                }
            };
            rest = &rest[piece.len()..];
        }
        self.stop_at_cap();
    }

    fn within_cap<'t>(&mut self, text: &'t str) -> &'t str {
        let room = self.cap.saturating_sub(self.size);
        let fits = &text[..text.floor_char_boundary(room)];
        // Beyond the cap counts as full, also when the last character would not fit by a byte.
        self.size = if fits.len() < text.len() { self.cap } else { self.size + fits.len() };
        fits
    }

    fn stop_at_cap(&mut self) {
        if self.size >= self.cap && !self.over {
            self.finish = Some(FinishReason::Length);
            self.close(None);
        }
    }
}
