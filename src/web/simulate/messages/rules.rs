//! What Messages refuses, and what a request comes to that it doesn't.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::NEW_VERSION;
use crate::providers::{Message, Request, Role, catalog::SIMULATED, simulated::voice::messages::seal_of};

const FIELDS: &[&str] = &[
    "model",
    "messages",
    "max_tokens",
    "system",
    "stream",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "cache_control",
    "metadata",
    "stop_sequences",
    "service_tier",
    "temperature",
    "top_p",
    "top_k",
];
const SAMPLING: &[&str] = &["temperature", "top_p", "top_k"];
const EFFORTS: &[&str] = &["low", "medium", "high", "xhigh", "max"];

/// Whether the request may be answered; the reason against it in Anthropic's words.
pub fn check(body: &Value, version: Option<&str>) -> Result<(), String> {
    let Some(version) = version else { return Err("anthropic-version: header is required".to_owned()) };
    let Some(fields) = body.as_object() else { return Err("Input should be an object".to_owned()) };
    let strange = |name: &&String| {
        !FIELDS.contains(&name.as_str()) || version == NEW_VERSION && SAMPLING.contains(&name.as_str())
    };
    if let Some(name) = fields.keys().find(strange) {
        return Err(format!("{name}: Extra inputs are not permitted"));
    }
    let limit = body["max_tokens"].as_u64().filter(|limit| *limit > 0).ok_or("max_tokens: Field required")?;
    check_thinking(body, limit)?;
    let turns = body["messages"].as_array().filter(|turns| !turns.is_empty());
    let turns = turns.ok_or("messages: at least one message is required")?;
    if blocks(&body["system"]).iter().any(|block| block["text"] == "") {
        return Err("system: text content blocks must be non-empty".to_owned());
    }
    let mut open = Vec::new();
    for (at, turn) in turns.iter().enumerate() {
        open = check_turn(at, turn, open)?;
        check_seals(body, at, turn)?;
    }
    if let Some(id) = open.first() {
        return Err(format!(
            "`tool_use` ids were found without `tool_result` blocks immediately after: {id}"
        ));
    }
    if turns.last().is_some_and(|turn| turn["role"] == "assistant") {
        let why = "This model does not support assistant message prefill. The conversation must end with a user message.";
        return Err(why.to_owned());
    }
    Ok(())
}

fn check_thinking(body: &Value, limit: u64) -> Result<(), String> {
    let effort = body["output_config"]["effort"].as_str();
    if effort.is_some_and(|effort| !EFFORTS.contains(&effort)) {
        return Err(
            "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'".to_owned()
        );
    }
    let model = body["model"].as_str().unwrap_or("");
    let base = model.split(':').next().unwrap_or("");
    let thinks = SIMULATED.known.iter().any(|known| known.id == base && known.capabilities.reasoning);
    match body["thinking"]["type"].as_str() {
        None | Some("disabled") => Ok(()),
        Some("adaptive") if thinks => Ok(()),
        Some("adaptive") => Err("adaptive thinking is not supported on this model".to_owned()),
        Some("enabled") => {
            let budget = body["thinking"]["budget_tokens"].as_u64().unwrap_or(0);
            let fits = (1024..limit).contains(&budget);
            fits.then_some(())
                .ok_or_else(|| "`max_tokens` must be greater than `thinking.budget_tokens`".to_owned())
        }
        Some(_) => Err("thinking: Input tag does not match any of the expected tags".to_owned()),
    }
}

/// Checks a turn behind calls that are to be answered; returns those that it leaves open.
fn check_turn(at: usize, turn: &Value, open: Vec<String>) -> Result<Vec<String>, String> {
    let role = turn["role"].as_str().filter(|role| ["user", "assistant"].contains(role));
    let role = role.ok_or(format!("messages.{at}.role: Input should be 'user' or 'assistant'"))?;
    let blocks = blocks(&turn["content"]);
    if blocks.is_empty() {
        return Err(format!("messages.{at}: {role} messages must have non-empty content"));
    }
    let (mut missing, mut calls, mut others) = (open, Vec::new(), false);
    for block in &blocks {
        let kind = block["type"].as_str().unwrap_or("");
        match (kind, role) {
            ("text", _) if block["text"].as_str().is_none_or(|text| text.trim().is_empty()) => {
                return Err("messages: text content blocks must be non-empty".to_owned());
            }
            ("text", _) => {}
            ("image" | "document", "user") => check_source(at, kind, &block["source"])?,
            ("thinking" | "redacted_thinking", "assistant") => {}
            ("tool_use", "assistant") => calls.push(check_call(at, block)?),
            ("tool_result", "user") => {
                let id = block["tool_use_id"].as_str().unwrap_or("");
                let place = missing.iter().position(|open| open == id).filter(|_| !others);
                let place = place.ok_or(format!(
                    "messages.{at}.content: unexpected `tool_use_id` found in `tool_result` blocks: {id}"
                ))?;
                missing.remove(place);
            }
            _ => {
                return Err(format!(
                    "messages.{at}.content: `{kind}` blocks are not permitted in {role} messages"
                ));
            }
        }
        others |= kind != "tool_result";
    }
    match missing.first() {
        Some(id) => Err(format!(
            "messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately after: {id}"
        )),
        None => Ok(calls),
    }
}

