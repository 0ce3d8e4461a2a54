//! A new master key (threats S31, S33): rows under the old one open as long as it is named, and all are sealed anew.

use std::{process::Stdio, time::Duration};

use freshet::{
    app::Nature,
    keys,
    platform::{
        crypto::{MasterKey, SecretString},
        db::Db,
    },
};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{ask, counted, enters};
use crate::support::{Database, Process, TestApp, simulator};

pub const FIRST: &str = "8f1d3a5c7b9e02d4f6183a5c7e90b2d4f61b3a5c7e9fb2d4061830557c9eb2d4";
const SECOND: &str = "17c04d9be2f85a3361d0fa94be3c7285d9406a1ef7b35c82904ed16b7fa83c25";

#[tokio::test]
async fn s31_keys_work_before_between_and_after_a_change_of_the_master_key() {
    let (database, upstream) = (Database::new().await, simulator().await);
    let base = format!("{upstream}/v1");
    let with = |extra: &[(&'static str, &'static str)]| {
        let mut all = vec![("OPENAI_BASE_URL", base.clone()), ("DATABASE_URL", database.url.clone())];
        all.extend(extra.iter().map(|(name, value)| (*name, (*value).to_owned())));
        all
    };
    let starts = async |extra: &[(&'static str, &'static str)]| {
        let all = with(extra);
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        TestApp::start_on(database.clone(), &all, Nature::default()).await
    };
    let app = starts(&[("ENCRYPTION_KEY", FIRST)]).await;
    let ada = app.signed_up("ada").await;
    enters(&ada, "openai", "sk-ada-00000000000000ADA1").await;
    let chat = ada.chats_with("openai/fast").await;
    app.stops().await;

    let folder = tempfile::tempdir().unwrap();
    let rotates = |extra: &[(&'static str, &'static str)]| {
        let all = with(extra);
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Process::run(folder.path(), &all, &["keys", "rotate"])
    };
    // Without the old key nothing opens, nothing is changed, and it says whose.
    let ended = rotates(&[("ENCRYPTION_KEY", SECOND)]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let user = ada.get_id_at(&starts(&[("ENCRYPTION_KEY", FIRST)]).await).await;
    assert!(ended.stderr.contains(&format!("can't open the key of user {user} at openai")), "{ended:?}");
    assert!(!format!("{ended:?}").contains("sk-ada"));

    let both = [("ENCRYPTION_KEY", SECOND), ("ENCRYPTION_KEY_OLD", FIRST)];
    let app = starts(&both).await;
    let ada = ada.at(&app.base);
    assert_eq!(ada.asks(&chat, "between").await["status"], "complete");
    // Beside a server that runs.
    let ended = rotates(&both);
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (Some(0), "sealed anew: 1; already under the current key: 0; unreadable: 0\n"),
        "{ended:?}"
    );
    let ended = rotates(&both);
    assert!(
        ended.code == Some(0)
            && ended.stdout.starts_with("sealed anew: 0; already under the current key: 1;"),
        "{ended:?}"
    );
    assert_eq!(ada.asks(&chat, "between").await["status"], "complete");
    app.stops().await;
    let app = starts(&[("ENCRYPTION_KEY", SECOND)]).await;
    assert_eq!(ada.at(&app.base).asks(&chat, "after").await["status"], "complete");
    assert_eq!(counted(&upstream).await["calls_by_key"], json!({ "ADA1": 3 }));
}

#[tokio::test]
async fn s31_a_rotation_that_is_killed_goes_on_where_it_was() {
    const MANY: usize = 3_000;
    let database = Database::new().await;
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start_on(database.clone(), &[("ENCRYPTION_KEY", FIRST)], Nature::default()).await;
    let ada = app.signed_up("ada").await;
    let user: Uuid = ada.get("/users/me").await["id"].as_str().unwrap().parse().unwrap();
    let db = app.app.db.clone();
    let (first, second) = (MasterKey::from_hex(FIRST).unwrap(), MasterKey::from_hex(SECOND).unwrap());
    fill(&db, &keys::vault(&first, &[]), user, MANY).await;
    let both = keys::vault(&second, &[first]);

    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_freshet"))
        .args(["keys", "rotate"])
        .env_clear()
        .env("FRESHET_DATA_DIR", folder.path())
        .env("DATABASE_URL", &database.url)
        .env("ENCRYPTION_KEY", SECOND)
        .env("ENCRYPTION_KEY_OLD", FIRST)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while count(&db, both.kid()).await == 0 {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was seen to begin");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let done = count(&db, both.kid()).await;
    assert!(done > 0 && done < MANY as i64, "killed in the middle: {done}");
    assert_eq!(opens(&db, &both, user).await, MANY, "every row is whole under one of the keys");

    let settings =
        [("DATABASE_URL", database.url.as_str()), ("ENCRYPTION_KEY", SECOND), ("ENCRYPTION_KEY_OLD", FIRST)];
    let ended = Process::run(folder.path(), &settings, &["keys", "rotate"]);
    let said = format!(
        "sealed anew: {}; already under the current key: {done}; unreadable: 0\n",
        MANY as i64 - done
    );
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), said.as_str()), "{ended:?}");
    assert_eq!(opens(&db, &keys::vault(&second, &[]), user).await, MANY, "without the old key, too");
}

