//! Plays a score as bytes of the OpenAI wire, at the score's own pace.
//!
//! Cheap on purpose, since benchmarks measure others against it: one timer per answer, the constant part of a chunk is
//! rendered once, and everything that is due goes out in one frame.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{BufMut, Bytes, BytesMut};
use futures::Stream;
use tokio::time::{Instant, Sleep};

use super::score::{Part, Score, Step};
use crate::providers::{Usage, wire::Lost};

/// A frame is sent when it has grown to this, even if more is due.
const FRAME: usize = 16 << 10;

/// The body of one streamed answer. An `Err` means: break the connection.
pub struct Frames {
    score: Score,
    out: BytesMut,
    head: String,
    tail: &'static str,
    include_usage: bool,
    prompt_tokens: u64,
    spoken: u64,
    thought: u64,
    due: Instant,
    clock: Option<Pin<Box<Sleep>>>,
    /// A frame that must not be joined with others, and whether the connection breaks after what is in `out`.
    held: Option<Bytes>,
    breaks: bool,
}

impl Frames {
    /// `model` is said back in every chunk; `include_usage` as in `stream_options`.
    pub fn new(score: Score, model: &str, prompt_tokens: u64, include_usage: bool) -> Self {
        let id = super::words::hash(model) ^ prompt_tokens;
        let model = serde_json::Value::from(model);
        let head = format!(
            r#"data: {{"id":"chatcmpl-sim{id:016x}","object":"chat.completion.chunk","created":1790000000,"model":{model},"choices":[{{"index":0,"delta":{{"#
        );
        let mut frames = Self {
            score,
            out: BytesMut::new(),
            head,
            tail: if include_usage { "}],\"usage\":null}\n\n" } else { "}]}\n\n" },
            include_usage,
            prompt_tokens,
            spoken: 0,
            thought: 0,
            due: Instant::now(),
            clock: None,
            held: None,
            breaks: false,
        };
        frames.chunk(r#""role":"assistant","content":"""#, None);
        frames
    }

    /// Puts one step into `out`; false when the score is over.
    fn play(&mut self) -> bool {
        // The head is cloned nowhere: fields are borrowed one by one.
        let Self { score, out, head, tail, .. } = self;
        match score.next_step() {
            None => return false,
            Some(Step::Token(part, text)) => {
                out.put_slice(head.as_bytes());
                out.put_slice(match part {
                    Part::Answer => br#""content":""#,
                    Part::Thinking => br#""reasoning_content":""#,
                });
                escape(text, out);
                out.put_slice(b"\"},\"finish_reason\":null");
                out.put_slice(tail.as_bytes());
                self.thought += u64::from(part == Part::Thinking);
                self.spoken += u64::from(part == Part::Answer);
            }
            Some(Step::Wait(time)) => self.due += time,
            Some(Step::Call(call)) => self.chunk(&format!(r#""tool_calls":[{call}]"#), None),
            Some(Step::Finish(word)) => self.chunk("", Some(word)),
            Some(Step::Usage) => self.usage(),
            Some(Step::Done) => self.out.put_slice(b"data: [DONE]\n\n"),
            Some(Step::Raw(bytes)) => self.held = Some(bytes),
            Some(Step::Break) => self.breaks = true,
        }
        true
    }

    fn chunk(&mut self, delta: &str, finish: Option<&str>) {
        let finish = finish.map_or("null".to_owned(), |word| format!("\"{word}\""));
        for piece in [self.head.as_str(), delta, "},\"finish_reason\":", &finish, self.tail] {
            self.out.put_slice(piece.as_bytes());
        }
    }

    fn usage(&mut self) {
        if !self.include_usage {
            return;
        }
        let Some((head, _)) = self.head.split_once(r#"{"index""#) else { return };
        let usage = usage_json(&self.told());
        self.out.put_slice(head.as_bytes());
        self.out.put_slice(format!("],\"usage\":{usage}}}\n\n").as_bytes());
    }

    fn told(&self) -> Usage {
        Usage {
            input: Some(self.prompt_tokens),
            cached: Some(0),
            output: Some(self.spoken + self.thought),
            reasoning: Some(self.thought),
        }
    }
}

/// Usage in the OpenAI wire's words.
pub fn usage_json(usage: &Usage) -> serde_json::Value {
    let (input, output) = (usage.input.unwrap_or(0), usage.output.unwrap_or(0));
    serde_json::json!({
        "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
        "prompt_tokens_details": { "cached_tokens": usage.cached.unwrap_or(0) },
        "completion_tokens_details": { "reasoning_tokens": usage.reasoning.unwrap_or(0) },
    })
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
            return Poll::Ready(match me.held.take() {
                Some(bytes) => Some(Ok(bytes)),
                None if me.breaks => Some(Err(Lost)),
                None => None,
            });
        }
    }
}

fn escape(text: &str, out: &mut BytesMut) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let short: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0..0x20 => b"",
            _ => continue,
        };
        out.put_slice(&bytes[copied..at]);
        out.put_slice(short);
        if short.is_empty() {
            out.put_slice(format!("\\u{byte:04x}").as_bytes());
        }
        copied = at + 1;
    }
    out.put_slice(&bytes[copied..]);
}
