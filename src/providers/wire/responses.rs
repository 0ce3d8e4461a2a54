//! What the events of OpenAI's Responses mean.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    answer::{Garbage, Reader},
    chunk::Words,
    gathered::Gathered,
    refusal,
};
use crate::providers::{Error, FinishReason, Replay, Usage};

/// The form of our replays: a JSON array of output items.
pub const FORM: &str = "responses";

/// Reads Responses. The deltas are what a person sees; the items, which come whole when they are done, are what the
/// provider wants back.
#[derive(Default)]
pub struct Responses {
    items: Vec<Item>,
    /// Calls seen so far.
    calls: u32,
    /// Whether a summary of the thoughts comes: then the thoughts themselves would be said twice.
    summarised: bool,
}

/// One output item.
struct Item {
    index: u32,
    id: String,
    kind: String,
    /// Which of the calls it is.
    call: Option<u32>,
    /// Whether anything of it was told on the way.
    heard: bool,
    /// As it came, when it is done.
    raw: Option<String>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    object: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    delta: Words<'a>,
    #[serde(borrow, default)]
    arguments: Words<'a>,
    #[serde(default)]
    output_index: Option<u32>,
    #[serde(default)]
    item_id: Option<String>,
    #[serde(default)]
    summary_index: Option<u32>,
    #[serde(borrow, default)]
    item: Option<&'a RawValue>,
    #[serde(borrow, default)]
    response: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<serde_json::Value>,
    #[serde(default)]
    code: Option<serde_json::Value>,
    #[serde(default)]
    message: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    call_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    arguments: Words<'a>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(default)]
    content: Option<Vec<Content>>,
    #[serde(default)]
    summary: Option<Vec<Content>>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow, default)]
    status: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    model: Words<'a>,
    #[serde(borrow, default)]
    output: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    error: Option<serde_json::Value>,
    #[serde(default)]
    incomplete_details: Option<Incomplete>,
    #[serde(default)]
    usage: Option<Counts>,
}

