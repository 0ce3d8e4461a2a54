//! One answer: bytes of the OpenAI wire in, deltas out.
//!
//! A success needs a finish reason; everything else is an error after the text that did come. Nothing is read ahead
//! of the consumer, so a slow one slows the provider down; dropping the answer drops the connection.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures::{Stream, StreamExt, stream::BoxStream};
use tokio::time::{Instant, Sleep};

use super::{
    Limits,
    chunk::{Call, Chunk},
    refusal,
    sse::Decoder,
    text,
};
use crate::providers::{Delta, Error, FinishReason, Usage};

/// The most text in one delta.
const MAX_DELTA: usize = 64 << 10;
/// Characters of the name that a provider gives its model, at most.
const MODEL_NAME: usize = 200;
/// Bytes of a tool's name, and of what a call is known by, at most.
const CALL_NAME: usize = 256;
/// How long usage and `[DONE]` may take once the finish reason was read.
const AFTERWORD: Duration = Duration::from_secs(5);

/// Bytes as they come from a provider; an error is a lost connection.
pub type Body = BoxStream<'static, Result<Bytes, Lost>>;

/// The connection broke.
#[derive(Debug)]
pub struct Lost;

/// See the module.
pub struct Answer {
    /// `None` once the answer is over: that closes the connection even if the consumer keeps the stream.
    body: Option<Body>,
    decoder: Decoder,
    ready: VecDeque<Delta>,
    failed: Option<Error>,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    model: Option<String>,
    size: usize,
    limits: Limits,
    lines: u64,
    born: Instant,
    last_line: Instant,
    clock: Pin<Box<Sleep>>,
}

impl Answer {
    /// Starts reading a body whose response head was fine. Needs a tokio runtime with time.
    pub fn new(body: Body, limits: Limits) -> Self {
        let now = Instant::now();
        Self {
            body: Some(body),
            decoder: Decoder::default(),
            ready: VecDeque::new(),
            failed: None,
            finish: None,
            usage: None,
            model: None,
            size: 0,
            limits,
            lines: 0,
            born: now,
            last_line: now,
            clock: Box::pin(tokio::time::sleep_until(now + limits.first.min(limits.total))),
        }
    }

    /// A JSON body with status 200: an error in disguise, or the whole answer of a server that cannot stream.
    pub fn of_whole(body: Vec<u8>, limits: Limits) -> Self {
        // A line end in JSON is white space, but would end the event's line.
        let flat = body.into_iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
        let event: Vec<u8> = b"data: ".iter().copied().chain(flat).chain(*b"\n\n").collect();
        Self::new(futures::stream::iter([Ok(event.into())]).boxed(), limits)
    }

    fn read(&mut self, bytes: &[u8]) {
        if self.decoder.feed(bytes).is_err() {
            return self.close(Some(Error::Malformed));
        }
        // Taken out for the loop, since the event borrows it while the rest of `self` is written.
        let mut decoder = std::mem::take(&mut self.decoder);
        while self.body.is_some()
            && let Some(data) = decoder.next_event()
        {
            self.event(data);
        }
        self.decoder = decoder;
        if self.decoder.lines() != self.lines {
            self.lines = self.decoder.lines();
            self.last_line = Instant::now();
        }
    }

    /// The body ended in peace; whether the answer did is another question.
    fn ended(&mut self) {
        let mut decoder = std::mem::take(&mut self.decoder);
        if let Some(data) = decoder.last_event() {
            self.event(data);
        }
        self.close(Some(Error::Incomplete));
    }

