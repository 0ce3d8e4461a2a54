//! The types that settings have beyond numbers and paths. Each is checked once, here, and trusted everywhere else.

use crate::platform::crypto::{ExposeSecret, SecretString};
use ipnet::IpNet;
use std::{fmt, net::IpAddr, path::PathBuf};
use url::{Host, Url};

/// An amount of US dollars from 0 to a million, in billionths.
pub fn nanos(text: &str) -> Option<i64> {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || whole.len() > 7 || decimals.len() > 9 {
        return None;
    }
    let nanos = whole.parse::<i64>().ok()? * 1_000_000_000 + format!("{decimals:0<9}").parse::<i64>().ok()?;
    (nanos <= 1_000_000_000_000_000).then_some(nanos)
}

/// A closed set of words.
pub(super) trait Word: Copy + PartialEq + 'static {
    /// Each word with its meaning.
    const WORDS: &'static [(&'static str, Self)];
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signup {
    /// Every visitor.
    Open,
    /// Nobody, after the first account.
    Closed,
}

impl Word for Signup {
    const WORDS: &'static [(&'static str, Self)] = &[("open", Self::Open), ("closed", Self::Closed)];
}

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object per event.
    Json,
    /// Text on a terminal, JSON elsewhere.
    Auto,
}

impl Word for LogFormat {
    const WORDS: &'static [(&'static str, Self)] =
        &[("auto", Self::Auto), ("text", Self::Text), ("json", Self::Json)];
}

/// What the log lets through, in the words of `tracing_subscriber::EnvFilter`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // A bare word that is no level would be read as a module name and silence everything else.
        let bare = |part: &str| {
            !part.contains(['=', '[', ':']) && part.parse::<tracing::metadata::LevelFilter>().is_err()
        };
        let valid = tracing_subscriber::EnvFilter::try_new(text).is_ok();
        match valid && !text.split(',').map(str::trim).any(bare) {
            true => Ok(Self(text.into())),
            false => Err("is no log level (error, warn, info, debug, trace) or list of module=level".into()),
        }
    }

    /// The filter's text; it parses as an `EnvFilter`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a model: `provider/model`, or the model alone when only one provider has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelName(String);

impl ModelName {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let fits = text.len() <= 200 && !text.chars().any(|c| c.is_whitespace() || c.is_control());
        if fits { Ok(Self(text.into())) } else { Err("is not a model name such as openai/gpt-4.1".into()) }
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An `http` or `https` address without user, password, query or fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpUrl(Url);

impl HttpUrl {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| "is not a URL such as https://example.com")?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err("does not start with http:// or https://".into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("holds a user name or password, which has no place in it".into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("holds a `?` or `#` part, which has no place in it".into());
        }
        Ok(Self(url))
    }

    pub(super) fn parse_origin(text: &str) -> Result<Self, String> {
        let url = Self::parse(text)?;
        match url.0.path() {
            "/" => Ok(url),
            path => Err(format!(
                "has the path `{path}`: sub-paths are not supported, give Freshet a host name of its own"
            )),
        }
    }

    /// Scheme, host and port (when it is not the scheme's own), without a trailing slash.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The whole address without trailing slashes, so that `{base}/path` is right.
    pub fn as_base(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether it says `https`.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether the host is this machine by name or address.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        }
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_base())
    }
}

/// Which database, and where. Prints without a password.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// This file.
    Sqlite(PathBuf),
    /// The server at this address, which may hold a password.
    Postgres(SecretString),
}

impl DatabaseUrl {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            return sqlite_path(path.strip_prefix("//").unwrap_or(path)).map(Self::Sqlite);
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err("starts with neither sqlite: nor postgres://".into());
        }
        // The parser's own message is left out: it could repeat the password.
        let url = Url::parse(text).map_err(|_| "is not a URL such as postgres://user:password@host/name")?;
        match url.path().trim_matches('/').is_empty() {
            true => Err("names no database: it should end in /name".into()),
            false => Ok(Self::Postgres(text.into())),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => f.write_str(&without_password(url.expose_secret())),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where Redis is. Prints without a password.
#[derive(Clone)]
pub struct RedisUrl(SecretString);

impl RedisUrl {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // The parser's own message is left out: it could repeat the password.
        let url = Url::parse(text).map_err(|_| "is not a URL such as redis://localhost:6379/0")?;
        if !matches!(url.scheme(), "redis" | "rediss") || !url.has_host() {
            return Err("does not start with redis://HOST or rediss://HOST".into());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("holds a `?` or `#` part, which is not supported".into());
        }
        let database = url.path().trim_start_matches('/');
        match database.is_empty() || database.parse::<u8>().is_ok() {
            true => Ok(Self(text.into())),
            false => Err("names a database that is no number from 0 to 255".into()),
        }
    }

    /// The whole address.
    pub fn secret(&self) -> SecretString {
        self.0.clone()
    }

    /// Whether it says `rediss`.
    pub fn is_tls(&self) -> bool {
        self.0.expose_secret().starts_with("rediss:")
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(self.0.expose_secret()))
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn sqlite_path(path: &str) -> Result<PathBuf, String> {
    if path.is_empty() || path == ":memory:" {
        return Err(
            "names no file: the database must outlive the process, as in sqlite:./data/freshet.db".into()
        );
    }
    if path.contains('?') {
        return Err("holds options after `?`, which are not supported: Freshet sets its own".into());
    }
    Ok(path.into())
}

/// The address with `****` for a password, and without the part after `?`, which can hold one too.
fn without_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return "****".into() };
    url.set_query(None);
    url.set_fragment(None);
    if url.password().is_some() && url.set_password(Some("****")).is_err() {
        return "****".into();
    }
    url.into()
}

/// An IP network, or the network of one address.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .or_else(|_| address())
        .map_err(|_| format!("holds `{text}`, which is no IP address or network"))
}
