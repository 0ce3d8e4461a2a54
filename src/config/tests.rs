use super::{
    table::{NOT_YET, OF_SCRIPTS, SETTINGS},
    *,
};
use crate::platform::crypto::ExposeSecret;
use std::{fs, path::Path, time::Duration};

const KEY: &str = "8f1d3a5c7b9e02d4f6183a5c7e90b2d4f61b3a5c7e9fb2d4061830557c9eb2d4";

fn read(vars: &[(&str, &str)]) -> Config {
    Config::read(vars.iter().copied()).unwrap_or_else(|errors| panic!("{errors}"))
}

fn refused(vars: &[(&str, &str)]) -> String {
    Config::read(vars.iter().copied()).expect_err("these settings are wrong").to_string()
}

fn origin_of(config: &Config, name: &str) -> Origin {
    config.entries().iter().find(|entry| entry.name == name).unwrap().origin.clone()
}

#[test]
fn an_empty_environment_is_enough() {
    let config = Config::default();
    assert_eq!(config.listen().to_string(), "127.0.0.1:3000");
    assert_eq!(config.database().to_string(), "sqlite:./data/freshet.db");
    assert_eq!(config.streams.gather, Duration::from_millis(40));
    assert_eq!(config.providers.upstream_idle, Duration::from_secs(120));
    assert!(config.providers.simulated && !config.providers.mock);
    assert!(config.is_loopback() && !config.secure_cookies());
    assert_eq!(config.origin("127.0.0.1:4711".parse().unwrap()), "http://127.0.0.1:4711");
    assert!(config.warnings().is_empty());
}

#[test]
fn what_the_environment_says_is_used_and_its_origin_kept() {
    let config =
        read(&[("PORT", "0"), ("HOST", "::"), ("FRESHET_SIGNUP", "closed"), ("LLM_MOCK_MODE", "TRUE")]);
    assert_eq!(config.listen().to_string(), "[::]:0");
    assert_eq!(config.chats.signup, Signup::Closed);
    assert!(config.providers.mock);
    assert_eq!(config.origin("[::]:80".parse().unwrap()), "http://127.0.0.1:80");
    assert_eq!(origin_of(&config, "PORT"), Origin::Env("PORT".into()));
    assert_eq!(origin_of(&config, "LOG_LEVEL"), Origin::Default);
}

#[test]
fn every_row_of_the_table_is_complete_and_its_example_is_valid() {
    for setting in SETTINGS {
        let name = setting.name;
        assert!(!setting.doc.trim().is_empty() && !setting.example.is_empty(), "{name}");
        assert_eq!(
            setting.default.is_empty(),
            !setting.unset.is_empty(),
            "{name}: an empty default is explained"
        );
        let example = if name.starts_with("ENCRYPTION_KEY") { KEY } else { setting.example };
        // Certificates are nothing by themselves.
        let of_tls = ["REDIS_URL", "REDIS_CERT_FILE", "REDIS_KEY_FILE"];
        let beside = SETTINGS.iter().filter(|it| name.starts_with("REDIS_") && of_tls.contains(&it.name));
        let beside = beside.filter(|it| it.name != name).map(|it| (it.name, it.example));
        read(&beside.chain([(name, example)]).collect::<Vec<_>>());
        assert!(!NOT_YET.contains(&name), "{name}");
        assert!(!OF_SCRIPTS.iter().any(|script| name.starts_with(script)), "{name}");
        assert_eq!(SETTINGS.iter().filter(|other| other.name == name).count(), 1, "{name}");
    }
}

