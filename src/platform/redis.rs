//! Redis, as far as it is there: connections that come back by themselves, and questions that never wait long.
//!
//! Nothing depends on it: whoever asks goes on without an answer. A server that freezes keeps its connections open, so
//! each connection is asked for a sign of life every second; one that gives none is made anew. (fred's own check counts
//! from the last write, and each new question would put it off.)

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use fred::{
    clients::WithOptions,
    prelude::{
        Client, ClientLike, Config, ConnectionConfig, EventInterface, FredResult, FromValue, LuaInterface,
        Options, PerformanceConfig, ReconnectPolicy, TcpConfig, Value,
    },
    types::{RespVersion, config::TlsConnector},
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

use super::crypto::{ExposeSecret as _, SecretString, install_tls_provider};

/// How long a question may take.
pub const PATIENCE: Duration = Duration::from_millis(250);
/// How often a connection is asked for a sign of life.
const BEAT: Duration = Duration::from_secs(1);
/// How long that may take.
const SILENCE: Duration = Duration::from_secs(2);
/// Messages that a listening connection may hold for whoever reads them; the others hold next to none.
const BEHIND: usize = 1024;

/// Where Redis is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `redis://…` or `rediss://…`.
    pub url: SecretString,
    /// Authorities to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// What to show a server that asks who we are, and the key to it.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// What all our names begin with.
    pub prefix: String,
}

/// One Redis. Cheap to clone; nothing is connected until [`Redis::run`].
#[derive(Clone)]
pub struct Redis {
    settings: Arc<Settings>,
    config: Config,
    line: Line,
}

/// One connection.
#[derive(Clone)]
pub(super) struct Line {
    pub client: Client,
    up: Arc<AtomicBool>,
}

/// What happened to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is new: what was subscribed on the old one is not.
    Fresh,
    /// It is gone, or silent.
    Down,
}

impl Redis {
    /// A Redis as the settings say.
    ///
    /// # Errors
    /// A URL that says nothing, or certificates that can't be read.
    pub fn new(settings: Settings) -> anyhow::Result<Self> {
        let mut config = Config::from_url_centralized(settings.url.expose_secret()).context("REDIS_URL")?;
        // Redis may come later.
        config.fail_fast = false;
        // So that a connection that listens can also be asked for a sign of life.
        config.version = RespVersion::RESP3;
        if config.tls.is_some() {
            config.tls = Some(tls(&settings)?.into());
        }
        let line = Line::new(&config, 16);
        Ok(Self { settings: Arc::new(settings), config, line })
    }

    /// Connects, and stays connected until `stop`.
    pub async fn run(&self, stop: CancellationToken) {
        self.keep(&stop, |_| {}).await;
    }

    /// Whether it can be reached, for somebody who wants to know it once. Takes some seconds when not.
    pub async fn answers(&self) -> bool {
        let stop = CancellationToken::new();
        let look = async {
            let mut look = tokio::time::interval(PATIENCE / 5);
            let deadline = tokio::time::Instant::now() + SILENCE;
            while self.is_away() && look.tick().await < deadline {}
            let is_there = !self.is_away();
            stop.cancel();
            is_there
        };
        tokio::join!(self.run(stop.clone()), look).1
    }

    /// As [`Redis::run`], for somebody who has to know how the connection that asks is doing.
    pub(super) async fn keep(&self, stop: &CancellationToken, told: impl Fn(Turn)) {
        let told = |turn| {
            if turn == Turn::Fresh {
                tracing::info!("Redis is there");
            }
            told(turn);
        };
        self.line.keep(stop, told).await;
    }

    /// Whether it can't be asked just now.
    pub fn is_away(&self) -> bool {
        !self.line.is_up()
    }

    /// One of our names.
    pub fn name(&self, kind: &str, rest: impl std::fmt::Display) -> String {
        format!("{}:{kind}:{rest}", self.settings.prefix)
    }

    /// Runs a script; `None` when there is no answer within [`PATIENCE`].
    pub async fn ask<R: FromValue>(&self, script: &'static str, key: String, words: Vec<Value>) -> Option<R> {
        if self.is_away() {
            return None;
        }
        let answer: FredResult<R> = self.line.within(PATIENCE).eval(script, vec![key], words).await;
        answer.inspect_err(|error| tracing::debug!(%error, "Redis gave no answer")).ok()
    }

    /// The connection that asks.
    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    /// Another connection to the same server, for listening.
    pub(super) fn listening(&self) -> Line {
        Line::new(&self.config, BEHIND)
    }
}

/// Without the address, which may hold a password.
impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("line", &self.line).finish_non_exhaustive()
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("up", &self.is_up()).finish_non_exhaustive()
    }
}

impl Line {
    fn new(config: &Config, behind: usize) -> Self {
        let connection = ConnectionConfig {
            connection_timeout: SILENCE,
            internal_command_timeout: SILENCE,
            max_command_attempts: 1,
            auto_client_setname: false,
            tcp: TcpConfig { nodelay: Some(true), ..TcpConfig::default() },
            ..ConnectionConfig::default()
        };
        let performance = PerformanceConfig {
            default_command_timeout: SILENCE,
            broadcast_channel_capacity: behind,
            ..PerformanceConfig::default()
        };
        let mut policy = ReconnectPolicy::new_exponential(0, 50, 2_000, 2);
        policy.set_jitter(50);
        let client = Client::new(config.clone(), Some(performance), Some(connection), Some(policy));
        Self { client, up: Arc::default() }
    }

