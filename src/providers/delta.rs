//! What goes to a provider and what comes back, without any wire's dialect.

use std::pin::Pin;

use futures::Stream;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Error;

/// The answer as it grows. It ends after the first `Err` or after [`Delta::End`], whichever comes first; a stream
/// that ends with neither does not exist. Dropping it closes the upstream connection.
pub type DeltaStream = Pin<Box<dyn Stream<Item = Result<Delta, Error>> + Send>>;

/// One step of an answer. Adjacent text of one network read arrives joined, in pieces of at most 64 KiB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// Reasoning the provider lets us see.
    Thinking(String),
    /// Raw markdown of the answer.
    Text(String),
    /// A fragment of a tool call: `id` and `name` come with the first fragment of an `index`, `arguments` are the
    /// next characters of a JSON text.
    ToolCall { index: u32, id: Option<String>, name: Option<String>, arguments: String },
    /// The model that answers, in the provider's words; at most once, near the end.
    Model(String),
    /// Token counts, at most once, right before the end. Absent when the provider sends none.
    Usage(Usage),
    /// The provider said that the answer is finished. Always last.
    End(FinishReason),
}

/// Token counts as the provider tells them; `None` means "not told", which is not zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub input: Option<u64>,
    /// Prompt tokens that were served from the provider's cache.
    pub cached: Option<u64>,
    /// Tokens of the answer, reasoning included.
    pub output: Option<u64>,
    /// Tokens spent on reasoning.
    pub reasoning: Option<u64>,
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FinishReason {
    Stop,
    /// The token limit was reached, or our own cap on the size of an answer.
    Length,
    ToolCalls,
    ContentFilter,
    /// A word of the provider's own, at most 64 characters of it.
    Other(String),
}

impl FinishReason {
    /// The stable name for the database and the API.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
            Self::Other(word) => word,
        }
    }

    /// Reads the words of all OpenAI-shaped servers, sloppy ones included.
    pub fn from_wire(word: &str) -> Self {
        match word {
            "stop" | "eos" | "end_turn" | "stop_sequence" | "STOP" => Self::Stop,
            "length" | "max_tokens" | "MAX_TOKENS" => Self::Length,
            "tool_calls" | "function_call" | "tool_use" => Self::ToolCalls,
            "content_filter" | "SAFETY" => Self::ContentFilter,
            // No database stores everything, and nobody wants to see the rest.
            other => match other.chars().filter(|c| !c.is_control()).take(64).collect::<String>() {
                word if word.trim().is_empty() => Self::Other("unknown".into()),
                word => Self::Other(word),
            },
        }
    }
}

/// One question to a model.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The id as the provider knows it ([`super::Model::id`]), not the full name.
    pub model: String,
    /// The conversation, oldest first.
    pub messages: Vec<Message>,
    /// Limit of the answer in tokens.
    pub max_tokens: Option<u32>,
    /// 0 to 2; not sent to models that refuse it.
    pub temperature: Option<f32>,
    /// `none`, `low`, `medium`, `high` …; sent to reasoning models only.
    pub reasoning_effort: Option<String>,
}

/// One turn of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub role: Role,
    pub text: String,
}

impl Message {
    pub fn system(text: impl Into<String>) -> Self {
        Self { role: Role::System, text: text.into() }
    }

    pub fn user(text: impl Into<String>) -> Self {
        Self { role: Role::User, text: text.into() }
    }

    pub fn assistant(text: impl Into<String>) -> Self {
        Self { role: Role::Assistant, text: text.into() }
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    System,
    User,
    Assistant,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_the_providers_own_can_be_stored() {
        for (word, read) in [("stop", "stop"), ("a\0b\u{1b}[0m", "ab[0m"), ("\0", "unknown"), ("odd", "odd")]
        {
            assert_eq!(FinishReason::from_wire(word).as_str(), read);
        }
        assert_eq!(FinishReason::from_wire(&"x".repeat(100)).as_str().len(), 64);
    }
}
