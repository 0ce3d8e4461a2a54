//! A key as the value of a header.

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::providers::Error;

/// `scheme` and the key, kept out of logs; `None` for an empty key.
///
/// # Errors
/// [`Error::BadKey`] for one that can't be a header.
pub fn header(scheme: &str, key: &SecretString) -> Result<Option<HeaderValue>, Error> {
    let key = key.expose_secret().trim_matches(' ');
    if key.is_empty() {
        return Ok(None);
    }
    let mut value = HeaderValue::try_from(format!("{scheme}{key}")).map_err(|_| Error::BadKey)?;
    value.set_sensitive(true);
    Ok(Some(value))
}

/// A base URL without the slash at its end, and without the first of these ends: people copy addresses from the
/// documents of other clients.
pub fn base_without(base: &Url, ends: &[&str]) -> String {
    let base = base.as_str().trim_end_matches('/');
    let end = ends.iter().find_map(|end| base.strip_suffix(end));
    end.unwrap_or(base).to_owned()
}
