//! `/api/v1/markdown`: what pages make of a text, for programs that want to show it the same way.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    markdown::full,
    web::{extract::Json, problem::Problem},
};

/// Bytes of a text, as of a message.
const MAX_TEXT: usize = 256 * 1024;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(render)).routes(routes!(highlight))
}

/// A text to render.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RenderBody {
    /// Markdown: CommonMark, GFM, footnotes, formulas. At most 256 KiB.
    text: String,
}

/// A text as HTML.
#[derive(Debug, Serialize, ToSchema)]
struct Rendered {
    /// All of it, safe to put into a page.
    html: String,
    /// The same in blocks, as the live stream numbers them; each is one element.
    blocks: Vec<String>,
}

/// Code to highlight.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HighlightBody {
    /// The code. At most 256 KiB, of which 64 KiB are painted.
    code: String,
    /// The language, as one writes it after a fence: `rust`, `py`, `c++`.
    #[serde(default)]
    language: String,
}

/// Code as HTML.
#[derive(Debug, Serialize, ToSchema)]
struct Highlighted {
    /// A `<figure>` with the label and a line in each `span`; classes, no colours.
    html: String,
    /// The grammar that painted it; none if the language is not known.
    language: Option<String>,
    /// What stands above the code.
    label: String,
}

/// Render Markdown as pages show it.
#[utoipa::path(post, path = "/api/v1/markdown/render", tag = "markdown", request_body = RenderBody, responses(
    (status = 200, body = Rendered), (status = 401, body = Problem), (status = 413, body = Problem),
    (status = 422, body = Problem)))]
async fn render(_actor: Actor, Json(body): Json<RenderBody>) -> Result<Json<Rendered>> {
    fits("text", &body.text)?;
    let blocks = apart(move || full::render(&body.text)).await?;
    Ok(Json(Rendered { html: blocks.concat(), blocks }))
}

/// Highlight a block of code as pages show it.
#[utoipa::path(post, path = "/api/v1/markdown/highlight", tag = "markdown", request_body = HighlightBody, responses(
    (status = 200, body = Highlighted), (status = 401, body = Problem), (status = 413, body = Problem),
    (status = 422, body = Problem)))]
async fn highlight(_actor: Actor, Json(body): Json<HighlightBody>) -> Result<Json<Highlighted>> {
    fits("code", &body.code)?;
    let made = apart(move || full::code(&body.code, &body.language)).await?;
    Ok(Json(Highlighted { html: made.html, language: made.grammar.map(str::to_owned), label: made.label }))
}

fn fits(field: &'static str, text: &str) -> Result<()> {
    if text.len() > MAX_TEXT {
        return Err(Error::field(
            "text_too_long",
            field,
            format!("at most {MAX_TEXT} bytes can be rendered at once"),
        ));
    }
    Ok(())
}

/// Off the async threads: a long text takes longer than others should wait.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.into()))
}
