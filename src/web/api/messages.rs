//! `/api/v1/chats/{id}/messages` and `/api/v1/messages`: what was said, saying more, and how the answer comes back.

use std::time::Duration;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::replies::ReplyBody;
use crate::{
    accounts::Actor,
    app::App,
    chat::{self, Message, Status},
    error::{Error, Result},
    replies::{self, Accepted, NewMessage, Place},
    web::{
        extract::{Json, Path, Query},
        live,
        problem::Problem,
        server::{StreamGuard, Transport},
    },
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(send, list))
        .routes(routes!(edit))
        .routes(routes!(regenerate))
        .routes(routes!(go_on))
}

/// A message to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MessageInput {
    /// Raw markdown, up to 256 KiB.
    content: String,
    /// The model to ask; else the conversation's.
    model: Option<String>,
    /// One or two models to ask, in place of `model`. Two answer next to each other until one of them is kept.
    models: Option<Vec<String>>,
    /// The message to put it behind; else the newest one. Where another one follows already, a new branch begins.
    parent_id: Option<Uuid>,
    /// False: answer with the finished reply instead of at once (with `Accept: application/json`).
    stream: Option<bool>,
}

impl MessageInput {
    /// What to send.
    fn message(self, key: Option<String>) -> Result<NewMessage> {
        let (model, second) = models(self.model, self.models)?;
        Ok(NewMessage { text: self.content, model, second, key })
    }
}

/// The model to ask, and a second one if two are to answer.
pub(super) fn models(
    model: Option<String>,
    models: Option<Vec<String>>,
) -> Result<(Option<String>, Option<String>)> {
    let Some(models) = models else { return Ok((model, None)) };
    let refused = |detail| Err(Error::field("bad_models", "models", detail));
    if model.is_some() {
        return refused("either model or models");
    }
    let mut models = models.into_iter();
    if models.as_slice().iter().any(|model| model.trim().is_empty()) {
        return refused("a model without a name");
    }
    match (models.next(), models.next(), models.next()) {
        (Some(first), second, None) => Ok((Some(first), second)),
        _ => refused("one or two models"),
    }
}

/// Which model answers again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct RegenerateInput {
    /// The model to ask; else the one that answered.
    model: Option<String>,
    /// False: answer with the finished reply instead of at once.
    stream: Option<bool>,
}

/// A send that was accepted: everything in it is stored.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AcceptedBody {
    /// The message that is answered.
    message: Message,
    /// The reply, which runs on the server whether you watch or not.
    reply: AcceptedReply,
    /// The second one, if two models answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<AcceptedReply>,
    /// Watch from here to see every event of this send.
    cursor: String,
}

impl AcceptedBody {
    /// From what was accepted, now or earlier.
    pub(super) fn of(accepted: Accepted) -> Self {
        let running = |(id, message_id)| AcceptedReply { id, status: Status::Running, message_id };
        Self {
            message: accepted.message,
            reply: running((accepted.reply, accepted.reply_message)),
            beside: accepted.second.map(running),
            cursor: accepted.cursor.to_string(),
        }
    }
}

/// The reply to an accepted send.
#[derive(Debug, Serialize, ToSchema)]
struct AcceptedReply {
    /// Its id.
    id: Uuid,
    /// Always `running`: how it stands now is at `/api/v1/replies/{id}`.
    status: Status,
    /// The assistant's message that it writes.
    message_id: Uuid,
}

