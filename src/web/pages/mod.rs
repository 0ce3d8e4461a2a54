//! What browsers get: form → input; result → Props → template. Every page and action works without scripts.

mod account;
mod chat;
mod chats;
mod choices;
mod dashboard;
pub mod gallery;
mod help;
mod inline;
mod models;
mod search;
mod settings;
mod share;
mod shell;
mod sidebar;
mod tuning;
mod turns;

use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};

use serde::Deserialize;

pub use shell::Visit;
pub(super) use shell::notice_for;

use crate::{
    app::App,
    error::Result,
    web::{extract::Query, live},
};

/// Where a stranger's stream goes on.
#[derive(Debug, Deserialize)]
struct DemoQuery {
    #[serde(default)]
    after: usize,
}

/// `GET /demo`: the landing page's answer, as it is written.
async fn demo(State(app): State<App>, visit: Visit, Query(query): Query<DemoQuery>) -> Result<Response> {
    live::demo::stream(app, visit.locale(), query.after)
}

/// Every page and form.
pub fn router() -> Router<App> {
    Router::new()
        // Coming in
        .route("/", get(account::landing))
        .route("/register", get(account::register_form).post(account::register))
        .route("/login", get(account::login_form).post(account::login))
        .route("/logout", post(account::logout))
        .route("/demo", get(demo))
        // Finding one's way
        .route("/palette", get(help::palette))
        .route("/help/shortcuts", get(help::shortcuts))
        // Talking
        .route("/c/new", get(chat::new).post(chat::create))
        .route("/c/{id}", get(chat::show))
        .route("/c/{id}/messages", post(chat::send))
        .route("/c/{id}/settings", get(tuning::show).post(tuning::update))
        .route("/c/{id}/events", get(chat::events))
        .route("/c/{id}/ws", get(chat::socket))
        // One message
        .route("/m/{id}/regenerate", post(turns::regenerate))
        .route("/m/{id}/again", get(turns::again_form).post(turns::again))
        .route("/m/{id}/continue", post(turns::go_on))
        .route("/m/{id}/edit", get(turns::edit_form).post(turns::edit))
        .route("/m/{id}/show", post(turns::show))
        .route("/m/{id}/keep", post(turns::keep))
        .route("/m/{id}/fork", post(turns::fork))
        .route("/m/{id}/raw", get(turns::raw))
        .route("/replies/{id}/cancellation", post(turns::stop))
        .route("/c/{id}/cancellation", post(turns::stop_all))
        .route("/share", get(share::share))
        // Models
        .route("/models", get(models::show))
        .route("/models/favourites", post(models::mark))
        // The list
        .route("/chats", get(chats::list))
        .route("/chats/list", get(chats::fragment))
        .route("/chats/answering", get(chats::answering))
        .route("/c/{id}/menu", get(chats::menu))
        .route("/c/{id}/rename", get(chats::rename_form).post(chats::rename))
        .route("/c/{id}/pin", post(chats::pin))
        .route("/c/{id}/unpin", post(chats::unpin))
        .route("/c/{id}/archive", post(chats::archive))
        .route("/c/{id}/unarchive", post(chats::unarchive))
        .route("/c/{id}/delete", get(chats::delete_form).post(chats::delete))
        .route("/c/{id}/restore", post(chats::restore))
        .route("/search", get(search::show))
        // Settings
        .merge(settings::router())
}
