//! A chat completion request as clients send it.

use serde::Deserialize;

use crate::providers::{Message, Request, Role};

/// The parts of a chat completion request that matter here.
#[derive(Deserialize)]
pub struct Asked {
    model: String,
    #[serde(default)]
    messages: Vec<Turn>,
    #[serde(default)]
    pub stream: bool,
    stream_options: Option<StreamOptions>,
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
    temperature: Option<f32>,
    reasoning_effort: Option<String>,
}

#[derive(Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

#[derive(Deserialize)]
struct Turn {
    role: String,
    #[serde(default)]
    content: serde_json::Value,
}

impl Asked {
    /// Whether usage was asked for in a stream.
    pub fn wants_usage(&self) -> bool {
        self.stream_options.as_ref().is_some_and(|options| options.include_usage)
    }

    /// The request in the product's own words.
    pub fn into_request(self) -> Request {
        let turn = |turn: Turn| {
            let role = match turn.role.as_str() {
                "system" | "developer" => Role::System,
                "assistant" => Role::Assistant,
                _ => Role::User,
            };
            Message::new(role, text_of(turn.content))
        };
        Request {
            model: self.model,
            messages: self.messages.into_iter().map(turn).collect(),
            max_tokens: self.max_completion_tokens.or(self.max_tokens),
            temperature: self.temperature,
            reasoning_effort: self.reasoning_effort,
            tools: Vec::new(),
        }
    }
}

/// Content is a string or a list of parts.
fn text_of(content: serde_json::Value) -> String {
    match content {
        serde_json::Value::String(text) => text,
        serde_json::Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}
