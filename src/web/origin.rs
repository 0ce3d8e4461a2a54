//! Whether a request comes from a page of ours. What other layers ask of changes only is asked here of what stays open:
//! a browser lets any page open a WebSocket anywhere, with the cookies of the place it goes to.

use axum::http::{HeaderMap, HeaderValue, Uri, header};

use super::extract::bearer;
use crate::{
    accounts::{Actor, Via},
    config::Config,
    error::{Error, Result},
};

/// Lets a WebSocket of ours pass, and any that a token opens: a foreign page can't make a browser send one.
///
/// # Errors
/// It is opened with a cookie, and its `Origin` is missing or not this server's.
pub(super) fn check(config: &Config, actor: &Actor, headers: &HeaderMap, uri: &Uri) -> Result<()> {
    let origins: Vec<&HeaderValue> = headers.get_all(header::ORIGIN).iter().collect();
    let is_program = matches!(actor.via, Via::Token(_)) && bearer(headers).is_some();
    let passes = match origins[..] {
        [] => is_program,
        // As everywhere: a token beside a cookie was sent by a browser.
        _ if is_program && !headers.contains_key(header::COOKIE) => true,
        [origin] => is_ours(config, origin, headers, uri),
        _ => false,
    };
    if passes { Ok(()) } else { Err(Error::Forbidden { code: "cross_origin" }) }
}

/// The public address; or the one that was asked, as long as that is not the public one with another scheme.
fn is_ours(config: &Config, origin: &HeaderValue, headers: &HeaderMap, uri: &Uri) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    if let Some(public) = config.server.public_url.as_ref().map(crate::config::HttpUrl::origin) {
        if origin == public {
            return true;
        }
        if public.split_once("://").is_some_and(|(_, public)| public == authority) {
            return false;
        }
    }
    let host = uri.authority().map(|it| it.as_str().as_bytes());
    let host = host.or_else(|| headers.get(header::HOST).map(HeaderValue::as_bytes));
    matches!(scheme, "http" | "https") && host == Some(authority.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(public: Option<&str>, host: &str, origin: &str) -> bool {
        let public = public.map(|url| ("PUBLIC_URL".to_owned(), url.to_owned()));
        let config = Config::read(public).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        is_ours(&config, &origin.parse().unwrap(), &headers, &Uri::from_static("/api/v1/ws"))
    }

    #[test]
    fn only_the_same_place_is_home() {
        let host = "app.example:8080";
        assert!(passes(None, host, "http://app.example:8080"));
        // A proxy that speaks TLS may stand in front.
        assert!(passes(None, host, "https://app.example:8080"));
        for evil in [
            "http://app.example",
            "http://app.example:8081",
            "http://app.example:8080.evil",
            "http://app.example.evil:8080",
            "http://evil.app.example:8080",
            "http://user@app.example:8080",
            "http://app.example:8080/",
            "ws://app.example:8080",
            "chrome-extension://app.example:8080",
            "app.example:8080",
            "null",
            "",
        ] {
            assert!(!passes(None, host, evil), "{evil:?}");
        }
    }

    #[test]
    fn the_public_address_has_one_scheme() {
        let public = Some("https://chat.example.org");
        assert!(passes(public, "127.0.0.1:3000", "https://chat.example.org"));
        assert!(passes(public, "chat.example.org", "https://chat.example.org"));
        assert!(!passes(public, "chat.example.org", "http://chat.example.org"));
        assert!(!passes(public, "127.0.0.1:3000", "http://chat.example.org"));
        // Somebody in the same house who goes around the proxy.
        assert!(passes(public, "127.0.0.1:3000", "http://127.0.0.1:3000"));
    }
}
