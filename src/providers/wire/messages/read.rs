//! What the events of Messages mean.
//!
//! Blocks come one after another. Beside what they tell they are kept as they are, since the provider wants all of them
//! back, signatures included, if it has thought or called a tool.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    super::{
        answer::{Garbage, Reader},
        gathered::Gathered,
        refusal,
    },
    FORM,
};
use crate::providers::{Error, FinishReason, Replay, Usage};

/// Bytes of blocks that are kept; more would not be sent back.
const MAX_KEPT: usize = 1 << 20;

/// See the module.
#[derive(Default)]
pub struct MessagesReader {
    usage: Counts,
    block: Option<Block>,
    /// Finished blocks as the inside of a JSON list.
    kept: String,
    /// Whether something came that must go back as it is.
    sealed: bool,
    /// Whether there was too much to keep it.
    spilled: bool,
}

/// The block that is being told.
struct Block {
    index: u32,
    fields: Map<String, Value>,
    /// Of a call, as it comes in pieces.
    input: String,
    size: usize,
}

#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    r#type: String,
    message: Option<Message>,
    #[serde(default)]
    index: u32,
    content_block: Option<Map<String, Value>>,
    delta: Option<Delta>,
    usage: Option<Counts>,
    error: Option<Value>,
}

/// The beginning of an answer, or the whole answer of a server that can't stream.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    model: String,
    usage: Option<Counts>,
}

#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    model: String,
    content: Vec<Map<String, Value>>,
    stop_reason: Option<String>,
    usage: Option<Counts>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Delta {
    r#type: Option<String>,
    text: Option<String>,
    thinking: Option<String>,
    signature: Option<String>,
    partial_json: Option<String>,
    citation: Option<Value>,
    stop_reason: Option<String>,
}

/// Each is a sum so far; what is not told has not changed.
#[derive(Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct Counts {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    output_tokens_details: Option<Details>,
}

#[derive(Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct Details {
    thinking_tokens: Option<u64>,
}

impl Counts {
    fn take(&mut self, newer: Self) {
        self.input_tokens = newer.input_tokens.or(self.input_tokens);
        self.cache_creation_input_tokens =
            newer.cache_creation_input_tokens.or(self.cache_creation_input_tokens);
        self.cache_read_input_tokens = newer.cache_read_input_tokens.or(self.cache_read_input_tokens);
        self.output_tokens = newer.output_tokens.or(self.output_tokens);
        self.output_tokens_details = newer.output_tokens_details.or(self.output_tokens_details);
    }

    /// What was in the cache is not counted in `input_tokens`.
    fn told(self) -> Usage {
        let aside = |count: Option<u64>| count.unwrap_or(0);
        let cached = self.cache_read_input_tokens;
        Usage {
            input: self.input_tokens.map(|input| {
                input.saturating_add(aside(cached)).saturating_add(aside(self.cache_creation_input_tokens))
            }),
            cached,
            output: self.output_tokens,
            reasoning: self.output_tokens_details.and_then(|details| details.thinking_tokens),
            cost: None,
        }
    }
}

impl Reader for MessagesReader {
    fn read(&mut self, event: &str, out: &mut Gathered) -> Result<(), Garbage> {
        let told: Event = serde_json::from_str(event).map_err(|_| Garbage)?;
        if let Some(error) = &told.error {
            out.fail(refusal::from_error(error));
            return Ok(());
        }
        match told.r#type.as_str() {
            "message_start" => {
                let message = told.message.ok_or(Garbage)?;
                out.model(&message.model);
                self.count(message.usage, out);
            }
            "content_block_start" => self.begin(told.index, told.content_block.ok_or(Garbage)?, out),
            "content_block_delta" => self.grow(told.index, told.delta.ok_or(Garbage)?, out),
            "content_block_stop" => self.keep(out),
            "message_delta" => {
                self.count(told.usage, out);
                if let Some(word) = told.delta.and_then(|delta| delta.stop_reason) {
                    self.end(&word, out);
                }
            }
            "message_stop" => out.done(),
            "message" => self.whole(serde_json::from_str(event).map_err(|_| Garbage)?, out),
            "error" => out.fail(Error::Upstream { status: None }),
            _ => {}
        }
        Ok(())
    }
}

impl MessagesReader {
    fn begin(&mut self, index: u32, fields: Map<String, Value>, out: &mut Gathered) {
        self.keep(out);
        let word = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or("");
        match word("type") {
            "text" => out.text(word("text")),
            "thinking" => out.thinking(word("thinking")),
            "tool_use" => {
                out.call(index, Some(word("id").to_owned()), Some(word("name").to_owned()), "");
            }
            _ => {}
        }
        let size = Value::Object(fields.clone()).to_string().len();
        self.block = Some(Block { index, fields, input: String::new(), size });
    }

