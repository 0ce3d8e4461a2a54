//! What browsers get: form → input; result → Props → template. Every page and action works without scripts.

mod account;
mod chat;
mod chats;
mod inline;
mod search;
mod settings;
mod shell;
mod sidebar;
mod tuning;

use axum::{
    Router,
    routing::{get, post},
};

pub use shell::Visit;
pub(super) use shell::notice_for;

use crate::app::App;

/// Every page and form.
pub fn router() -> Router<App> {
    Router::new()
        // Coming in
        .route("/", get(account::landing))
        .route("/register", get(account::register_form).post(account::register))
        .route("/login", get(account::login_form).post(account::login))
        .route("/logout", post(account::logout))
        // Talking
        .route("/c/new", get(chat::new).post(chat::create))
        .route("/c/{id}", get(chat::show))
        .route("/c/{id}/messages", post(chat::send))
        .route("/c/{id}/settings", get(tuning::show).post(tuning::update))
        .route("/c/{id}/events", get(chat::events))
        .route("/c/{id}/ws", get(chat::socket))
        .route("/m/{id}/regenerate", post(chat::regenerate))
        .route("/replies/{id}/cancellation", post(chat::stop))
        // The list
        .route("/chats", get(chats::list))
        .route("/chats/list", get(chats::fragment))
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
        .route("/settings", get(settings::show))
        .route("/settings/theme", post(settings::theme))
        .route("/settings/sessions/{id}/revoke", post(settings::revoke))
        .route("/settings/sessions/revoke-others", post(settings::revoke_others))
}
