//! One answer: bytes of a wire in, deltas out.
//!
//! A success needs a finish reason; everything else is an error after the text that did come. Nothing is read ahead
//! of the consumer, so a slow one slows the provider down; dropping the answer drops the connection. What the events of
//! a wire mean is its [`Reader`]'s to say; what was said is put together in [`Gathered`].

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures::{Stream, StreamExt, stream::BoxStream};
use tokio::time::{Instant, Sleep};

use super::{Limits, gathered::Gathered, sse::Decoder, text};
use crate::providers::{Delta, Error};

/// How long usage and `[DONE]` may take once the finish reason was read.
const AFTERWORD: Duration = Duration::from_secs(5);

/// Bytes as they come from a provider; an error is a lost connection.
pub type Body = BoxStream<'static, Result<Bytes, Lost>>;

/// The connection broke.
#[derive(Debug)]
pub struct Lost;

/// Something that this wire does not say.
#[derive(Debug)]
pub struct Garbage;

/// Understands the events of one wire.
pub trait Reader: Send {
    /// Takes the data of one event, which is neither empty nor `null` nor `[DONE]`.
    ///
    /// # Errors
    /// [`Garbage`], and nothing was done about it: the event is shown once more if it can be mended.
    fn read(&mut self, event: &str, out: &mut Gathered) -> Result<(), Garbage>;
}

/// See the module.
pub struct Answer {
    /// `None` once the answer is over: that closes the connection even if the consumer keeps the stream.
    body: Option<Body>,
    decoder: Decoder,
    reader: Box<dyn Reader>,
    out: Gathered,
    limits: Limits,
    lines: u64,
    born: Instant,
    last_line: Instant,
    clock: Pin<Box<Sleep>>,
}

impl Answer {
    /// Starts reading server-sent events whose response head was fine. Needs a tokio runtime with time.
    pub fn new(body: Body, reader: Box<dyn Reader>, limits: Limits) -> Self {
        Self::with(body, Decoder::default(), reader, limits)
    }

    /// The same for a body with one event on each line.
    pub fn of_lines(body: Body, reader: Box<dyn Reader>, limits: Limits) -> Self {
        Self::with(body, Decoder::of_lines(), reader, limits)
    }

    /// A JSON body with status 200: an error in disguise, or the whole answer of a server that cannot stream.
    pub fn of_whole(body: Vec<u8>, reader: Box<dyn Reader>, limits: Limits) -> Self {
        // A line end in JSON is white space, but would end the event's line.
        let flat = body.into_iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte });
        let event: Vec<u8> = b"data: ".iter().copied().chain(flat).chain(*b"\n\n").collect();
        Self::new(futures::stream::iter([Ok(event.into())]).boxed(), reader, limits)
    }

    fn with(body: Body, decoder: Decoder, reader: Box<dyn Reader>, limits: Limits) -> Self {
        let now = Instant::now();
        Self {
            body: Some(body),
            decoder,
            reader,
            out: Gathered::up_to(limits.answer),
            limits,
            lines: 0,
            born: now,
            last_line: now,
            clock: Box::pin(tokio::time::sleep_until(now + limits.first.min(limits.total))),
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        if self.decoder.feed(bytes).is_err() {
            return self.close(Error::Malformed);
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
        self.close(Error::Incomplete);
    }

    fn event(&mut self, data: &[u8]) {
        let data = data.trim_ascii();
        if data == b"[DONE]" {
            return self.close(Error::Incomplete);
        }
        if data.is_empty() || data == b"null" {
            return;
        }
        let event = text::lossy(data);
        let mut read = if data[0] == b'{' { self.reader.read(&event, &mut self.out) } else { Err(Garbage) };
        if read.is_err()
            && let Some(mended) = text::mend_surrogates(&event)
        {
            read = self.reader.read(&mended, &mut self.out);
        }
        match read {
            Ok(()) if self.out.is_over() => self.body = None,
            Ok(()) => {}
            Err(Garbage) => self.close(Error::Malformed),
        }
    }

    /// No more comes.
    fn close(&mut self, why: Error) {
        self.body = None;
        self.out.close(Some(why));
    }

    /// The clock is set once per silence, not once per chunk: when it rings, it looks whether it is really time.
    fn watch_clock(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let silence = match (self.out.has_finished(), self.lines) {
                (true, _) => AFTERWORD.min(self.limits.idle),
                (false, 0) => self.limits.first,
                (false, _) => self.limits.idle,
            };
            let due = (self.last_line + silence).min(self.born + self.limits.total);
            if due < self.clock.deadline() {
                self.clock.as_mut().reset(due);
            }
            if self.clock.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            if Instant::now() >= due {
                self.close(Error::Timeout);
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
            if let Some(next) = me.out.take() {
                return Poll::Ready(Some(next));
            }
            let Some(body) = &mut me.body else { return Poll::Ready(None) };
            match body.as_mut().poll_next(cx) {
                Poll::Ready(Some(Ok(bytes))) => me.read(&bytes),
                Poll::Ready(Some(Err(Lost))) => me.close(Error::Cut),
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
