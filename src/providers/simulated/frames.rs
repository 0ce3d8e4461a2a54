//! Plays a score through a voice, at the score's own pace.
//!
//! Cheap on purpose, since benchmarks measure others against it: one timer per answer, and everything that is due goes
//! out in one frame.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{BufMut, Bytes, BytesMut};
use futures::Stream;
use tokio::time::{Instant, Sleep};

use super::{
    score::{Beat, Part, Score, Step},
    voice::{Voice, escape},
};
use crate::providers::{Usage, wire::Lost};

/// A frame is sent when it has grown to this, even if more is due.
const FRAME: usize = 16 << 10;

/// The body of one streamed answer. An `Err` means: break the connection.
pub struct Frames {
    score: Score,
    voice: Box<dyn Voice>,
    out: BytesMut,
    /// A token as it may stand in JSON.
    token: BytesMut,
    prompt_tokens: u64,
    spoken: u64,
    thought: u64,
    due: Instant,
    clock: Option<Pin<Box<Sleep>>>,
    /// A frame that must not be joined with others, and whether the connection breaks after what is in `out`.
    held: Option<Bytes>,
    breaks: bool,
    /// Whether what was said before the break had its chance to leave.
    parted: bool,
    over: bool,
}

impl Frames {
    /// Nothing plays before it is polled.
    pub fn new(score: Score, mut voice: Box<dyn Voice>, prompt_tokens: u64) -> Self {
        let mut out = BytesMut::new();
        voice.begin(&mut out);
        Self {
            score,
            voice,
            out,
            token: BytesMut::new(),
            prompt_tokens,
            spoken: 0,
            thought: 0,
            due: Instant::now(),
            clock: None,
            held: None,
            breaks: false,
            parted: false,
            over: false,
        }
    }

    /// Puts one step into `out`; false when the score is over.
    fn play(&mut self) -> bool {
        let Self { score, voice, out, .. } = self;
        match score.next_step() {
            None => {
                if !std::mem::replace(&mut self.over, true) {
                    voice.over(out);
                }
                return false;
            }
            Some(Step::Token(part, text)) => {
                self.token.clear();
                escape(text, &mut self.token);
                voice.token(part, &self.token, out);
                self.thought += u64::from(part == Part::Thinking);
                self.spoken += u64::from(part == Part::Answer);
            }
            Some(Step::Wait(time)) => self.due += time,
            Some(Step::Call(fragment)) => voice.call(&fragment, out),
            Some(Step::Finish(word)) => voice.finish(word, out),
            Some(Step::Usage) => {
                let usage = self.counted();
                self.voice.usage(&usage, &mut self.out);
            }
            Some(Step::Done) => voice.done(out),
            Some(Step::Raw(bytes)) => self.held = Some(bytes),
            Some(Step::Escaped(json)) => voice.token(Part::Answer, json, out),
            Some(Step::Half { closed }) => self.held = Some(self.half(closed)),
            Some(Step::Shred(text)) => {
                let mut event = BytesMut::new();
                self.token.clear();
                escape(text, &mut self.token);
                voice.token(Part::Answer, &self.token, &mut event);
                score.insert(Beat::Raw { bytes: event.freeze(), step: 1, every: Duration::ZERO });
            }
            Some(Step::Dribble { length, every }) => {
                let mut comment = BytesMut::new();
                voice.comment(length, &mut comment);
                score.insert(Beat::Raw { bytes: comment.freeze(), step: 1, every });
            }
            Some(Step::Error(code)) => voice.error(&code, out),
            Some(Step::Noise) => voice.noise(out),
            Some(Step::Break) => self.breaks = true,
        }
        true
    }

    /// The event of a token up to the middle of its text.
    fn half(&mut self, closed: bool) -> Bytes {
        let mut event = BytesMut::new();
        self.voice.token(Part::Answer, b"oops", &mut event);
        let middle = event.windows(4).position(|bytes| bytes == b"oops").map_or(event.len() / 2, |at| at + 2);
        event.truncate(middle);
        if closed {
            event.put_slice(self.voice.event_end());
        }
        event.freeze()
    }

    /// Tokens so far, whether the answer tells them or not.
    pub fn counted(&self) -> Usage {
        Usage {
            input: Some(self.prompt_tokens),
            cached: Some(0),
            output: Some(self.spoken + self.thought),
            reasoning: Some(self.thought),
            cost: None,
        }
    }
}

impl Stream for Frames {
    type Item = Result<Bytes, Lost>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let me = self.get_mut();
        loop {
            if let Some(clock) = &mut me.clock {
                if clock.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                if me.due > Instant::now() {
                    clock.as_mut().reset(me.due);
                    continue;
                }
            }
            let before = me.due;
            let mut more = true;
            while more && me.due == before && me.held.is_none() && !me.breaks && me.out.len() < FRAME {
                more = me.play();
            }
            if me.due > Instant::now() {
                match &mut me.clock {
                    Some(clock) => clock.as_mut().reset(me.due),
                    none => *none = Some(Box::pin(tokio::time::sleep_until(me.due))),
                }
                if me.out.is_empty() {
                    continue;
                }
            } else if me.due != before && me.out.len() < FRAME {
                // Late already: what is due next goes into the same frame.
                continue;
            }
            if !me.out.is_empty() {
                return Poll::Ready(Some(Ok(me.out.split().freeze())));
            }
            if me.breaks && me.held.is_none() && !std::mem::replace(&mut me.parted, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready(match me.held.take() {
                Some(bytes) => Some(Ok(bytes)),
                None if me.breaks => Some(Err(Lost)),
                None => None,
            });
        }
    }
}
