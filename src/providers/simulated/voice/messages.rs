//! Anthropic's Messages, streamed: blocks that open and close, and one event behind them that says why all of it ends.

use bytes::{BufMut, BytesMut};
use serde_json::{Value, json};

use super::{
    super::{prompt_tokens, words},
    Fragment, Part, Voice, escape,
};
use crate::providers::{Request, Usage};

/// How much of the thoughts may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It doesn't think.
    Nothing,
    /// Only the signature, which is the usual.
    Sealed,
    /// All of it.
    Thoughts,
}

/// Speaks Messages.
pub struct MessagesVoice {
    model: String,
    prompt_tokens: u64,
    /// Names everything that was said before: thoughts are bound to it.
    prefix: String,
    shown: Shown,
    open: Option<Open>,
    index: u32,
    /// The open block's thoughts, as they stand in JSON.
    thought: Vec<u8>,
    /// Why it ends, until the event that says so.
    stop: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Thinking,
    Text,
    Call,
}

/// The signature of a block of thoughts behind this prefix; `json` is their text as it may stand in JSON.
pub fn seal(prefix: &str, json: &[u8]) -> String {
    format!("sim-{prefix}-{:016x}", words::hash(&String::from_utf8_lossy(json)))
}

/// The same for thoughts as a client sends them back.
pub fn seal_of(prefix: &str, thoughts: &str) -> String {
    let mut json = BytesMut::new();
    escape(thoughts, &mut json);
    seal(prefix, &json)
}

impl MessagesVoice {
    pub fn new(request: &Request, prefix: String, shown: Shown) -> Self {
        Self {
            model: request.model.clone(),
            prompt_tokens: prompt_tokens(request),
            prefix,
            shown,
            open: None,
            index: 0,
            thought: Vec::new(),
            stop: None,
        }
    }

    fn start(&mut self, kind: Open, block: &Value, out: &mut BytesMut) {
        self.close(out);
        self.open = Some(kind);
        let index = self.index;
        event("content_block_start", &json!({ "index": index, "content_block": block }), out);
    }

    fn close(&mut self, out: &mut BytesMut) {
        let Some(kind) = self.open.take() else { return };
        if kind == Open::Thinking {
            let told = std::mem::take(&mut self.thought);
            let delta = json!({ "type": "signature_delta", "signature": seal(&self.prefix, &told) });
            event("content_block_delta", &json!({ "index": self.index, "delta": delta }), out);
        }
        event("content_block_stop", &json!({ "index": self.index }), out);
        self.index += 1;
    }

    /// Why it ends, once.
    fn end(&mut self, usage: Value, out: &mut BytesMut) {
        let Some(word) = self.stop.take() else { return };
        let delta = json!({ "stop_reason": word, "stop_sequence": null, "stop_details": null });
        event("message_delta", &json!({ "delta": delta, "usage": usage }), out);
    }
}

impl Voice for MessagesVoice {
    fn begin(&mut self, out: &mut BytesMut) {
        let message = json!({
            "id": format!("msg_sim{:016x}", words::hash(&self.model)), "type": "message", "role": "assistant",
            "model": self.model, "content": [], "stop_reason": null, "stop_sequence": null,
            "usage": usage_json(&Usage { input: Some(self.prompt_tokens), output: Some(1), ..Usage::default() }),
        });
        event("message_start", &json!({ "message": message }), out);
        event("ping", &json!({}), out);
    }

