//! What goes to a provider and what comes back, without any wire's dialect.

use std::{borrow::Cow, pin::Pin};

use bytes::Bytes;
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
    /// What the provider wants back with the next question; at most once, near the end.
    Replay(Replay),
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
    /// What the answer has cost in billionths of a US dollar, where the provider says it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<i64>,
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
    /// What the model may call.
    pub tools: Vec<Tool>,
    /// Limit of the answer in tokens.
    pub max_tokens: Option<u32>,
    /// 0 to 2; not sent to models that refuse it.
    pub temperature: Option<f32>,
    /// `none`, `low`, `medium`, `high` …; sent to reasoning models only.
    pub reasoning_effort: Option<String>,
}

/// A function that a model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    pub name: String,
    pub description: String,
    /// JSON Schema of its arguments, an object.
    pub parameters: serde_json::Value,
}

/// One turn of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub role: Role,
    pub text: String,
    /// What a person has attached. Each wire says it in its own form; what a model can't take was left out before.
    pub files: Vec<File>,
    /// What the model called, in an assistant's turn. Each has its result in the next one.
    pub calls: Vec<ToolCall>,
    /// What came of the calls of the turn before; a user's turn with results may have no text.
    pub results: Vec<ToolResult>,
    /// How the provider that is asked said this turn itself, if it may be told so again.
    pub replay: Option<Replay>,
}

/// Something that goes along with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    /// As found by looking into it: `image/png`, `image/jpeg`, `image/webp`, `image/gif` or `application/pdf`.
    pub media_type: String,
    pub bytes: Bytes,
}

/// A finished call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// Names it within the conversation. Not every wire takes every text: it is the wire's to make one that fits.
    pub id: String,
    pub name: String,
    /// The text of a JSON object.
    pub arguments: String,
}

/// What a tool gave back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// [`ToolCall::id`].
    pub id: String,
    /// [`ToolCall::name`].
    pub name: String,
    pub output: String,
    pub failed: bool,
}

/// Items of an answer in the provider's own words: sealed thoughts, signatures, ids. They mean something only to the
/// provider, model and account that said them, and only behind the very messages that they answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Which wire said it, and understands it: `responses`, `messages`, `generate`, `details`.
    pub form: Cow<'static, str>,
    /// A JSON text, kept as it came.
    pub items: String,
}

impl Message {
    pub fn system(text: impl Into<String>) -> Self {
        Self::new(Role::System, text)
    }

    pub fn user(text: impl Into<String>) -> Self {
        Self::new(Role::User, text)
    }

    pub fn assistant(text: impl Into<String>) -> Self {
        Self::new(Role::Assistant, text)
    }

    /// A turn that is nothing but text.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { role, text, files: Vec::new(), calls: Vec::new(), results: Vec::new(), replay: None }
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
