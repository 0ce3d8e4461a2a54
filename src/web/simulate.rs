//! `freshet simulate`: the simulated provider behind a real socket, speaking the OpenAI wire.
//!
//! `POST /v1/chat/completions` (streamed or not), `GET /v1/models`, and for tests `GET /_sim/stats` (what was really
//! asked) and `DELETE /_sim/stats` (forget it). Any key is good, except one that starts with `sk-bad`: that is refused
//! and echoed in the error, as real providers do. Faults are real here: a cut breaks the connection inside a chunk.

use std::{
    collections::BTreeMap,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::providers::{
    Delta, Message, Request, Role, Usage,
    simulated::{self, Frames, Performance, Refusal, Stage, usage_json},
};

/// Different keys, models and prompts that are counted one by one; the rest is only in the totals.
const MAX_NAMES: usize = 10_000;

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
    stats: Mutex<Stats>,
}

/// What was asked of the simulated provider since the start or the last reset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Requests for an answer, refused ones included.
    pub calls: u64,
    /// Answers being streamed right now.
    pub active: u64,
    /// Answers that were streamed to their end.
    pub completed: u64,
    /// Answers that the client left before their end.
    pub disconnected: u64,
    /// Answers that a script cut off.
    pub cut: u64,
    /// Requests that got an error instead of an answer.
    pub refused: u64,
    /// Calls by the last four characters of the key.
    pub calls_by_key: BTreeMap<String, u64>,
    pub calls_by_model: BTreeMap<String, u64>,
    /// Calls by the first 80 characters of the last user message.
    pub calls_by_prompt: BTreeMap<String, u64>,
}

impl Stats {
    fn count(&mut self, key: &str, request: &Request) {
        self.calls += 1;
        let prompt = request.messages.iter().rev().find(|turn| turn.role == Role::User);
        let prompt = prompt.map_or(String::new(), |turn| turn.text.chars().take(80).collect());
        let shown: String = key.chars().skip(key.chars().count().saturating_sub(4)).collect();
        for (counts, name) in [
            (&mut self.calls_by_key, shown),
            (&mut self.calls_by_model, request.model.clone()),
            (&mut self.calls_by_prompt, prompt),
        ] {
            if counts.len() < MAX_NAMES || counts.contains_key(&name) {
                *counts.entry(name).or_default() += 1;
            }
        }
    }
}

/// The parts of a chat completion request that matter here.
#[derive(Deserialize)]
struct Asked {
    model: String,
    #[serde(default)]
    messages: Vec<Turn>,
    #[serde(default)]
    stream: bool,
    stream_options: Option<StreamOptions>,
    max_tokens: Option<u32>,
    max_completion_tokens: Option<u32>,
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
    fn into_request(self) -> Request {
        let turn = |turn: Turn| Message {
            role: match turn.role.as_str() {
                "system" | "developer" => Role::System,
                "assistant" => Role::Assistant,
                _ => Role::User,
            },
            text: text_of(turn.content),
        };
        Request {
            model: self.model,
            messages: self.messages.into_iter().map(turn).collect(),
            max_tokens: self.max_completion_tokens.or(self.max_tokens),
            ..Request::default()
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
    let (stream, usage) =
        (asked.stream, asked.stream_options.as_ref().is_some_and(|options| options.include_usage));
    let request = asked.into_request();
    let key =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let key = key.unwrap_or("").to_owned();
    simulation.stats.lock().count(&key, &request);
    let performance = if key.starts_with("sk-bad") {
        Performance::Refuse(Refusal::openai(
            401,
            "invalid_api_key",
            &format!("Incorrect API key provided: {key}."),
        ))
    } else {
        simulation.stage.perform(&request, usage)
    };
    match performance {
        Performance::Refuse(refusal) => {
            simulation.stats.lock().refused += 1;
            refuse(refusal)
        }
        Performance::Play(frames) => {
            let watched = Watched::new(frames, simulation);
            if stream { stream_out(watched) } else { whole(watched, &request.model).await }
        }
    }
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
    let mut deltas = simulated::read(frames.map(|frame| frame.map_err(drop)));
    while let Some(delta) = deltas.next().await {
        match delta {
            Ok(Delta::Text(more)) => text.push_str(&more),
            Ok(Delta::Thinking(more)) => thinking.push_str(&more),
            Ok(Delta::Usage(told)) => usage = told,
            Ok(Delta::End(reason)) => finish = Some(reason),
            Ok(Delta::ToolCall { .. }) => {}
            Err(_) => return refuse(Refusal::openai(500, "server_error", "the answer broke off")),
        }
    }
    let mut message = serde_json::json!({ "role": "assistant", "content": text, "refusal": null });
    if !thinking.is_empty() {
        message["reasoning_content"] = thinking.into();
    }
    let finish = finish.as_ref().map(|reason| reason.as_str());
    Json(serde_json::json!({
        "id": "chatcmpl-sim", "object": "chat.completion", "created": 1_790_000_000, "model": model,
        "choices": [{ "index": 0, "message": message, "finish_reason": finish, "logprobs": null }],
        "usage": usage_json(&usage),
    }))
    .into_response()
}

async fn models() -> Json<serde_json::Value> {
    let entry = |id| serde_json::json!({ "id": id, "object": "model", "created": 1_790_000_000, "owned_by": "freshet" });
    Json(serde_json::json!({ "object": "list", "data": simulated::ids().map(entry).collect::<Vec<_>>() }))
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

/// An answer on its way out, counted however it ends.
struct Watched {
    frames: Frames,
    simulation: Arc<Simulation>,
    ended: bool,
}

impl Watched {
    fn new(frames: Frames, simulation: Arc<Simulation>) -> Self {
        simulation.stats.lock().active += 1;
        Self { frames, simulation, ended: false }
    }

    fn end(&mut self, count: impl FnOnce(&mut Stats)) {
        if !std::mem::replace(&mut self.ended, true) {
            let mut stats = self.simulation.stats.lock();
            stats.active -= 1;
            count(&mut stats);
        }
    }
}

impl Stream for Watched {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match Pin::new(&mut self.frames).poll_next(cx) {
            Poll::Ready(Some(Ok(bytes))) => Poll::Ready(Some(Ok(bytes))),
            Poll::Ready(Some(Err(_))) => {
                self.end(|stats| stats.cut += 1);
                // An error from the body makes the server drop the connection in the middle of the chunked answer.
                Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
            }
            Poll::Ready(None) => {
                self.end(|stats| stats.completed += 1);
                Poll::Ready(None)
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.end(|stats| stats.disconnected += 1);
    }
}

#[cfg(test)]
mod tests;
