//! What the events of OpenAI's Chat Completions mean.

use super::{
    answer::{Garbage, Reader},
    chunk::{Call, Chunk},
    details::Details,
    gathered::Gathered,
    refusal,
};
use crate::providers::{Error, FinishReason};

/// Reads Chat Completions.
#[derive(Default)]
pub struct Chat {
    /// Reasoning tokens are counted beside the answer's.
    reasoning_apart: bool,
    /// Thoughts that are wanted back, where they are.
    details: Option<Details>,
}

impl Chat {
    /// `reasoning_apart` and `details` as in [`Dialect`](crate::providers::catalog::Dialect).
    pub fn new(reasoning_apart: bool, details: bool) -> Self {
        Self { reasoning_apart, details: details.then(Details::default) }
    }
}

impl Reader for Chat {
    fn read(&mut self, event: &str, out: &mut Gathered) -> Result<(), Garbage> {
        let chunk: Chunk<'_> = serde_json::from_str(event).map_err(|_| Garbage)?;
        if let Some(error) = chunk.error {
            out.fail(refusal::from_error_and_code(&error, chunk.code.as_ref()));
            return Ok(());
        }
        out.model(&chunk.model.0);
        if let Some(usage) = chunk.usage {
            out.usage(usage.read(self.reasoning_apart));
        }
        // We ask for one choice; more of them would be mixed up into nonsense.
        let Some(choice) = chunk.choices.into_iter().find(|choice| choice.index == 0) else { return Ok(()) };
        out.thinking(choice.delta.thinking());
        out.text(&choice.delta.content.0);
        out.text(&choice.delta.refusal.0);
        for (position, call) in choice.delta.tool_calls.into_iter().enumerate() {
            tell(call, position, out);
        }
        if let Some(details) = &mut self.details {
            choice.delta.reasoning_details.into_iter().for_each(|fragment| details.add(fragment));
        }
        match choice.finish_reason.as_deref() {
            None | Some("") => {}
            Some("error") => out.fail(Error::Upstream { status: None }),
            Some(word) => {
                if let Some(replay) = self.details.as_ref().and_then(Details::replay) {
                    out.replay(replay);
                }
                out.finish(FinishReason::from_wire(word));
            }
        }
        Ok(())
    }
}

fn tell(call: Call<'_>, position: usize, out: &mut Gathered) {
    // Gemini's look-alike leaves the index out; the place in the list is what it means.
    let index = call.index.unwrap_or_else(|| u32::try_from(position).unwrap_or(u32::MAX));
    out.call(index, call.id, call.function.name, &call.function.arguments.0);
}
