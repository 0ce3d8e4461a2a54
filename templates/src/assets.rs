//! The files a browser is sent, embedded and fingerprinted by build.rs. A page cannot name a file that is not there.

/// One embedded file. Its URL changes when its bytes do, so it may be cached for ever.
#[derive(Debug)]
pub struct Asset {
    /// `app.css`, `img/icon.svg`.
    pub name: &'static str,
    /// `/assets/<fingerprint>/<name>`: the only path it is served at.
    pub url: &'static str,
    /// The value of its `Content-Type` header.
    pub content_type: &'static str,
    /// The file, uncompressed.
    pub bytes: &'static [u8],
}

static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Every asset: the server serves each at its `url` with `Cache-Control: public, max-age=31536000, immutable`.
#[must_use]
pub fn assets() -> &'static [Asset] {
    ASSETS
}

/// The URL of a file by its name.
///
/// # Panics
/// When there is no such file; every call is exercised by the test that renders all samples.
#[must_use]
pub fn asset(name: &str) -> &'static str {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => asset.url,
        None => panic!("assets/ holds no {name}"),
    }
}
