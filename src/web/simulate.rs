//! `freshet simulate`: the simulated provider behind a real socket, speaking the words of several providers.
//!
//! One file per face: `POST /v1/chat/completions` and `/v1/responses` (streamed or not), `/v1/embeddings`,
//! `/v1/moderations` and `/v1/images/generations` as OpenAI, `POST /v1/messages` as Anthropic, `/v1beta/models` as Google
//! and `/api/chat` as Ollama speak; `GET /v1/models`, and for tests `GET /_sim/stats` (what was really asked) and
//! `DELETE /_sim/stats` (forget it). Any key is good, except those in `keys.rs`; OpenAI's face wants one, but behind `/open`
//! the same wants none. Simulated ids take everything; real ids have stand-ins that refuse what the real models refuse.
//! Faults are real here: a cut breaks the connection inside a chunk.

mod asked;
mod beside;
mod chat;
mod generate;
mod items;
mod key;
mod keys;
mod messages;
mod ollama;
mod parts;
mod responses;
mod rules;
mod watched;
mod whole;

use std::{io, sync::Arc};

use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use parking_lot::Mutex;
use tokio::net::TcpListener;

pub use self::watched::Stats;
use self::{
    key::{GoodKey, key_of},
    watched::Watched,
};
use crate::{
    providers::{
        Request,
        catalog::{self, Known},
        simulated::{self, Performance, Refusal, Stage, voice::Voice},
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
    let openai = Router::new()
        .route("/v1/chat/completions", post(chat::complete))
        .route("/v1/responses", post(responses::respond))
        .route("/v1/models", get(models))
        .route("/v1/embeddings", post(beside::embed))
        .route("/v1/moderations", post(beside::moderate))
        .route("/v1/images/generations", post(beside::draw));
    openai
        .clone()
        .nest("/open", openai)
        .route("/v1/messages", post(messages::complete))
        .route("/v1beta/models", get(generate::models))
        .route("/v1beta/models/{*what}", post(generate::complete))
        .route("/v1/models/{*what}", post(generate::complete))
        .route("/api/chat", post(ollama::complete))
        .route("/api/tags", get(ollama::tags))
        .route("/api/show", post(ollama::show))
        .route("/_sim/stats", get(stats).delete(reset))
        .layer(DefaultBodyLimit::max(64 << 20))
        .with_state(Arc::<Simulation>::default())
}

#[derive(Default)]
struct Simulation {
    stage: Stage,
    stats: Arc<Mutex<Stats>>,
}

impl Simulation {
    /// Counts a request and begins its answer, unless the key, the face (`wrong`) or the model is against it.
    fn perform(
        &self,
        key: &str,
        request: &Request,
        voice: Box<dyn Voice>,
        wrong: Option<Refusal>,
    ) -> Result<Watched, Refusal> {
        // Beside the answers that tests count and follow, not among them.
        let stats = if titles::is_asked_for(request) {
            self.stats.lock().titles += 1;
            Arc::default()
        } else {
            self.stats.clone()
        };
        stats.lock().count(key, request);
        let performance = match keys::refusal(key).or(wrong) {
            Some(refusal) => Performance::Refuse(refusal),
            None => self.stage.perform(request, voice),
        };
        match performance {
            Performance::Refuse(refusal) => {
                stats.lock().refused += 1;
                Err(refusal)
            }
            Performance::Play(frames) => Ok(Watched::new(*frames, stats)),
        }
    }
}

/// What is known of a model: of a simulated one without its options, or of the real one that it stands in for.
fn known(model: &str) -> Option<&'static Known> {
    let base = model.split(':').next().unwrap_or("");
    let simulated = catalog::SIMULATED.known.iter().find(|known| known.id == base);
    simulated.or_else(|| catalog::ROWS.iter().flat_map(|row| row.known).find(|known| known.id == model))
}

/// A refusal in OpenAI's words.
fn openai_refusal(refusal: &Refusal) -> Response {
    response(refusal, &refusal.openai())
}

/// A refusal; `body` is what this face says, unless a proxy answers for it.
fn response(refusal: &Refusal, body: &serde_json::Value) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (kind, body) = if refusal.html {
        ("text/html", refusal.message.clone())
    } else {
        ("application/json", body.to_string())
    };
    let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
    if let Some(Ok(wait)) = refusal.retry_after.as_ref().map(|wait| wait.parse()) {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

fn stream_out(frames: Watched) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/event-stream; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, Body::from_stream(frames)).into_response()
}

/// One address, three lists: who asks is known by the headers.
async fn models(
    State(simulation): State<Arc<Simulation>>,
    headers: HeaderMap,
    uri: Uri,
    good: Result<GoodKey, Response>,
) -> Response {
    if headers.contains_key("anthropic-version") {
        return Query::try_from_uri(&uri)
            .map_or_else(IntoResponse::into_response, |page| messages::models(&headers, page));
    }
    if headers.contains_key("x-goog-api-key") {
        return match Query::try_from_uri(&uri) {
            Ok(options) => generate::models(headers, options).await,
            Err(wrong) => wrong.into_response(),
        };
    }
    simulation.stats.lock().listed(&key_of(&headers));
    if let Err(refused) = good {
        return refused;
    }
    let entry = |id| serde_json::json!({ "id": id, "object": "model", "created": 1_790_000_000, "owned_by": "freshet" });
    let data: Vec<_> = simulated::ids().map(entry).collect();
    Json(serde_json::json!({ "object": "list", "data": data })).into_response()
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
