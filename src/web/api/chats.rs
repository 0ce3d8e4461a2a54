//! `/api/v1/chats`: conversations and their event streams.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    accounts::Actor,
    app::App,
    chat::{
        self, Change, Conversation, Filter, NewConversation,
        settings::{self, Settings},
    },
    error::Result,
    replies,
    web::{
        extract::{Json, Path, Query},
        live,
        problem::Problem,
        server::Transport,
    },
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(get, update, delete))
        .routes(routes!(restore))
        .routes(routes!(events))
}

/// A new conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewChat {
    /// Its title; else the first message makes one.
    title: Option<String>,
    /// `<provider>/<id>`, or a bare id that only one provider has; else the default model.
    model: Option<String>,
    /// What its model is told besides the messages.
    settings: Option<SettingsChange>,
}

/// What changes about a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChatChange {
    /// The new title.
    title: Option<String>,
    /// The model for coming messages.
    model: Option<String>,
    /// Above the others in the list; a pinned one is not archived.
    pinned: Option<bool>,
    /// Put away; an archived one is not pinned.
    archived: Option<bool>,
    /// Other settings; they count from the next message on.
    settings: Option<SettingsChange>,
}

/// Settings that change: what is absent stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct SettingsChange {
    /// Said to the model before the first message, up to 32 KiB.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    system_prompt: Option<Option<String>>,
    /// 0 to 2; not sent to models that refuse it.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<f64>)]
    temperature: Option<Option<f64>>,
    /// Where an answer ends at the latest, in tokens: 1 to 1000000.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    max_tokens: Option<Option<i64>>,
    /// `none`, `low`, `medium` or `high`; sent to models that reason only.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    reasoning_effort: Option<Option<String>>,
}

impl From<SettingsChange> for settings::Change {
    fn from(change: SettingsChange) -> Self {
        let SettingsChange { system_prompt, temperature, max_tokens, reasoning_effort } = change;
        Self { system_prompt, temperature, max_tokens, reasoning_effort }
    }
}

/// Tells null from absent, which serde alone takes for the same.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// A conversation with its settings.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Chat {
    #[serde(flatten)]
    chat: Conversation,
    /// What its model is told besides the messages.
    settings: Settings,
}

impl Chat {
    /// The conversation as programs see it.
    pub(super) async fn of(app: &App, actor: &Actor, chat: Conversation) -> Result<Self> {
        let settings = settings::get(app, actor, chat.id).await?;
        Ok(Self { chat, settings })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Items on the page, 1 to 100; 50 if absent.
    limit: Option<i64>,
    /// What the title holds.
    q: Option<String>,
    /// Only pinned ones, or only others; both if absent.
    pinned: Option<bool>,
    /// Archived ones instead of the others.
    archived: Option<bool>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DeleteQuery {
    /// At once and without a way back.
    forever: Option<u8>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// A cursor to go on behind; `Last-Event-ID` wins.
    after: Option<String>,
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
struct Chats {
    /// Last used first.
    items: Vec<Conversation>,
    /// For the next page; null at the end.
    next_cursor: Option<String>,
}

/// Make a conversation.
#[utoipa::path(post, path = "/api/v1/chats", tag = "chats", request_body = NewChat, responses(
    (status = 201, body = Chat), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn create(
    State(app): State<App>,
    actor: Actor,
    Json(new): Json<NewChat>,
) -> Result<(StatusCode, Json<Chat>)> {
    let settings = Settings::default().with(new.settings.unwrap_or_default().into())?;
    let new = NewConversation { title: new.title, model: new.model, settings };
    let conversation = chat::conversations::create(&app, &actor, new).await?;
    Ok((StatusCode::CREATED, Json(Chat::of(&app, &actor, conversation).await?)))
}

/// List my conversations.
#[utoipa::path(get, path = "/api/v1/chats", tag = "chats", params(ListQuery), responses(
    (status = 200, body = Chats), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn list(State(app): State<App>, actor: Actor, Query(query): Query<ListQuery>) -> Result<Json<Chats>> {
    let limit = query.limit.unwrap_or(50);
    let filter =
        Filter { pinned: query.pinned, archived: query.archived.unwrap_or_default(), query: query.q };
    let page = chat::conversations::list(&app, &actor, &filter, query.cursor.as_deref(), limit).await?;
    Ok(Json(Chats { items: page.items, next_cursor: page.next_cursor }))
}

/// Look at a conversation.
#[utoipa::path(get, path = "/api/v1/chats/{id}", tag = "chats", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Chat), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn get(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<Json<Chat>> {
    let chat = chat::conversations::get(&app, &actor, id).await?;
    Ok(Json(Chat::of(&app, &actor, chat).await?))
}

/// Rename a conversation, choose its model, pin it, put it away or change its settings.
#[utoipa::path(patch, path = "/api/v1/chats/{id}", tag = "chats", params(("id" = Uuid, Path)),
    request_body = ChatChange, responses(
    (status = 200, body = Chat), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 422, body = Problem)))]
async fn update(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Json(change): Json<ChatChange>,
) -> Result<Json<Chat>> {
    let ChatChange { title, model, pinned, archived, settings } = change;
    let change = Change { title, model, pinned, archived };
    // First looked at, so that a request with a wrong value changes nothing.
    let settings = settings.map(settings::Change::from);
    if let Some(settings) = settings.clone() {
        settings::get(&app, &actor, id).await?.with(settings)?;
    }
    let is_more = change.title.is_some()
        || change.model.is_some()
        || change.pinned.is_some()
        || change.archived.is_some();
    if is_more || settings.is_none() {
        chat::conversations::update(&app, &actor, id, change).await?;
    }
    if let Some(settings) = settings {
        settings::update(&app, &actor, id, settings).await?;
    }
    let chat = chat::conversations::get(&app, &actor, id).await?;
    Ok(Json(Chat::of(&app, &actor, chat).await?))
}

/// Delete a conversation with everything in it.
///
/// It is gone for everybody at once, and what runs in it is stopped. For `FRESHET_UNDO_SECONDS` it can be restored.
#[utoipa::path(delete, path = "/api/v1/chats/{id}", tag = "chats", params(("id" = Uuid, Path), DeleteQuery), responses(
    (status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn delete(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Query(query): Query<DeleteQuery>,
) -> Result<StatusCode> {
    if query.forever == Some(1) {
        chat::conversations::remove(&app, &actor, id).await?;
    } else {
        replies::delete(&app, &actor, id).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Bring a deleted conversation back.
#[utoipa::path(post, path = "/api/v1/chats/{id}/restore", tag = "chats", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Chat), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn restore(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<Json<Chat>> {
    let restored = chat::conversations::restore(&app, &actor, id).await?;
    Ok(Json(Chat::of(&app, &actor, restored).await?))
}

/// Watch a conversation: its log as server-sent events, open-ended.
///
/// Every logged event carries an `id`; come back with it as `Last-Event-ID` (or `?after=`) and you get exactly what you
/// missed. A cursor that can't be continued is answered by a `reset` event with a snapshot.
#[utoipa::path(get, path = "/api/v1/chats/{id}/events", tag = "chats", params(("id" = Uuid, Path), EventsQuery,
    ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event you have")), responses(
    (status = 200, content_type = "text/event-stream", body = String), (status = 401, body = Problem),
    (status = 404, body = Problem), (status = 429, body = Problem)))]
async fn events(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    chat::conversations::get(&app, &actor, id).await?;
    let stream = app.limits.open_stream(&actor, Transport::Http)?;
    let after = live::cursor::wanted(&headers, query.after.as_deref());
    Ok(stream.hold(live::chat_stream(app, actor, id, after).await))
}
