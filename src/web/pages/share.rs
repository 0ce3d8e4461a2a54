//! What another app shares with this one: the beginning of a message.

use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use crate::{accounts::Actor, web::extract::Query};

/// What the system hands over, by the manifest's `share_target`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Shared {
    title: String,
    text: String,
    url: String,
}

/// `GET /share`: on to a new conversation with it in the composer. Nothing is sent by that.
pub(super) async fn share(_actor: Actor, Query(shared): Query<Shared>) -> Response {
    let query: String = url::form_urlencoded::byte_serialize(text(&shared).as_bytes()).collect();
    Redirect::to(&format!("/c/new?q={query}")).into_response()
}

/// Each thing once: many apps put the address into the text, too.
fn text(shared: &Shared) -> String {
    let mut text = String::new();
    for part in [&shared.title, &shared.text, &shared.url].map(|part| part.trim()) {
        if part.is_empty() || text.contains(part) {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_is_said_once() {
        let shared = |title: &str, text: &str, url: &str| {
            super::text(&Shared { title: title.into(), text: text.into(), url: url.into() })
        };
        assert_eq!(shared("A page", "", "https://example.org/"), "A page\nhttps://example.org/");
        assert_eq!(shared("", "see https://e.org/a ", "https://e.org/a"), "see https://e.org/a");
        assert_eq!(shared("", " ", ""), "");
    }
}
