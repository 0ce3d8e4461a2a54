//! What programs call. JSON → the same inputs that pages make; results → response bodies described by OpenAPI.

pub mod auth;
mod branches;
mod chats;
mod commands;
mod keys;
mod markdown;
mod messages;
mod models;
mod replies;
mod search;
mod usage;
pub mod users;
mod ws;

use axum::{Router, routing::get};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    app::App,
    chat::events::{ChatUpdated, MessageCreated, ReplyEnded, ReplyStarted, ReplyThought, ReplyToolCall},
    web::problem::Problem,
};

/// The frame of the description; paths and bodies come from the handlers.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Freshet",
        description = "Chat that you can curl. Send a message and watch the answer as JSON events, as plain text, or \
                       come back later: it is written on the server either way."
    ),
    components(schemas(Problem, MessageCreated, ReplyStarted, ReplyThought, ReplyToolCall, ReplyEnded, ChatUpdated)),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Description;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, openapi: &mut OpenApi) {
        use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        openapi.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

/// Every JSON route and the document that describes them.
pub fn router() -> (Router<App>, OpenApi) {
    OpenApiRouter::with_openapi(Description::openapi())
        .merge(auth::router())
        .merge(users::router())
        .merge(models::router())
        .merge(keys::router())
        .merge(chats::router())
        .merge(messages::router())
        .merge(branches::router())
        .merge(replies::router())
        .merge(markdown::router())
        .merge(search::router())
        .merge(usage::router())
        .merge(ws::router())
        .split_for_parts()
}

/// `/api/openapi.json`.
pub fn description(openapi: OpenApi) -> Router<App> {
    let document = document(&openapi);
    let json = [(axum::http::header::CONTENT_TYPE, "application/json")];
    Router::new().route("/api/openapi.json", get(move || async move { (json, document.clone()) }))
}

/// The description as `freshet openapi` prints it.
pub fn openapi_json() -> String {
    document(&router().1)
}

fn document(openapi: &OpenApi) -> String {
    let mut json = openapi.to_pretty_json().expect("the description is plain data");
    json.push('\n');
    // The router's word for "all the rest of the path" is no word of OpenAPI's.
    json.replace("{*", "{")
}
