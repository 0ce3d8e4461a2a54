//! `/api/chat`, `/api/tags` and `/api/show`: Ollama's own API.

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{Simulation, key_of, keys, response, whole::Whole};
use crate::providers::{
    Message, Request, Role,
    catalog::{Known, SIMULATED},
    simulated::{
        self, Refusal,
        voice::{
            ChatVoice, Voice,
            ollama::{OllamaVoice, call_json, done_reason},
        },
    },
};

/// Answers a request.
pub async fn complete(
    State(simulation): State<Arc<Simulation>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return refuse(&Refusal::new(400, "invalid_request_error", "invalid character in request body"));
    };
    let request = request(&body);
    let wrong = check(&body).err().map(|why| Refusal::new(400, "invalid_request_error", why));
    let thinks =
        known(&request.model).is_some_and(|known| known.capabilities.reasoning) && body["think"] != false;
    // It streams unless it is told not to.
    let stream = body["stream"] != false;
    let voice: Box<dyn Voice> = if stream {
        Box::new(OllamaVoice::new(&request, thinks))
    } else {
        Box::new(ChatVoice::new(&request, true))
    };
    match simulation.perform(&key_of(&headers), &request, voice, wrong) {
        Err(refusal) => refuse(&refusal),
        Ok(frames) if stream => {
            ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(frames)).into_response()
        }
        Ok(frames) => match Whole::of(frames).await {
            Ok(whole) => Json(whole_json(&whole, &request.model, thinks)).into_response(),
            Err(refusal) => refuse(&refusal),
        },
    }
}

fn whole_json(whole: &Whole, model: &str, thinks: bool) -> Value {
    let mut message = json!({ "role": "assistant", "content": whole.text });
    if thinks && !whole.thinking.is_empty() {
        message["thinking"] = whole.thinking.as_str().into();
    }
    if !whole.calls.is_empty() {
        let calls = whole.calls.iter().map(|(_, name, arguments)| call_json(name, arguments));
        message["tool_calls"] = calls.collect::<Vec<_>>().into();
    }
    json!({
        "model": model, "created_at": "2026-09-22T00:00:00Z", "message": message, "done": true,
        "done_reason": done_reason(&whole.finish), "total_duration": 1,
        "prompt_eval_count": whole.usage.input, "eval_count": whole.usage.output,
    })
}

/// The model without its options.
fn known(model: &str) -> Option<&'static Known> {
    let base = model.split(':').next().unwrap_or("");
    SIMULATED.known.iter().find(|known| known.id == base)
}

/// Whether the request may be answered; the reason against it in Ollama's words.
fn check(body: &Value) -> Result<(), String> {
    let model = body["model"].as_str().filter(|model| !model.is_empty()).ok_or("model is required")?;
    let thinks = known(model).is_none_or(|known| known.capabilities.reasoning);
    match &body["think"] {
        Value::Null | Value::Bool(false) => {}
        _ if !thinks => return Err(format!("\"{model}\" does not support thinking")),
        Value::String(word) if !["low", "medium", "high"].contains(&word.as_str()) => {
            return Err(format!(
                "invalid think value: \"{word}\" (must be \"high\", \"medium\", \"low\", true, or false)"
            ));
        }
        _ => {}
    }
    for turn in body["messages"].as_array().into_iter().flatten() {
        let role = turn["role"].as_str().unwrap_or("");
        if !["system", "user", "assistant", "tool"].contains(&role) {
            return Err(format!("invalid role: \"{role}\""));
        }
        if !turn["content"].is_string() && !turn["content"].is_null() {
            return Err("json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string".to_owned());
        }
        let mut images = turn["images"].as_array().into_iter().flatten();
        if images.any(|image| image.as_str().is_none_or(|image| STANDARD.decode(image).is_err())) {
            return Err("illegal base64 data at input byte 4".to_owned());
        }
        let mut calls = turn["tool_calls"].as_array().into_iter().flatten();
        if calls.any(|call| !call["function"]["arguments"].is_object()) {
            return Err("json: cannot unmarshal string into Go struct field ChatRequest.messages.tool_calls"
                .to_owned());
        }
    }
    Ok(())
}

/// The request in the product's own words.
fn request(body: &Value) -> Request {
    let turns = body["messages"].as_array().into_iter().flatten().map(|turn| {
        let role = match turn["role"].as_str() {
            Some("system") => Role::System,
            Some("assistant") => Role::Assistant,
            _ => Role::User,
        };
        Message::new(role, turn["content"].as_str().unwrap_or(""))
    });
    let options = &body["options"];
    Request {
        model: body["model"].as_str().unwrap_or("").to_owned(),
        messages: turns.collect(),
        max_tokens: options["num_predict"].as_u64().and_then(|limit| u32::try_from(limit).ok()),
        temperature: options["temperature"].as_f64().map(|warmth| warmth as f32),
        reasoning_effort: body["think"].as_str().map(str::to_owned),
        ..Request::default()
    }
}

/// Says a refusal as Ollama does: by words alone.
fn refuse(refusal: &Refusal) -> Response {
    let (status, message) = match refusal.code {
        "invalid_api_key" => (401, "unauthorized"),
        "insufficient_quota" => (402, "you have used all available credits"),
        "context_length_exceeded" => (400, "the input length exceeds the context length"),
        _ => (refusal.status, refusal.message.as_str()),
    };
    response(&Refusal { status, ..refusal.clone() }, &json!({ "error": message }))
}

/// The list of models.
pub async fn tags(headers: HeaderMap) -> Response {
    if let Some(refusal) = keys::listing_refusal(&key_of(&headers)) {
        return refuse(&refusal);
    }
    let tag = |id| {
        let details = json!({ "format": "simulated", "family": "simulated", "parameter_size": "0" });
        json!({ "name": id, "model": id, "modified_at": "2026-09-22T00:00:00Z", "size": 0, "details": details })
    };
    Json(json!({ "models": simulated::ids().map(tag).collect::<Vec<_>>() })).into_response()
}

/// What one of them is like.
pub async fn show(body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let model = body["model"].as_str().or(body["name"].as_str()).unwrap_or("");
    let Some(known) = known(model) else {
        return refuse(&Refusal::new(404, "model_not_found", format!("model '{model}' not found")));
    };
    let thinks = known.capabilities.reasoning.then_some("thinking");
    let capabilities: Vec<_> = ["completion", "tools", "vision"].into_iter().chain(thinks).collect();
    Json(json!({
        "capabilities": capabilities, "details": { "family": "simulated" },
        "model_info": { "general.architecture": "simulated", "simulated.context_length": known.context_window },
    }))
    .into_response()
}