    /// Whether it answered last time.
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// The client for a question that has `time`, and is not worth waiting for a connection.
    pub fn within(&self, time: Duration) -> WithOptions<Client> {
        self.client.with_options(&Options {
            timeout: Some(time),
            max_attempts: Some(1),
            fail_fast: true,
            ..Options::default()
        })
    }

    /// Connects, and stays connected until `stop`. Tells every turn.
    pub async fn keep(&self, stop: &CancellationToken, told: impl Fn(Turn)) {
        // Before the first connection, so that it is heard of.
        let (mut fresh, mut errors) = (self.client.reconnect_rx(), self.client.error_rx());
        let mut running = self.client.connect();
        let events = async {
            // Why, once for each time that it was there.
            let mut said = false;
            loop {
                tokio::select! {
                    heard = next(&mut errors, &mut fresh) => match heard {
                        Heard::Fresh => {
                            said = false;
                            self.up.store(true, Ordering::Relaxed);
                            told(Turn::Fresh);
                        }
                        Heard::Error(error) => {
                            if let Some((error, _)) = error {
                                match std::mem::replace(&mut said, true) {
                                    false => tracing::warn!(%error, "no connection to Redis; going on without it"),
                                    true => tracing::debug!(%error, "still no connection to Redis"),
                                }
                            }
                            self.down(&told);
                        }
                        Heard::Closed => return,
                    },
                    ended = &mut running => {
                        tracing::warn!(?ended, "the connection to Redis was given up; trying again");
                        self.down(&told);
                        tokio::time::sleep(SILENCE).await;
                        running = self.client.connect();
                    }
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = events => {}
            () = self.beat(&told) => {}
        }
        self.up.store(false, Ordering::Relaxed);
        // An error says that there was nobody to say goodbye to.
        let _ = tokio::time::timeout(PATIENCE, self.client.quit()).await;
    }

    async fn beat(&self, told: &impl Fn(Turn)) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            if !self.client.is_connected() {
                continue;
            }
            let answer: FredResult<()> = self.within(SILENCE).ping(None).await;
            match answer {
                Ok(()) => {
                    // An error that was about nothing, or the news of a new connection is still on its way.
                    if !self.up.swap(true, Ordering::Relaxed) {
                        told(Turn::Fresh);
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "Redis gives no sign of life");
                    self.down(told);
                    let _ = tokio::time::timeout(SILENCE, self.client.force_reconnection()).await;
                }
            }
        }
    }

    fn down(&self, told: &impl Fn(Turn)) {
        if self.up.swap(false, Ordering::Relaxed) {
            told(Turn::Down);
        }
    }
}

/// What a client says of its connection.
#[derive(Debug, PartialEq, Eq)]
enum Heard<E> {
    /// It is new.
    Fresh,
    /// It broke, or could not be made; `None` for more errors than were kept.
    Error(Option<E>),
    /// Nothing will come any more.
    Closed,
}

/// The next news. Errors first: one that waits is about the connection before the new one, and taken after it, it would
/// make the new one look gone. If it is about the new one after all, the next beat finds out.
async fn next<E: Clone, F: Clone>(errors: &mut Receiver<E>, fresh: &mut Receiver<F>) -> Heard<E> {
    tokio::select! {
        biased;
        error = errors.recv() => match error {
            Ok(error) => Heard::Error(Some(error)),
            Err(RecvError::Lagged(_)) => Heard::Error(None),
            Err(RecvError::Closed) => Heard::Closed,
        },
        joined = fresh.recv() => match joined {
            Ok(_) | Err(RecvError::Lagged(_)) => Heard::Fresh,
            Err(RecvError::Closed) => Heard::Closed,
        },
    }
}

fn tls(settings: &Settings) -> anyhow::Result<TlsConnector> {
    install_tls_provider();
    let mut roots = rustls::RootCertStore::empty();
    match &settings.ca_file {
        Some(file) => {
            for certificate in certificates(file).context("REDIS_CA_FILE")? {
                roots.add(certificate).context("REDIS_CA_FILE")?;
            }
        }
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    let config = rustls::ClientConfig::builder().with_root_certificates(roots);
    let config = match &settings.identity {
        Some((certificate, key)) => {
            let chain = certificates(certificate).context("REDIS_CERT_FILE")?;
            let key = PrivateKeyDer::from_pem_file(key).context("REDIS_KEY_FILE")?;
            config.with_client_auth_cert(chain, key).context("REDIS_CERT_FILE and REDIS_KEY_FILE")?
        }
        None => config.with_no_client_auth(),
    };
    Ok(config.into())
}

fn certificates(file: &PathBuf) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let found: Vec<_> = CertificateDer::pem_file_iter(file)?.collect::<Result<_, _>>()?;
    anyhow::ensure!(!found.is_empty(), "{} holds no certificate", file.display());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::broadcast;

    #[tokio::test]
    async fn an_error_that_waits_is_heard_before_the_connection_that_came_after_it() {
        for _ in 0..20 {
            let (error, mut errors) = broadcast::channel(4);
            let (joined, mut fresh) = broadcast::channel(4);
            error.send("reset").unwrap();
            error.send("refused").unwrap();
            joined.send(()).unwrap();
            for expected in [Heard::Error(Some("reset")), Heard::Error(Some("refused")), Heard::Fresh] {
                assert_eq!(next(&mut errors, &mut fresh).await, expected);
            }
            drop(error);
            assert_eq!(next(&mut errors, &mut fresh).await, Heard::Closed);
        }
    }
}
