//! From a request to what handlers take: who asks, from where, and input that fits.

use std::{
    fmt,
    marker::PhantomData,
    net::{IpAddr, SocketAddr},
};

use axum::{
    extract::{
        ConnectInfo, FromRequest, FromRequestParts, OptionalFromRequest, Request,
        rejection::{FormRejection, JsonRejection},
    },
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use ipnet::IpNet;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use tower_sessions::Session;

use crate::{
    accounts::{Actor, Device, sessions, tokens},
    app::App,
    error::{Error, Result},
};

/// Who asks, if anybody is signed in.
#[derive(Debug, Clone)]
pub struct MaybeActor(pub Option<Actor>);

impl FromRequestParts<App> for MaybeActor {
    type Rejection = Error;

    /// Looked up once for each request, however many ask.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let known = Self::look_up(parts, app).await?;
        parts.extensions.insert(known.clone());
        Ok(known)
    }
}

impl MaybeActor {
    async fn look_up(parts: &mut Parts, app: &App) -> Result<Self> {
        if let Some(token) = bearer(&parts.headers) {
            // A token that is no good is not made good by a cookie beside it.
            return tokens::actor(app, token).await?.map(Some).map(Self).ok_or(Error::Unauthenticated);
        }
        let session = Session::from_request_parts(parts, app)
            .await
            .map_err(|(_, words)| Error::Internal(anyhow::anyhow!("session layer: {words}")))?;
        Ok(Self(sessions::actor(app, &session).await?))
    }
}

impl FromRequestParts<App> for Actor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        MaybeActor::from_request_parts(parts, app).await?.0.ok_or(Error::Unauthenticated)
    }
}

/// What `Authorization: Bearer …` holds; empty, which is no token, when it can't be read. Other schemes are passed over: a
/// proxy in front may ask for a password of its own and hand it on.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get_all(header::AUTHORIZATION).iter().find_map(|value| {
        let (scheme, token) = value.as_bytes().split_at_checked(6)?;
        let token = std::str::from_utf8(token).unwrap_or_default().trim();
        scheme.eq_ignore_ascii_case(b"bearer").then_some(token)
    })
}

impl FromRequestParts<App> for Device {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let peer = peer.unwrap_or(IpAddr::from([0, 0, 0, 0]));
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let ip = client_address(peer, &parts.headers, &app.config.server.trusted_proxies);
        Ok(Self::new(agent.unwrap_or_default(), ip))
    }
}

/// The peer, or what trusted proxies say of it: of `X-Forwarded-For` the last address that is no trusted proxy. What
/// stands before that anybody can have written.
pub(super) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|net| net.contains(&ip));
    let mut at = peer.to_canonical();
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops.flat_map(|line| line.split(',')).map(str::trim).collect();
    for hop in hops.into_iter().rev() {
        if !is_trusted(at) {
            break;
        }
        // Some proxies write the port too.
        let with_port = || hop.parse().map(|addr: SocketAddr| addr.ip());
        let Ok(ip) = hop.parse::<IpAddr>().or_else(|_| with_port()) else { break };
        at = ip.to_canonical();
    }
    at
}

/// JSON in and out.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Error;

    async fn from_request(mut request: Request, app: &App) -> Result<Self> {
        if is_curl_habit(request.headers()) {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let read = <axum::Json<Object<T>> as FromRequest<App>>::from_request(request, app).await;
        read.map(|json| Self(json.0.0)).map_err(|rejection| match rejection {
            JsonRejection::JsonDataError(error) => {
                Error::Invalid { code: "invalid_body", field: None, detail: error.body_text() }
            }
            JsonRejection::JsonSyntaxError(error) => {
                Error::Malformed { code: "malformed_json", detail: error.body_text() }
            }
            JsonRejection::MissingJsonContentType(_) => Error::Malformed {
                code: "unsupported_media_type",
                detail: "send the body as application/json".to_owned(),
            },
            other => unreadable(other.status(), other.body_text()),
        })
    }
}

/// What only reads JSON objects. A derived reader also takes a list of the fields' values, in an order that nobody wrote down.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(fields))
            }
        }

        from.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

/// `curl -d` calls whatever it sends a form. With a token that is let pass: insisting on the content type only protects
/// what a browser's cookie opens.
fn is_curl_habit(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/x-www-form-urlencoded")
        && bearer(headers).is_some()
}

impl<T: DeserializeOwned> OptionalFromRequest<App> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Option<Self>> {
        if !request.headers().contains_key(header::CONTENT_TYPE) {
            return Ok(None);
        }
        <Self as FromRequest<App>>::from_request(request, app).await.map(Some)
    }
}

/// A form.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let read = axum::Form::<T>::from_request(request, app).await;
        read.map(|form| Self(form.0)).map_err(|rejection| match rejection {
            FormRejection::InvalidFormContentType(_) => Error::Malformed {
                code: "unsupported_media_type",
                detail: "send the body as a form".to_owned(),
            },
            other => unreadable(other.status(), other.body_text()),
        })
    }
}

fn unreadable(status: axum::http::StatusCode, detail: String) -> Error {
    match status {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        axum::http::StatusCode::UNPROCESSABLE_ENTITY => {
            Error::Invalid { code: "invalid_body", field: None, detail }
        }
        _ => Error::Malformed { code: "malformed_body", detail },
    }
}

/// Parts of the path. One that can't be an id names nothing.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        read.map(|path| Self(path.0)).map_err(|_| Error::NotFound)
    }
}

/// The query.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, app).await;
        let invalid = |detail| Error::Invalid { code: "invalid_query", field: None, detail };
        read.map(|query| Self(query.0)).map_err(|rejection| invalid(rejection.body_text()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_header_means_to_be_a_token() {
        let cases: [(&[u8], Option<&str>); 6] = [
            (b"Bearer abc", Some("abc")),
            (b"bEARER   abc ", Some("abc")),
            (b"Bearer", Some("")),
            (b"Bearer \xff", Some("")),
            (b"Basic abc", None),
            (b"", None),
        ];
        for (value, token) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
            assert_eq!(bearer(&headers), token, "{value:?}");
        }
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_about_the_last_stranger() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 203.0.113.9".parse().unwrap());
        headers.append("x-forwarded-for", "10.0.0.2".parse().unwrap());
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(client_address(ip("198.51.100.1"), &headers, &trusted), ip("198.51.100.1"));
        assert_eq!(client_address(ip("10.0.0.1"), &headers, &[]), ip("10.0.0.1"));
        assert_eq!(client_address(ip("10.0.0.1"), &headers, &trusted), ip("203.0.113.9"));
        assert_eq!(client_address(ip("::ffff:10.0.0.1"), &headers, &trusted), ip("203.0.113.9"));
        headers.insert("x-forwarded-for", "203.0.113.9:4711".parse().unwrap());
        assert_eq!(client_address(ip("10.0.0.1"), &headers, &trusted), ip("203.0.113.9"));
        headers.insert("x-forwarded-for", "[2001:db8::1]:443".parse().unwrap());
        assert_eq!(client_address(ip("10.0.0.1"), &headers, &trusted), ip("2001:db8::1"));
        headers.insert("x-forwarded-for", "nonsense".parse().unwrap());
        assert_eq!(client_address(ip("10.0.0.1"), &headers, &trusted), ip("10.0.0.1"));
    }
}
