//! Whether a request means this server, where nothing but its address says so.
//!
//! A server that only this machine can reach is still reached by the pages that this machine's browser shows: a foreign
//! page may let its own name point to 127.0.0.1 and then is of the same origin as we are ("DNS rebinding"). It could make
//! the first account. Such a request carries the foreign name, and nobody else's does: without a `PUBLIC_URL` that others
//! could use this server has no name but the machine's own.

use std::sync::Once;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Uri, header},
    middleware::Next,
    response::Response,
};
use url::Host;

use crate::{
    app::App,
    error::{Error, Result},
};

/// Refuses foreign names where only this machine's are right. Behind a proxy, or with a name of our own, any will do:
/// then a page of that name has no more rights here than any other.
pub(super) async fn is_ours(State(app): State<App>, request: Request, next: Next) -> Result<Response> {
    // The same that lets the first account be made without a token.
    let private = app.config.is_loopback();
    if private && !of(request.headers(), request.uri()).is_none_or(is_this_machine) {
        static TOLD: Once = Once::new();
        TOLD.call_once(|| {
            tracing::warn!(
                "a request for a foreign host name was refused; if it came by a proxy, set PUBLIC_URL and TRUSTED_PROXIES"
            );
        });
        return Err(Error::Malformed {
            code: "wrong_host",
            detail: "this server has no such name; its operator can set PUBLIC_URL".to_owned(),
        });
    }
    Ok(next.run(request).await)
}

/// The host that is asked for, with its port. A browser always says one.
fn of<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let named = headers.get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    named.or_else(|| uri.authority().map(|authority| authority.as_str()))
}

fn is_this_machine(host: &str) -> bool {
    let digits = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    let host = match host.rsplit_once(':') {
        Some((host, port)) if digits(port) => host,
        _ => host,
    };
    match Host::parse(host) {
        // An address is nothing that a foreign page's name could be.
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Ok(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(&name);
            name == "localhost" || name.ends_with(".localhost")
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_and_localhost_are_this_machine() {
        for host in [
            "localhost",
            "LOCALHOST:3000",
            "127.0.0.1:3000",
            "[::1]:3000",
            "[::1]",
            "10.0.0.7",
            "a.localhost",
            "localhost.",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:3000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "",
            ":3000",
            "a b",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
