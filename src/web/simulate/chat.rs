//! `/v1/chat/completions`: Chat Completions, streamed or not.

use std::sync::Arc;

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    response::{IntoResponse, Response},
};
use futures::StreamExt;

use super::{Simulation, asked::Asked, key::Key, openai_refusal, rules, stream_out, watched::Watched};
use crate::providers::{
    Delta, Usage,
    simulated::{
        self, Refusal,
        voice::{ChatVoice, usage_json},
    },
};

/// Answers a request.
pub async fn complete(
    Key(key): Key,
    State(simulation): State<Arc<Simulation>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Response {
    let Ok(Json(asked)) = asked else {
        return openai_refusal(&rules::invalid("The body is not a chat completion request."));
    };
    // Usage is asked for in streams only; elsewhere it always comes.
    let (stream, usage) = (asked.stream, !asked.stream || asked.wants_usage());
    let wrong = asked.wrong();
    let request = asked.into_request();
    let voice = Box::new(ChatVoice::new(&request, usage));
    match simulation.perform(&key, &request, voice, wrong) {
        Err(refusal) => openai_refusal(&refusal),
        Ok(frames) if stream => stream_out(frames),
        Ok(frames) => whole(frames, &request.model).await,
    }
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
            Err(_) => return openai_refusal(&Refusal::new(500, "server_error", "the answer broke off")),
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
