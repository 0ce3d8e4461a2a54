//! kill -9, again and again (threat R1): what a viewer saw is never taken back.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use freshet::providers::simulated;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Accepted, Api, Database, Seen, simulator};

/// The program itself, as a process that can be killed.
struct Process {
    child: Child,
    base: String,
}

impl Process {
    fn start(folder: &std::path::Path, database: &Database, simulator: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_freshet"))
            .env_clear()
            .env("PORT", "0")
            .env("FRESHET_DATA_DIR", folder)
            .env("DATABASE_URL", &database.url)
            .env("FRESHET_SIMULATED_URL", format!("{simulator}/v1"))
            .env("FRESHET_LEASE_SECONDS", "1")
            .env("FRESHET_GATHER_MS", "5")
            .env("LOG_LEVEL", "warn")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("listening on ").expect("the server says where it listens");
        Self { base: base.to_owned(), child }
    }

    /// SIGKILL: no destructor, no flush, no goodbye.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn after_kill_9_everything_a_viewer_saw_is_there_and_ends_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new().await;
    let simulator = simulator().await;
    let mut random = StdRng::seed_from_u64(11);
    let mut process = Process::start(folder.path(), &database, &simulator);
    let mut ada = Api::sign_up(&process.base, "ada").await;
    let model = "tokens:n=2000,ms=2";
    let whole = simulated::text_of(model, "go").unwrap();
    let (mut accepted_sends, mut done): (u64, Vec<(String, Accepted, Seen)>) = (0, Vec::new());
    for round in 0..20 {
        let chat = ada.chats_with(&format!("simulated/{model}")).await;
        let accepted = ada.says(&chat, "go").await;
        accepted_sends += 1;
        let mut watch = ada.watches(&chat, &accepted.cursor).await;
        watch.until_bytes(&accepted.reply, random.random_range(0..3000)).await;
        process.kill();
        // What was still on its way to the viewer counts as seen, too.
        while watch.next().await.is_some() {}
        let seen = watch.seen;
        assert!(whole.starts_with(seen.answer(&accepted.reply)), "round {round}");

        process = Process::start(folder.path(), &database, &simulator);
        ada = ada.at(&process.base);
        let mut back = ada.watches(&chat, &seen.cursor()).await.knowing(seen.clone());
        let ended = back.until_end_of(&accepted.reply).await;
        assert_eq!(ended["status"], "interrupted", "round {round}");
        let stored = ada.reply(&accepted.reply).await;
        assert_eq!(stored["status"], "interrupted");
        assert_eq!(stored["text"], back.seen.answer(&accepted.reply), "round {round}");
        assert!(stored["text"].as_str().unwrap().starts_with(seen.answer(&accepted.reply)));
        assert_eq!((back.seen.ends[&accepted.reply], back.seen.resets), (1, 0), "round {round}");
        done.push((chat, accepted, back.seen));
    }
    // Retry works, and nobody was ever called twice behind the user's back.
    let (chat, _, seen) = done.last().unwrap();
    let message = seen.log.iter().find(|(_, name, _)| name == "reply.started").unwrap().2["message"].clone();
    let path = format!("/messages/{}/regenerate", message.as_str().unwrap());
    let body = json!({ "stream": false, "model": "simulated/fast" });
    let again: Value =
        ada.request(Method::POST, &path).json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(again["reply"]["status"], "complete", "{again}");
    let shown = ada.get(&format!("/chats/{chat}/messages")).await;
    assert_eq!(shown["items"].as_array().unwrap().len(), 2);
    let upstream: Value =
        reqwest::get(format!("{simulator}/_sim/stats")).await.unwrap().json().await.unwrap();
    assert_eq!(upstream["calls"], accepted_sends + 1);
}