#[derive(Deserialize)]
struct Incomplete {
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Counts {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    input_tokens_details: Option<InputDetails>,
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct InputDetails {
    cached_tokens: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OutputDetails {
    reasoning_tokens: Option<u64>,
}

impl Reader for Responses {
    fn read(&mut self, text: &str, out: &mut Gathered) -> Result<(), Garbage> {
        let event: Event<'_> = serde_json::from_str(text).map_err(|_| Garbage)?;
        match event.kind.as_deref() {
            Some("response.output_text.delta" | "response.refusal.delta") => {
                self.of(&event, "message").heard = true;
                out.text(&event.delta.0);
            }
            Some("response.reasoning_summary_part.added")
                if event.summary_index.is_some_and(|part| part > 0) =>
            {
                out.thinking("\n\n");
            }
            Some("response.reasoning_summary_text.delta") => {
                self.summarised = true;
                self.of(&event, "reasoning").heard = true;
                out.thinking(&event.delta.0);
            }
            // Open models say them as they are.
            Some("response.reasoning_text.delta") if !self.summarised => {
                self.of(&event, "reasoning").heard = true;
                out.thinking(&event.delta.0);
            }
            Some("response.output_item.added") => self.added(event.output_index, event.item, out)?,
            Some("response.function_call_arguments.delta") => {
                let item = self.of(&event, "function_call");
                item.heard = true;
                if let Some(call) = item.call {
                    out.call(call, None, None, &event.delta.0);
                }
            }
            Some("response.function_call_arguments.done") => {
                self.of(&event, "function_call").arguments(&event.arguments.0, out);
            }
            Some("response.output_item.done") => self.done(event.output_index, event.item, out)?,
            Some("response.completed" | "response.incomplete" | "response.done" | "response.failed") => {
                self.ended(event.response.ok_or(Garbage)?.get(), event.kind.as_deref(), out)?;
            }
            Some("error") => {
                let told = event.error.or(event.message).unwrap_or_default();
                out.fail(refusal::from_error_and_code(&told, event.code.as_ref()));
            }
            Some(_) => {}
            // What is no event is an error in disguise, or the whole answer of a server that doesn't stream.
            None => match &event.error {
                Some(error) => out.fail(refusal::from_error_and_code(error, event.code.as_ref())),
                None if event.object.as_deref() == Some("response") => self.ended(text, None, out)?,
                None => {}
            },
        }
        Ok(())
    }
}

impl Responses {
    /// The item that an event is about: by its place, else by its id, else the last one.
    fn of(&mut self, event: &Event<'_>, kind: &str) -> &mut Item {
        let by_id = || self.items.iter().rev().find(|item| Some(&item.id) == event.item_id.as_ref());
        let index = event.output_index.or_else(|| Some(by_id().or(self.items.last())?.index));
        self.at(index, kind, "")
    }

    fn at(&mut self, index: Option<u32>, kind: &str, id: &str) -> &mut Item {
        let behind = self.items.iter().map(|item| item.index + 1).max().unwrap_or(0);
        let by_id = self.items.iter().find(|item| !id.is_empty() && item.id == id).map(|item| item.index);
        let index = index.or(by_id).unwrap_or(behind).min(u32::MAX - 1);
        let at = self.items.iter().position(|item| item.index == index).unwrap_or_else(|| {
            let (kind, id) = (kind.to_owned(), id.to_owned());
            self.items.push(Item { index, id, kind, call: None, heard: false, raw: None });
            self.items.len() - 1
        });
        &mut self.items[at]
    }

    fn added(
        &mut self,
        index: Option<u32>,
        raw: Option<&RawValue>,
        out: &mut Gathered,
    ) -> Result<(), Garbage> {
        let output: Output<'_> = parse(raw)?;
        self.begin(index, &output, out);
        Ok(())
    }

    fn begin(&mut self, index: Option<u32>, output: &Output<'_>, out: &mut Gathered) -> &mut Item {
        let calls = self.calls;
        let is_new_call =
            output.kind == "function_call" && self.at(index, &output.kind, output.id()).call.is_none();
        self.calls += u32::from(is_new_call);
        let item = self.at(index, &output.kind, output.id());
        if is_new_call {
            item.call = Some(calls);
            // Some say them here already.
            item.heard = !output.arguments.0.is_empty();
            let owned = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
            out.call(calls, owned(&output.call_id), owned(&output.name), &output.arguments.0);
        }
        item
    }

    /// An item is whole; what was not told of it on the way is told now.
    fn done(
        &mut self,
        index: Option<u32>,
        raw: Option<&RawValue>,
        out: &mut Gathered,
    ) -> Result<(), Garbage> {
        let output: Output<'_> = parse(raw)?;
        let item = self.begin(index, &output, out);
        match &*output.kind {
            "function_call" => item.arguments(&output.arguments.0, out),
            "message" if !item.heard => {
                let parts = output.content.iter().flatten();
                parts.for_each(|part| {
                    out.text(part.text.as_deref().or(part.refusal.as_deref()).unwrap_or(""))
                });
            }
            "reasoning" if !item.heard => {
                let parts = output.summary.iter().flatten();
                parts.for_each(|part| out.thinking(part.text.as_deref().unwrap_or("")));
            }
            _ => {}
        }
        item.heard = true;
        item.raw = raw.map(|raw| raw.get().to_owned());
        Ok(())
    }

    fn ended(&mut self, response: &str, kind: Option<&str>, out: &mut Gathered) -> Result<(), Garbage> {
        let response: Response<'_> = serde_json::from_str(response).map_err(|_| Garbage)?;
        out.model(&response.model.0);
        // A server that says everything at once; what was said on the way is not said again.
        if self.items.iter().all(|item| item.raw.is_none() && !item.heard) {
            for (index, raw) in (0..).zip(response.output.iter().flatten()) {
                self.done(Some(index), Some(raw), out)?;
            }
        }
        if let Some(usage) = response.usage {
            out.usage(usage.into());
        }
        let status = response.status.as_deref().or_else(|| kind?.strip_prefix("response."));
        match status {
            Some("failed") => out.fail(refusal::from_error(&response.error.unwrap_or_default())),
            Some("cancelled" | "in_progress" | "queued") => out.fail(Error::Incomplete),
            Some("incomplete") => {
                let reason = response.incomplete_details.and_then(|details| details.reason);
                let reason = reason.map_or(FinishReason::Length, |word| match word.as_str() {
                    "max_output_tokens" => FinishReason::Length,
                    word => FinishReason::from_wire(word),
                });
                self.finish(reason, out);
            }
            _ if self.calls > 0 => self.finish(FinishReason::ToolCalls, out),
            _ => self.finish(FinishReason::Stop, out),
        }
        Ok(())
    }

    fn finish(&mut self, reason: FinishReason, out: &mut Gathered) {
        if let Some(items) = self.replay() {
            out.replay(Replay { form: FORM.into(), items });
        }
        out.finish(reason);
        out.done();
    }

    /// All items, if all of them are whole. Thoughts that nothing follows would be refused.
    fn replay(&mut self) -> Option<String> {
        self.items.sort_by_key(|item| item.index);
        while self.items.last().is_some_and(|item| item.kind == "reasoning") {
            self.items.pop();
        }
        let raw: Option<Vec<&str>> = self.items.iter().map(|item| item.raw.as_deref()).collect();
        raw.filter(|raw| !raw.is_empty()).map(|raw| format!("[{}]", raw.join(",")))
    }
}

impl Item {
    /// The arguments of a call as a whole, if they didn't come in pieces.
    fn arguments(&mut self, all: &str, out: &mut Gathered) {
        if let Some(call) = self.call
            && !std::mem::replace(&mut self.heard, true)
        {
            out.call(call, None, None, all);
        }
    }
}

impl Output<'_> {
    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or("")
    }
}

fn parse<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Result<T, Garbage> {
    serde_json::from_str(raw.ok_or(Garbage)?.get()).map_err(|_| Garbage)
}

impl From<Counts> for Usage {
    fn from(counts: Counts) -> Self {
        Self {
            input: counts.input_tokens,
            cached: counts.input_tokens_details.and_then(|details| details.cached_tokens),
            output: counts.output_tokens,
            reasoning: counts.output_tokens_details.and_then(|details| details.reasoning_tokens),
            cost: None,
        }
    }
}
