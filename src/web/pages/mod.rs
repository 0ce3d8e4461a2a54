//! What browsers get: form → input; result → Props → template. Every page and action works without scripts.

mod account;
mod chat;
mod dashboard;
pub mod gallery;
mod help;
mod inline;
mod settings;
mod share;
mod shell;
mod sidebar;

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
async fn demo(State(app): State<App>, Query(query): Query<DemoQuery>) -> Result<Response> {
    live::demo::stream(app, query.after)
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
        .route("/c/{id}/events", get(chat::events))
        .route("/c/{id}/ws", get(chat::socket))
        .route("/m/{id}/regenerate", post(chat::regenerate))
        .route("/replies/{id}/cancellation", post(chat::stop))
        .route("/share", get(share::share))
        // Settings
        .merge(settings::router())
}
