//! What the database's file can meet: somebody else's lock, a long look, no room (R10, R11).

use std::{path::Path, process::Command};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, Row as _, SqliteConnection};
use tokio::time::{Duration, Instant};

use crate::support::{Accepted, Api, Database, Process, TestApp, simulator};
use freshet::{app::Nature, providers::simulated};

const MODEL: &str = "tokens:n=400,ms=5";

async fn whole_and_complete(ada: &Api, chat: &str, accepted: &Accepted) {
    let epoch = accepted.cursor.split('.').next().unwrap();
    let mut watch = ada.watches(chat, &format!("{epoch}.0")).await;
    let ended = watch.until_end_of(&accepted.reply).await;
    assert_eq!(ended["status"], "complete", "{ended}");
    assert_eq!((watch.seen.ends[&accepted.reply], watch.seen.resets), (1, 0));
    assert!(watch.seen.answer(&accepted.reply) == simulated::text_of(MODEL, "go").unwrap(), "text was lost");
}

#[tokio::test]
async fn r10_a_lock_of_four_seconds_costs_time_and_nothing_else() {
    let database = Database::embedded();
    let server = TestApp::start_on(database.clone(), &[], Nature::default()).await;
    let ada = server.signed_up("ada").await;
    let (one, two) = (
        ada.chats_with(&format!("simulated/{MODEL}")).await,
        ada.chats_with(&format!("simulated/{MODEL}")).await,
    );
    let first = ada.says(&one, "go").await;
    let mut watch = ada.watches(&one, &first.cursor).await;
    watch.until_bytes(&first.reply, 200).await;

    let mut other = SqliteConnection::connect(&database.url).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let locked = Instant::now();
    let sending = ada.tries_to_say(&two, "go", None);
    let reading = async {
        // Whoever reads does not wait for whoever writes.
        while locked.elapsed() < Duration::from_secs(4) {
            ada.get(&format!("/chats/{one}/messages")).await;
        }
        other.execute("ROLLBACK").await.unwrap();
    };
    let (sent, ()) = tokio::join!(sending, reading);
    assert_eq!(sent.status(), StatusCode::ACCEPTED, "{}", sent.text().await.unwrap());
    assert!(locked.elapsed() >= Duration::from_secs(4), "the lock did not hold");
    let second = Accepted::of(&sent.json().await.unwrap());
    watch.until_end_of(&first.reply).await;
    whole_and_complete(&ada, &one, &first).await;
    whole_and_complete(&ada, &two, &second).await;
    assert_eq!(server.upstream().await["calls"], 2);
}

#[tokio::test]
async fn r10_a_long_look_at_the_database_holds_nobody_up() {
    let database = Database::embedded();
    let server = TestApp::start_on(database.clone(), &[], Nature::default()).await;
    let ada = server.signed_up("ada").await;
    let mut other = SqliteConnection::connect(&database.url).await.unwrap();
    other.execute("BEGIN").await.unwrap();
    let count = "SELECT COUNT(*) FROM entries";
    assert_eq!(sqlx::query(count).fetch_one(&mut other).await.unwrap().get::<i64, _>(0), 0);
    for _ in 0..2 {
        let chat = ada.chats_with(&format!("simulated/{MODEL}")).await;
        let accepted = ada.says(&chat, "go").await;
        whole_and_complete(&ada, &chat, &accepted).await;
    }
    assert_eq!(
        sqlx::query(count).fetch_one(&mut other).await.unwrap().get::<i64, _>(0),
        0,
        "it looks at the past"
    );
    other.execute("COMMIT").await.unwrap();
    assert!(sqlx::query(count).fetch_one(&mut other).await.unwrap().get::<i64, _>(0) > 10);
}

/// Bytes that a process may write into one file; `None` lets it write what it wants again.
fn allow(pid: u32, bytes: Option<u64>) {
    let limit = bytes.map_or("--fsize=unlimited:unlimited".to_owned(), |bytes| format!("--fsize={bytes}:"));
    let done = Command::new("prlimit").args(["--pid", &pid.to_string(), &limit]).status().unwrap();
    assert!(done.success());
}

