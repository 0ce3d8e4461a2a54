//! Google's generateContent, streamed: each event is a whole response, lines end as on a typewriter, and the end is that
//! nothing follows.

use bytes::{BufMut, BytesMut};
use serde_json::{Value, json};

use super::{
    super::{prompt_tokens, words},
    Fragment, Part, Voice,
};
use crate::providers::{Request, Usage};

/// Speaks generateContent.
pub struct GenerateVoice {
    /// What stands behind the candidates in every event.
    tail: String,
    prompt_tokens: u64,
    /// Whether thoughts may be seen.
    thoughts: bool,
    thought: bool,
    calls: Vec<Pending>,
    signed: bool,
    stop: Option<&'static str>,
}

/// A call that is not complete yet.
struct Pending {
    id: String,
    name: String,
    arguments: String,
}

/// The signature of a call. It is bound to what is called, so that it can't be put on another one.
pub fn signature(name: &str, arguments: &Value) -> String {
    format!("c2lt{:016x}", words::hash(&format!("{name} {arguments}")))
}

impl GenerateVoice {
    pub fn new(request: &Request, thoughts: bool) -> Self {
        let model = Value::from(request.model.as_str());
        let id = words::hash(&request.model) ^ prompt_tokens(request);
        Self {
            tail: format!(r#","modelVersion":{model},"responseId":"sim{id:016x}"}}"#),
            prompt_tokens: prompt_tokens(request),
            thoughts,
            thought: false,
            calls: Vec::new(),
            signed: false,
            stop: None,
        }
    }

    fn event(&self, candidate: &Value, usage: &Value, out: &mut BytesMut) {
        let head =
            format!("data: {{\"candidates\":[{candidate}],\"usageMetadata\":{usage}{}\r\n\r\n", self.tail);
        out.put_slice(head.as_bytes());
    }

    fn so_far(&self) -> Value {
        json!({ "promptTokenCount": self.prompt_tokens, "totalTokenCount": self.prompt_tokens })
    }

    /// Says the calls that are complete by now.
    fn flush(&mut self, out: &mut BytesMut) {
        if self.calls.is_empty() {
            return;
        }
        let parts: Vec<Value> =
            std::mem::take(&mut self.calls).into_iter().map(|call| self.part(call)).collect();
        let candidate = json!({ "content": { "role": "model", "parts": parts }, "index": 0 });
        self.event(&candidate, &self.so_far(), out);
    }

    /// Of calls that go together only the first is signed.
    fn part(&mut self, call: Pending) -> Value {
        let args: Value = serde_json::from_str(&call.arguments).unwrap_or_else(|_| json!({}));
        let seal = signature(&call.name, &args);
        let mut part = json!({ "functionCall": { "id": call.id, "name": call.name, "args": args } });
        if !std::mem::replace(&mut self.signed, true) {
            part["thoughtSignature"] = seal.into();
        }
        part
    }

    fn end(&mut self, usage: &Value, out: &mut BytesMut) {
        let Some(word) = self.stop.take() else { return };
        let mut candidate = json!({ "finishReason": word, "index": 0 });
        if self.thought {
            // What was thought goes back with the answer, by a part that says nothing.
            let part = json!({ "text": "", "thoughtSignature": signature("", &Value::Null) });
            candidate["content"] = json!({ "role": "model", "parts": [part] });
        }
        self.event(&candidate, usage, out);
    }
}

impl Voice for GenerateVoice {
    fn begin(&mut self, _out: &mut BytesMut) {}

    fn token(&mut self, part: Part, json: &[u8], out: &mut BytesMut) {
        self.flush(out);
        self.thought |= part == Part::Thinking;
        if part == Part::Thinking && !self.thoughts {
            return;
        }
        out.put_slice(b"data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"");
        out.put_slice(json);
        out.put_slice(if part == Part::Thinking { b"\",\"thought\":true" } else { b"\"" });
        out.put_slice(b"}]},\"index\":0}]");
        out.put_slice(self.tail.as_bytes());
        out.put_slice(b"\r\n\r\n");
    }

    fn call(&mut self, fragment: &Fragment, _out: &mut BytesMut) {
        if let Some((id, name)) = &fragment.opens {
            self.calls.push(Pending { id: id.clone(), name: name.clone(), arguments: String::new() });
        }
        if let Some(call) = self.calls.last_mut() {
            call.arguments.push_str(&fragment.arguments);
        }
    }

    fn finish(&mut self, word: &'static str, out: &mut BytesMut) {
        self.flush(out);
        match finish_reason(word) {
            Some(reason) => self.stop = Some(reason),
            None => self.error("server_error", out),
        }
    }

    fn usage(&mut self, usage: &Usage, out: &mut BytesMut) {
        self.end(&usage_json(usage), out);
    }

    fn done(&mut self, out: &mut BytesMut) {
        self.over(out);
    }

    fn over(&mut self, out: &mut BytesMut) {
        let usage = self.so_far();
        self.end(&usage, out);
    }

    fn error(&mut self, code: &str, out: &mut BytesMut) {
        let (number, status) = match code {
            "server_is_overloaded" => (503, "UNAVAILABLE"),
            "rate_limit_exceeded" => (429, "RESOURCE_EXHAUSTED"),
            _ => (500, "INTERNAL"),
        };
        let error =
            json!({ "error": { "code": number, "message": "it broke on the way", "status": status } });
        out.put_slice(format!("data: {error}\r\n\r\n").as_bytes());
    }

    fn noise(&mut self, out: &mut BytesMut) {
        out.put_slice(
            b": a comment\r\n\r\nevent: odd\r\n\r\ndata:\r\n\r\ndata: {\"candidates\":[]}\r\n\r\n\
            data: {\"candidates\":[{\"index\":0}],\"usageMetadata\":{},\"ofTomorrow\":[1]}\r\n\r\n\
            data: {\"candidates\":[{\"content\":{\"role\":\"model\"},\"index\":0}]}\r\n\r\n",
        );
    }

    fn event_end(&self) -> &'static [u8] {
        b"\r\n\r\n"
    }
}

/// Why an answer ends, in Google's words; `None` for an end that is an error.
pub fn finish_reason(word: &str) -> Option<&'static str> {
    match word {
        "length" => Some("MAX_TOKENS"),
        "content_filter" => Some("SAFETY"),
        "error" => None,
        _ => Some("STOP"),
    }
}

/// Usage in Google's words, where thoughts are counted apart.
pub fn usage_json(usage: &Usage) -> Value {
    let (input, output, thought) =
        (usage.input.unwrap_or(0), usage.output.unwrap_or(0), usage.reasoning.unwrap_or(0));
    json!({
        "promptTokenCount": input, "cachedContentTokenCount": usage.cached.unwrap_or(0),
        "candidatesTokenCount": output - thought.min(output), "thoughtsTokenCount": thought,
        "totalTokenCount": input + output,
    })
}
