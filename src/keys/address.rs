//! Base URLs of people's own.

use url::Url;

use crate::{
    app::App,
    error::{Error, Result},
};

const MOST: usize = 500;

/// The address that somebody typed; `None` for an empty one, which means where the provider is. Whether it is one that may
/// be asked is decided again whenever it is: a name can lead elsewhere tomorrow.
///
/// # Errors
/// [`Error::Invalid`] `base_url_invalid`, the same for everything that may not be, so that nobody learns what is where.
pub fn read(app: &App, typed: &str) -> Result<Option<Url>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    // The parser drops tabs and line breaks and turns backslashes: what is read must be what was written.
    let plain =
        typed.len() <= MOST && !typed.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
    let url = Url::parse(typed).ok().filter(|url| plain && app.providers.may_ask(url));
    let detail = "this is no http or https address on the public internet";
    url.map(Some).ok_or_else(|| Error::field("base_url_invalid", "base_url", detail))
}

/// Whether both lead to the same server.
pub fn same_server(a: Option<&Url>, b: Option<&Url>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.origin() == b.origin(),
        (None, None) => true,
        _ => false,
    }
}
