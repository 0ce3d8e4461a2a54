//! Development only: pages that load themselves again when the server was built anew, and the gallery.

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};

use super::pages::gallery;
use crate::app::App;

/// The script and what it asks, the gallery; nothing at all unless the setting is on.
pub fn router(app: &App) -> Router<App> {
    if !app.config.server.dev_reload {
        return Router::new();
    }
    Router::new()
        .route("/dev/reload.js", get(script))
        .route("/dev/gallery.css", get(style))
        .route("/dev/start", get(start))
        .merge(gallery::router())
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript")], include_str!("../../assets/dev/reload.js"))
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css")], include_str!("../../assets/dev/gallery.css"))
}

/// Which start of the server this is.
async fn start(State(app): State<App>) -> String {
    app.instance.to_string()
}
