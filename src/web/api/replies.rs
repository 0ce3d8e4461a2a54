//! `/api/v1/replies`: how an answer stands, and stopping it.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    accounts::Actor,
    app::App,
    chat::{Course, Message, ReplyError, Seam, Status, ToolCall},
    error::{Error, Result},
    providers::Usage,
    replies,
    web::{
        extract::{Json, Path},
        problem::Problem,
    },
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(cancel))
}

/// A reply with its texts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReplyBody {
    /// Its id.
    id: Uuid,
    /// The conversation.
    chat_id: Uuid,
    /// The assistant's message that it writes.
    message_id: Uuid,
    /// How it stands.
    status: Status,
    /// The answer, raw markdown; of a running reply what is there so far.
    text: String,
    /// The model's thinking, if it shows any.
    thinking: String,
    /// How long it thought, in milliseconds.
    thinking_ms: Option<i64>,
    /// The model asked.
    model: String,
    /// Why the model ended, in its own words.
    finish_reason: Option<String>,
    /// Tokens, as the provider counted them.
    #[schema(value_type = Option<Object>)]
    usage: Option<Usage>,
    /// What went wrong, if anything did.
    error: Option<ReplyError>,
    /// What is known about how it went.
    #[serde(flatten)]
    course: Course,
    /// The tools that the model asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCall>,
    /// Where somebody else's text ends in an answer that was continued, first to last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    seams: Vec<Seam>,
}

impl ReplyBody {
    /// From the assistant's message that carries the reply.
    pub(super) fn of(chat: Uuid, message: Message) -> Result<Self> {
        let reply = message.reply.ok_or(Error::NotFound)?;
        Ok(Self {
            id: reply.id,
            chat_id: chat,
            message_id: message.id,
            status: reply.status,
            text: message.text,
            thinking: message.thinking,
            thinking_ms: reply.thinking_ms,
            model: reply.model,
            finish_reason: reply.finish_reason,
            usage: reply.usage,
            error: reply.error,
            course: reply.course,
            tool_calls: reply.tool_calls,
            seams: reply.seams,
        })
    }
}

/// Look at a reply.
#[utoipa::path(get, path = "/api/v1/replies/{id}", tag = "replies", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ReplyBody), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn get(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<Json<ReplyBody>> {
    let (chat, message) = replies::get(&app, &actor, id).await?;
    Ok(Json(ReplyBody::of(chat, message)?))
}

/// Stop a reply. Answered when the provider is hung up on and the text is stored; harmless on one that has ended.
#[utoipa::path(put, path = "/api/v1/replies/{id}/cancellation", tag = "replies", params(("id" = Uuid, Path)),
    responses((status = 200, body = ReplyBody), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 503, body = Problem)))]
async fn cancel(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<Json<ReplyBody>> {
    let (chat, message) = replies::stop(&app, &actor, id).await?;
    Ok(Json(ReplyBody::of(chat, message)?))
}
