//! Two versions on one database (R31): the older one meets tables and events of the newer one.

use serde_json::Value;
use sqlx::Executor as _;

use crate::support::{Database, Page, Process, Reader, TestApp};
use freshet::{app::Nature, platform::db::Db};

async fn run(server: &TestApp, text: String) {
    let text = sqlx::AssertSqlSafe(text);
    match &server.app.db {
        Db::Sqlite(pools) => drop(pools.write.execute(text).await.unwrap()),
        Db::Postgres(pool) => drop(pool.execute(text).await.unwrap()),
    }
}

/// What a newer version's migration leaves behind.
async fn is_migrated_by_a_newer_version(server: &TestApp, name: &str) {
    run(server, "ALTER TABLE messages ADD COLUMN mood TEXT".into()).await;
    let checksum = if Database::is_postgres() { "'\\x00'" } else { "x'00'" };
    run(
        server,
        format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9000, '{name}', TRUE, {checksum}, 1)"
        ),
    )
    .await;
}

#[tokio::test]
async fn r31_an_old_server_works_on_and_starts_again_beside_a_newer_one() {
    let database = Database::new().await;
    let server = TestApp::start_on(database.clone(), &[], Nature::default()).await;
    let ada = server.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    is_migrated_by_a_newer_version(&server, "expand moods").await;
    assert_eq!(ada.asks(&chat, "are you well?").await["status"], "complete");
    let ready = || async { reqwest::get(format!("{}/health/ready", server.base)).await.unwrap().status() };
    assert_eq!(ready().await, 200, "traffic is taken from a server that works");
    let server = server.restart().await;
    let ada = ada.at(&server.base);
    assert_eq!(ada.asks(&chat, "and now?").await["status"], "complete");
    assert_eq!(ada.get(&format!("/chats/{chat}/messages")).await["items"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn r31_a_schema_that_lost_something_is_not_touched_by_an_old_program() {
    let database = Database::new().await;
    let folder = tempfile::tempdir().unwrap();
    let server = TestApp::start_on(database.clone(), &[], Nature::default()).await;
    is_migrated_by_a_newer_version(&server, "expand moods").await;
    let settings = [("DATABASE_URL", database.url.as_str())];
    // `migrate` says so in any case: it can't do what it is asked for.
    let refused = Process::run(folder.path(), &settings, &["migrate"]);
    assert!(refused.code.is_some_and(|code| code != 0) && refused.stderr.contains("9000"), "{refused:?}");
    run(&server, "UPDATE _sqlx_migrations SET description = 'contract moods' WHERE version = 9000".into())
        .await;
    let ready = reqwest::get(format!("{}/health/ready", server.base)).await.unwrap();
    assert_eq!(ready.status(), 503);
    drop(server);
    let refused = Process::run(folder.path(), &settings, &["serve"]);
    let newer = refused.stderr.contains("which this version does not know")
        || refused.stderr.contains("another freshet");
    assert!(refused.code.is_some_and(|code| code != 0) && newer, "{refused:?}");
}

#[tokio::test]
async fn r31_events_of_a_newer_version_are_passed_over() {
    let server = TestApp::start().await;
    let ada = Reader::sign_up(&server.base, "ada").await;
    let model = "simulated/tokens:n=150,ms=8";
    let chat = ada.begins(model, "go").await;
    let epoch = ada.json(&format!("/chats/{chat}")).await["cursor"]
        .as_str()
        .unwrap()
        .split('.')
        .next()
        .unwrap()
        .to_owned();
    let start = Page { cursor: format!("{epoch}.0"), ..Page::default() };
    // Strangers in the log: a name that nobody knows, and a known one whose data has changed its shape.
    let log = uuid::Uuid::parse_str(&chat).unwrap();
    for name in ["mood.changed", "reply.thought"] {
        let stranger = freshet::stream::NewEntry { name, data: "{\"mood\":\"fine\"}".into(), writer: None };
        let mut tx = server.app.db.begin().await.unwrap();
        let entries = server.app.log.append(&mut tx, log, vec![stranger]).await.unwrap();
        tx.commit().await.unwrap();
        server.app.log.publish(log, &entries);
    }
    // Live, by catching up, and after the end.
    for _ in 0..2 {
        let page = ada.watches(&chat, start.clone(), Page::is_over).await;
        assert_eq!((page.answer().ended.as_deref(), page.resyncs), (Some("done"), 0));
    }
    let text =
        ada.json(&format!("/chats/{chat}/messages")).await["items"][1]["text"].as_str().unwrap().to_owned();
    assert_eq!(text, freshet::providers::simulated::text_of(&model["simulated/".len()..], "go").unwrap());
    assert!(ada.reads(&format!("/c/{chat}")).await.contains("data-part=\"blocks\""));
    // Programs get them as they are, in their place, and pass them over.
    let events =
        ada.events(&format!("/api/v1/chats/{chat}/events"), &format!("{epoch}.0"), "reply.ended").await;
    let strange: Vec<&(String, Value)> = events.iter().filter(|(name, _)| name == "mood.changed").collect();
    assert_eq!(strange.len(), 1);
    assert_eq!(strange[0].1["mood"], "fine");
}
