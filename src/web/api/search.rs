//! `/api/v1/search`: finding what was said.

use axum::extract::State;
use chrono::{DateTime, Utc};
use freshet_templates::pages::search::snippet;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    accounts::Actor,
    app::App,
    chat::{Role, search},
    error::Result,
    web::{
        extract::{Json, Query},
        present,
        problem::Problem,
    },
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// Words that must all be there, in any case and with or without accents; "phrases in quotes"; the last word may be
    /// the beginning of one.
    #[serde(default)]
    q: String,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Items on the page, 1 to 50; 20 if absent.
    limit: Option<i64>,
}

/// A page of hits.
#[derive(Debug, Serialize, ToSchema)]
struct Hits {
    /// The newest first.
    items: Vec<Hit>,
    /// For the next page; null at the end.
    next_cursor: Option<String>,
}

/// A place where all the words stand.
#[derive(Debug, Serialize, ToSchema)]
struct Hit {
    /// The conversation.
    chat_id: Uuid,
    /// Its title.
    title: String,
    /// Whether it is archived.
    archived: bool,
    /// The message; null when it is the title that matches.
    message_id: Option<Uuid>,
    /// Who wrote the message.
    role: Option<Role>,
    /// When it was written; of a title, when the conversation was last used.
    at: DateTime<Utc>,
    /// The words and what stands around them, as HTML: everything is escaped, and what was found stands in `<mark>`.
    snippet: String,
}

/// Search my conversations.
#[utoipa::path(get, path = "/api/v1/search", tag = "chats", params(SearchQuery), responses(
    (status = 200, body = Hits), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn find(State(app): State<App>, actor: Actor, Query(query): Query<SearchQuery>) -> Result<Json<Hits>> {
    let page =
        search::find(&app, &actor, &query.q, query.cursor.as_deref(), query.limit.unwrap_or(20)).await?;
    let items = page.items.into_iter().map(|hit| Hit {
        chat_id: hit.conversation,
        snippet: snippet(&present::pieces(hit.snippet)).into_string(),
        title: hit.title,
        archived: hit.archived,
        message_id: hit.message.map(|(id, _)| id),
        role: hit.message.map(|(_, role)| role),
        at: hit.at,
    });
    Ok(Json(Hits { items: items.collect(), next_cursor: page.next_cursor }))
}
