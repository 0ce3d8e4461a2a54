//! What makes pages an app that can be installed: its manifest, its service worker, and the page for when nobody answers.

use std::hash::{DefaultHasher, Hasher as _};

use axum::{
    Router,
    http::header,
    response::{IntoResponse as _, Response},
    routing::get,
};
use freshet_templates::{asset, pages::offline};
use serde_json::json;

use super::pages::Visit;
use crate::app::App;

/// The worker's own lines; the server writes what it keeps above them.
const WORKER: &str = include_str!("../../assets/sw.js");

/// What browsers ask for beside pages.
pub fn router() -> Router<App> {
    Router::new()
        .route("/manifest.webmanifest", get(manifest))
        .route("/sw.js", get(worker))
        .route("/offline", get(show_offline))
}

/// `GET /manifest.webmanifest`: in the person's language.
async fn manifest(visit: Visit) -> Response {
    let l = visit.locale();
    let icon = |name: &str, size: u32, purpose: &str| {
        let sizes = format!("{size}x{size}");
        json!({ "src": asset(name), "sizes": sizes, "type": "image/png", "purpose": purpose })
    };
    let small = icon("img/icon-192.png", 192, "any");
    let manifest = json!({
        "id": "/",
        "name": l.t("name"),
        "short_name": l.t("name"),
        "description": l.t("tagline"),
        "lang": l.tag(),
        "dir": l.dir(),
        "start_url": "/c/new",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#fcfdfc",
        "background_color": "#fcfdfc",
        "categories": ["productivity"],
        "icons": [
            small,
            icon("img/icon-512.png", 512, "any"),
            icon("img/icon-maskable-512.png", 512, "maskable"),
        ],
        "shortcuts": [{ "name": l.t("new-chat"), "url": "/c/new", "icons": [small] }],
        "share_target": {
            "action": "/share",
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": { "title": "title", "text": "text", "url": "url" },
        },
    });
    ([(header::CONTENT_TYPE, "application/manifest+json")], manifest.to_string()).into_response()
}

/// `GET /sw.js`: other bytes whenever the page that it keeps is another one, so that browsers fetch that anew.
async fn worker(visit: Visit) -> Response {
    let files = [asset("app.css"), asset("app.js"), asset("img/icon.svg")];
    let mut hasher = DefaultHasher::new();
    hasher.write(offline_page(&visit).as_bytes());
    let version = format!("{:016x}", hasher.finish());
    let script = format!("const version = {}, files = {};\n{WORKER}", json!(version), json!(files));
    let headers =
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, script).into_response()
}

/// `GET /offline`.
async fn show_offline(visit: Visit) -> Response {
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (html, offline_page(&visit)).into_response()
}

/// Without anything of who looks or what they were told: it stays in the browser.
fn offline_page(visit: &Visit) -> String {
    let mut shell = visit.shell(None);
    shell.toasts.clear();
    (shell.path, shell.zone) = ("/".to_owned(), None);
    offline::page(&shell).into_string()
}
