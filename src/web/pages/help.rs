//! The list of shortcuts, and the palette for who has no scripts.

use axum::http::{HeaderMap, header};
use freshet_templates::{pages::help as page, parts::shortcut::Keys};
use maud::Markup;

use super::Visit;
use crate::accounts::Actor;

/// `GET /help/shortcuts`.
pub(super) async fn shortcuts(visit: Visit, headers: HeaderMap) -> Markup {
    page::shortcuts(&visit.shell(None), keys(&headers))
}

/// `GET /palette`.
pub(super) async fn palette(actor: Actor, visit: Visit, headers: HeaderMap) -> Markup {
    page::commands(&visit.shell(Some(&actor)), keys(&headers))
}

/// The keys that the reader's keyboard probably has.
fn keys(headers: &HeaderMap) -> Keys {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    if ["Mac OS", "iPhone", "iPad"].iter().any(|system| agent.contains(system)) {
        Keys::Mac
    } else {
        Keys::Pc
    }
}
