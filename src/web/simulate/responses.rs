//! `/v1/responses`: Responses, streamed or not, without a store.

use std::sync::Arc;

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::Value;

use super::{Simulation, items, key::Key, openai_refusal, rules, stream_out, watched::Watched};
use crate::providers::{
    Message, Request,
    simulated::{Refusal, voice::ResponsesVoice},
};

/// The parts of a request that matter here.
#[derive(Deserialize)]
pub struct Asked {
    model: String,
    #[serde(default)]
    input: Value,
    instructions: Option<String>,
    #[serde(default)]
    stream: bool,
    reasoning: Option<Reasoning>,
    max_output_tokens: Option<u32>,
    max_tokens: Option<u32>,
    temperature: Option<f32>,
}

#[derive(Deserialize)]
struct Reasoning {
    effort: Option<String>,
}

/// Answers a request.
pub async fn respond(
    Key(key): Key,
    State(simulation): State<Arc<Simulation>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Response {
    let Ok(Json(asked)) = asked else {
        return openai_refusal(&rules::invalid("The body is not a request for a response."));
    };
    let (stream, input) = (asked.stream, items::list(&asked.input));
    let wrong = asked.wrong().or_else(|| items::wrong(&key, &asked.model, &input));
    // What is thought is bound to all that stands before it.
    let seal = items::seal(&key, &asked.model, &input);
    let request = asked.request(&input);
    match simulation.perform(&key, &request, Box::new(ResponsesVoice::new(&request, seal)), wrong) {
        Err(refusal) => openai_refusal(&refusal),
        Ok(frames) if stream => stream_out(frames),
        Ok(frames) => whole(frames).await,
    }
}

impl Asked {
    fn effort(&self) -> Option<&str> {
        self.reasoning.as_ref()?.effort.as_deref()
    }

    fn wrong(&self) -> Option<Refusal> {
        let limit = self.max_tokens.map(|_| rules::unsupported("max_tokens"));
        limit
            .or_else(|| rules::effort(&self.model, self.effort()))
            .or_else(|| rules::temperature(&self.model, self.temperature, self.effort()))
    }

    fn request(&self, input: &[Value]) -> Request {
        let instructions = self.instructions.iter().map(Message::system);
        Request {
            model: self.model.clone(),
            messages: instructions.chain(items::messages(input)).collect(),
            max_tokens: self.max_output_tokens,
            temperature: self.temperature,
            reasoning_effort: self.effort().map(str::to_owned),
            tools: Vec::new(),
        }
    }
}

/// The same answer in one piece: what the last event of the stream says.
async fn whole(mut frames: Watched) -> Response {
    let mut body = Vec::new();
    while let Some(frame) = frames.next().await {
        match frame {
            Ok(bytes) => body.extend_from_slice(&bytes),
            Err(_) => return broken(),
        }
    }
    let body = String::from_utf8_lossy(&body);
    let mut events = body.lines().rev().filter_map(|line| line.strip_prefix("data: "));
    let last = events.find_map(|data| serde_json::from_str::<Value>(data).ok());
    match last.filter(|event| event["sequence_number"] != 0 && event["type"] != "response.failed") {
        Some(event) if event["response"].is_object() => Json(event["response"].clone()).into_response(),
        _ => broken(),
    }
}

fn broken() -> Response {
    openai_refusal(&Refusal::new(500, "server_error", "the answer broke off"))
}