    fn event(&mut self, data: &[u8]) {
        let data = data.trim_ascii();
        if data == b"[DONE]" {
            return self.close(Some(Error::Incomplete));
        }
        if data.is_empty() || data == b"null" {
            return;
        }
        let text = text::lossy(data);
        let mended;
        let parsed = match serde_json::from_str::<Chunk<'_>>(&text) {
            Ok(chunk) if data[0] == b'{' => Some(chunk),
            Ok(_) => None,
            Err(_) => {
                mended = text::mend_surrogates(&text);
                mended.as_deref().and_then(|text| serde_json::from_str(text).ok())
            }
        };
        match parsed {
            Some(chunk) => self.chunk(chunk),
            None => self.close(Some(Error::Malformed)),
        }
    }

    fn chunk(&mut self, chunk: Chunk<'_>) {
        if let Some(error) = chunk.error {
            return self.close(Some(refusal::from_error(&error)));
        }
        if self.model.is_none() && !chunk.model.0.is_empty() {
            self.model = Some(chunk.model.0.chars().take(MODEL_NAME).collect());
        }
        if let Some(usage) = chunk.usage {
            self.usage = Some(usage.into());
        }
        // We ask for one choice; more of them would be mixed up into nonsense.
        let Some(choice) = chunk.choices.into_iter().find(|choice| choice.index == 0) else { return };
        self.say(choice.delta.thinking(), Delta::Thinking);
        self.say(&choice.delta.content.0, Delta::Text);
        self.say(&choice.delta.refusal.0, Delta::Text);
        for (position, call) in choice.delta.tool_calls.into_iter().enumerate() {
            self.call(call, position);
        }
        match choice.finish_reason.as_deref() {
            None | Some("") => {}
            Some("error") => self.close(Some(Error::Upstream { status: None })),
            Some(word) => {
                self.finish.get_or_insert_with(|| FinishReason::from_wire(word));
            }
        }
    }

    /// Adds text: joined with what is still waiting, in pieces of at most [`MAX_DELTA`], up to the cap.
    fn say(&mut self, text: &str, wrap: fn(String) -> Delta) {
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

    fn call(&mut self, call: Call<'_>, position: usize) {
        // Names are charged like everything else, and none needs to be long.
        let mut name =
            |text: Option<String>| text.map(|text| self.within_cap(text::head(&text, CALL_NAME)).to_owned());
        let (id, called) = (name(call.id), name(call.function.name));
        let arguments = self.within_cap(&call.function.arguments.0).to_owned();
        // Gemini's look-alike leaves the index out; the place in the list is what it means.
        let index = call.index.unwrap_or_else(|| u32::try_from(position).unwrap_or(u32::MAX));
        self.ready.push_back(Delta::ToolCall { index, id, name: called, arguments });
        self.stop_at_cap();
    }

    fn within_cap<'t>(&mut self, text: &'t str) -> &'t str {
        let room = self.limits.answer.saturating_sub(self.size);
        let fits = &text[..text.floor_char_boundary(room)];
        // Beyond the cap counts as full, also when the last character would not fit by a byte.
        self.size = if fits.len() < text.len() { self.limits.answer } else { self.size + fits.len() };
        fits
    }

    fn stop_at_cap(&mut self) {
        if self.size >= self.limits.answer && self.body.is_some() {
            self.finish = Some(FinishReason::Length);
            self.close(None);
        }
    }

    /// The end: of success if the provider said why, of `error` otherwise. Only the first call counts.
    fn close(&mut self, error: Option<Error>) {
        if self.body.take().is_none() {
            return;
        }
        // What goes wrong behind the ending changes nothing about the answer, unless the provider takes it back.
        let told =
            matches!(error, None | Some(Error::Incomplete | Error::Cut | Error::Timeout | Error::Malformed));
        match self.finish.take().filter(|_| told) {
            Some(finish) => {
                self.ready.extend(self.model.take().map(Delta::Model));
                self.ready.extend(self.usage.map(Delta::Usage));
                self.ready.push_back(Delta::End(finish));
            }
            None => self.failed = error,
        }
    }

    /// The clock is set once per silence, not once per chunk: when it rings, it looks whether it is really time.
    fn watch_clock(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let silence = match (&self.finish, self.lines) {
                (Some(_), _) => AFTERWORD.min(self.limits.idle),
                (None, 0) => self.limits.first,
                (None, _) => self.limits.idle,
            };
            let due = (self.last_line + silence).min(self.born + self.limits.total);
            if due < self.clock.deadline() {
                self.clock.as_mut().reset(due);
            }
            if self.clock.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if Instant::now() >= due {
                self.close(Some(Error::Timeout));
                return Poll::Ready(());
            }
            self.clock.as_mut().reset(due);
        }
    }
}

impl Stream for Answer {
    type Item = Result<Delta, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let me = self.get_mut();
        loop {
            if let Some(delta) = me.ready.pop_front() {
                return Poll::Ready(Some(Ok(delta)));
            }
            if let Some(error) = me.failed.take() {
                return Poll::Ready(Some(Err(error)));
            }
            let Some(body) = &mut me.body else { return Poll::Ready(None) };
            match body.as_mut().poll_next(cx) {
                Poll::Ready(Some(Ok(bytes))) => me.read(&bytes),
                Poll::Ready(Some(Err(Lost))) => me.close(Some(Error::Cut)),
                Poll::Ready(None) => me.ended(),
                Poll::Pending => {
                    if me.watch_clock(cx).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }
}