/// A send with its finished reply.
#[derive(Debug, Serialize, ToSchema)]
struct FinishedBody {
    /// The message that was answered.
    message: Message,
    /// The finished reply.
    reply: ReplyBody,
    /// The second one, if two models answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<ReplyBody>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `next_cursor` of the page before: goes back in time.
    cursor: Option<String>,
    /// Items on the page, 1 to 200; 50 if absent.
    limit: Option<i64>,
    /// `1`: all branches, oldest first, without pages.
    tree: Option<u8>,
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
struct Messages {
    /// Oldest first.
    items: Vec<Message>,
    /// For older messages; null at the beginning.
    next_cursor: Option<String>,
}

/// List the messages of the active branch, or all of them.
#[utoipa::path(get, path = "/api/v1/chats/{id}/messages", tag = "messages", params(("id" = Uuid, Path), ListQuery),
    responses((status = 200, body = Messages), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Messages>> {
    if query.tree == Some(1) {
        let items = chat::messages::tree(&app, &actor, id).await?;
        return Ok(Json(Messages { items, next_cursor: None }));
    }
    let limit = query.limit.unwrap_or(50);
    let page = chat::messages::list(&app, &actor, id, query.cursor.as_deref(), limit).await?;
    Ok(Json(Messages { items: page.items, next_cursor: page.next_cursor }))
}

/// Send a message.
///
/// The answer depends on `Accept`: `application/json` gives 202 at once (with `"stream": false` 200 with the finished
/// reply), `text/event-stream` the events of this reply until it ends, `text/plain` the bare answer as it grows.
/// Hanging up stops nothing: the reply goes on.
#[utoipa::path(post, path = "/api/v1/chats/{id}/messages", tag = "messages", request_body = MessageInput, params(
    ("id" = Uuid, Path),
    ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated send harmless for 24 hours")),
    responses((status = 202, body = AcceptedBody), (status = 200, body = FinishedBody),
    (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 503, body = Problem)))]
async fn send(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(input): Json<MessageInput>,
) -> Result<Response> {
    let wish = Wish::of(&headers, input.stream)?;
    let stream = wish.stream(&app, &actor)?;
    let place = match input.parent_id {
        Some(parent) => Place::After(id, Some(parent)),
        None => Place::End(id),
    };
    let new = input.message(key(&headers)?)?;
    if wish == Wish::Text && new.second.is_some() {
        return Err(Error::field("bad_models", "models", "two answers can't come as one text"));
    }
    let accepted = replies::send(&app, &actor, place, new).await?;
    answer(app, actor, accepted, wish, stream).await
}

