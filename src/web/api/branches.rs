//! `/api/v1/chats/{id}/branch` and its relatives: which branch is shown, forks, and choosing one of two answers.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::chats::Chat;

use crate::{
    accounts::Actor,
    app::App,
    chat::branches,
    error::Result,
    replies,
    web::{
        extract::{Json, Path},
        pages::Visit,
        problem::Problem,
    },
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show))
        .routes(routes!(fork))
        .routes(routes!(keep))
        .routes(routes!(cancel))
}

/// The branch to show.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BranchInput {
    /// A message on it. It is shown down to the newest message behind this one.
    message_id: Uuid,
}

/// What to copy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ForkInput {
    /// The last message of the copy.
    message_id: Uuid,
    /// The title of the new conversation; else the old one with a word behind it.
    title: Option<String>,
}

/// Show another branch.
#[utoipa::path(put, path = "/api/v1/chats/{id}/branch", tag = "chats", params(("id" = Uuid, Path)),
    request_body = BranchInput, responses(
    (status = 200, body = Chat), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem)))]
async fn show(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Json(input): Json<BranchInput>,
) -> Result<Json<Chat>> {
    let shown = branches::show(&app, &actor, id, input.message_id).await?;
    Ok(Json(Chat::of(&app, &actor, shown).await?))
}

/// Begin a new conversation with a copy of everything up to a message.
#[utoipa::path(post, path = "/api/v1/chats/{id}/fork", tag = "chats", params(("id" = Uuid, Path)),
    request_body = ForkInput, responses(
    (status = 201, body = Chat), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem)))]
async fn fork(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
    Json(input): Json<ForkInput>,
) -> Result<(StatusCode, Json<Chat>)> {
    let title = match input.title {
        None => visit.fork_title(&crate::chat::conversations::get(&app, &actor, id).await?.title),
        title => title,
    };
    let fork = branches::fork(&app, &actor, id, input.message_id, title).await?;
    Ok((StatusCode::CREATED, Json(Chat::of(&app, &actor, fork).await?)))
}

/// Keep one of two answers that stand next to each other. The other one, stopped if it still runs, stays as a sibling.
#[utoipa::path(post, path = "/api/v1/messages/{id}/keep", tag = "messages", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Chat), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem)))]
async fn keep(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<Json<Chat>> {
    let kept = replies::keep(&app, &actor, id).await?;
    Ok(Json(Chat::of(&app, &actor, kept).await?))
}

/// Stop whatever runs in a conversation; harmless if nothing does.
#[utoipa::path(put, path = "/api/v1/chats/{id}/cancellation", tag = "chats", params(("id" = Uuid, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem)))]
async fn cancel(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<StatusCode> {
    replies::stop_all(&app, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
