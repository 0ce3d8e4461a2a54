//! Finding what was said.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use freshet_templates::pages::search::{self as page, Found, Hit, Search};
use serde::Deserialize;

use super::shell::Visit;
use crate::{
    accounts::Actor,
    app::App,
    chat::{Role, search},
    error::Result,
    web::{extract::Query, present},
};

/// Hits on one page.
const PAGE: i64 = 20;

#[derive(Debug, Deserialize)]
pub(super) struct SearchQuery {
    #[serde(default)]
    q: String,
    cursor: Option<String>,
}

/// `GET /search`: the page; for htmx only what was found.
pub(super) async fn show(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Query(query): Query<SearchQuery>,
) -> Result<Response> {
    let found = search::find(&app, &actor, &query.q, query.cursor.as_deref(), PAGE).await?;
    let more = found.next_cursor.map(|cursor| {
        let words: String = url::form_urlencoded::byte_serialize(query.q.as_bytes()).collect();
        format!("/search?q={words}&cursor={cursor}")
    });
    let found = Found { hits: found.items.into_iter().map(hit).collect(), more };
    if visit.by_script {
        let l = visit.locale();
        let words = match query.cursor {
            Some(_) => page::hits(l, &found),
            None => page::found(l, &query.q, &found),
        };
        return Ok(words.into_response());
    }
    Ok(visit.page(page::page(&Search { shell: visit.shell(Some(&actor)), query: query.q, found })))
}

fn hit(hit: search::Hit) -> Hit {
    let chat = hit.conversation;
    Hit {
        href: match hit.message {
            Some((message, _)) => format!("/c/{chat}?at={message}#m-{message}"),
            None => format!("/c/{chat}"),
        },
        title: hit.title,
        archived: hit.archived,
        by_person: hit.message.map(|(_, role)| role == Role::User),
        at: present::date(hit.at),
        snippet: present::pieces(hit.snippet),
    }
}
