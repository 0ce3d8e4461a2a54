//! `/metrics`: what the server counts about itself, for whoever runs it. For everybody else there is no such page.

use ::metrics::gauge;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    response::{IntoResponse as _, Response},
    routing::any,
};

use super::{
    extract::{MaybeActor, bearer},
    server::Transport,
};
use crate::{
    accounts::{Action, can},
    app::App,
    error::{Error, Result},
    platform::{
        crypto::{self, ExposeSecret as _},
        metrics, process,
    },
};

/// The format's own name, which readers ask for.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The route, for every method: a refused one must look like an address that isn't one, too.
pub fn router() -> Router<App> {
    Router::new().route("/metrics", any(show))
}

async fn show(State(app): State<App>, request: Request) -> Result<Response> {
    let (mut parts, _) = request.into_parts();
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return Err(Error::NotFound);
    }
    if !has_token(&app, &parts.headers) {
        use axum::extract::FromRequestParts as _;
        let actor = MaybeActor::from_request_parts(&mut parts, &app).await.ok().and_then(|actor| actor.0);
        let admin = actor.is_some_and(|actor| can(&actor, Action::Administer).is_ok());
        if !admin {
            return Err(Error::NotFound);
        }
    }
    measure(&app);
    Ok(([(header::CONTENT_TYPE, TEXT)], metrics::install().render()).into_response())
}

fn has_token(app: &App, headers: &HeaderMap) -> bool {
    let (Some(wanted), Some(given)) = (&app.config.server.metrics_token, bearer(headers)) else {
        return false;
    };
    crypto::same(wanted.expose_secret().as_bytes(), given.as_bytes())
}

/// What can be read off at any time is read now.
fn measure(app: &App) {
    let (connections, reserved) = app.limits.connections();
    gauge!(metrics::CONNECTIONS, "seat" => "normal").set(count(connections - reserved));
    gauge!(metrics::CONNECTIONS, "seat" => "reserved").set(count(reserved));
    gauge!(metrics::CONNECTIONS_MOST).set(count(app.limits.most_connections()));
    for transport in Transport::ALL {
        let open = app.limits.streams(transport);
        gauge!(metrics::STREAMS, "transport" => transport.as_str()).set(count(open));
    }
    gauge!(metrics::REPLIES).set(count(app.replies.count()));
    gauge!(metrics::RENDERERS).set(count(app.renderers.count()));
    gauge!(metrics::BUS_TOPICS).set(count(app.log.watched()));
    gauge!(metrics::JOURNAL_BYTES).set(count(app.journal.pending()));
    gauge!(metrics::HASHES_WAITING).set(count(app.passwords.waiting()));
    gauge!(metrics::TASKS).set(count(app.tasks.len()));
    for pool in app.db.pools() {
        let busy = pool.open.saturating_sub(pool.idle);
        gauge!(metrics::DB_CONNECTIONS, "pool" => pool.name, "state" => "busy").set(count(busy));
        gauge!(metrics::DB_CONNECTIONS, "pool" => pool.name, "state" => "idle").set(count(pool.idle));
    }
    if let Some(bytes) = process::resident_bytes() {
        gauge!(metrics::MEMORY).set(count(usize::try_from(bytes).unwrap_or(usize::MAX)));
    }
    if let (Some(open), Some(most)) = (process::open_files(), process::max_files()) {
        gauge!(metrics::FILES).set(count(open));
        gauge!(metrics::FILES_MOST).set(count(most));
    }
}

/// A gauge's number. Beyond 2^53 it is no longer exact, which nobody will see.
fn count(number: usize) -> f64 {
    number as f64
}
