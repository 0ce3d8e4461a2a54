//! The key of a request, as OpenAI's faces want it.

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderMap, header, request::Parts},
    response::Response,
};

use super::{keys, openai_refusal};
use crate::providers::simulated::Refusal;

/// The key; none is a key only behind `/open`.
pub struct Key(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let key = key_of(&parts.headers);
        let path = OriginalUri::from_request_parts(parts, state).await;
        let is_open = path.is_ok_and(|path| path.path().starts_with("/open/"));
        if key.is_empty() && !is_open {
            let why = "You didn't provide an API key in an Authorization header.";
            return Err(openai_refusal(&Refusal::new(401, "invalid_api_key", why)));
        }
        Ok(Self(key))
    }
}

/// A key that is good, for requests that nobody counts.
pub struct GoodKey;

impl<S: Send + Sync> FromRequestParts<S> for GoodKey {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Key(key) = Key::from_request_parts(parts, state).await?;
        match keys::refusal(&key) {
            Some(refusal) => Err(openai_refusal(&refusal)),
            None => Ok(Self),
        }
    }
}

/// The key in the usual place; empty where there is none.
pub fn key_of(headers: &HeaderMap) -> String {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("").to_owned()
}
