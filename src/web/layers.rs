//! What stands before and behind every handler, in one place.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{Extensions, HeaderMap, StatusCode, Version, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
};
use time::Duration;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, Predicate as _, predicate::DefaultPredicate},
    csrf::CsrfLayer,
};
use tower_sessions::{Expiry, SessionManagerLayer, cookie::SameSite};

use super::{crowd, extract::bearer, host, problem, request};
use crate::{accounts::sessions::CookieStore, app::App};

/// Bytes of a request body, where a route doesn't say otherwise: a message is at most 256 KiB, as JSON perhaps twice that.
const BODY: usize = 1 << 20;
/// How long a browser keeps the cookie. Longer than a session lives: only the server's word counts.
const COOKIE: Duration = Duration::days(400);

/// Puts the layers around the routes. Read from the bottom up: the last one is the outermost.
pub fn layers(routes: Router<App>, app: &App) -> Router<App> {
    routes
        .layer(sessions(app))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(csrf(app))
        .layer(from_fn(without_ambient_authority))
        .layer(from_fn_with_state(app.clone(), host::is_ours))
        .layer(from_fn_with_state(app.clone(), crowd::has_room))
        .layer(CatchPanicLayer::custom(problem::of_panic))
        .layer(from_fn_with_state(app.clone(), problem::present))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(is_finished)))
        .layer(from_fn_with_state(app.clone(), request::attend))
}

fn sessions(app: &App) -> SessionManagerLayer<CookieStore> {
    let https = app.config.secure_cookies();
    SessionManagerLayer::new(CookieStore::new(app))
        // The prefix binds the cookie to this host and to HTTPS; a browser refuses it without.
        .with_name(if https { "__Host-freshet" } else { "freshet" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(COOKIE))
}

/// A foreign page may not act with this origin's cookie (by Sec-Fetch-Site, else Origin against Host). Most programs send
/// neither header and pass; for the others see [`without_ambient_authority`].
fn csrf(app: &App) -> CsrfLayer {
    let layer = CsrfLayer::new();
    let Some(url) = &app.config.server.public_url else { return layer };
    layer.add_trusted_origin(url.origin()).expect("settings hold only URLs with an origin")
}

/// A request with a token and without cookies carries nothing that a foreign page could make a browser add, so it does not
/// matter where it comes from: desktop clients and browser extensions have origins of their own.
async fn without_ambient_authority(mut request: Request, next: Next) -> Response {
    let headers = request.headers_mut();
    if bearer(headers).is_some() && !headers.contains_key(header::COOKIE) {
        headers.remove(header::ORIGIN);
        headers.remove("sec-fetch-site");
    }
    next.run(request).await
}

/// Not what grows while it is read: compressing would hold it back.
fn is_finished(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key("x-accel-buffering")
}
