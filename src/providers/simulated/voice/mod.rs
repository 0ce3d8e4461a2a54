//! How a simulated answer sounds: the words of one kind of API, one file per kind.
//!
//! A score says what happens and when, [`Frames`](super::Frames) plays it at its pace, and a voice makes bytes of each step.
//! So every model and every fault exists on every wire. A voice that the in-process provider or a face of
//! `freshet simulate` needs is made by it and handed to [`Stage::perform`](super::Stage::perform).

mod chat;
pub mod generate;
pub mod messages;
pub mod ollama;
mod responses;

use bytes::{BufMut, BytesMut};
pub use chat::{ChatVoice, usage_json};
pub use responses::ResponsesVoice;

pub use super::score::{Fragment, Part};
use crate::providers::Usage;

/// Writes the steps of one answer as bytes of one wire.
pub trait Voice: Send {
    /// What comes before anything is said, at once.
    fn begin(&mut self, out: &mut BytesMut);

    /// A token; `json` is its text as it may stand between the quotes of a JSON string. For some faults it isn't UTF-8.
    fn token(&mut self, part: Part, json: &[u8], out: &mut BytesMut);

    /// A fragment of a tool call. A wire that knows only whole calls keeps it until the next step that is none.
    fn call(&mut self, fragment: &Fragment, out: &mut BytesMut);

    /// Why the answer ends: `stop`, `length`, `tool_calls`, `content_filter`, or the odd words `error` and `eos`.
    fn finish(&mut self, word: &'static str, out: &mut BytesMut);

    /// What it has cost; comes after `finish` and before `done`, or not at all.
    fn usage(&mut self, usage: &Usage, out: &mut BytesMut);

    /// The mark behind the end. It comes without a `finish` before it, too: then it must not look like an end.
    fn done(&mut self, out: &mut BytesMut);

    /// The body ends here, with or without `done`. A wire whose end says everything at once has to say it now, if it
    /// knows why the answer ended.
    fn over(&mut self, _out: &mut BytesMut) {}

    /// An error in the middle of the answer, with a code in OpenAI's words.
    fn error(&mut self, code: &str, out: &mut BytesMut);

    /// Things between two events that clients must skip without a word.
    fn noise(&mut self, out: &mut BytesMut);

    /// A sign of life of about so many bytes that means nothing, with the line end behind it.
    fn comment(&self, length: usize, out: &mut BytesMut) {
        out.put_slice(b": ");
        out.put_bytes(b'x', length);
        out.put_slice(b"\n");
    }

    /// What closes an event.
    fn event_end(&self) -> &'static [u8] {
        b"\n\n"
    }
}

/// A server-sent event of one line.
pub fn event(data: &serde_json::Value, out: &mut BytesMut) {
    out.put_slice(format!("data: {data}\n\n").as_bytes());
}

/// Writes a text as it may stand between the quotes of a JSON string.
pub fn escape(text: &str, out: &mut BytesMut) {
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
