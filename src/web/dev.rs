//! Development only: pages that load themselves again when the server was built anew.

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};

use crate::app::App;

/// The script and what it asks; nothing at all unless the setting is on.
pub fn router(app: &App) -> Router<App> {
    if !app.config.server.dev_reload {
        return Router::new();
    }
    Router::new().route("/dev/reload.js", get(script)).route("/dev/start", get(start))
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript")], include_str!("../../assets/dev/reload.js"))
}

/// Which start of the server this is.
async fn start(State(app): State<App>) -> String {
    app.instance.to_string()
}
