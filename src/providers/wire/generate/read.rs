//! What the events of generateContent mean: each is a whole response with the next parts in it.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::{
    super::{
        answer::{Garbage, Reader},
        gathered::Gathered,
        refusal,
        turns::made_up_id,
    },
    FORM,
};
use crate::providers::{Error, FinishReason, Replay, Usage};

/// Bytes of parts that are kept; more would not be sent back.
const MAX_KEPT: usize = 1 << 20;

/// See the module.
pub struct GenerateReader {
    /// How many turns were before this one.
    turns: usize,
    calls: u32,
    /// All parts as they came, as the inside of a JSON list.
    kept: String,
    /// Whether something came that must go back as it is.
    sealed: bool,
    /// Whether there was too much to keep it.
    spilled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    candidates: Option<Vec<Candidate>>,
    prompt_feedback: Option<Feedback>,
    usage_metadata: Option<Counts>,
    model_version: Option<String>,
    error: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
    #[serde(default)]
    index: u32,
}

#[derive(Deserialize)]
struct Content {
    parts: Option<Vec<Box<RawValue>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
    thought_signature: Option<String>,
    function_call: Option<Call>,
}

#[derive(Deserialize)]
struct Call {
    id: Option<String>,
    #[serde(default)]
    name: String,
    args: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feedback {
    block_reason: Option<String>,
}

/// Each is a sum so far.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    prompt_token_count: Option<u64>,
    cached_content_token_count: Option<u64>,
    candidates_token_count: Option<u64>,
    thoughts_token_count: Option<u64>,
}

impl From<Counts> for Usage {
    /// Thoughts are not counted among the candidates.
    fn from(counts: Counts) -> Self {
        let (said, thought) = (counts.candidates_token_count, counts.thoughts_token_count);
        let output = match (said, thought) {
            (None, None) => None,
            (said, thought) => Some(said.unwrap_or(0).saturating_add(thought.unwrap_or(0))),
        };
        Self {
            input: counts.prompt_token_count,
            cached: counts.cached_content_token_count,
            output,
            reasoning: thought,
            cost: None,
        }
    }
}

impl GenerateReader {
    /// For an answer behind so many turns.
    pub fn behind(turns: usize) -> Self {
        Self { turns, calls: 0, kept: String::new(), sealed: false, spilled: false }
    }
}

impl Reader for GenerateReader {
    fn read(&mut self, event: &str, out: &mut Gathered) -> Result<(), Garbage> {
        let told: Event = serde_json::from_str(event).map_err(|_| Garbage)?;
        if let Some(error) = &told.error {
            out.fail(refusal::from_error(error));
            return Ok(());
        }
        // All are read before the first is told: an event that is garbage is shown once more when it was mended.
        let candidate = told.candidates.into_iter().flatten().find(|candidate| candidate.index == 0);
        let raw = candidate.as_ref().and_then(|candidate| candidate.content.as_ref()?.parts.as_ref());
        let raw: &[Box<RawValue>] = raw.map_or(&[], Vec::as_slice);
        let parts = raw.iter().map(|part| serde_json::from_str::<Part>(part.get()));
        let parts = parts.collect::<Result<Vec<_>, _>>().map_err(|_| Garbage)?;
        out.model(told.model_version.as_deref().unwrap_or(""));
        if let Some(counts) = told.usage_metadata {
            out.usage(counts.into());
        }
        for (part, raw) in parts.into_iter().zip(raw) {
            self.part(part, raw, out);
        }
        match candidate {
            Some(Candidate { finish_reason: Some(word), .. }) if !word.is_empty() => self.end(&word, out),
            None if told.prompt_feedback.is_some_and(|feedback| feedback.block_reason.is_some()) => {
                out.fail(Error::ContentBlocked);
            }
            _ => {}
        }
        Ok(())
    }
}

impl GenerateReader {
    fn part(&mut self, part: Part, raw: &RawValue, out: &mut Gathered) {
        self.sealed |= part.thought_signature.is_some() || part.function_call.is_some();
        self.keep(raw.get());
        match part.text {
            Some(text) if part.thought => out.thinking(&text),
            Some(text) => out.text(&text),
            None => {}
        }
        if let Some(call) = part.function_call {
            let id = call.id.filter(|id| !id.is_empty());
            let id = id.unwrap_or_else(|| made_up_id(self.turns, self.calls));
            let arguments = call.args.as_deref().map_or("{}", RawValue::get);
            out.call(self.calls, Some(id), Some(call.name), arguments);
            self.calls += 1;
        }
    }

    fn keep(&mut self, part: &str) {
        self.spilled |= self.kept.len() + part.len() > MAX_KEPT;
        if self.spilled {
            self.kept = String::new();
            return;
        }
        if !self.kept.is_empty() {
            self.kept.push(',');
        }
        self.kept.push_str(part);
    }

    fn end(&mut self, word: &str, out: &mut Gathered) {
        if self.sealed && !self.spilled {
            out.replay(Replay { form: FORM.into(), items: format!("[{}]", self.kept) });
        }
        out.finish(match word {
            "STOP" if self.calls > 0 => FinishReason::ToolCalls,
            "STOP" => FinishReason::Stop,
            // The rest could be had with a token of its own, which nobody has asked for.
            "MAX_TOKENS" | "CONTINUATION" => FinishReason::Length,
            "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII"
            | "MODEL_ARMOR" => FinishReason::ContentFilter,
            "IMAGE_SAFETY" | "IMAGE_PROHIBITED_CONTENT" | "IMAGE_RECITATION" => FinishReason::ContentFilter,
            other => FinishReason::from_wire(&other.to_ascii_lowercase()),
        });
    }
}
