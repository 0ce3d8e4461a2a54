//! Responses, streamed.
//!
//! Every answer that thinks has a reasoning item with a seal, which whoever made the voice has bound to the history; ids
//! behind such an item have a `t`, so that a face can ask for the item they belong to.

use bytes::{BufMut, BytesMut};
use serde_json::json;

use super::{
    super::{prompt_tokens, words},
    Fragment, Part, Voice,
};
use crate::providers::{Request, Usage};

/// Speaks Responses.
pub struct ResponsesVoice {
    id: u64,
    model: String,
    /// `encrypted_content` of the thoughts.
    seal: String,
    sequence: u64,
    has_thought: bool,
    open: Option<Open>,
    /// Items that are done, as JSON.
    output: Vec<Vec<u8>>,
    finish: Option<&'static str>,
    usage: Usage,
    ended: bool,
}

/// An event that tells of a finished item: its name, the beginning of its data and the rest.
type Told = (&'static str, String, Vec<u8>);

/// An item that is being said.
enum Open {
    /// Their texts as they stand in JSON.
    Said(Part, Vec<u8>),
    Call {
        id: String,
        name: String,
        arguments: String,
    },
}

impl ResponsesVoice {
    /// `seal` stands for what was thought.
    pub fn new(request: &Request, seal: String) -> Self {
        Self {
            id: words::hash(&request.model) ^ prompt_tokens(request),
            model: request.model.clone(),
            seal,
            sequence: 0,
            has_thought: false,
            open: None,
            output: Vec::new(),
            finish: None,
            usage: Usage::default(),
            ended: false,
        }
    }

    /// An event; `fields` is the rest of its JSON object.
    fn event(&mut self, kind: &str, fields: &[&[u8]], out: &mut BytesMut) {
        let head =
            format!("event: {kind}\ndata: {{\"type\":\"{kind}\",\"sequence_number\":{}", self.sequence);
        out.put_slice(head.as_bytes());
        fields.iter().for_each(|field| out.put_slice(field));
        out.put_slice(b"}\n\n");
        self.sequence += 1;
    }

    /// The same about the item that is open.
    fn about(&mut self, kind: &str, id: &str, fields: &[&[u8]], out: &mut BytesMut) {
        let head = format!(",\"output_index\":{},\"item_id\":\"{id}\"", self.output.len());
        let fields: Vec<&[u8]> = [head.as_bytes()].into_iter().chain(fields.iter().copied()).collect();
        self.event(kind, &fields, out);
    }

    fn item_id(&self, kind: &str) -> String {
        let thought = if self.has_thought { "t" } else { "p" };
        format!("{kind}_{thought}{:x}{}", self.id, self.output.len())
    }

    fn response(&self, status: &str, ending: [&str; 3]) -> Vec<u8> {
        let [error, incomplete, usage] = ending;
        let (id, model) = (self.id, serde_json::Value::from(self.model.as_str()));
        let head = format!(
            r#","response":{{"id":"resp_sim{id:016x}","object":"response","created_at":1790000000,"status":"{status}","model":{model},"error":{error},"incomplete_details":{incomplete},"usage":{usage},"instructions":null,"metadata":{{}},"parallel_tool_calls":true,"tool_choice":"auto","tools":[],"store":false,"output":["#
        );
        [head.as_bytes(), &self.output.join(&b","[..]), b"]}"].concat()
    }

    fn say(&mut self, part: Part, json: &[u8], out: &mut BytesMut) {
        if !matches!(&self.open, Some(Open::Said(open, _)) if *open == part) {
            self.close(out);
            self.has_thought |= part == Part::Thinking;
            let (id, index) = (self.said_id(part), self.output.len());
            let item = match part {
                Part::Thinking => json!({ "id": id, "type": "reasoning", "summary": [] }),
                Part::Answer => json!({
                    "id": id, "type": "message", "role": "assistant", "status": "in_progress", "content": [],
                    "phase": "final_answer",
                }),
            };
            let field = format!(",\"output_index\":{index},\"item\":{item}");
            self.event("response.output_item.added", &[field.as_bytes()], out);
            let (kind, field): (_, &[u8]) = match part {
                Part::Thinking => (
                    "response.reasoning_summary_part.added",
                    br#","summary_index":0,"part":{"type":"summary_text","text":""}"#,
                ),
                Part::Answer => (
                    "response.content_part.added",
                    br#","content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}"#,
                ),
            };
            self.about(kind, &id, &[field], out);
            self.open = Some(Open::Said(part, Vec::new()));
        }
        if let Some(Open::Said(_, text)) = &mut self.open {
            text.extend_from_slice(json);
        }
        let id = self.said_id(part);
        let (kind, head): (_, &[u8]) = match part {
            Part::Thinking => ("response.reasoning_summary_text.delta", br#","summary_index":0,"delta":""#),
            Part::Answer => ("response.output_text.delta", br#","content_index":0,"logprobs":[],"delta":""#),
        };
        self.about(kind, &id, &[head, json, br#"","obfuscation":"kZ3""#], out);
    }

    fn said_id(&self, part: Part) -> String {
        self.item_id(if part == Part::Thinking { "rs" } else { "msg" })
    }

    /// The item that is open is whole.
    fn close(&mut self, out: &mut BytesMut) {
        let (item, events) = match self.open.take() {
            None => return,
            Some(Open::Said(part, text)) => self.said(part, &text),
            Some(Open::Call { id: call, name, arguments }) => {
                let id = self.item_id("fc");
                let item = json!({
                    "id": id, "type": "function_call", "status": "completed", "call_id": call, "name": name,
                    "arguments": arguments,
                });
                let field = format!(",\"arguments\":{}", item["arguments"]).into_bytes();
                let done = ("response.function_call_arguments.done", id, field);
                (item.to_string().into_bytes(), vec![done])
            }
        };
        for (kind, id, field) in events {
            self.about(kind, &id, &[&field], out);
        }
        let head = format!(",\"output_index\":{},\"item\":", self.output.len());
        self.event("response.output_item.done", &[head.as_bytes(), &item], out);
        self.output.push(item);
    }

    fn said(&self, part: Part, text: &[u8]) -> (Vec<u8>, Vec<Told>) {
        let id = self.said_id(part);
        let join = |pieces: &[&[u8]]| pieces.concat();
        match part {
            Part::Thinking => {
                let summary = join(&[br#"{"type":"summary_text","text":""#, text, br#""}"#]);
                let head = format!(r#"{{"id":"{id}","type":"reasoning","summary":["#);
                let tail = format!(r#"],"encrypted_content":"{}"}}"#, self.seal);
                let done = join(&[br#","summary_index":0,"text":""#, text, b"\""]);
                let part = join(&[br#","summary_index":0,"part":"#, &summary]);
                let events = vec![
                    ("response.reasoning_summary_text.done", id.clone(), done),
                    ("response.reasoning_summary_part.done", id, part),
                ];
                (join(&[head.as_bytes(), &summary, tail.as_bytes()]), events)
            }
            Part::Answer => {
                let head = br#"{"type":"output_text","annotations":[],"logprobs":[],"text":""#;
                let said = join(&[head, text, br#""}"#]);
                let head = format!(
                    r#"{{"id":"{id}","type":"message","status":"completed","role":"assistant","phase":"final_answer","content":["#
                );
                let done = join(&[br#","content_index":0,"logprobs":[],"text":""#, text, b"\""]);
                let part = join(&[br#","content_index":0,"part":"#, &said]);
                let events = vec![
                    ("response.output_text.done", id.clone(), done),
                    ("response.content_part.done", id, part),
                ];
                (join(&[head.as_bytes(), &said, b"]}"]), events)
            }
        }
    }

    fn end(&mut self, out: &mut BytesMut) {
        let Some(word) = self.finish.filter(|_| !std::mem::replace(&mut self.ended, true)) else { return };
        let Usage { input, cached, output, reasoning, .. } = self.usage;
        let (input, output) = (input.unwrap_or(0), output.unwrap_or(0));
        let usage = json!({
            "input_tokens": input, "input_tokens_details": { "cached_tokens": cached.unwrap_or(0) },
            "output_tokens": output, "output_tokens_details": { "reasoning_tokens": reasoning.unwrap_or(0) },
            "total_tokens": input + output,
        });
        let usage = self.usage.output.map_or("null".to_owned(), |_| usage.to_string());
        let (status, error, incomplete) = match word {
            "error" => ("failed", r#"{"code":"server_error","message":"it broke on the way"}"#, "null"),
            "length" => ("incomplete", "null", r#"{"reason":"max_output_tokens"}"#),
            "content_filter" => ("incomplete", "null", r#"{"reason":"content_filter"}"#),
            _ => ("completed", "null", "null"),
        };
        let response = self.response(status, [error, incomplete, &usage]);
        self.event(&format!("response.{status}"), &[&response], out);
    }
}

impl Voice for ResponsesVoice {
    fn begin(&mut self, out: &mut BytesMut) {
        for kind in ["response.created", "response.in_progress"] {
            let response = self.response("in_progress", ["null"; 3]);
            self.event(kind, &[&response], out);
        }
    }

    fn token(&mut self, part: Part, json: &[u8], out: &mut BytesMut) {
        self.say(part, json, out);
    }

    fn call(&mut self, fragment: &Fragment, out: &mut BytesMut) {
        if let Some((call, name)) = &fragment.opens {
            self.close(out);
            let id = self.item_id("fc");
            let item = json!({
                "id": id, "type": "function_call", "status": "in_progress", "call_id": call, "name": name,
                "arguments": "",
            });
            let field = format!(",\"output_index\":{},\"item\":{item}", self.output.len());
            self.event("response.output_item.added", &[field.as_bytes()], out);
            self.open = Some(Open::Call { id: call.clone(), name: name.clone(), arguments: String::new() });
        }
        if let Some(Open::Call { arguments, .. }) = &mut self.open {
            arguments.push_str(&fragment.arguments);
        }
        if !fragment.arguments.is_empty() {
            let (id, delta) = (self.item_id("fc"), serde_json::Value::from(fragment.arguments.as_str()));
            let field = format!(",\"delta\":{delta}");
            self.about("response.function_call_arguments.delta", &id, &[field.as_bytes()], out);
        }
    }

    fn finish(&mut self, word: &'static str, out: &mut BytesMut) {
        self.close(out);
        self.finish = Some(word);
    }

    fn usage(&mut self, usage: &Usage, _out: &mut BytesMut) {
        self.usage = *usage;
    }

    fn done(&mut self, out: &mut BytesMut) {
        self.end(out);
    }

    fn over(&mut self, out: &mut BytesMut) {
        self.end(out);
    }

    fn error(&mut self, code: &str, out: &mut BytesMut) {
        let field = format!(
            r#","code":{},"message":"it broke on the way","param":null"#,
            serde_json::Value::from(code)
        );
        self.event("error", &[field.as_bytes()], out);
    }

    fn noise(&mut self, out: &mut BytesMut) {
        out.put_slice(
            b": still here\n\nevent: response.queued\ndata: {\"type\":\"response.queued\"}\n\nid: 7\nretry: 10\n\n\
            data:\n\nevent: response.weather.delta\ndata: {\"type\":\"response.weather.delta\",\"delta\":{\"sun\":1}}\n\n\
            data: {\"type\":\"keepalive\",\"sequence_number\":0}\n\nnonsense: yes\n\n",
        );
    }
}
