//! Every setting, read once at the start. The only room that reads the environment.
//!
//! [`table`] lists the settings; from that one table come the typed tree [`Config`], the parsing, `freshet config
//! show`, `docs/CONFIGURATION.md` and `.env.example`. To add a setting, add a row there.
//! Rules: the defaults are what `cargo run` needs; a value is used or refused, never ignored; a secret is never
//! printed, not even in the message that refuses it.

mod docs;
mod kind;
mod read;
mod show;
mod table;
mod value;

pub use docs::{env_example, reference};
pub use read::{ConfigError, ConfigErrors};
pub use show::{Entry, Origin};
pub use table::{Budgets, Chats, Config, Log, Providers, Redis, Server, Storage, Streams};
pub use value::{DatabaseUrl, HttpUrl, LogFilter, LogFormat, ModelName, RedisUrl, Signup, nanos};

use crate::platform::{
    crypto::{self, KeyError, MasterKey},
    redis,
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

impl Config {
    /// The settings of this process: defaults, overridden by its environment.
    ///
    /// # Errors
    /// Everything that is wrong with the environment, not only the first thing.
    pub fn from_process() -> Result<Self, ConfigErrors> {
        // What is not Unicode gets replacement characters here, and `read` refuses those where they matter.
        Self::read(
            std::env::vars_os().map(|(name, value)| {
                (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
            }),
        )
    }

    /// The settings given by these (name, value) pairs, as `from_process` reads them from the environment.
    ///
    /// # Errors
    /// As [`Config::from_process`].
    pub fn read(
        vars: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
    ) -> Result<Self, ConfigErrors> {
        read::read(vars.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The database to use: `DATABASE_URL`, or the SQLite file in the data directory.
    pub fn database(&self) -> DatabaseUrl {
        let embedded = || DatabaseUrl::Sqlite(self.storage.data_dir.join("freshet.db"));
        self.storage.database_url.clone().unwrap_or_else(embedded)
    }

    /// How to reach Redis, if there is one.
    pub fn redis(&self) -> Option<redis::Settings> {
        let own = &self.redis;
        Some(redis::Settings {
            url: own.url.as_ref()?.secret(),
            ca_file: own.ca_file.clone(),
            identity: own.cert_file.clone().zip(own.key_file.clone()),
            prefix: own.prefix.clone(),
        })
    }

    /// The master key: `ENCRYPTION_KEY`, or the one in the data directory, which is made on the first start.
    ///
    /// # Errors
    /// When the key file can't be read, made or trusted.
    pub fn master_key(&self) -> Result<MasterKey, KeyError> {
        match &self.storage.encryption_key {
            Some(key) => Ok(key.clone()),
            None => MasterKey::load_or_create(&self.storage.data_dir),
        }
    }

    /// The keys before it: those that `ENCRYPTION_KEY_OLD` names, and `secret.key.old` while a change of keys is not
    /// finished.
    ///
    /// # Errors
    /// When the key file can't be read or trusted.
    pub fn older_keys(&self) -> Result<Vec<MasterKey>, KeyError> {
        let file = MasterKey::load_old(&self.storage.data_dir)?;
        Ok(self.storage.encryption_key_old.iter().cloned().chain(file).collect())
    }

    /// Makes the data folder for its owner only, unless it is there.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn make_data_dir(&self) -> std::io::Result<()> {
        crypto::make_private_dir(&self.storage.data_dir)
    }

    /// Whether only this machine can reach the server. A proxy in front (seen by a public URL that is not this
    /// machine, or by trusted proxies) makes it reachable from elsewhere, even while it listens on 127.0.0.1.
    pub fn is_loopback(&self) -> bool {
        let public = self.server.public_url.as_ref().is_none_or(HttpUrl::is_loopback);
        self.server.host.is_loopback() && public && self.server.trusted_proxies.is_empty()
    }

    /// Whether browsers reach the server by HTTPS, so that cookies can be kept to it.
    pub fn secure_cookies(&self) -> bool {
        self.server.public_url.as_ref().is_some_and(HttpUrl::is_https)
    }

    /// Scheme, host and port under which browsers know the server, without a trailing slash. `bound` is the
    /// address it listens on in the end (`PORT=0` picks one).
    pub fn origin(&self, bound: SocketAddr) -> String {
        if let Some(url) = &self.server.public_url {
            return url.origin();
        }
        // A wildcard is no address that a browser could go to.
        let ip = if bound.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { bound.ip() };
        format!("http://{}", SocketAddr::new(ip, bound.port()))
    }

    /// The address to listen on.
    pub fn listen(&self) -> SocketAddr {
        SocketAddr::new(self.server.host, self.server.port)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::read(std::iter::empty::<(String, String)>()).expect("a test holds that the defaults are valid")
    }
}

/// Whether a test may write the generated pages anew instead of only comparing them (`UPDATE=1`).
#[cfg(test)]
fn rewriting() -> bool {
    std::env::var_os("UPDATE").is_some_and(|value| value == "1")
}

#[cfg(test)]
mod tests;