#[test]
fn bad_values_are_refused_in_one_line_that_says_what_is_wrong() {
    let table = [
        ("PORT", "65536", "PORT=\"65536\" is not a whole number from 0 to 65535"),
        ("PORT", "80\n443", "PORT=\"80\\n443\" is not a whole number from 0 to 65535"),
        ("HOST", "example.com", "HOST=\"example.com\" is not an IP address such as 127.0.0.1 or ::"),
        ("FRESHET_SIGNUP", "maybe", "FRESHET_SIGNUP=\"maybe\" is none of open, closed"),
        ("LLM_MOCK_MODE", "2", "LLM_MOCK_MODE=\"2\" is neither on (true, yes, 1) nor off (false, no, 0)"),
        ("FRESHET_GATHER_MS", "-1", "FRESHET_GATHER_MS=\"-1\" is not a whole number from 0 to 1000"),
        ("FRESHET_LEASE_SECONDS", "0", "FRESHET_LEASE_SECONDS=\"0\" is not a whole number from 1 to 300"),
        (
            "TRUSTED_PROXIES",
            "10.0.0.0/8,proxy",
            "TRUSTED_PROXIES=\"10.0.0.0/8,proxy\" holds `proxy`, which is no IP address or network",
        ),
        (
            "PUBLIC_URL",
            "https://example.com/chat",
            "PUBLIC_URL=\"https://example.com/chat\" has the path `/chat`: sub-paths are not supported, give Freshet a host name of its own",
        ),
        (
            "PUBLIC_URL",
            "chat.example.com",
            "PUBLIC_URL=\"chat.example.com\" is not a URL such as https://example.com",
        ),
        (
            "PUBLIC_URL",
            "ftp://example.com",
            "PUBLIC_URL=\"ftp://example.com\" does not start with http:// or https://",
        ),
        (
            "OPENAI_BASE_URL",
            "https://a:b@c.example",
            "OPENAI_BASE_URL=\"https://a:b@c.example\" holds a user name or password, which has no place in it",
        ),
        (
            "LOG_LEVEL",
            "loud",
            "LOG_LEVEL=\"loud\" is no log level (error, warn, info, debug, trace) or list of module=level",
        ),
        ("REDIS_URL", "http://:hunter2@redis", "REDIS_URL does not start with redis://HOST or rediss://HOST"),
        (
            "REDIS_URL",
            "redis://:hunter2@redis/first",
            "REDIS_URL names a database that is no number from 0 to 255",
        ),
        (
            "REDIS_KEY_FILE",
            "redis.key",
            "REDIS_CERT_FILE and REDIS_KEY_FILE belong together: set both or none",
        ),
        (
            "REDIS_CA_FILE",
            "ca.pem",
            "REDIS_URL is no rediss:// address, so REDIS_CA_FILE and REDIS_CERT_FILE would do nothing",
        ),
        (
            "FRESHET_REDIS_PREFIX",
            "a:b",
            "FRESHET_REDIS_PREFIX=\"a:b\" has something else than 1–64 letters, digits, `.`, `_` or `-`",
        ),
        ("DATABASE_URL", "mysql://localhost/x", "DATABASE_URL starts with neither sqlite: nor postgres://"),
        (
            "DATABASE_URL",
            "sqlite::memory:",
            "DATABASE_URL names no file: the database must outlive the process, as in sqlite:./data/freshet.db",
        ),
        ("DATABASE_URL", "postgres://localhost", "DATABASE_URL names no database: it should end in /name"),
        (
            "FRESHET_DEFAULT_MODEL",
            "two words",
            "FRESHET_DEFAULT_MODEL=\"two words\" is not a model name such as openai/gpt-4.1",
        ),
        ("OPENAI_API_KEY", "sk-a b", "OPENAI_API_KEY holds a space or a line break, which no key has"),
        ("FRESHET_DATA_DIR", "/tmp/\u{fffd}", "FRESHET_DATA_DIR is not valid UTF-8"),
    ];
    for (name, value, line) in table {
        assert_eq!(refused(&[(name, value)]), line);
    }
}

#[test]
fn everything_wrong_is_told_at_once_each_thing_on_one_line() {
    let lines = refused(&[("PORT", "x"), ("HOST", "y"), ("FRESHET_PROT", "1")]);
    assert_eq!(lines.lines().count(), 3, "{lines}");
}

#[test]
fn a_master_key_that_is_no_secret_stops_the_start() {
    for value in ["", "changeme", &KEY[..62], &"0".repeat(64)] {
        let line = refused(&[("ENCRYPTION_KEY", value)]);
        assert!(line.starts_with("ENCRYPTION_KEY is ") && line.contains("openssl rand -hex 32"), "{line}");
        assert!(value.len() < 10 || !line.contains(value), "{line}");
    }
}

#[test]
fn keys_before_are_as_good_as_the_one_of_now() {
    let config = read(&[("ENCRYPTION_KEY_OLD", &format!("{KEY}, {}", KEY.to_uppercase()))]);
    assert_eq!(config.storage.encryption_key_old.len(), 2);
    assert!(!format!("{:?}{}", config.storage, config.to_table()).contains(KEY));
    assert!(read(&[("ENCRYPTION_KEY_OLD", "")]).storage.encryption_key_old.is_empty());
    for value in ["changeme", &KEY[..62], &format!("{KEY},")] {
        let line = refused(&[("ENCRYPTION_KEY_OLD", value)]);
        assert!(line.starts_with("ENCRYPTION_KEY_OLD is ") && !line.contains(&KEY[..20]), "{line}");
    }
}

