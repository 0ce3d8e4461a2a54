//! Chat Completions, streamed.

use bytes::{BufMut, BytesMut};

use super::{
    super::{prompt_tokens, words},
    Fragment, Part, Voice, event,
};
use crate::providers::{Request, Usage};

/// Speaks Chat Completions. The constant part of a chunk is rendered once.
pub struct ChatVoice {
    head: String,
    tail: &'static str,
    include_usage: bool,
}

impl ChatVoice {
    /// The model is said back in every chunk; `include_usage` as in `stream_options`.
    pub fn new(request: &Request, include_usage: bool) -> Self {
        let id = words::hash(&request.model) ^ prompt_tokens(request);
        let model = serde_json::Value::from(request.model.as_str());
        let head = format!(
            r#"data: {{"id":"chatcmpl-sim{id:016x}","object":"chat.completion.chunk","created":1790000000,"model":{model},"choices":[{{"index":0,"delta":{{"#
        );
        let tail = if include_usage { "}],\"usage\":null}\n\n" } else { "}]}\n\n" };
        Self { head, tail, include_usage }
    }

    fn chunk(&self, delta: &str, finish: Option<&str>, out: &mut BytesMut) {
        let finish = finish.map_or("null".to_owned(), |word| format!("\"{word}\""));
        for piece in [self.head.as_str(), delta, "},\"finish_reason\":", &finish, self.tail] {
            out.put_slice(piece.as_bytes());
        }
    }
}

impl Voice for ChatVoice {
    fn begin(&mut self, out: &mut BytesMut) {
        self.chunk(r#""role":"assistant","content":"""#, None, out);
    }

    fn token(&mut self, part: Part, json: &[u8], out: &mut BytesMut) {
        out.put_slice(self.head.as_bytes());
        out.put_slice(match part {
            Part::Answer => br#""content":""#,
            Part::Thinking => br#""reasoning_content":""#,
        });
        out.put_slice(json);
        out.put_slice(b"\"},\"finish_reason\":null");
        out.put_slice(self.tail.as_bytes());
    }

    fn call(&mut self, fragment: &Fragment, out: &mut BytesMut) {
        let Fragment { index, opens, arguments } = fragment;
        let call = match opens {
            Some((id, name)) => serde_json::json!({
                "index": index, "id": id, "type": "function", "function": { "name": name, "arguments": arguments },
            }),
            None => serde_json::json!({ "index": index, "function": { "arguments": arguments } }),
        };
        self.chunk(&format!(r#""tool_calls":[{call}]"#), None, out);
    }

    fn finish(&mut self, word: &'static str, out: &mut BytesMut) {
        self.chunk("", Some(word), out);
    }

    fn usage(&mut self, usage: &Usage, out: &mut BytesMut) {
        if !self.include_usage {
            return;
        }
        let Some((head, _)) = self.head.split_once(r#"{"index""#) else { return };
        out.put_slice(head.as_bytes());
        out.put_slice(format!("],\"usage\":{}}}\n\n", usage_json(usage)).as_bytes());
    }

    fn done(&mut self, out: &mut BytesMut) {
        out.put_slice(b"data: [DONE]\n\n");
    }

    fn error(&mut self, code: &str, out: &mut BytesMut) {
        let error = serde_json::json!({ "message": "it broke on the way", "type": code, "code": code });
        event(&serde_json::json!({ "error": error }), out);
    }

    fn noise(&mut self, out: &mut BytesMut) {
        out.put_slice(
            b": OPENROUTER PROCESSING\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\nid: 7\nretry: 10\n\ndata:\n\n\
            data: {\"choices\":[]}\n\ndata: {\"choices\":null,\"usage\":null}\n\nnonsense: yes\n\n",
        );
    }
}

/// Usage in the words of Chat Completions.
pub fn usage_json(usage: &Usage) -> serde_json::Value {
    let (input, output) = (usage.input.unwrap_or(0), usage.output.unwrap_or(0));
    serde_json::json!({
        "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
        "prompt_tokens_details": { "cached_tokens": usage.cached.unwrap_or(0) },
        "completion_tokens_details": { "reasoning_tokens": usage.reasoning.unwrap_or(0) },
    })
}
