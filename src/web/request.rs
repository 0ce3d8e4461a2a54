//! What every request gets: an id, a line in the log, and headers that keep browsers honest.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::app::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Scripts come from this origin's files only, nothing is evaluated, and HTML goes in through one Trusted Types policy.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' blob:; font-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    object-src 'none'; require-trusted-types-for 'script'; trusted-types freshet";

/// The headers that every answer carries.
const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// The id of a request, in its log lines and in what it is answered with.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub String);

/// The outermost layer.
pub(super) async fn attend(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = RequestId(given_id(request.headers()).unwrap_or_else(|| app.ids.next().simple().to_string()));
    request.extensions_mut().insert(id.clone());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    // The path without its query: that may hold what somebody wants to say.
    let route = route.unwrap_or_else(|| "(none)".to_owned());
    let span = tracing::debug_span!("request", request.id = %id.0, method = %request.method(), route);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    span.in_scope(|| {
        tracing::debug!(status = response.status().as_u16(), ms = began.elapsed().as_millis(), "answered");
    });
    harden(response.headers_mut(), app.config.secure_cookies());
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn harden(headers: &mut HeaderMap, https: bool) {
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if https {
        let two_years = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, two_years);
        keep_cookies_secure(headers);
    }
    // What is for one person stays out of every cache; files say otherwise themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// Browsers pass over a `__Host-` cookie without `Secure`, and the session layer leaves it out when it takes its cookie
/// back: somebody who signed out would go on sending the dead one.
fn keep_cookies_secure(headers: &mut HeaderMap) {
    let lacks_it = |cookie: &str| {
        cookie.starts_with("__Host-") && !cookie.split(';').any(|part| part.trim() == "Secure")
    };
    for (name, value) in headers.iter_mut() {
        if name == header::SET_COOKIE && value.to_str().is_ok_and(lacks_it) {
            let whole = [value.as_bytes(), b"; Secure"].concat();
            *value = HeaderValue::from_bytes(&whole).expect("a header's value stays one");
        }
    }
}

/// A caller's own id, if it could not forge a line of the log.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(&REQUEST_ID)?.to_str().ok()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    ((1..=64).contains(&id.len()) && id.bytes().all(plain)).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_accepts_that_its_host_cookie_is_taken_back() {
        let mut headers = HeaderMap::new();
        for cookie in ["__Host-freshet=; Path=/; Max-Age=0", "__Host-freshet=a; Secure; Path=/", "theme=dark"]
        {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        keep_cookies_secure(&mut headers);
        let cookies: Vec<_> = headers.get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(
            cookies,
            ["__Host-freshet=; Path=/; Max-Age=0; Secure", "__Host-freshet=a; Secure; Path=/", "theme=dark",]
        );
    }

    #[test]
    fn only_a_harmless_id_is_taken_from_the_caller() {
        let of = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_bytes(id.as_bytes()).unwrap());
            given_id(&headers)
        };
        assert_eq!(of("ab-C_9").as_deref(), Some("ab-C_9"));
        for id in ["", "a b", "a\tb", "é", "<b>", &"a".repeat(65)] {
            assert_eq!(of(id), None, "{id:?}");
        }
    }
}
