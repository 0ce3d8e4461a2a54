//! `/v1beta/models`, and what can be done with one of them: Google's generateContent.

mod rules;

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Simulation, keys, response, stream_out, whole::Whole};
use crate::providers::{
    catalog::{Known, SIMULATED},
    simulated::{
        Refusal,
        voice::{
            ChatVoice, Voice,
            generate::{GenerateVoice, finish_reason, signature, usage_json},
        },
    },
};

/// What stands behind the question mark.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    alt: Option<String>,
    key: Option<String>,
    page_size: Option<usize>,
    page_token: Option<String>,
}

/// Answers a request: `{model}:streamGenerateContent` or `{model}:generateContent`.
pub async fn complete(
    State(simulation): State<Arc<Simulation>>,
    Path(what): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (model, verb) = what.rsplit_once(':').unwrap_or((&what, ""));
    let stream = match verb {
        "streamGenerateContent" => true,
        "generateContent" => false,
        _ => return refuse(&Refusal::new(404, "model_not_found", "no such method")),
    };
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return refuse(&Refusal::new(400, "invalid_request_error", "Invalid JSON payload received."));
    };
    let request = rules::request(model, &body);
    let wrong = rules::check(model, &body).err();
    let wrong = wrong.map(|why| Refusal::new(400, "invalid_request_error", why));
    let thoughts = body["generationConfig"]["thinkingConfig"]["includeThoughts"] == true;
    let events = stream && options.alt.as_deref() == Some("sse");
    let voice: Box<dyn Voice> = if events {
        Box::new(GenerateVoice::new(&request, thoughts))
    } else {
        Box::new(ChatVoice::new(&request, true))
    };
    match simulation.perform(&key(&headers, options.key), &request, voice, wrong) {
        Err(refusal) => refuse(&refusal),
        Ok(frames) if events => stream_out(frames),
        Ok(frames) => match Whole::of(frames).await {
            // Without events a stream is a list.
            Ok(whole) if stream => Json(json!([whole_json(&whole, model, thoughts)])).into_response(),
            Ok(whole) => Json(whole_json(&whole, model, thoughts)).into_response(),
            Err(refusal) => refuse(&refusal),
        },
    }
}

fn key(headers: &HeaderMap, in_query: Option<String>) -> String {
    let own = headers.get("x-goog-api-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    own.or(in_query).unwrap_or_default()
}

fn whole_json(whole: &Whole, model: &str, thoughts: bool) -> Value {
    let mut parts = Vec::new();
    if !whole.thinking.is_empty() && thoughts {
        parts.push(json!({ "text": whole.thinking, "thought": true }));
    }
    if !whole.text.is_empty() {
        parts.push(json!({ "text": whole.text }));
    }
    for (at, (id, name, arguments)) in whole.calls.iter().enumerate() {
        let args: Value = serde_json::from_str(arguments).unwrap_or_else(|_| json!({}));
        let seal = signature(name, &args);
        let mut part = json!({ "functionCall": { "id": id, "name": name, "args": args } });
        if at == 0 {
            part["thoughtSignature"] = seal.into();
        }
        parts.push(part);
    }
    json!({
        "candidates": [{
            "content": { "role": "model", "parts": parts }, "finishReason": finish_reason(&whole.finish), "index": 0,
        }],
        "usageMetadata": usage_json(&whole.usage), "modelVersion": model, "responseId": "sim",
    })
}

/// Says a refusal as Google does: a bad key is a bad request, and how long to wait stands in the body.
fn refuse(refusal: &Refusal) -> Response {
    let reason =
        |reason: &str| json!({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason });
    let (code, status, mut details) = match (refusal.code, refusal.status) {
        ("invalid_api_key", _) => (400, "INVALID_ARGUMENT", vec![reason("API_KEY_INVALID")]),
        ("account_deactivated", _) => (403, "PERMISSION_DENIED", vec![reason("CONSUMER_SUSPENDED")]),
        ("insufficient_quota", _) => {
            let violation = json!({ "quotaId": "GenerateRequestsPerDayPerProjectPerModel" });
            let kind = "type.googleapis.com/google.rpc.QuotaFailure";
            (429, "RESOURCE_EXHAUSTED", vec![json!({ "@type": kind, "violations": [violation] })])
        }
        (_, 401) => (401, "UNAUTHENTICATED", vec![]),
        (_, 403) => (403, "PERMISSION_DENIED", vec![]),
        (_, 404) => (404, "NOT_FOUND", vec![]),
        (_, 429) => (429, "RESOURCE_EXHAUSTED", vec![]),
        (_, 503) => (503, "UNAVAILABLE", vec![]),
        (_, 504) => (504, "DEADLINE_EXCEEDED", vec![]),
        (_, code @ 400..500) => (code, "INVALID_ARGUMENT", vec![]),
        (_, 200) => (500, "INTERNAL", vec![]),
        (_, code) => (code, "INTERNAL", vec![]),
    };
    if let Some(seconds) = &refusal.retry_after {
        let kind = "type.googleapis.com/google.rpc.RetryInfo";
        details.push(json!({ "@type": kind, "retryDelay": format!("{seconds}s") }));
    }
    let message = match refusal.code {
        "context_length_exceeded" => {
            "The input token count (11) exceeds the maximum number of tokens allowed (10)."
        }
        "invalid_api_key" => "API key not valid. Please pass a valid API key.",
        _ => &refusal.message,
    };
    let body = json!({ "error": { "code": code, "message": message, "status": status, "details": details } });
    let in_disguise = refusal.status == 200;
    response(
        &Refusal { status: if in_disguise { 200 } else { code }, retry_after: None, ..refusal.clone() },
        &body,
    )
}

/// The list of models.
pub async fn models(headers: HeaderMap, Query(options): Query<Options>) -> Response {
    if let Some(refusal) = keys::listing_refusal(&key(&headers, options.key)) {
        return refuse(&refusal);
    }
    let from = options.page_token.and_then(|token| token.parse().ok()).unwrap_or(0);
    let rest = SIMULATED.known.get(from..).unwrap_or_default();
    let shown = &rest[..rest.len().min(options.page_size.unwrap_or(50).clamp(1, 1000))];
    let mut page = json!({ "models": shown.iter().map(model).collect::<Vec<_>>() });
    if shown.len() < rest.len() {
        page["nextPageToken"] = (from + shown.len()).to_string().into();
    } else if let Some(models) = page["models"].as_array_mut() {
        let methods = ["embedContent"];
        models.push(json!({ "name": "models/embedding", "supportedGenerationMethods": methods }));
    }
    Json(page).into_response()
}

fn model(known: &Known) -> Value {
    json!({
        "name": format!("models/{}", known.id), "displayName": known.label, "version": "1",
        "inputTokenLimit": known.context_window, "outputTokenLimit": 64_000,
        "supportedGenerationMethods": ["generateContent", "countTokens"], "thinking": known.capabilities.reasoning,
    })
}