    fn grow(&mut self, index: u32, delta: Delta, out: &mut Gathered) {
        let Some(block) = &mut self.block else { return };
        match delta.r#type.as_deref() {
            Some("text_delta") => {
                let text = delta.text.unwrap_or_default();
                out.text(&text);
                block.append("text", &text);
            }
            Some("thinking_delta") => {
                let thought = delta.thinking.unwrap_or_default();
                out.thinking(&thought);
                block.append("thinking", &thought);
            }
            Some("signature_delta") => block.append("signature", &delta.signature.unwrap_or_default()),
            Some("input_json_delta") => {
                let more = delta.partial_json.unwrap_or_default();
                if block.is("tool_use") {
                    out.call(index, None, None, &more);
                }
                block.size += more.len();
                block.input.push_str(&more);
            }
            Some("citations_delta") => block.cite(delta.citation),
            _ => {}
        }
        if self.kept.len() + block.size > MAX_KEPT {
            self.spill();
        }
    }

    /// The block is finished.
    fn keep(&mut self, out: &mut Gathered) {
        let Some(block) = self.block.take() else { return };
        if block.is("tool_use") && block.input.is_empty() {
            // Nothing came in pieces: all there is stood at the beginning.
            let whole = block.fields.get("input").filter(|input| input.is_object());
            out.call(block.index, None, None, &whole.map_or("{}".to_owned(), Value::to_string));
        }
        // Nobody may send back what is empty.
        if block.is("text") && block.fields.get("text").and_then(Value::as_str).is_none_or(str::is_empty) {
            return;
        }
        self.sealed |= !block.is("text");
        if self.spilled || self.kept.len() + block.size > MAX_KEPT {
            return self.spill();
        }
        if !self.kept.is_empty() {
            self.kept.push(',');
        }
        self.kept.push_str(&block.into_json());
    }

    /// All or nothing: with one block missing the rest is worth nothing.
    fn spill(&mut self) {
        self.spilled = true;
        self.kept = String::new();
        if let Some(block) = &mut self.block {
            let kind = block.fields.remove("type").unwrap_or_default();
            block.fields = Map::from_iter([("type".to_owned(), kind)]);
            block.size = 0;
            // Not empty, since it was told.
            block.input = " ".repeat(usize::from(!block.input.is_empty()));
        }
    }

    fn count(&mut self, counts: Option<Counts>, out: &mut Gathered) {
        if let Some(counts) = counts {
            self.usage.take(counts);
            out.usage(self.usage.told());
        }
    }

    fn end(&mut self, word: &str, out: &mut Gathered) {
        self.keep(out);
        if self.sealed && !self.spilled {
            out.replay(Replay { form: FORM.into(), items: format!("[{}]", self.kept) });
        }
        out.finish(match word {
            "refusal" => FinishReason::ContentFilter,
            "model_context_window_exceeded" => FinishReason::Length,
            other => FinishReason::from_wire(other),
        });
    }

    fn whole(&mut self, whole: Whole, out: &mut Gathered) {
        out.model(&whole.model);
        self.count(whole.usage, out);
        for (index, fields) in (0..).zip(whole.content) {
            self.begin(index, fields, out);
            self.keep(out);
        }
        self.end(whole.stop_reason.as_deref().unwrap_or(""), out);
        out.done();
    }
}

impl Block {
    fn is(&self, kind: &str) -> bool {
        self.fields.get("type").and_then(Value::as_str) == Some(kind)
    }

    fn append(&mut self, field: &str, more: &str) {
        self.size += more.len();
        match self.fields.get_mut(field) {
            Some(Value::String(text)) => text.push_str(more),
            _ => drop(self.fields.insert(field.to_owned(), more.into())),
        }
    }

    fn cite(&mut self, citation: Option<Value>) {
        let Some(citation) = citation else { return };
        self.size += citation.to_string().len();
        match self.fields.get_mut("citations") {
            Some(Value::Array(list)) => list.push(citation),
            _ => drop(self.fields.insert("citations".to_owned(), vec![citation].into())),
        }
    }

    /// The block as JSON; the input of a call keeps its own letters, since numbers don't survive being read.
    fn into_json(mut self) -> String {
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&self.input).is_ok();
        if !is_json {
            return Value::Object(self.fields).to_string();
        }
        self.fields.remove("input");
        let mut json = Value::Object(self.fields).to_string();
        json.pop();
        json.push_str(if json.len() > 1 { ",\"input\":" } else { "\"input\":" });
        json.push_str(&self.input);
        json.push('}');
        json
    }
}
