//! What the lines of Ollama's answer mean.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::super::{
    answer::{Garbage, Reader},
    gathered::Gathered,
    refusal,
    turns::made_up_id,
};
use crate::providers::{FinishReason, Usage};

/// See the module.
pub struct OllamaReader {
    /// How many turns were before this one.
    turns: usize,
    calls: u32,
}

#[derive(Deserialize)]
struct Line {
    model: Option<String>,
    message: Option<Message>,
    #[serde(default)]
    done: bool,
    done_reason: Option<String>,
    prompt_eval_count: Option<u64>,
    eval_count: Option<u64>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
    thinking: Option<String>,
    tool_calls: Option<Vec<Call>>,
}

#[derive(Deserialize)]
struct Call {
    id: Option<String>,
    function: Called,
}

#[derive(Deserialize)]
struct Called {
    #[serde(default)]
    name: String,
    arguments: Option<Box<RawValue>>,
}

impl OllamaReader {
    /// For an answer behind so many turns.
    pub fn behind(turns: usize) -> Self {
        Self { turns, calls: 0 }
    }

    fn call(&mut self, call: Call, out: &mut Gathered) {
        let id = call.id.filter(|id| !id.is_empty()).unwrap_or_else(|| made_up_id(self.turns, self.calls));
        let arguments = call.function.arguments.as_deref().map_or("{}", RawValue::get);
        out.call(self.calls, Some(id), Some(call.function.name), arguments);
        self.calls += 1;
    }
}

impl Reader for OllamaReader {
    fn read(&mut self, event: &str, out: &mut Gathered) -> Result<(), Garbage> {
        let line: Line = serde_json::from_str(event).map_err(|_| Garbage)?;
        if let Some(error) = line.error {
            out.fail(refusal::from_error(&error));
            return Ok(());
        }
        out.model(line.model.as_deref().unwrap_or(""));
        if let Some(message) = line.message {
            out.thinking(message.thinking.as_deref().unwrap_or(""));
            out.text(message.content.as_deref().unwrap_or(""));
            message.tool_calls.into_iter().flatten().for_each(|call| self.call(call, out));
        }
        if line.done {
            if line.prompt_eval_count.is_some() || line.eval_count.is_some() {
                let (input, output) = (line.prompt_eval_count, line.eval_count);
                out.usage(Usage { input, output, ..Usage::default() });
            }
            out.finish(match line.done_reason.as_deref() {
                // It says the same whether it wants to call something or not.
                None | Some("stop" | "") if self.calls > 0 => FinishReason::ToolCalls,
                None | Some("") => FinishReason::Stop,
                Some(word) => FinishReason::from_wire(word),
            });
            out.done();
        }
        Ok(())
    }
}