fn check_call(at: usize, block: &Value) -> Result<String, String> {
    let id = block["id"].as_str().unwrap_or("");
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        return Err(format!(
            "messages.{at}.content.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"
        ));
    }
    if !block["input"].is_object() {
        return Err(format!("messages.{at}.content.tool_use.input: Input should be a valid dictionary"));
    }
    Ok(id.to_owned())
}

/// The bytes must be what they are said to be.
fn check_source(at: usize, kind: &str, source: &Value) -> Result<(), String> {
    let bytes = source["data"].as_str().and_then(|data| STANDARD.decode(data).ok());
    let Some(bytes) = bytes else {
        return Err(format!("messages.{at}.content.{kind}.source.base64: invalid base64 data"));
    };
    let found = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xFF, 0xD8, ..] => "image/jpeg",
        [b'G', b'I', b'F', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'%', b'P', b'D', b'F', ..] => "application/pdf",
        _ => "something else",
    };
    if source["media_type"] == found && (kind == "document") == (found == "application/pdf") {
        return Ok(());
    }
    Err(format!("messages.{at}.content.{kind}.source: the file does not match the media type, it is {found}"))
}

/// Thoughts may go back only behind exactly what they answered.
fn check_seals(body: &Value, at: usize, turn: &Value) -> Result<(), String> {
    for block in blocks(&turn["content"]) {
        if block["type"] != "thinking" {
            continue;
        }
        let seal = seal_of(&prefix(body, at), block["thinking"].as_str().unwrap_or(""));
        if block["signature"] != seal.as_str() {
            return Err(format!(
                "messages.{at}.content: Invalid `signature` in `thinking` block. The block is bound to a different \
                 conversation."
            ));
        }
    }
    Ok(())
}

/// Names everything before a turn: system, tools and the turns so far.
pub fn prefix(body: &Value, turns: usize) -> String {
    let told = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let turns: Vec<Value> = told[..told.len().min(turns)]
        .iter()
        .map(|turn| json!([turn["role"], blocks(&turn["content"])]))
        .collect();
    let before = json!([blocks(&body["system"]), body["tools"], turns]);
    let digest = Sha256::digest(before.to_string().as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A text alone is a block of text. Where the cache may begin means nothing.
fn blocks(content: &Value) -> Vec<Value> {
    match content {
        Value::String(text) => vec![json!({ "type": "text", "text": text })],
        Value::Array(blocks) => {
            let mut blocks = blocks.clone();
            blocks
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(|block| drop(block.remove("cache_control")));
            blocks
        }
        _ => Vec::new(),
    }
}

/// The request in the product's own words.
pub fn request(body: &Value) -> Request {
    let text = |content: &Value| {
        let blocks = blocks(content);
        let texts: Vec<&str> = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
        let results =
            || blocks.iter().filter_map(|block| block["content"].as_str()).collect::<Vec<_>>().join("\n");
        if texts.is_empty() { results() } else { texts.join("\n\n") }
    };
    let system = Some(text(&body["system"])).filter(|text| !text.is_empty()).map(Message::system);
    let turns = body["messages"].as_array().into_iter().flatten().map(|turn| {
        let role = if turn["role"] == "assistant" { Role::Assistant } else { Role::User };
        Message::new(role, text(&turn["content"]))
    });
    Request {
        model: body["model"].as_str().unwrap_or("").to_owned(),
        messages: system.into_iter().chain(turns).collect(),
        max_tokens: body["max_tokens"].as_u64().and_then(|limit| u32::try_from(limit).ok()),
        temperature: body["temperature"].as_f64().map(|warmth| warmth as f32),
        reasoning_effort: body["output_config"]["effort"].as_str().map(str::to_owned),
        ..Request::default()
    }
}
