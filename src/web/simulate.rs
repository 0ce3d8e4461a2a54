//! `freshet simulate`: the simulated provider behind a real socket, speaking the OpenAI wire.
//!
//! `POST /v1/chat/completions` (streamed or not), `GET /v1/models`, and for tests `GET /_sim/stats` (what was really
//! asked) and `DELETE /_sim/stats` (forget it). Any key is good, except some that tests need (`refusal_of`): those that start
//! with `sk-bad` are refused and echoed in the error, as real providers do. Faults are real here: a cut breaks the connection inside a chunk.

mod asked;
mod watched;

use std::{io, sync::Arc};

use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use futures::StreamExt;
use parking_lot::Mutex;
use tokio::net::TcpListener;

pub use self::watched::Stats;
use self::{asked::Asked, watched::Watched};
use crate::{
    providers::{
        Delta, Usage,
        simulated::{self, Performance, Refusal, Stage, usage_json},
    },
    replies::titles,
};

/// Serves until dropped.
///
/// # Errors
/// When the listener cannot be used any more.
pub async fn simulate_server(listener: TcpListener) -> io::Result<()> {
    // A token is a small write: waiting for more would add 40 ms to each.
    let listener = listener.tap_io(|socket| drop(socket.set_nodelay(true)));
    axum::serve(listener, router()).await
}

/// The routes, with a stage and counters of their own.
pub fn router() -> Router {
    Router::new()
        .route("/v1/chat/completions", post(complete))
        .route("/v1/models", get(models))
        .route("/_sim/stats", get(stats).delete(reset))
        .layer(DefaultBodyLimit::max(64 << 20))
        .with_state(Arc::<Simulation>::default())
}

#[derive(Default)]
struct Simulation {
    stage: Stage,
    stats: Arc<Mutex<Stats>>,
}

async fn complete(
    State(simulation): State<Arc<Simulation>>,
    headers: HeaderMap,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Response {
    let Ok(Json(asked)) = asked else {
        return refuse(Refusal::openai(
            400,
            "invalid_request_error",
            "The body is not a chat completion request.",
        ));
    };
    // Usage is asked for in streams only; elsewhere it always comes.
    let (stream, usage) = (asked.stream, !asked.stream || asked.wants_usage());
    let request = asked.into_request();
    let key = key_in(&headers);
    // Beside the answers that tests count and follow, not among them.
    let stats = if titles::is_asked_for(&request) {
        simulation.stats.lock().titles += 1;
        Arc::default()
    } else {
        simulation.stats.clone()
    };
    stats.lock().count(&key, &request);
    let performance = match refusal_of(&key) {
        Some(refusal) => Performance::Refuse(refusal),
        None => simulation.stage.perform(&request, usage),
    };
    match performance {
        Performance::Refuse(refusal) => {
            stats.lock().refused += 1;
            refuse(refusal)
        }
        Performance::Play(frames) => {
            let watched = Watched::new(frames, stats);
            if stream { stream_out(watched) } else { whole(watched, &request.model).await }
        }
    }
}

fn key_in(headers: &HeaderMap) -> String {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned()
}

/// What is wrong with a key, by how it begins: in OpenAI's words, which say the key again.
fn refusal_of(key: &str) -> Option<Refusal> {
    let (status, code, words) = [
        ("sk-bad", (401, "invalid_api_key", format!("Incorrect API key provided: {key}."))),
        ("sk-closed", (401, "account_deactivated", "The account behind this key is deactivated.".to_owned())),
        ("sk-limited", (403, "insufficient_permissions", "Missing scopes: model.request".to_owned())),
        ("sk-empty", (429, "insufficient_quota", "You exceeded your current quota.".to_owned())),
        ("sk-busy", (429, "rate_limit_exceeded", "Too many requests.".to_owned())),
        ("sk-broken", (500, "server_error", "Something broke.".to_owned())),
    ]
    .into_iter()
    .find(|(start, _)| key.starts_with(start))?
    .1;
    Some(Refusal::openai(status, code, &words))
}

fn refuse(refusal: Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [(header::CONTENT_TYPE, refusal.content_type)], refusal.body).into_response();
    if let Some(Ok(wait)) = refusal.retry_after.map(|wait| wait.parse()) {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

fn stream_out(frames: Watched) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/event-stream; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, Body::from_stream(frames)).into_response()
}

/// The same answer in one piece, for clients that do not stream.
async fn whole(frames: Watched, model: &str) -> Response {
    let (mut text, mut thinking, mut usage, mut finish) =
        (String::new(), String::new(), Usage::default(), None);
    let mut calls = Vec::new();
    let mut deltas = simulated::read(frames.map(|frame| frame.map_err(drop)));
    while let Some(delta) = deltas.next().await {
        match delta {
            Ok(Delta::Text(more)) => text.push_str(&more),
            Ok(Delta::Thinking(more)) => thinking.push_str(&more),
            Ok(Delta::Usage(told)) => usage = told,
            Ok(Delta::Model(_) | Delta::Replay(_)) => {}
            Ok(Delta::End(reason)) => finish = Some(reason),
            Ok(Delta::ToolCall { id, name, arguments, .. }) => add_call(&mut calls, id, name, &arguments),
            Err(_) => return refuse(Refusal::openai(500, "server_error", "the answer broke off")),
        }
    }
    let mut message = serde_json::json!({ "role": "assistant", "content": text, "refusal": null });
    if !thinking.is_empty() {
        message["reasoning_content"] = thinking.into();
    }
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    let finish = finish.as_ref().map(|reason| reason.as_str());
    Json(serde_json::json!({
        "id": "chatcmpl-sim", "object": "chat.completion", "created": 1_790_000_000, "model": model,
        "choices": [{ "index": 0, "message": message, "finish_reason": finish, "logprobs": null }],
        "usage": usage_json(&usage),
    }))
    .into_response()
}

/// Puts fragments of a tool call together; one with an id begins a call.
fn add_call(calls: &mut Vec<serde_json::Value>, id: Option<String>, name: Option<String>, arguments: &str) {
    if let Some(id) = id {
        let function = serde_json::json!({ "name": name, "arguments": "" });
        calls.push(serde_json::json!({ "id": id, "type": "function", "function": function }));
    }
    if let Some(call) = calls.last_mut() {
        let so_far = call["function"]["arguments"].as_str().unwrap_or("").to_owned();
        call["function"]["arguments"] = (so_far + arguments).into();
    }
}

async fn models(State(simulation): State<Arc<Simulation>>, headers: HeaderMap) -> Response {
    let key = key_in(&headers);
    simulation.stats.lock().listed(&key);
    if let Some(refusal) = refusal_of(&key) {
        return refuse(refusal);
    }
    let entry = |id| serde_json::json!({ "id": id, "object": "model", "created": 1_790_000_000, "owned_by": "freshet" });
    Json(serde_json::json!({ "object": "list", "data": simulated::ids().map(entry).collect::<Vec<_>>() }))
        .into_response()
}

async fn stats(State(simulation): State<Arc<Simulation>>) -> Json<Stats> {
    Json(simulation.stats.lock().clone())
}

/// Forgets the counts; answers that are still running stay counted as active.
async fn reset(State(simulation): State<Arc<Simulation>>) -> StatusCode {
    let mut stats = simulation.stats.lock();
    *stats = Stats { active: stats.active, ..Stats::default() };
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests;
