//! Everything a request needs, built once at the start. No behaviour lives here.

use std::{sync::Arc, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;
use uuid::Uuid;

use crate::{
    accounts::Standing,
    config::{self, Config, DatabaseUrl},
    keys,
    platform::{
        bus::Bus,
        clock::{Clock, Ids},
        crypto::{ExposeSecret as _, MasterKey, Passwords, SecretString, Vault},
        db::Db,
        http,
        redis::Redis,
        throttle::Throttle,
    },
    providers::{self, Account, Guarded, Providers},
    replies::{Running, Titles},
    stream::{Journal, Log},
    web::{
        live::Renderers,
        server::{Limits, Timeouts},
    },
};

/// Argon2 hashes at once: each takes 19 MiB and a core for some 20 ms.
const HASHES_AT_ONCE: usize = 2;

/// One instance of Freshet. Shared by everything that runs.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

/// What [`App`] dereferences to.
pub struct Inner {
    /// The settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// What time it is.
    pub clock: Clock,
    /// Where ids come from.
    pub ids: Ids,
    /// The key that other keys derive from.
    pub master_key: MasterKey,
    /// What people's own keys are sealed with.
    pub vault: Vault,
    /// Password hashing, bounded.
    pub passwords: Passwords,
    /// Which sign-ins have something open here.
    pub standing: Standing,
    /// How often somebody may guess.
    pub throttles: Throttles,
    /// How many connections and streams there are and may be.
    pub limits: Limits,
    /// The language models.
    pub providers: Providers,
    /// The Redis that the settings name.
    pub redis: Option<Redis>,
    /// What rings between instances.
    pub bus: Bus,
    /// All conversations' logs.
    pub log: Log,
    /// Where running texts are committed.
    pub journal: Journal,
    /// The replies that run here.
    pub replies: Running,
    /// The conversations that a title is being made for here.
    pub titles: Titles,
    /// What turns logs into HTML for pages.
    pub renderers: Renderers,
    /// This instance's name as a holder of leases, new at every start.
    pub instance: Uuid,
    /// Everything that was spawned, so that shutdown can wait for it.
    pub tasks: TaskTracker,
    /// Cancelled when the server begins to stop: streams say goodbye, no new work is taken.
    pub draining: CancellationToken,
    /// Cancelled when the time to finish running replies is over.
    pub stopping: CancellationToken,
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

/// The limits on guessing, shared by all instances that use one Redis.
#[derive(Debug)]
pub struct Throttles {
    /// Sign-ins that failed, by address.
    pub sign_in: Throttle,
    /// Sign-ins that failed, by account, whether it exists or not.
    pub account: Throttle,
    /// New accounts, by address.
    pub registration: Throttle,
    /// Questions to providers whether a key is good, by account.
    pub key_checks: Throttle,
    /// Wishes to ask the providers for their lists of models, by account.
    pub lists: Throttle,
}

impl Throttles {
    fn new(shared: Option<&Redis>) -> Self {
        let limit =
            |name, burst, every| Throttle::new(name, shared.cloned(), burst, Duration::from_secs(every));
        Self {
            sign_in: limit("tries.network", 30, 5),
            account: limit("tries.account", 10, 30),
            registration: limit("tries.registration", 60, 30),
            key_checks: limit("tries.keys", 60, 2),
            lists: limit("tries.lists", 5, 30),
        }
    }
}

/// What tests replace.
#[derive(Debug, Clone)]
pub struct Nature {
    /// What time it is.
    pub clock: Clock,
    /// Where ids come from.
    pub ids: Ids,
    /// How long clients may keep us waiting.
    pub timeouts: Timeouts,
}

impl Default for Nature {
    fn default() -> Self {
        Self { clock: Clock::System, ids: Ids::system(), timeouts: Timeouts::default() }
    }
}

impl App {
    /// Opens the database, brings its schema up to date and builds everything; starts no task.
    ///
    /// # Errors
    /// What stops a start: the key, the database, its schema, or the TLS roots.
    pub async fn build(config: Config, nature: Nature) -> anyhow::Result<Self> {
        let master_key = config.master_key()?;
        let vault = keys::vault(&master_key, &config.older_keys()?);
        let db = open_database(&config).await?;
        db.migrate_to_serve().await?;
        let instance = nature.ids.next();
        let redis = config.redis().map(Redis::new).transpose()?;
        // One process alone uses an embedded database: there is nobody to talk to, and Redis only counts tries.
        let bus = match &redis {
            Some(redis) if !db.is_embedded() => {
                Bus::through(redis.clone(), instance, &master_key.derive("bus letters v1"))
            }
            _ => Bus::default(),
        };
        let log = Log::new(db.clone(), bus.clone(), nature.clock.clone());
        let journal = Journal::new(log.clone(), nature.clock.clone(), config.streams.gather);
        let providers = providers(&config)?;
        Ok(Self {
            inner: Arc::new(Inner {
                db,
                master_key,
                vault,
                passwords: Passwords::new(HASHES_AT_ONCE),
                standing: Standing::new(bus.clone()),
                throttles: Throttles::new(redis.as_ref()),
                limits: Limits::new(&config),
                redis,
                providers,
                bus,
                log,
                journal,
                replies: Running::default(),
                titles: Titles::default(),
                renderers: Renderers::default(),
                instance,
                clock: nature.clock,
                ids: nature.ids,
                config,
                tasks: TaskTracker::new(),
                draining: CancellationToken::new(),
                stopping: CancellationToken::new(),
            }),
        })
    }
}

/// Opens the configured database without touching its schema.
///
/// # Errors
/// It can't be opened or does not answer.
pub async fn open_database(config: &Config) -> sqlx::Result<Db> {
    match config.database() {
        DatabaseUrl::Sqlite(path) => Db::open_file(&path).await,
        DatabaseUrl::Postgres(url) => Db::connect(url.expose_secret()).await,
    }
}

/// The language models that the settings allow.
///
/// # Errors
/// The system's root certificates can't be read.
pub fn providers(config: &Config) -> reqwest::Result<Providers> {
    let guard = http::Guard::new(config.providers.private_hosts.clone());
    let guarded = Guarded { http: http::guarded_client(guard.clone())?, guard };
    let settings = providers::Settings { guarded: Some(guarded), ..provider_settings(config) };
    Ok(Providers::new(settings, http::client()?))
}

fn provider_settings(config: &Config) -> providers::Settings {
    let own = &config.providers;
    providers::Settings {
        system: if own.mock { Vec::new() } else { system_accounts(own) },
        homes: homes(own),
        simulated: own.simulated || own.mock,
        simulated_url: own.simulated_url.as_ref().and_then(|url| Url::parse(url.as_base()).ok()),
        simulated_price: own
            .simulated_price
            .map(|(input, output)| providers::price::Price::per_million(input, output)),
        default_model: config.chats.default_model.as_ref().map(|name| name.as_str().to_owned()),
        idle_timeout: own.upstream_idle,
        ..providers::Settings::default()
    }
}

/// The server's own accounts: where a key is set, or an address that needs none.
fn system_accounts(own: &config::Providers) -> Vec<(&'static str, Account)> {
    let account = |(name, key, url): (_, Option<&SecretString>, Option<Url>)| {
        // Who gives the address of a server that wants no key needs none.
        let open = matches!(name, "ollama" | "compatible") && url.is_some();
        let key = key.cloned().or_else(|| open.then(SecretString::default))?;
        url.is_some().then_some((name, Account { id: None, key, base_url: url }))
    };
    provider_rows(own).into_iter().filter_map(account).collect()
}

/// Where providers are for this server, also for people's own keys.
fn homes(own: &config::Providers) -> Vec<(&'static str, Url)> {
    provider_rows(own).into_iter().filter_map(|(name, _, url)| Some((name, url?))).collect()
}

fn provider_rows(own: &config::Providers) -> [(&'static str, Option<&SecretString>, Option<Url>); 9] {
    let at = |url: &config::HttpUrl| Url::parse(url.as_base()).ok();
    [
        ("openai", own.openai_api_key.as_ref(), at(&own.openai_base_url)),
        ("anthropic", own.anthropic_api_key.as_ref(), at(&own.anthropic_base_url)),
        ("gemini", own.gemini_api_key.as_ref(), at(&own.gemini_base_url)),
        ("xai", own.xai_api_key.as_ref(), at(&own.xai_base_url)),
        ("meta", own.meta_api_key.as_ref(), at(&own.meta_base_url)),
        ("v0", own.v0_api_key.as_ref(), at(&own.v0_base_url)),
        ("openrouter", own.openrouter_api_key.as_ref(), at(&own.openrouter_base_url)),
        ("ollama", own.ollama_api_key.as_ref(), own.ollama_base_url.as_ref().and_then(at)),
        ("compatible", own.compatible_api_key.as_ref(), own.compatible_base_url.as_ref().and_then(at)),
    ]
}