/// Looks at a copy: SQLite does not find its way through another process's root.
async fn is_sound(folder: &Path) {
    let copy = tempfile::tempdir().unwrap();
    for name in ["freshet.db", "freshet.db-wal"] {
        std::fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    let file = format!("sqlite:{}", copy.path().join("freshet.db").display());
    let mut database = SqliteConnection::connect(&file).await.unwrap();
    let verdict: String =
        sqlx::query("PRAGMA integrity_check").fetch_one(&mut database).await.unwrap().get(0);
    assert_eq!(verdict, "ok");
}

/// Fills the disk in the middle of an answer, sends meanwhile, makes room again: nothing that was taken is lost, what
/// can't be taken is refused, and nobody has to restart anything.
async fn survives(process: &Process, folder: &Path, fill: impl FnOnce(), free: impl FnOnce()) {
    let ada = Api::sign_up(&process.base, "ada").await;
    let chat = ada.chats_with(&format!("simulated/{MODEL}")).await;
    let running = ada.says(&chat, "go").await;
    let mut watch = ada.watches(&chat, &running.cursor).await;
    watch.until_bytes(&running.reply, 100).await;
    fill();
    // What room there is may take some more.
    let refused = loop {
        let new = ada
            .request(Method::POST, "/chats")
            .json(&json!({ "model": "simulated/fast" }))
            .send()
            .await
            .unwrap();
        if new.status() != StatusCode::CREATED {
            break new;
        }
        let chat = new.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
        let sent = ada.tries_to_say(&chat, &"x".repeat(100_000), None).await;
        if sent.status() != StatusCode::ACCEPTED {
            break sent;
        }
    };
    assert_eq!(refused.status(), StatusCode::INSUFFICIENT_STORAGE, "{}", refused.text().await.unwrap());
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], "storage_full");
    // What is there can be read.
    assert!(ada.reply(&running.reply).await["text"].as_str().unwrap().len() >= 100);
    free();
    watch.until_end_of(&running.reply).await;
    whole_and_complete(&ada, &chat, &running).await;
    let chat = ada.chats_with("simulated/fast").await;
    assert_eq!(ada.asks(&chat, "hello").await["status"], "complete");
    is_sound(folder).await;
}

#[tokio::test]
async fn r11_files_that_may_not_grow_refuse_new_messages_and_recover() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = format!("{}/v1", simulator().await);
    let settings = [("FRESHET_SIMULATED_URL", simulator.as_str()), ("FRESHET_GATHER_MS", "5")];
    // A file that may not grow sends a signal, too, which would end the process.
    let process = Process::serve_by(&["env", "--ignore-signal=XFSZ"], folder.path(), &settings);
    let wal = folder.path().join("freshet.db-wal");
    let pid = process.id();
    let now = || std::fs::metadata(&wal).unwrap().len();
    survives(&process, folder.path(), || allow(pid, Some(now())), || allow(pid, None)).await;
}

#[tokio::test]
async fn r11_a_full_disk_refuses_new_messages_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = format!("{}/v1", simulator().await);
    let settings = [("FRESHET_SIMULATED_URL", simulator.as_str()), ("FRESHET_GATHER_MS", "5")];
    // A file system of 24 megabytes that only this process sees.
    let mount = "mount -t tmpfs -o size=24m,mode=700 none \"$FRESHET_DATA_DIR\" && exec \"$0\"";
    let may = Command::new("unshare")
        .args(["-m", "mount", "-t", "tmpfs", "none"])
        .arg(folder.path())
        .output()
        .unwrap();
    if !may.status.success() {
        // Not everybody may mount; the test above breaks the same writes by a limit.
        return;
    }
    let process = Process::serve_by(&["unshare", "-m", "sh", "-c", mount], folder.path(), &settings);
    let inside = Path::new("/proc").join(process.id().to_string()).join("root");
    let seen = inside.join(folder.path().strip_prefix("/").unwrap());
    let ballast = seen.join("ballast");
    let fill = || {
        let mut file = std::fs::File::create(&ballast).unwrap();
        let piece = vec![0; 4096];
        while std::io::Write::write_all(&mut file, &piece).is_ok() {}
    };
    survives(&process, &seen, fill, || std::fs::remove_file(&ballast).unwrap()).await;
}
