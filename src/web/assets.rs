//! What the page is made of: embedded files at fingerprinted addresses, cached for ever.

use axum::{
    Router,
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use freshet_templates::assets;

use crate::app::App;

/// `/assets/…`, and the address that browsers ask for unasked.
pub fn router() -> Router<App> {
    Router::new().route("/assets/{*path}", get(asset)).route("/favicon.ico", get(no_icon))
}

async fn asset(Path(path): Path<String>) -> Response {
    let url = format!("/assets/{path}");
    let Some(asset) = assets().iter().find(|asset| asset.url == url) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, asset.bytes).into_response()
}

/// Pages name their own icon.
async fn no_icon() -> StatusCode {
    StatusCode::NO_CONTENT
}
