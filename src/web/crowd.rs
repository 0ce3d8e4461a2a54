//! How much one client may ask at once where a proxy speaks for many.
//!
//! The door counts connections by their address ([`super::server`]). Those of a trusted proxy it can't count, so here its
//! clients' requests are, each until its answer is read to the end.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};

use super::{extract::client_address, server::SUPERVISORS};
use crate::{app::App, error::Result};

/// Refuses what is too much for one client of a trusted proxy.
pub(super) async fn has_room(State(app): State<App>, request: Request, next: Next) -> Result<Response> {
    let share = match behind_a_proxy(&app, &request) {
        Some(client) => app.limits.one_request(client)?,
        None => None,
    };
    let response = next.run(request).await;
    Ok(match share {
        Some(share) => share.hold(response),
        None => response,
    })
}

/// The client, if a trusted proxy says who it is.
fn behind_a_proxy(app: &App, request: &Request) -> Option<IpAddr> {
    let trusted = &app.config.server.trusted_proxies;
    if trusted.is_empty() || SUPERVISORS.contains(&request.uri().path()) {
        return None;
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
    let client = client_address(peer, request.headers(), trusted);
    (client != peer.to_canonical()).then_some(client)
}
