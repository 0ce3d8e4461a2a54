//! Ollama's own API, streamed: a JSON text on each line, the last of which says that it is.

use bytes::{BufMut, BytesMut};
use serde_json::{Value, json};

use super::{Fragment, Part, Voice};
use crate::providers::{Request, Usage};

/// When all answers were made.
const CREATED: &str = "2026-09-22T00:00:00Z";

/// Speaks Ollama's own words.
pub struct OllamaVoice {
    /// The beginning of every line.
    head: String,
    /// Whether thoughts may be seen.
    thinks: bool,
    /// Names and arguments of calls that are not complete yet.
    calls: Vec<(String, String)>,
    stop: Option<&'static str>,
}

impl OllamaVoice {
    pub fn new(request: &Request, thinks: bool) -> Self {
        let model = Value::from(request.model.as_str());
        let head = format!(r#"{{"model":{model},"created_at":"{CREATED}","message":{{"role":"assistant","#);
        Self { head, thinks, calls: Vec::new(), stop: None }
    }

    fn flush(&mut self, out: &mut BytesMut) {
        if self.calls.is_empty() {
            return;
        }
        let calls: Vec<Value> =
            self.calls.drain(..).map(|(name, arguments)| call_json(&name, &arguments)).collect();
        let calls = Value::from(calls);
        out.put_slice(
            format!("{}\"content\":\"\",\"tool_calls\":{calls}}},\"done\":false}}\n", self.head).as_bytes(),
        );
    }

    fn end(&mut self, usage: Option<&Usage>, out: &mut BytesMut) {
        let Some(word) = self.stop.take() else { return };
        let counts = usage.map_or(String::new(), |usage| {
            let (input, output) = (usage.input.unwrap_or(0), usage.output.unwrap_or(0));
            format!(",\"prompt_eval_count\":{input},\"eval_count\":{output}")
        });
        let tail = format!(
            "\"content\":\"\"}},\"done\":true,\"done_reason\":\"{word}\",\"total_duration\":1{counts}}}\n"
        );
        out.put_slice(self.head.as_bytes());
        out.put_slice(tail.as_bytes());
    }
}

impl Voice for OllamaVoice {
    fn begin(&mut self, _out: &mut BytesMut) {}

    fn token(&mut self, part: Part, json: &[u8], out: &mut BytesMut) {
        self.flush(out);
        if part == Part::Thinking && !self.thinks {
            return;
        }
        out.put_slice(self.head.as_bytes());
        out.put_slice(match part {
            Part::Thinking => br#""content":"","thinking":""#,
            Part::Answer => br#""content":""#,
        });
        out.put_slice(json);
        out.put_slice(b"\"},\"done\":false}\n");
    }

    fn call(&mut self, fragment: &Fragment, _out: &mut BytesMut) {
        if let Some((_, name)) = &fragment.opens {
            self.calls.push((name.clone(), String::new()));
        }
        if let Some((_, arguments)) = self.calls.last_mut() {
            arguments.push_str(&fragment.arguments);
        }
    }

    fn finish(&mut self, word: &'static str, out: &mut BytesMut) {
        self.flush(out);
        match done_reason(word) {
            Some(reason) => self.stop = Some(reason),
            None => self.error("server_error", out),
        }
    }

    fn usage(&mut self, usage: &Usage, out: &mut BytesMut) {
        self.end(Some(usage), out);
    }

    fn done(&mut self, out: &mut BytesMut) {
        self.end(None, out);
    }

    fn over(&mut self, out: &mut BytesMut) {
        self.end(None, out);
    }

    fn error(&mut self, code: &str, out: &mut BytesMut) {
        // There are no codes: only the words tell.
        let why = if code == "server_is_overloaded" {
            "server overloaded, please retry"
        } else {
            "it broke on the way"
        };
        out.put_slice(format!("{}\n", json!({ "error": why })).as_bytes());
    }

    fn noise(&mut self, out: &mut BytesMut) {
        out.put_slice(b"\n  \r\n{\"created_at\":\"now\",\"done\":false}\n{\"message\":{\"role\":\"assistant\"},\"of_tomorrow\":1}\n");
    }

    fn comment(&self, length: usize, out: &mut BytesMut) {
        out.put_bytes(b' ', length);
        out.put_u8(b'\n');
    }

    fn event_end(&self) -> &'static [u8] {
        b"\n"
    }
}

/// Why an answer ends, in Ollama's words; `None` for an end that is an error.
pub fn done_reason(word: &str) -> Option<&'static str> {
    match word {
        "length" => Some("length"),
        // It has no word for it.
        "content_filter" => Some("content_filter"),
        "error" => None,
        _ => Some("stop"),
    }
}

/// A call as it stands in a message.
pub fn call_json(name: &str, arguments: &str) -> Value {
    let arguments: Value = serde_json::from_str(arguments).unwrap_or_else(|_| json!({}));
    json!({ "function": { "name": name, "arguments": arguments } })
}
