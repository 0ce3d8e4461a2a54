//! `/v1/messages` and the models in Anthropic's shape.

mod rules;

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Simulation, key_of, keys, response, stream_out, whole::Whole};
use crate::providers::{
    catalog::{Known, SIMULATED},
    simulated::{
        Refusal,
        voice::{
            ChatVoice, Voice,
            messages::{MessagesVoice, Shown, error_type, seal_of, stop_reason, usage_json},
        },
    },
};

/// The version in which sampling is nobody's business any more.
const NEW_VERSION: &str = "2026-10-21";
/// Pages of the list have at most so many entries.
const MAX_PAGE: usize = 1000;

/// Answers a request.
pub async fn complete(
    State(simulation): State<Arc<Simulation>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return refuse(&Refusal::new(400, "invalid_request_error", "The request body is not valid JSON."));
    };
    let version = headers.get("anthropic-version").and_then(|version| version.to_str().ok());
    let wrong = rules::check(&body, version).err();
    let wrong = wrong.map(|why| Refusal::new(400, "invalid_request_error", why));
    let request = rules::request(&body);
    let prefix = rules::prefix(&body, usize::MAX);
    let shown = match (body["thinking"]["type"].as_str(), body["thinking"]["display"].as_str()) {
        (Some("disabled"), _) => Shown::Nothing,
        (Some("enabled"), _) | (_, Some("summarized")) => Shown::Thoughts,
        _ => Shown::Sealed,
    };
    let stream = body["stream"] == true;
    let voice: Box<dyn Voice> = if stream {
        Box::new(MessagesVoice::new(&request, prefix.clone(), shown))
    } else {
        Box::new(ChatVoice::new(&request, true))
    };
    match simulation.perform(&key(&headers), &request, voice, wrong) {
        Err(refusal) => refuse(&refusal),
        Ok(frames) if stream => stream_out(frames),
        Ok(frames) => match Whole::of(frames).await {
            Ok(whole) => Json(whole_json(&whole, &request.model, &prefix, shown)).into_response(),
            Err(refusal) => refuse(&refusal),
        },
    }
}

/// `x-api-key` wins.
fn key(headers: &HeaderMap) -> String {
    let own = headers.get("x-api-key").and_then(|key| key.to_str().ok());
    own.map_or_else(|| key_of(headers), str::to_owned)
}

fn whole_json(whole: &Whole, model: &str, prefix: &str, shown: Shown) -> Value {
    let mut content = Vec::new();
    if !whole.thinking.is_empty() && shown != Shown::Nothing {
        let thinking = if shown == Shown::Thoughts { whole.thinking.as_str() } else { "" };
        let signature = seal_of(prefix, thinking);
        content.push(json!({ "type": "thinking", "thinking": thinking, "signature": signature }));
    }
    if !whole.text.is_empty() {
        content.push(json!({ "type": "text", "text": whole.text }));
    }
    content.extend(whole.calls.iter().map(|(id, name, arguments)| {
        let input: Value = serde_json::from_str(arguments).unwrap_or_else(|_| json!({}));
        json!({ "type": "tool_use", "id": id, "name": name, "input": input })
    }));
    json!({
        "id": "msg_sim", "type": "message", "role": "assistant", "model": model, "content": content,
        "stop_reason": stop_reason(&whole.finish), "stop_sequence": null, "usage": usage_json(&whole.usage),
    })
}

/// Says a refusal as Anthropic does: some come with another status here than elsewhere.
fn refuse(refusal: &Refusal) -> Response {
    let (status, kind, details, message) = match refusal.code {
        "account_deactivated" => {
            (400, "invalid_request_error", json!({ "error_code": "organization_on_hold" }), None)
        }
        "insufficient_quota" => (402, "billing_error", Value::Null, Some("Your credit balance is too low.")),
        "context_length_exceeded" => {
            (400, "invalid_request_error", Value::Null, Some("prompt is too long: 11 tokens > 10 maximum"))
        }
        code => (refusal.status, error_type(code, refusal.status), Value::Null, None),
    };
    let message = message.unwrap_or(&refusal.message);
    let error = json!({ "type": kind, "message": message, "details": details });
    let body = json!({ "type": "error", "error": error, "request_id": "req_sim" });
    response(&Refusal { status, ..refusal.clone() }, &body)
}

/// Which page of the list.
#[derive(Deserialize)]
pub struct Page {
    limit: Option<usize>,
    after_id: Option<String>,
}

/// The list of models.
pub fn models(headers: &HeaderMap, Query(page): Query<Page>) -> Response {
    if let Some(refusal) = keys::listing_refusal(&key(headers)) {
        return refuse(&refusal);
    }
    let known = SIMULATED.known;
    let after = page.after_id.and_then(|after| known.iter().position(|known| known.id == after));
    let rest = known.get(after.map_or(0, |at| at + 1)..).unwrap_or_default();
    let shown = &rest[..rest.len().min(page.limit.unwrap_or(20).clamp(1, MAX_PAGE))];
    Json(json!({
        "data": shown.iter().map(model).collect::<Vec<_>>(), "has_more": shown.len() < rest.len(),
        "first_id": shown.first().map(|known| known.id), "last_id": shown.last().map(|known| known.id),
    }))
    .into_response()
}

fn model(known: &Known) -> Value {
    let yes = |supported: bool| json!({ "supported": supported });
    let thinks = known.capabilities.reasoning;
    json!({
        "type": "model", "id": known.id, "display_name": known.label, "created_at": "2026-09-22T00:00:00Z",
        "lifecycle": "active", "max_input_tokens": known.context_window, "max_tokens": 64_000,
        "deprecated_at": null, "retires_at": null, "line": null,
        "capabilities": {
            "batch": yes(false), "citations": yes(false), "code_execution": yes(false),
            "structured_outputs": yes(false), "image_input": yes(true), "pdf_input": yes(true),
            "context_management": yes(false), "server_tools": yes(false),
            "effort": {
                "supported": thinks, "low": yes(thinks), "medium": yes(thinks), "high": yes(thinks),
                "xhigh": yes(false), "max": yes(false),
            },
            "thinking": {
                "supported": thinks,
                "types": {
                    "adaptive": yes(thinks), "enabled": yes(false), "disabled": yes(true), "between_tools": yes(false),
                },
            },
        },
    })
}
