//! From what rooms say to what templates show.

use chrono::{DateTime, Utc};
use freshet_templates::{
    Moment, SafeHtml,
    pages::search::Piece,
    parts::message::{
        AssistantMessage, Failure, FailureReason, Message as Shown, ReplyState, Thinking, UserMessage,
    },
};

use crate::{
    chat::{Message, Reply, ReplyError, Role, Status, search},
    markdown,
};

/// A time of day with its exact moment; the page's script shows it in the reader's zone.
pub fn moment(at: DateTime<Utc>) -> Moment {
    Moment::new(at.format("%H:%M").to_string(), at.to_rfc3339())
}

/// A day with its exact moment.
pub fn date(at: DateTime<Utc>) -> Moment {
    Moment::new(at.format("%-d %B %Y").to_string(), at.to_rfc3339())
}

/// A day and a time of day with their exact moment.
pub fn date_time(at: DateTime<Utc>) -> Moment {
    Moment::new(at.format("%-d %B %Y, %H:%M").to_string(), at.to_rfc3339())
}

/// A message whose text is complete, or as complete as it will be on this page.
pub fn message(message: &Message) -> Shown {
    match message.role {
        Role::User => Shown::User(user(message)),
        Role::Assistant => {
            Shown::Assistant(AssistantMessage { blocks: blocks(&message.text), ..assistant(message) })
        }
    }
}

/// A person's message.
pub fn user(message: &Message) -> UserMessage {
    UserMessage { id: message.id.to_string(), text: message.text.clone(), at: moment(message.created_at) }
}

/// A model's message without its blocks.
pub fn assistant(message: &Message) -> AssistantMessage {
    let reply = message.reply.as_ref();
    AssistantMessage {
        id: message.id.to_string(),
        state: reply.map_or(ReplyState::Streaming, state),
        thinking: thinking(message),
        blocks: Vec::new(),
        tail: None,
        model: reply.map(|reply| model_label(&reply.model)).unwrap_or_default(),
        at: moment(message.created_at),
    }
}

/// A snippet as templates show it.
pub fn pieces(snippet: Vec<search::Piece>) -> Vec<Piece> {
    snippet.into_iter().map(|search::Piece { text, hit }| Piece { text, hit }).collect()
}

/// A finished text as blocks.
pub fn blocks(text: &str) -> Vec<SafeHtml> {
    markdown::full::render(text).into_iter().map(SafeHtml).collect()
}

/// The part of a model's name that a person knows it by.
pub fn model_label(name: &str) -> String {
    name.split_once('/').map_or(name, |(_, id)| id).to_owned()
}

/// How a reply stands, in the page's words.
pub fn state(reply: &Reply) -> ReplyState {
    ended_state(reply.status, reply.error.as_ref(), &reply.model)
}

/// How a reply that ended like this stands.
pub fn ended_state(status: Status, error: Option<&ReplyError>, model: &str) -> ReplyState {
    match status {
        Status::Running => ReplyState::Streaming,
        Status::Complete => ReplyState::Complete,
        Status::Stopped => ReplyState::Stopped,
        // The provider hung up: that is not the server's going away.
        Status::Interrupted if error.is_none_or(|error| !error.code.starts_with("provider_")) => {
            ReplyState::Interrupted
        }
        Status::Interrupted | Status::Failed => ReplyState::Failed(Failure {
            reason: reason(error.map(|error| error.code.as_str()).unwrap_or_default()),
            provider: provider_label(model).to_owned(),
            request_id: None,
        }),
    }
}

fn thinking(message: &Message) -> Option<Thinking> {
    let seconds = message.reply.as_ref().and_then(|reply| reply.thinking_ms).map(seconds);
    let over = message.reply.as_ref().is_none_or(|reply| reply.status != Status::Running);
    (!message.thinking.is_empty()).then(|| Thinking {
        text: message.thinking.replace('\r', ""),
        seconds: seconds.or(over.then_some(0)),
    })
}

/// Milliseconds as the seconds that a person is told.
pub fn seconds(ms: i64) -> u64 {
    u64::try_from((ms + 500) / 1000).unwrap_or(0)
}

fn provider_label(model: &str) -> &'static str {
    match model.split_once('/').map(|(provider, _)| provider) {
        Some("openai") => "OpenAI",
        _ => "Freshet",
    }
}

fn reason(code: &str) -> FailureReason {
    match code {
        "provider_rate_limited" => FailureReason::RateLimited,
        "provider_unauthorized" | "provider_forbidden" | "provider_bad_key" | "provider_not_configured" => {
            FailureReason::Unauthorized
        }
        "provider_quota" => FailureReason::OutOfCredit,
        "model_not_found" | "model_ambiguous" => FailureReason::ModelMissing,
        "context_length" => FailureReason::TooLong,
        "content_blocked" => FailureReason::Filtered,
        "provider_cut" | "provider_incomplete" => FailureReason::Cut,
        "provider_timeout" => FailureReason::Stalled,
        "provider_malformed" | "provider_bad_request" => FailureReason::Malformed,
        "internal" => FailureReason::Internal,
        _ => FailureReason::Unavailable,
    }
}
