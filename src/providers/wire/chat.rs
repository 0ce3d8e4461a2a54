//! What the events of OpenAI's Chat Completions mean.

use super::{
    answer::{Garbage, Reader},
    chunk::{Call, Chunk},
    gathered::Gathered,
    refusal,
};
use crate::providers::{Error, FinishReason};

/// Reads Chat Completions; every event stands for itself.
pub struct Chat;

impl Reader for Chat {
    fn read(&mut self, event: &str, out: &mut Gathered) -> Result<(), Garbage> {
        let chunk: Chunk<'_> = serde_json::from_str(event).map_err(|_| Garbage)?;
        if let Some(error) = chunk.error {
            out.fail(refusal::from_error(&error));
            return Ok(());
        }
        out.model(&chunk.model.0);
        if let Some(usage) = chunk.usage {
            out.usage(usage.into());
        }
        // We ask for one choice; more of them would be mixed up into nonsense.
        let Some(choice) = chunk.choices.into_iter().find(|choice| choice.index == 0) else { return Ok(()) };
        out.thinking(choice.delta.thinking());
        out.text(&choice.delta.content.0);
        out.text(&choice.delta.refusal.0);
        for (position, call) in choice.delta.tool_calls.into_iter().enumerate() {
            tell(call, position, out);
        }
        match choice.finish_reason.as_deref() {
            None | Some("") => {}
            Some("error") => out.fail(Error::Upstream { status: None }),
            Some(word) => out.finish(FinishReason::from_wire(word)),
        }
        Ok(())
    }
}

fn tell(call: Call<'_>, position: usize, out: &mut Gathered) {
    // Gemini's look-alike leaves the index out; the place in the list is what it means.
    let index = call.index.unwrap_or_else(|| u32::try_from(position).unwrap_or(u32::MAX));
    out.call(index, call.id, call.function.name, &call.function.arguments.0);
}