/// Edit a message of yours: a new sibling of it with a reply of its own; the old branch stays.
#[utoipa::path(patch, path = "/api/v1/messages/{id}", tag = "messages", request_body = MessageInput, params(
    ("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = AcceptedBody), (status = 200, body = FinishedBody),
    (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
async fn edit(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Json(input): Json<MessageInput>,
) -> Result<Response> {
    let wish = Wish::of(&headers, input.stream)?;
    let stream = wish.stream(&app, &actor)?;
    if input.parent_id.is_some() {
        return Err(Error::field("parent_given", "parent_id", "an edited message stays where it is"));
    }
    let new = input.message(key(&headers)?)?;
    if wish == Wish::Text && new.second.is_some() {
        return Err(Error::field("bad_models", "models", "two answers can't come as one text"));
    }
    let accepted = replies::edit(&app, &actor, id, new).await?;
    answer(app, actor, accepted, wish, stream).await
}

/// Answer again: a new sibling of an assistant's message.
#[utoipa::path(post, path = "/api/v1/messages/{id}/regenerate", tag = "messages",
    request_body = Option<RegenerateInput>, params(
    ("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = AcceptedBody), (status = 200, body = FinishedBody),
    (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
async fn regenerate(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    input: Option<Json<RegenerateInput>>,
) -> Result<Response> {
    let input = input.map(|Json(input)| input).unwrap_or_default();
    let wish = Wish::of(&headers, input.stream)?;
    let stream = wish.stream(&app, &actor)?;
    let accepted = replies::regenerate(&app, &actor, id, input.model, key(&headers)?).await?;
    answer(app, actor, accepted, wish, stream).await
}

/// Go on with an answer that was stopped, failed, was interrupted or met its limit: a new sibling of it that begins with
/// its text.
#[utoipa::path(post, path = "/api/v1/messages/{id}/continue", tag = "messages",
    request_body = Option<RegenerateInput>, params(
    ("id" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = AcceptedBody), (status = 200, body = FinishedBody),
    (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
async fn go_on(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    input: Option<Json<RegenerateInput>>,
) -> Result<Response> {
    let input = input.map(|Json(input)| input).unwrap_or_default();
    let wish = Wish::of(&headers, input.stream)?;
    let stream = wish.stream(&app, &actor)?;
    let accepted = replies::go_on(&app, &actor, id, input.model, key(&headers)?).await?;
    answer(app, actor, accepted, wish, stream).await
}

/// How the caller wants the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    AtOnce,
    Finished,
    Events,
    Text,
}

impl Wish {
    /// By the first of our types that `Accept` names; quality values are not weighed.
    fn of(headers: &HeaderMap, stream: Option<bool>) -> Result<Self> {
        let json = if stream == Some(false) { Self::Finished } else { Self::AtOnce };
        let Some(accept) = headers.get(header::ACCEPT) else { return Ok(json) };
        let accept = accept.to_str().unwrap_or_default();
        for wanted in accept.split(',').map(|part| part.split(';').next().unwrap_or_default().trim()) {
            match wanted {
                "application/json" | "*/*" | "application/*" | "" => return Ok(json),
                "text/event-stream" => return Ok(Self::Events),
                "text/plain" | "text/*" => return Ok(Self::Text),
                _ => {}
            }
        }
        Err(Error::field(
            "not_acceptable",
            "Accept",
            "this answer comes as application/json, text/event-stream or text/plain",
        ))
    }

    /// The right to a stream if this wish stays open as one does; asked for before anything is sent.
    fn stream(self, app: &App, actor: &Actor) -> Result<Option<StreamGuard>> {
        match self {
            Self::Events | Self::Text | Self::Finished => {
                app.limits.open_stream(actor, Transport::Http).map(Some)
            }
            Self::AtOnce => Ok(None),
        }
    }
}

async fn answer(
    app: App,
    actor: Actor,
    accepted: Accepted,
    wish: Wish,
    stream: Option<StreamGuard>,
) -> Result<Response> {
    let response = match wish {
        Wish::Events => live::reply_stream(app, actor, accepted).await,
        Wish::Text => live::plain::reply_text(app, actor, accepted).await,
        Wish::Finished => {
            let (chat, first) = finished(&app, &actor, accepted.reply).await?;
            let reply = ReplyBody::of(chat, first)?;
            let beside = match accepted.second {
                Some((second, _)) => {
                    let (chat, second) = finished(&app, &actor, second).await?;
                    Some(ReplyBody::of(chat, second)?)
                }
                None => None,
            };
            Json(FinishedBody { message: accepted.message, reply, beside }).into_response()
        }
        Wish::AtOnce => (StatusCode::ACCEPTED, Json(AcceptedBody::of(accepted))).into_response(),
    };
    Ok(match stream {
        Some(stream) => stream.hold(response),
        None => response,
    })
}

/// Waits for the end of a reply as long as the sign-in stands and somebody here will hear of it.
async fn finished(app: &App, actor: &Actor, reply: Uuid) -> Result<(Uuid, Message)> {
    let hold = app.standing.hold(actor);
    tokio::select! {
        biased;
        () = hold.ended() => Err(Error::Unauthenticated),
        finished = replies::finished(app, actor, reply) => finished,
        // It runs elsewhere, so this send was a repeated one: it may be repeated again.
        () = live::let_go(app, reply) => Err(Error::Unavailable { retry_after: Duration::from_secs(1) }),
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) => Ok(Some(key.to_owned())),
        Err(_) => Err(Error::field("bad_key", "Idempotency-Key", "an idempotency key is plain ASCII")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_chooses_the_representation() {
        let wish = |accept: &str, stream| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            Wish::of(&headers, stream).ok()
        };
        assert_eq!(Wish::of(&HeaderMap::new(), None).ok(), Some(Wish::AtOnce));
        assert_eq!(wish("*/*", Some(false)), Some(Wish::Finished));
        assert_eq!(wish("text/event-stream", None), Some(Wish::Events));
        assert_eq!(wish("text/html, text/plain;q=0.5", None), Some(Wish::Text));
        assert_eq!(wish("image/png", None), None);
    }
}
