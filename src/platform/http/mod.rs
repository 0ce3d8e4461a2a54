//! The clients for outbound HTTP. One rustls, one crypto provider (ring), no OpenSSL.
//!
//! No total and no read timeout is set here: an answer may take an hour and think for minutes in silence. Who reads
//! decides how long silence may last.

mod guard;

use std::time::Duration;

pub use guard::{Guard, PrivateHost};

/// Makes ring the process's crypto provider. Harmless when called again; without it the first client panics.
pub fn install_crypto() {
    // An `Err` only says that somebody installed a provider before us.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client for provider APIs: 10 s to connect, no redirects (a redirect would carry the key to another host),
/// idle connections kept for 90 s, at most 64 of them per host.
///
/// # Errors
/// When the system's root certificates cannot be read.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    builder().build()
}

/// The same for addresses that people give: it dials only what `guard` lets it, and no proxy, which would dial for it.
///
/// # Errors
/// As [`client`].
pub fn guarded_client(guard: Guard) -> Result<reqwest::Client, reqwest::Error> {
    builder().no_proxy().dns_resolver(guard).build()
}

fn builder() -> reqwest::ClientBuilder {
    install_crypto();
    reqwest::Client::builder()
        .user_agent(concat!("freshet/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(30))
        .pool_idle_timeout(Duration::from_secs(90))
        .pool_max_idle_per_host(64)
}
