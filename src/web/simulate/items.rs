//! The items of a conversation in Responses: what they say, what is wrong with them, and the seal over them.

use serde_json::Value;

use super::{
    parts::{files_of, text_of},
    rules,
};
use crate::providers::{
    Message, Role, ToolCall, ToolResult,
    simulated::{Refusal, history::sha256},
};

/// What thoughts are sealed with.
const SEALED: &str = "gAAAAsim";

/// The items of an input, which may be a bare text.
pub fn list(input: &Value) -> Vec<Value> {
    match input {
        Value::Array(items) => items.clone(),
        text => vec![serde_json::json!({ "role": "user", "content": text })],
    }
}

/// The seal of thoughts that come behind these items: bound to the key, the model and every item, whatever the order of its
/// fields.
pub fn seal(key: &str, model: &str, items: &[Value]) -> String {
    let text = serde_json::json!([key, model, items]).to_string();
    format!("{SEALED}{}", &sha256(text.as_bytes())[..48])
}

/// What the real API would refuse.
pub fn wrong(key: &str, model: &str, items: &[Value]) -> Option<Refusal> {
    let mut open: Vec<&str> = Vec::new();
    let mut thought = false;
    for (at, item) in items.iter().enumerate() {
        let (kind, id) = (kind(item), item["id"].as_str().unwrap_or(""));
        let is_own = matches!(kind, "reasoning" | "function_call") || item["role"] == "assistant";
        if !is_own {
            thought = false;
        }
        if !matches!(kind, "reasoning" | "function_call" | "function_call_output")
            && let Some(call) = open.first()
        {
            return Some(rules::invalid(format!("No tool output found for function call {call}.")));
        }
        match kind {
            "reasoning" => {
                thought = true;
                let sealed = item["encrypted_content"].as_str().unwrap_or("");
                if sealed != seal(key, model, &items[..at]) {
                    let why = format!("The encrypted content for item {id} could not be verified.");
                    return Some(Refusal::new(400, "invalid_encrypted_content", why));
                }
                let next = items.get(at + 1);
                if next.is_none_or(|next| kind_of_own(next).is_none()) {
                    let why = format!(
                        "Item '{id}' of type 'reasoning' was provided without its required following item."
                    );
                    return Some(rules::invalid(why));
                }
            }
            "function_call" | "message" if is_own => {
                // Ids of items behind thoughts have a `t`; see the voice.
                let behind = id.starts_with("fc_t") || id.starts_with("msg_t");
                if behind && !thought {
                    let why = format!("Item '{id}' was provided without its required 'reasoning' item.");
                    return Some(rules::invalid(why));
                }
                if kind == "function_call" {
                    let call = item["call_id"].as_str().unwrap_or("");
                    if let Some(refusal) = rules::too_long(call) {
                        return Some(refusal);
                    }
                    open.push(call);
                } else if item["content"].as_array().is_some_and(|parts| parts.iter().any(is_input)) {
                    return Some(rules::invalid("Invalid value: 'input_text' in an assistant's message."));
                }
            }
            "function_call_output" => {
                let call = item["call_id"].as_str().unwrap_or("");
                match open.iter().position(|open| *open == call) {
                    Some(at) => drop(open.remove(at)),
                    None => {
                        let why = format!("No tool call found for function call output with call_id {call}.");
                        return Some(rules::invalid(why));
                    }
                }
            }
            _ => {}
        }
    }
    open.first().map(|call| rules::invalid(format!("No tool output found for function call {call}.")))
}

fn is_input(part: &Value) -> bool {
    part["type"] == "input_text"
}

fn kind(item: &Value) -> &str {
    item["type"].as_str().unwrap_or("message")
}

/// The kind of an item that a model says.
fn kind_of_own(item: &Value) -> Option<&str> {
    let kind = kind(item);
    (matches!(kind, "reasoning" | "function_call") || item["role"] == "assistant").then_some(kind)
}

/// What the items say, in the product's own words. Thoughts are nobody's business.
pub fn messages(items: &[Value]) -> Vec<Message> {
    items.iter().filter_map(message).collect()
}

fn message(item: &Value) -> Option<Message> {
    let text = |field: &str| item[field].as_str().unwrap_or("").to_owned();
    match kind(item) {
        "reasoning" => None,
        "function_call" => {
            let call = ToolCall { id: text("call_id"), name: text("name"), arguments: text("arguments") };
            Some(Message { calls: vec![call], ..Message::assistant("") })
        }
        "function_call_output" => {
            let (id, output) = (text("call_id"), text("output"));
            let result = ToolResult { id, name: String::new(), output, failed: false };
            Some(Message { results: vec![result], ..Message::user("") })
        }
        _ => {
            let role = match item["role"].as_str() {
                Some("system" | "developer") => Role::System,
                Some("assistant") => Role::Assistant,
                _ => Role::User,
            };
            Some(Message {
                files: files_of(&item["content"]),
                ..Message::new(role, text_of(&item["content"]))
            })
        }
    }
}
