//! The commands of the program, in an empty folder and with wrong settings.

use std::fs;

use serde_json::Value;

use crate::support::{Process, Redis};

#[test]
fn a_wrong_setting_ends_with_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [
        ("PORT", "99999"),
        ("HOST", "nowhere"),
        ("DATABASE_URL", "mysql://x"),
        ("PUBLIC_URL", "chat.example.com"),
        ("ENCRYPTION_KEY", "s3cret-and-short"),
        ("FRESHET_DRAIN_SECONDS", "soon"),
        ("FRESHET_NO_SUCH_SETTING", "1"),
        ("LOG_LEVEL", "loud"),
    ] {
        for words in [&[][..], &["serve"], &["migrate"], &["config", "show"]] {
            let ended = Process::run(folder.path(), &[(name, value)], words);
            assert_eq!(ended.code, Some(2), "{name} {words:?}: {ended:?}");
            assert_eq!(ended.stderr.lines().count(), 1, "{name} {words:?}: {}", ended.stderr);
            assert!(ended.stderr.contains(name) && ended.stdout.is_empty(), "{name}: {ended:?}");
            assert!(!ended.stderr.contains("s3cret"), "{}", ended.stderr);
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was touched");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Process::run(folder.path(), &[("PORT", "x"), ("HOST", "y"), ("FRESHET_Z", "1")], &[]);
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(2), 3), "{}", ended.stderr);
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Process::run(folder.path(), &[], &["dance"]);
    assert_eq!((ended.code, ended.stdout.is_empty()), (Some(2), true));
}

#[test]
fn a_schema_is_made_in_an_empty_folder_and_making_it_again_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new/data");
    for _ in 0..2 {
        let ended = Process::run(&data, &[], &["migrate"]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        assert!(ended.stdout.starts_with("the schema is at "), "{}", ended.stdout);
    }
    assert!(data.join("freshet.db").exists());
}

#[test]
fn the_doctor_looks_and_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let ended = Process::run(&data, &[], &["doctor", "--json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_ne!(report["verdict"], "fail");
    assert!(report["checks"].as_array().unwrap().len() >= 3);
    assert!(!data.exists());
    let ended = Process::run(&data, &[("PORT", "x")], &["doctor", "--json"]);
    assert_eq!(ended.code, Some(2));
    assert_eq!(serde_json::from_str::<Value>(&ended.stdout).unwrap()["verdict"], "fail");
}

#[test]
fn the_settings_are_shown_without_their_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let key = "9f2c71d05be8a3461c7d4e0f8ab5c2936d17e84f20bb59c3a6f1087de4523c9b".to_owned();
    let database = "postgres://me:hunter2@localhost/db";
    let settings =
        [("OPENAI_API_KEY", "sk-geheim"), ("ENCRYPTION_KEY", &key[..]), ("DATABASE_URL", database)];
    for words in [&["config", "show", "--json"][..], &["config", "show"]] {
        let ended = Process::run(folder.path(), &settings, words);
        assert_eq!(ended.code, Some(0));
        for secret in ["sk-geheim", &key, "hunter2"] {
            assert!(!ended.stdout.contains(secret) && !ended.stderr.contains(secret), "{secret}");
        }
        if words.len() == 3 {
            let shown: Value = serde_json::from_str(&ended.stdout).unwrap();
            assert!(shown.as_array().unwrap().len() > 10);
        }
    }
}

#[test]
fn the_program_prints_the_description_it_serves() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Process::run(folder.path(), &[], &["openapi"]);
    assert_eq!((ended.code, ended.stdout), (Some(0), freshet::web::api::openapi_json()));
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Process::serve(folder.path(), &[]);
    let second = Process::run(folder.path(), &[], &["serve"]);
    assert_eq!((second.code, second.stdout.as_str()), (Some(1), ""));
    let last = second.stderr.lines().last().unwrap_or_default();
    assert!(last.contains("another freshet") && second.stderr.lines().count() == 1, "{}", second.stderr);
    assert!(first.runs());
    first.terminate();
    assert_eq!(first.waited_for().code, Some(0));
    let third = Process::serve(folder.path(), &[]);
    third.terminate();
    assert_eq!(third.waited_for().code, Some(0));
}

#[test]
fn the_secret_key_is_made_once_and_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("secret.key");
    let mut made = Vec::new();
    for _ in 0..2 {
        let server = Process::serve(folder.path(), &[]);
        server.terminate();
        assert_eq!(server.waited_for().code, Some(0));
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        made.push(fs::read(&key).unwrap());
    }
    assert_eq!(made[0], made[1]);
}

#[test]
fn the_setup_token_is_printed_where_only_the_operator_looks() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::serve(folder.path(), &[("PUBLIC_URL", "http://chat.example.com")]);
    assert_eq!(server.base, "http://chat.example.com");
    server.terminate();
    let ended = server.waited_for();
    assert_eq!(ended.code, Some(0));
    let line = ended.stderr.lines().find(|line| line.contains("setup_token=")).unwrap_or_default();
    let token = line.rsplit('=').next().unwrap();
    assert!(token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit()), "{}", ended.stderr);
    assert!(!ended.stdout.contains(token));
    let local = Process::serve(folder.path(), &[]);
    local.terminate();
    assert!(!local.waited_for().stderr.contains("setup_token"));
}

#[test]
fn the_doctor_says_how_redis_is() {
    let folder = tempfile::tempdir().unwrap();
    // A database that is there: nothing is looked for before the first start.
    let settings = [("FRESHET_DATA_DIR", folder.path().to_str().unwrap())];
    drop(Process::serve(folder.path(), &settings));
    let mut redis = Redis::start();
    let url = redis.url();
    let looked = |of: &str| {
        let ended = Process::run(folder.path(), &[("REDIS_URL", of)], &["doctor"]);
        (ended.code, ended.stdout)
    };
    let (code, said) = looked(&url);
    assert!(code == Some(0) && said.contains("ok    redis         answers"), "{said}");
    redis.stop();
    let (code, said) = looked(&url);
    assert!(code == Some(0) && said.contains("warn  redis         does not answer"), "{said}");
}
