//! The table of settings. One row is: documentation, field, type, how it is read, names (the first is the real one,
//! others are aliases), default, example. A default is text and read like a value from the environment.
//!
//! The macro below turns the rows into [`Config`] and its sections, and into [`SETTINGS`] for everything printed.

use super::{
    kind::{
        Choice, Count, Dollars, Flag, Folder, Host, Hosts, Key, Keys, Kind, Listed, Millis, Names, Optional,
        Parsed, PemFile, Port, Prefix, Prices, Seconds, Secret,
    },
    read::Reader,
    show::Entry,
    value::{DatabaseUrl, HttpUrl, LogFilter, LogFormat, ModelName, RedisUrl, Signup},
};
use crate::platform::{
    crypto::{MasterKey, SecretString},
    http::PrivateHost,
};
use ipnet::IpNet;
use std::{net::IpAddr, path::PathBuf, time::Duration};

/// One row, as the documentation and the messages need it.
pub(super) struct Setting {
    pub section: &'static str,
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub doc: &'static str,
    pub words: fn() -> String,
    pub secret: fn() -> bool,
    pub default: &'static str,
    /// What an empty default means.
    pub unset: &'static str,
    pub example: &'static str,
}

macro_rules! settings {
    ($(
        $(#[doc = $about:literal])+
        $section:ident: $Section:ident = $title:literal {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $ty:ty = $kind:expr, [$name:literal $(, $alias:literal)*],
                    default $default:literal $(= $unset:literal)?, example $example:literal;
            )+
        }
    )+) => {
        /// The typed tree of settings, one field per section. Fields are public: a test may change one.
        #[derive(Clone)]
        pub struct Config {
            $( $(#[doc = $about])+ pub $section: $Section, )+
            pub(super) entries: Vec<Entry>,
            pub(super) warnings: Vec<String>,
        }

        $(
            $(#[doc = $about])+
            #[derive(Clone, Debug)]
            pub struct $Section {
                $( $(#[doc = $doc])+ pub $field: $ty, )+
            }
        )+

        /// All rows in the order of the table.
        pub(super) const SETTINGS: &[Setting] = &[$($(
            Setting {
                section: $title,
                name: $name,
                aliases: &[$($alias),*],
                doc: concat!($($doc, "\n"),+),
                words: || Kind::words(&$kind),
                secret: || Kind::secret(&$kind),
                default: $default,
                unset: concat!($($unset)?),
                example: $example,
            },
        )+)+];

        impl Config {
            /// Reads every row; `None` when one of them is wrong, which the reader has noted.
            pub(super) fn build(reader: &mut Reader) -> Option<Self> {
                let mut rows = SETTINGS.iter();
                // All rows are read before the first wrong one ends it, so that all that is wrong is told at once.
                $( $( let $field = reader.value(rows.next()?, &$kind); )+ )+
                Some(Self {
                    $( $section: $Section { $( $field: $field?, )+ }, )+
                    entries: Vec::new(),
                    warnings: Vec::new(),
                })
            }
        }
    };
}

settings! {
    /// Where the server listens and how the outside reaches it.
    server: Server = "Server" {
        /// Address to listen on. The default is reachable from this machine only; `0.0.0.0` listens everywhere.
        host: IpAddr = Host, ["HOST"], default "127.0.0.1", example "0.0.0.0";
        /// Port to listen on. 0 lets the system pick one; the line `listening on …` says which.
        port: u16 = Port, ["PORT"], default "3000", example "8080";
        /// The address that browsers use, when a proxy or another name stands in front. `https` makes cookies
        /// secure. Only scheme, host and port: hosting under a path is not supported.
        public_url: Option<HttpUrl> = Optional(Parsed::<HttpUrl>::origin()), ["PUBLIC_URL"],
            default "" = "the address it listens on", example "https://chat.example.com";
        /// Proxies whose `X-Forwarded-For` headers are believed, separated by commas.
        trusted_proxies: Vec<IpNet> = Listed, ["TRUSTED_PROXIES"],
            default "" = "no proxy is trusted", example "127.0.0.1, 10.0.0.0/8";
        /// How long running answers may go on after SIGTERM before they are cut and the process exits.
        drain: Duration = Seconds(0, 3_600), ["FRESHET_DRAIN_SECONDS"], default "30", example "60";
        /// Connections that may be open at once; more are told that the server is busy. 0 means as many as the process may
        /// open files, less a quarter for everything else, and at most 20000.
        max_connections: usize = Count(0, 1_000_000), ["FRESHET_MAX_CONNECTIONS"], default "0", example "5000";
        /// Connections that one address may have open at once (of IPv6 one network of 64 bits), and requests that a client
        /// behind a trusted proxy may have in progress. 0 means no limit; the default means at most a quarter of all
        /// connections. Trusted proxies and this machine itself are not limited.
        connections_per_address: usize = Count(0, 1_000_000), ["FRESHET_CONNECTIONS_PER_ADDRESS"],
            default "1000", example "100";
        /// Streams (of events, text or a WebSocket) that one person may have open at once. One more is refused; those that
        /// are open go on.
        streams_per_user: usize = Count(1, 100_000), ["FRESHET_STREAMS_PER_USER"], default "20", example "50";
        /// Who sends this as a bearer token may read `/metrics`, as administrators may. For everybody else there is no such
        /// page.
        metrics_token: Option<SecretString> = Optional(Secret), ["METRICS_TOKEN"],
            default "" = "administrators only", example "a-long-random-text";
        /// For development: pages load themselves again when the server was started anew. `just dev` sets it.
        dev_reload: bool = Flag, ["FRESHET_RELOAD"], default "false", example "true";
        /// Threads that serve requests. 0 means one for every two cores: the database's thread and those that paint code
        /// need the others, and a word that wakes no second thread costs a quarter less.
        workers: usize = Count(0, 1_024), ["FRESHET_WORKERS"], default "0", example "4";
    }

    /// Where things are kept.
    storage: Storage = "Storage" {
        /// Folder of everything that is kept on disk: the SQLite database and the secret key.
        data_dir: PathBuf = Folder, ["FRESHET_DATA_DIR"], default "./data", example "/var/lib/freshet";
        /// The database: `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST/NAME`.
        database_url: Option<DatabaseUrl> = Optional(Parsed::<DatabaseUrl>::database()), ["DATABASE_URL"],
            default "" = "the SQLite file `freshet.db` in the data folder",
            example "postgres://freshet:password@localhost/freshet";
        /// The key that all other keys are derived from, as 64 hexadecimal digits (`openssl rand -hex 32`).
        /// Several instances on one database need the same key.
        encryption_key: Option<MasterKey> = Optional(Key), ["ENCRYPTION_KEY"],
            default "" = "the file `secret.key` in the data folder, made on the first start",
            example "64 hexadecimal digits";
        /// The keys before, while something is still sealed under them: they open and never seal. `freshet keys rotate`
        /// seals everything under `ENCRYPTION_KEY`; then this can go.
        encryption_key_old: Vec<MasterKey> = Keys, ["ENCRYPTION_KEY_OLD"],
            default "" = "none", example "64 hexadecimal digits";
    }

    /// Who may use the server and what a new chat starts with.
    chats: Chats = "People and chats" {
        /// Whether visitors may make an account. The first account can always be made.
        signup: Signup = Choice::<Signup>::new(), ["FRESHET_SIGNUP"], default "open", example "closed";
        /// The model of a new chat, as `provider/model`.
        default_model: Option<ModelName> = Optional(Parsed::<ModelName>::model()), ["FRESHET_DEFAULT_MODEL"],
            default "" = "the first model that is available", example "openai/gpt-4.1";
        /// The models that ordinary users may use with the server's keys, as names in which `*` stands for anything. With a key
        /// of their own they use what it opens; administrators use everything. The simulated models count, too.
        models_user: Vec<ModelName> = Names, ["FRESHET_MODELS_USER"],
            default "" = "all models", example "openai/*, simulated/fast";
        /// The same for moderators.
        models_moderator: Vec<ModelName> = Names, ["FRESHET_MODELS_MODERATOR"],
            default "" = "all models", example "openai/*, anthropic/*";
        /// The model that names a conversation after its first answer, as `provider/model`. `off` asks nobody: then the
        /// first words of a conversation stay its title.
        title_model: Option<ModelName> = Optional(Parsed::<ModelName>::model()), ["FRESHET_TITLE_MODEL"],
            default "" = "a cheap model of the provider that answered", example "openai/gpt-4o-mini";
        /// How long a deleted conversation can be brought back. Then it is removed for good.
        undo: Duration = Seconds(0, 86_400), ["FRESHET_UNDO_SECONDS"], default "600", example "3600";
    }

    /// The services that answer.
    providers: Providers = "Providers" {
        /// Key for OpenAI, or for the server at `OPENAI_BASE_URL`. Its models appear when this is set.
        openai_api_key: Option<SecretString> = Optional(Secret), ["OPENAI_API_KEY"],
            default "" = "no models of OpenAI", example "sk-…";
        /// Address of OpenAI's API, or of any server that speaks it.
        openai_base_url: HttpUrl = Parsed::<HttpUrl>::url(), ["OPENAI_BASE_URL"],
            default "https://api.openai.com/v1", example "http://localhost:8000/v1";
        /// Key for Anthropic. Its models appear when this is set.
        anthropic_api_key: Option<SecretString> = Optional(Secret), ["ANTHROPIC_API_KEY"],
            default "" = "no models of Anthropic", example "sk-ant-…";
        /// Address of Anthropic's API, or of a proxy in front of it.
        anthropic_base_url: HttpUrl = Parsed::<HttpUrl>::url(), ["ANTHROPIC_BASE_URL"],
            default "https://api.anthropic.com", example "https://proxy.example.com/anthropic";
        /// Key for Google Gemini. Its models appear when this is set.
        gemini_api_key: Option<SecretString> = Optional(Secret), ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
            default "" = "no models of Google Gemini", example "AQ.…";
        /// Address of Google Gemini's API, or of a proxy in front of it.
        gemini_base_url: HttpUrl = Parsed::<HttpUrl>::url(), ["GEMINI_BASE_URL"],
            default "https://generativelanguage.googleapis.com/v1beta", example "https://proxy.example.com/gemini";
        /// Key for xAI. Its models appear when this is set.
        xai_api_key: Option<SecretString> = Optional(Secret), ["XAI_API_KEY", "X_AI_KEY"],
            default "" = "no models of xAI", example "xai-…";
        /// Address of xAI's API, or of a proxy in front of it.
        xai_base_url: HttpUrl = Parsed::<HttpUrl>::url(), ["XAI_BASE_URL"],
            default "https://api.x.ai/v1", example "https://proxy.example.com/xai";
        /// Key for Meta. Its models appear when this is set.
        meta_api_key: Option<SecretString> = Optional(Secret), ["META_API_KEY", "LLAMA_API_KEY"],
            default "" = "no models of Meta", example "a-key";
        /// Address of Meta's API, or of a proxy in front of it.
        meta_base_url: HttpUrl = Parsed::<HttpUrl>::url(), ["META_BASE_URL", "LLAMA_BASE_URL"],
            default "https://api.meta.ai/v1", example "https://proxy.example.com/meta";
        /// Key for Vercel v0. Its models appear when this is set.
        v0_api_key: Option<SecretString> = Optional(Secret), ["V0_API_KEY"],
            default "" = "no models of Vercel v0", example "v1:…";
        /// Address of Vercel v0's API, or of a proxy in front of it.
        v0_base_url: HttpUrl = Parsed::<HttpUrl>::url(), ["V0_BASE_URL"],
            default "https://api.v0.dev/v1", example "https://proxy.example.com/v0";
        /// Key for OpenRouter. Its models appear when this is set.
        openrouter_api_key: Option<SecretString> = Optional(Secret), ["OPENROUTER_API_KEY"],
            default "" = "no models of OpenRouter", example "sk-or-v1-…";
        /// Address of OpenRouter's API, or of a proxy in front of it.
        openrouter_base_url: HttpUrl = Parsed::<HttpUrl>::url(), ["OPENROUTER_BASE_URL"],
            default "https://openrouter.ai/api/v1", example "https://proxy.example.com/openrouter";
        /// Address of an Ollama. Its models appear when this is set.
        ollama_base_url: Option<HttpUrl> = Optional(Parsed::<HttpUrl>::url()), ["OLLAMA_BASE_URL"],
            default "" = "no models of Ollama", example "http://localhost:11434";
        /// Key for Ollama's cloud (`https://ollama.com`); one of your own needs none.
        ollama_api_key: Option<SecretString> = Optional(Secret), ["OLLAMA_API_KEY"],
            default "" = "no key is sent", example "a-key";
        /// Address of any other server that speaks OpenAI's Chat Completions. Its models appear when this is set.
        compatible_base_url: Option<HttpUrl> = Optional(Parsed::<HttpUrl>::url()), ["COMPATIBLE_BASE_URL"],
            default "" = "no such server", example "http://localhost:8000/v1";
        /// Key for the server at `COMPATIBLE_BASE_URL`, if it wants one.
        compatible_api_key: Option<SecretString> = Optional(Secret), ["COMPATIBLE_API_KEY"],
            default "" = "no key is sent", example "a-key";
        /// Whether only the simulated provider is used, whatever keys are set. For trying out and for tests: nothing
        /// leaves the machine and nothing costs money.
        mock: bool = Flag, ["LLM_MOCK_MODE"], default "false", example "true";
        /// Whether people may use keys of their own at providers. Switched off, stored ones are kept and not used.
        own_keys: bool = Flag, ["FRESHET_OWN_KEYS"], default "on", example "off";
        /// Hosts and networks that the base URLs of people's own keys may lead to although they are not on the public
        /// internet, such as an Ollama in the house. Whoever has an account can then reach every port there.
        private_hosts: Vec<PrivateHost> = Hosts, ["FRESHET_PRIVATE_HOSTS"],
            default "" = "the public internet only", example "ollama.internal, 10.0.7.0/24";
        /// Whether the simulated models are offered.
        simulated: bool = Flag, ["FRESHET_SIMULATED"], default "on", example "off";
        /// Talk to `freshet simulate` at this address instead of simulating within the process. For tests and
        /// benchmarks that must cross a real socket.
        simulated_url: Option<HttpUrl> = Optional(Parsed::<HttpUrl>::url()), ["FRESHET_SIMULATED_URL"],
            default "" = "simulated within the process", example "http://127.0.0.1:4010/v1";
        /// What the simulated models cost, the prompt and the answer, in thousandths of a US dollar per million tokens. For
        /// tests of costs and budgets.
        simulated_price: Option<(u32, u32)> = Optional(Prices), ["FRESHET_SIMULATED_PRICE"],
            default "" = "no price", example "1000/5000";
        /// The models that are asked, in this order, when the one that was chosen can't answer: its provider is down,
        /// overloaded or unknown, or the server's key for it is refused. Only before the first word; who answered is shown.
        failover: Vec<ModelName> = Names, ["FRESHET_FAILOVER"],
            default "" = "no other is asked", example "openai/gpt-6.1-sol, anthropic/claude-sonnet-5-5";
        /// How long a provider may be silent in the middle of an answer before it counts as broken.
        upstream_idle: Duration = Seconds(1, 3_600), ["FRESHET_UPSTREAM_IDLE_SECONDS"], default "120", example "300";
    }

    /// What people may spend on the server's own keys. Days and months are those of UTC. What an answer may cost at most is
    /// set aside when it is asked for, so that nobody exceeds a budget, however many ask at once; whoever would is told when
    /// it begins anew. Models whose price is not known cost nothing here. People's own keys are free of all this.
    budgets: Budgets = "Budgets" {
        /// What one person may spend in a day.
        user_day: Option<i64> = Optional(Dollars), ["FRESHET_BUDGET_USER_DAY_USD"], default "" = "no limit", example "0.50";
        /// What one person may spend in a month.
        user_month: Option<i64> = Optional(Dollars), ["FRESHET_BUDGET_USER_MONTH_USD"], default "" = "no limit", example "5";
        /// What all together may spend in a month.
        total_month: Option<i64> = Optional(Dollars), ["FRESHET_BUDGET_TOTAL_MONTH_USD"],
            default "" = "no limit", example "100";
        /// Answers that one person may have in a day. Of two that stand next to each other both count.
        messages_day: Option<usize> = Optional(Count(0, 1_000_000)), ["FRESHET_MESSAGES_PER_DAY"],
            default "" = "no limit", example "200";
    }

    /// How answers are kept and passed on while they grow.
    streams: Streams = "Streams" {
        /// How long text is gathered before it is stored and shown. More saves work, less looks smoother.
        gather: Duration = Millis(0, 1_000), ["FRESHET_GATHER_MS"], default "40", example "80";
        /// How long a running answer belongs to an instance that no longer gives a sign of life. It is renewed three
        /// times as often.
        lease: Duration = Seconds(1, 300), ["FRESHET_LEASE_SECONDS"], default "15", example "30";
        /// How long the single pieces of an ended answer are kept, so that a viewer who was away gets only what is
        /// missing. Later ones get the whole text.
        delta_grace: Duration = Seconds(0, 604_800), ["FRESHET_DELTA_GRACE_SECONDS"], default "900", example "3600";
        /// Silence after which an open stream says that it is still there. Less than what any proxy on the way takes for
        /// the end (nginx: 60 s). Pages take 40 s of silence for a dead line.
        ping: Duration = Seconds(1, 30), ["FRESHET_PING_SECONDS"], default "15", example "10";
    }

    /// What several instances share beside the database: they tell each other at once what happens, and count tries
    /// together. Redis 6 or later, or Valkey. Nothing is kept there; while it is away everything goes on, up to two
    /// seconds later on other instances. One instance on SQLite needs it for nothing but limits that outlive a restart.
    redis: Redis = "Redis" {
        /// Its address: `redis://USER:PASSWORD@HOST:PORT/DATABASE`, or `rediss://` for TLS.
        url: Option<RedisUrl> = Optional(Parsed::<RedisUrl>::redis()), ["REDIS_URL"],
            default "" = "no Redis", example "rediss://freshet:password@redis.example.com:6379/0";
        /// Authorities (PEM) that `rediss://` trusts instead of the system's.
        ca_file: Option<PathBuf> = Optional(PemFile), ["REDIS_CA_FILE"],
            default "" = "the system's authorities", example "/etc/freshet/redis-ca.pem";
        /// The certificate (PEM) to show a Redis that wants one; `REDIS_KEY_FILE` is its key.
        cert_file: Option<PathBuf> = Optional(PemFile), ["REDIS_CERT_FILE"],
            default "" = "no certificate is shown", example "/etc/freshet/redis.pem";
        /// The key (PEM) of `REDIS_CERT_FILE`.
        key_file: Option<PathBuf> = Optional(PemFile), ["REDIS_KEY_FILE"],
            default "" = "no certificate is shown", example "/etc/freshet/redis.key";
        /// What all names in Redis begin with. Installations that share a Redis need different ones.
        prefix: String = Prefix, ["FRESHET_REDIS_PREFIX"], default "freshet", example "freshet-staging";
    }

    /// What is written to standard error.
    log: Log = "Log" {
        /// How much is logged: `error`, `warn`, `info`, `debug` or `trace`, for all or by module, separated by commas.
        level: LogFilter = Parsed::<LogFilter>::filter(), ["LOG_LEVEL"],
            default "info", example "info,freshet::replies=debug";
        /// One line of text or one JSON object per event. `auto` is text on a terminal and JSON elsewhere.
        format: LogFormat = Choice::<LogFormat>::new(), ["FRESHET_LOG_FORMAT"], default "auto", example "json";
    }
}

/// Names that later versions will read. Whoever sets one today is told that it does nothing yet.
pub(super) const NOT_YET: &[&str] = &[
    "S3_ENDPOINT",
    "S3_BUCKET",
    "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY",
    "SMTP_URL",
    "MAIL_FROM",
    "GITHUB_CLIENT_ID",
    "GITHUB_CLIENT_SECRET",
    "GITHUB_BASE_URL",
    "GITHUB_API_BASE_URL",
    "GOOGLE_CLIENT_ID",
    "GOOGLE_CLIENT_SECRET",
    "GOOGLE_ISSUER",
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
];

/// `FRESHET_…` names of the scripts around the server (tests, benchmarks, build cache), which it passes over.
pub(super) const OF_SCRIPTS: &[&str] = &["FRESHET_TEST_", "FRESHET_BENCH_", "FRESHET_CACHE", "FRESHET_DEV_"];
