//! An answer put together, for clients that do not stream. It is played as Chat Completions and read by our own reader.

use futures::StreamExt;

use super::Watched;
use crate::providers::{
    Delta, Usage,
    simulated::{self, Refusal},
};

/// All that an answer says.
#[derive(Default)]
pub struct Whole {
    pub text: String,
    pub thinking: String,
    /// Id, name and arguments.
    pub calls: Vec<(String, String, String)>,
    pub usage: Usage,
    /// In OpenAI's words.
    pub finish: String,
}

impl Whole {
    /// Reads to the end.
    ///
    /// # Errors
    /// A refusal when there is none.
    pub async fn of(frames: Watched) -> Result<Self, Refusal> {
        let mut whole = Self::default();
        let mut deltas = simulated::read(frames.map(|frame| frame.map_err(drop)));
        while let Some(delta) = deltas.next().await {
            match delta {
                Ok(Delta::Text(more)) => whole.text.push_str(&more),
                Ok(Delta::Thinking(more)) => whole.thinking.push_str(&more),
                Ok(Delta::Usage(told)) => whole.usage = told,
                Ok(Delta::End(reason)) => reason.as_str().clone_into(&mut whole.finish),
                Ok(Delta::ToolCall { id, name, arguments, .. }) => {
                    if let Some(id) = id {
                        whole.calls.push((id, name.unwrap_or_default(), String::new()));
                    }
                    if let Some((_, _, so_far)) = whole.calls.last_mut() {
                        so_far.push_str(&arguments);
                    }
                }
                Ok(_) => {}
                Err(_) => return Err(Refusal::new(500, "server_error", "the answer broke off")),
            }
        }
        Ok(whole)
    }
}
