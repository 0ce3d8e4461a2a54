//! Whom we are to a provider: base URL and key, for async-openai.
//!
//! Its own configuration reads organisation and project from the server's environment (so one user's request would
//! carry the server's account) and panics on a key with a line break. This one does neither.

use async_openai::config::Config;
use http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::providers::Error;

/// A key that was proven sendable, and the one place it is sent to.
#[derive(Clone, Debug)]
pub struct Bearer {
    base: String,
    key: SecretString,
    headers: HeaderMap,
}

impl Bearer {
    /// # Errors
    /// [`Error::BadKey`] when the key cannot be a header, or is empty and `keyless` does not allow that. No header is sent
    /// for an empty one.
    pub fn new(key: &SecretString, base: &Url, keyless: bool) -> Result<Self, Error> {
        let trimmed = key.expose_secret().trim_matches(' ');
        let base = base.as_str().trim_end_matches('/').to_owned();
        if trimmed.is_empty() {
            let headers = HeaderMap::new();
            return if keyless { Ok(Self { base, key: key.clone(), headers }) } else { Err(Error::BadKey) };
        }
        let mut bearer = HeaderValue::try_from(format!("Bearer {trimmed}")).map_err(|_| Error::BadKey)?;
        bearer.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, bearer);
        Ok(Self { base, key: key.clone(), headers })
    }
}

impl Config for Bearer {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}