#[tokio::test]
async fn a_key_file_is_replaced_by_one_command_while_no_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = simulator().await;
    let base = format!("{upstream}/v1");
    let settings = [("OPENAI_BASE_URL", base.as_str())];
    let server = Process::serve(folder.path(), &settings);
    let ada = crate::support::Api::sign_up(&server.base, "ada").await;
    enters(&ada, "openai", "sk-ada-00000000000000ADA1").await;
    let chat = ada.chats_with("openai/fast").await;
    let refused = Process::run(folder.path(), &settings, &["keys", "rotate", "--new"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("stop the server first"), "{refused:?}");
    server.terminate();
    assert_eq!(server.waited_for().code, Some(0));

    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).ok();
    let before = read("secret.key").unwrap();
    // As if it had been killed between the two steps: the old one is put aside, the new one not there yet.
    std::fs::write(folder.path().join("secret.key.old"), &before).unwrap();
    let ended = Process::run(folder.path(), &settings, &["keys", "rotate", "--new"]);
    assert!(ended.code == Some(0) && ended.stdout.contains("sealed anew: 1;"), "{ended:?}");
    assert_ne!(read("secret.key").unwrap(), before);
    assert_eq!(read("secret.key.old"), None, "nothing is sealed under it any more");

    let server = Process::serve(folder.path(), &settings);
    let ada = ada.at(&server.base);
    assert_eq!(ada.asks(&chat, "hello").await["status"], "complete", "the sign-in survived, too");
    let given = [("OPENAI_BASE_URL", base.as_str()), ("ENCRYPTION_KEY", FIRST)];
    drop(server);
    let refused = Process::run(folder.path(), &given, &["keys", "rotate", "--new"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("ENCRYPTION_KEY_OLD"), "{refused:?}");
}

#[test]
fn s33_no_server_starts_with_a_master_key_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ENCRYPTION_KEY", "ENCRYPTION_KEY_OLD"] {
        for value in ["", "changeme", &FIRST[..62], &"0".repeat(64), &"0123456789abcdef".repeat(4)] {
            // An old key that is not set is none.
            if (name, value) == ("ENCRYPTION_KEY_OLD", "") {
                continue;
            }
            let ended = Process::run(folder.path(), &[(name, value)], &["serve"]);
            assert_eq!(ended.code, Some(2), "{name}={value}: {ended:?}");
            assert!(
                ended.stderr.contains(&format!("{name} is "))
                    && ended.stderr.contains("openssl rand -hex 32"),
                "{ended:?}"
            );
            assert!(value.len() < 10 || !ended.stderr.contains(value), "{ended:?}");
        }
    }
}

/// Stores many keys of one person, each at a provider of its own, as a server would.
async fn fill(db: &Db, vault: &freshet::platform::crypto::Vault, user: Uuid, many: usize) {
    let mut tx = db.begin().await.unwrap();
    for n in 0..many {
        let (id, provider) = (Uuid::now_v7(), format!("p{n}"));
        let key = SecretString::from(format!("sk-{n}"));
        let sealed = vault.close(&key, &[user.as_bytes(), provider.as_bytes(), id.as_bytes(), b""]);
        freshet::tx_exec!(
            &mut tx,
            "INSERT INTO provider_keys (id, user_id, provider, sealed, kid, last4, version, state, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, '', 1, 'ok', $6, $6)",
            id,
            user,
            provider,
            sealed.bytes,
            sealed.kid,
            chrono::Utc::now()
        )
        .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn count(db: &Db, kid: &str) -> i64 {
    let row: (i64,) =
        freshet::fetch!(*db, (i64,), fetch_one, "SELECT COUNT(*) FROM provider_keys WHERE kid = $1", kid)
            .unwrap();
    row.0
}

/// How many of them open as what they were.
async fn opens(db: &Db, vault: &freshet::platform::crypto::Vault, user: Uuid) -> usize {
    use freshet::platform::crypto::ExposeSecret as _;
    type Row = (Uuid, String, Vec<u8>, String);
    let rows: Vec<Row> =
        freshet::fetch!(*db, Row, fetch_all, "SELECT id, provider, sealed, kid FROM provider_keys").unwrap();
    let good = rows.iter().filter(|(id, provider, sealed, kid)| {
        let about = [user.as_bytes() as &[u8], provider.as_bytes(), id.as_bytes(), b""];
        vault.open(sealed, kid, &about).is_some_and(|key| key.expose_secret() == provider.replace('p', "sk-"))
    });
    good.count()
}

impl crate::support::Api {
    async fn get_id_at(&self, app: &TestApp) -> String {
        let (_, me) = ask(&self.at(&app.base), Method::GET, "/users/me", None).await;
        me["id"].as_str().unwrap().to_owned()
    }
}