    fn token(&mut self, part: Part, json: &[u8], out: &mut BytesMut) {
        let (kind, head): (_, &[u8]) = match part {
            Part::Thinking if self.shown == Shown::Nothing => return,
            Part::Thinking => (Open::Thinking, br#""delta":{"type":"thinking_delta","thinking":""#),
            Part::Answer => (Open::Text, br#""delta":{"type":"text_delta","text":""#),
        };
        if self.open != Some(kind) {
            let block = match kind {
                Open::Thinking => json!({ "type": "thinking", "thinking": "", "signature": "" }),
                _ => json!({ "type": "text", "text": "" }),
            };
            self.start(kind, &block, out);
        }
        if kind == Open::Thinking {
            if self.shown == Shown::Sealed {
                return;
            }
            self.thought.extend_from_slice(json);
        }
        out.put_slice(b"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":");
        out.put_slice(self.index.to_string().as_bytes());
        out.put_u8(b',');
        out.put_slice(head);
        out.put_slice(json);
        out.put_slice(b"\"}}\n\n");
    }

    fn call(&mut self, fragment: &Fragment, out: &mut BytesMut) {
        if let Some((id, name)) = &fragment.opens {
            let block = json!({ "type": "tool_use", "id": id, "name": name, "input": {} });
            self.start(Open::Call, &block, out);
        }
        let delta = json!({ "type": "input_json_delta", "partial_json": fragment.arguments });
        event("content_block_delta", &json!({ "index": self.index, "delta": delta }), out);
    }

    fn finish(&mut self, word: &'static str, out: &mut BytesMut) {
        self.close(out);
        match stop_reason(word) {
            Some(reason) => self.stop = Some(reason),
            None => self.error("server_error", out),
        }
    }

    fn usage(&mut self, usage: &Usage, out: &mut BytesMut) {
        self.end(usage_json(usage), out);
    }

    fn done(&mut self, out: &mut BytesMut) {
        self.close(out);
        self.end(json!({ "output_tokens": 1 }), out);
        event("message_stop", &json!({}), out);
    }

    fn over(&mut self, out: &mut BytesMut) {
        self.end(json!({ "output_tokens": 1 }), out);
    }

    fn error(&mut self, code: &str, out: &mut BytesMut) {
        let error =
            json!({ "type": error_type(code, 500), "message": "it broke on the way", "details": null });
        event("error", &json!({ "error": error }), out);
    }

    fn noise(&mut self, out: &mut BytesMut) {
        out.put_slice(
            b": a comment\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\nid: 7\nretry: 10\n\ndata:\n\n\
            event: of_tomorrow\ndata: {\"type\":\"of_tomorrow\",\"index\":9,\"delta\":{\"type\":\"odd\"}}\n\nnonsense: yes\n\n",
        );
    }
}

/// Why an answer ends, in the words of Messages; `None` for an end that is an error.
pub fn stop_reason(word: &str) -> Option<&'static str> {
    match word {
        "length" => Some("max_tokens"),
        "tool_calls" => Some("tool_use"),
        "content_filter" => Some("refusal"),
        "error" => None,
        _ => Some("end_turn"),
    }
}

/// The kind of an error that has this code in OpenAI's words, or else comes with this status.
pub fn error_type(code: &str, status: u16) -> &'static str {
    match (code, status) {
        ("invalid_api_key", _) | (_, 401) => "authentication_error",
        ("insufficient_quota", _) | (_, 402) => "billing_error",
        ("missing_scope", _) | (_, 403) => "permission_error",
        ("model_not_found", _) | (_, 404) => "not_found_error",
        ("rate_limit_exceeded", _) | (_, 429) => "rate_limit_error",
        ("server_is_overloaded", _) | (_, 503 | 529) => "overloaded_error",
        (_, 413) => "request_too_large",
        (_, 504) => "timeout_error",
        (_, 400..500) => "invalid_request_error",
        _ => "api_error",
    }
}

/// Usage in the words of Messages, where what comes from the cache is counted apart.
pub fn usage_json(usage: &Usage) -> Value {
    let (input, cached) = (usage.input.unwrap_or(0), usage.cached.unwrap_or(0));
    json!({
        "input_tokens": input - cached.min(input), "cache_creation_input_tokens": 0, "cache_read_input_tokens": cached,
        "output_tokens": usage.output.unwrap_or(0),
        "output_tokens_details": { "thinking_tokens": usage.reasoning.unwrap_or(0) },
    })
}

fn event(name: &str, data: &Value, out: &mut BytesMut) {
    let mut data = data.clone();
    data["type"] = name.into();
    out.put_slice(format!("event: {name}\ndata: {data}\n\n").as_bytes());
}
