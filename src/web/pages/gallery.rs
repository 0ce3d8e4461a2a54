//! Development only: every sample of every part and page, and a place to try sheets, menus and toasts.

use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use freshet_templates::{
    fragments,
    layout::{Accent, Theme},
    pages::gallery::{self as page, View},
    parts::toast::{Toast, ToastAction},
};
use maud::Markup;
use serde::Deserialize;

use super::Visit;
use crate::{
    app::App,
    error::{Error, Result},
    web::extract::{Form, Path, Query},
};

/// Where it all hangs.
pub fn router() -> Router<App> {
    Router::new()
        .route("/gallery", get(index))
        .route("/gallery/parts", get(parts))
        .route("/gallery/try", get(playground))
        .route("/gallery/try/sheet", get(sheet).post(renamed))
        .route("/gallery/try/toast", post(toast))
        .route("/gallery/{name}", get(sample))
}

#[derive(Debug, Deserialize)]
struct LookQuery {
    theme: Option<String>,
    accent: Option<String>,
    dir: Option<String>,
    size: Option<String>,
}

#[derive(Debug, Deserialize)]
struct NameForm {
    #[serde(default)]
    name: String,
}

#[derive(Debug, Deserialize)]
struct ToastForm {
    #[serde(default)]
    text: String,
}

async fn index() -> Markup {
    page::index(|name| format!("/gallery/{name}"))
}

async fn parts() -> Markup {
    page::parts_page()
}

async fn playground() -> Markup {
    page::playground()
}

async fn sample(Path(name): Path<String>, Query(look): Query<LookQuery>) -> Result<Markup> {
    let view = View {
        theme: Theme::parse(look.theme.as_deref().unwrap_or_default()),
        accent: Accent::parse(look.accent.as_deref().unwrap_or_default()),
        rtl: look.dir.as_deref() == Some("rtl"),
        large: look.size.as_deref() == Some("large"),
    };
    page::find(&name, &view).ok_or(Error::NotFound)
}

async fn sheet(visit: Visit) -> Markup {
    page::sample_sheet(&visit.shell(None), "How rivers carry sediment", None)
}

/// Refused when empty, clashing when "taken", done otherwise: "told" with words of its own.
async fn renamed(visit: Visit, Form(form): Form<NameForm>) -> Response {
    match form.name.trim() {
        "" => {
            let again = page::sample_sheet(&visit.shell(None), "", Some("Please give it a name."));
            (StatusCode::UNPROCESSABLE_ENTITY, again).into_response()
        }
        "taken" => {
            Error::Conflict { code: "reply_running", detail: "an answer is running".into() }.into_response()
        }
        "told" => fragments::toast(visit.locale(), &undo("Renamed.")).into_response(),
        _ => visit.done_live("/gallery/try"),
    }
}

async fn toast(visit: Visit, Form(form): Form<ToastForm>) -> Response {
    fragments::toast(visit.locale(), &undo(&form.text)).into_response()
}

fn undo(text: &str) -> Toast {
    let action = Some(ToastAction { label: "Undo".into(), action: "/gallery/try/toast".into() });
    Toast { text: text.to_owned(), action, ..Toast::default() }
}