#[test]
fn private_hosts_are_names_and_networks() {
    let config = read(&[("FRESHET_PRIVATE_HOSTS", "Ollama.internal, 10.0.0.0/8,127.0.0.1")]);
    assert!(config.to_table().contains("ollama.internal, 10.0.0.0/8, 127.0.0.1"), "{}", config.to_table());
    let line = refused(&[("FRESHET_PRIVATE_HOSTS", "http://x")]);
    assert!(line.contains("holds `http://x`, which is no host or network"), "{line}");
}

#[test]
fn a_misspelt_setting_is_refused_with_a_suggestion() {
    let near = [
        ("FRESHET_DRAIN_SECOND", "FRESHET_DRAIN_SECONDS"),
        ("FRESHET_SIGNUPS", "FRESHET_SIGNUP"),
        ("FRESHET_PORT", "PORT"),
        ("FRESHET_PROT", "PORT"),
        ("FRESHET_PUBLIC_URL", "PUBLIC_URL"),
    ];
    for (name, meant) in near {
        assert_eq!(refused(&[(name, "5")]), format!("{name} is not a setting; did you mean {meant}?"));
    }
    assert_eq!(
        refused(&[("FRESHET_QUITE_SOMETHING_ELSE", "5")]),
        "FRESHET_QUITE_SOMETHING_ELSE is not a setting; `freshet config show` lists them"
    );
    assert_eq!(
        refused(&[("FRESHET_WORKERS_FILE", "/x")]),
        "FRESHET_WORKERS_FILE is not known: FRESHET_WORKERS is no secret, set it directly"
    );
}

#[test]
fn names_of_other_programs_and_of_our_scripts_are_passed_over() {
    let config = read(&[
        ("PATH", "/bin"),
        ("FRESHET_TEST_DATABASE_URL", "x"),
        ("FRESHET_CACHE", "/c"),
        ("PORT_FILE", "/p"),
    ]);
    assert!(config.warnings().is_empty());
}

#[test]
fn a_setting_of_a_later_version_is_a_warning() {
    let config = read(&[("S3_BUCKET", "x"), ("S3_ACCESS_KEY_ID_FILE", "/run/x"), ("SMTP_URL", "")]);
    assert_eq!(
        config.warnings(),
        [
            "S3_BUCKET is set but not used by this version",
            "S3_ACCESS_KEY_ID_FILE is set but not used by this version"
        ]
    );
}

#[test]
fn empty_means_not_set() {
    let config =
        read(&[("PORT", ""), ("OPENAI_API_KEY", " "), ("DATABASE_URL", ""), ("OPENAI_API_KEY_FILE", "")]);
    assert_eq!(config.server.port, 3000);
    assert!(config.providers.openai_api_key.is_none());
}

#[test]
fn a_secret_comes_from_a_file_less_one_line_break() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let path_text = path.to_str().unwrap();
    for (content, key) in [("sk-1\n", "sk-1"), ("sk-2\r\n", "sk-2"), ("sk-3", "sk-3")] {
        fs::write(&path, content).unwrap();
        let config = read(&[("OPENAI_API_KEY_FILE", path_text)]);
        assert_eq!(config.providers.openai_api_key.as_ref().unwrap().expose_secret(), key);
        let origin = Origin::File { name: "OPENAI_API_KEY_FILE".into(), path: path.clone() };
        assert_eq!(origin_of(&config, "OPENAI_API_KEY"), origin);
    }
    fs::write(&path, "sk-4\n\n").unwrap();
    assert!(refused(&[("OPENAI_API_KEY_FILE", path_text)]).contains("line break"), "only one is dropped");
    fs::write(&path, "\n").unwrap();
    assert!(refused(&[("OPENAI_API_KEY_FILE", path_text)]).ends_with("is an empty file"));
    assert!(
        refused(&[("OPENAI_API_KEY_FILE", "/not/there")])
            .starts_with("OPENAI_API_KEY_FILE=\"/not/there\" can't be read: ")
    );
}

#[test]
fn a_secret_given_twice_is_refused() {
    assert_eq!(
        refused(&[("OPENAI_API_KEY", "a"), ("OPENAI_API_KEY_FILE", "/b")]),
        "OPENAI_API_KEY and OPENAI_API_KEY_FILE are both set; keep one of them"
    );
}

#[test]
fn no_model_at_all_is_refused() {
    let line = refused(&[("LLM_MOCK_MODE", "on"), ("FRESHET_SIMULATED", "off")]);
    assert_eq!(line, "LLM_MOCK_MODE is on and FRESHET_SIMULATED is off: no model would be left");
}

