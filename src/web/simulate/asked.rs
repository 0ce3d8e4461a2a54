//! A chat completion request as clients send it, and what the real ones refuse about it.

use serde::Deserialize;
use serde_json::Value;

use super::{
    parts::{files_of, text_of},
    rules,
};
use crate::providers::{Message, Request, Role, ToolCall, ToolResult, simulated::Refusal};

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
    #[serde(default)]
    tools: Vec<Value>,
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
    content: Value,
    #[serde(default)]
    tool_calls: Vec<Called>,
    tool_call_id: Option<String>,
}

#[derive(Deserialize)]
struct Called {
    id: String,
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    arguments: String,
}

impl Asked {
    /// Whether usage was asked for in a stream.
    pub fn wants_usage(&self) -> bool {
        self.stream_options.as_ref().is_some_and(|options| options.include_usage)
    }

    /// What the real API would refuse.
    pub fn wrong(&self) -> Option<Refusal> {
        if rules::thinks(&self.model) && self.max_tokens.is_some() {
            return Some(rules::unsupported("max_tokens"));
        }
        if rules::thinks(&self.model)
            && !self.tools.is_empty()
            && self.reasoning_effort.as_deref() != Some("none")
        {
            let why = "Function tools with reasoning_effort are not supported for this model here. Use /v1/responses.";
            return Some(Refusal::new(400, "invalid_request_error", why));
        }
        let effort = self.reasoning_effort.as_deref();
        rules::effort(&self.model, effort)
            .or_else(|| rules::temperature(&self.model, self.temperature, effort))
            .or_else(|| self.unanswered())
    }

    /// Calls without a result, and results without a call.
    fn unanswered(&self) -> Option<Refusal> {
        let mut open: Vec<&str> = Vec::new();
        for turn in &self.messages {
            match (&turn.tool_call_id, turn.role.as_str()) {
                (Some(id), "tool") => match open.iter().position(|call| call == id) {
                    Some(at) => drop(open.remove(at)),
                    None => return Some(rules::invalid(format!("No tool call was made with the id {id}."))),
                },
                _ => {
                    if let Some(id) = open.first() {
                        return Some(rules::invalid(format!("The tool call {id} has no response message.")));
                    }
                    open = turn.tool_calls.iter().map(|call| call.id.as_str()).collect();
                }
            }
            if let Some(refusal) = open.iter().find_map(|id| rules::too_long(id)) {
                return Some(refusal);
            }
        }
        open.first().map(|id| rules::invalid(format!("The tool call {id} has no response message.")))
    }

    /// The request in the product's own words.
    pub fn into_request(self) -> Request {
        Request {
            model: self.model,
            messages: self.messages.into_iter().map(Turn::message).collect(),
            max_tokens: self.max_completion_tokens.or(self.max_tokens),
            temperature: self.temperature,
            reasoning_effort: self.reasoning_effort,
            tools: Vec::new(),
        }
    }
}

impl Turn {
    fn message(self) -> Message {
        let role = match self.role.as_str() {
            "system" | "developer" => Role::System,
            "assistant" => Role::Assistant,
            _ => Role::User,
        };
        let text = text_of(&self.content);
        if let Some(id) = self.tool_call_id {
            let result = ToolResult { id, name: String::new(), output: text, failed: false };
            return Message { results: vec![result], ..Message::user("") };
        }
        let call = |call: Called| ToolCall {
            id: call.id,
            name: call.function.name,
            arguments: call.function.arguments,
        };
        let calls = self.tool_calls.into_iter().map(call).collect();
        Message { calls, files: files_of(&self.content), ..Message::new(role, text) }
    }
}