#[test]
fn secrets_are_masked_wherever_settings_are_printed() {
    let config = read(&[
        ("OPENAI_API_KEY", "sk-canary"),
        ("ENCRYPTION_KEY", KEY),
        ("DATABASE_URL", "postgres://ada:canary@db.example/freshet?password=canary"),
    ]);
    for text in [
        config.to_table(),
        config.to_json().to_string(),
        format!("{config:?} {:?}", config.storage),
        format!("{:?}", config.providers),
    ] {
        assert!(!text.contains("canary") && !text.contains(KEY), "{text}");
    }
    assert!(config.to_table().contains("postgres://ada:****@db.example/freshet "), "{}", config.to_table());
    let bad = refused(&[("DATABASE_URL", "postgres://ada:canary@:x/y"), ("OPENAI_API_KEY", "can ary")]);
    assert!(!bad.contains("canary") && !bad.contains("can ary"), "{bad}");
}

#[test]
fn the_columns_of_show_line_up() {
    let table = read(&[("PORT", "8080")]).to_table();
    let columns: Vec<_> =
        table.lines().map(|line| line.find("  default").or(line.find("  env PORT"))).collect();
    assert!(columns.iter().all(|column| column.is_some() && *column == columns[0]), "{table}");
    assert_eq!(table.lines().count(), SETTINGS.len());
}

#[test]
fn databases_are_told_by_their_scheme() {
    for url in ["sqlite:/a/b.db", "sqlite:///a/b.db"] {
        let DatabaseUrl::Sqlite(path) = read(&[("DATABASE_URL", url)]).database() else { panic!("{url}") };
        assert_eq!(path, Path::new("/a/b.db"));
    }
    for url in ["postgres://u:p@h:1/n", "postgresql:///n?host=/run/pg"] {
        let DatabaseUrl::Postgres(secret) = read(&[("DATABASE_URL", url)]).database() else {
            panic!("{url}")
        };
        assert_eq!(secret.expose_secret(), url);
    }
    let moved = read(&[("FRESHET_DATA_DIR", "/var/lib/freshet")]);
    assert_eq!(moved.database().to_string(), "sqlite:/var/lib/freshet/freshet.db");
}

#[test]
fn behind_a_proxy_the_server_is_not_private_to_this_machine() {
    assert!(!read(&[("HOST", "0.0.0.0")]).is_loopback());
    assert!(!read(&[("PUBLIC_URL", "https://chat.example.com")]).is_loopback());
    assert!(!read(&[("TRUSTED_PROXIES", "127.0.0.1")]).is_loopback());
    assert!(read(&[("PUBLIC_URL", "http://localhost:3000")]).is_loopback());
}

#[test]
fn the_public_url_decides_about_origin_and_cookies() {
    let config = read(&[("PUBLIC_URL", "https://Chat.Example.com:443/")]);
    assert!(config.secure_cookies());
    assert_eq!(config.origin("127.0.0.1:3000".parse().unwrap()), "https://chat.example.com");
}

#[test]
fn the_master_key_of_the_environment_wins_over_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().to_str().unwrap();
    let given = read(&[("ENCRYPTION_KEY", KEY), ("FRESHET_DATA_DIR", data)]).master_key().unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "no file is made");
    let made = read(&[("FRESHET_DATA_DIR", data)]).master_key().unwrap();
    assert_ne!(given.derive("x"), made.derive("x"));
}

#[test]
fn the_pages_about_settings_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (file, current) in [("docs/CONFIGURATION.md", reference()), (".env.example", env_example())] {
        let path = root.join(file);
        if crate::config::rewriting() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &current).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == current, "{file} is stale: run `UPDATE=1 cargo test --lib config` and commit it");
    }
}

#[test]
fn the_example_file_changes_nothing_as_it_is_and_is_valid_when_uncommented() {
    let example = env_example();
    assert!(example.lines().all(|line| line.is_empty() || line.starts_with('#')), "{example}");
    let lines = example.lines().filter_map(|line| line.strip_prefix('#')?.split_once('='));
    let vars: Vec<_> = lines
        .filter(|(name, _)| {
            name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
        })
        .map(|(name, value)| (name, value.trim_matches('\'')))
        .map(|(name, value)| (name, if name.starts_with("ENCRYPTION_KEY") { KEY } else { value }))
        .collect();
    assert_eq!(vars.len(), SETTINGS.len());
    read(&vars);
}
