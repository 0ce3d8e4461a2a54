//! More than is good for one process: bytes, viewers, connections (R38 to R40).

use std::{io::Write as _, net::TcpStream, path::Path};

use futures::{
    StreamExt as _,
    future::join_all,
    stream::{self, FuturesUnordered},
};
use reqwest::Method;
use serde_json::json;
use tokio::time::{Duration, Instant};

use crate::support::{Api, Process, TestApp, simulator};

/// At once, each of a megabyte.
const ANSWERS: usize = 60;

/// A figure of a process in KiB, such as the most memory that it ever had.
fn status(process: &Process, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
}

async fn serve(starter: &[&str], folder: &Path, simulator: &str) -> (Process, Api) {
    let url = format!("{simulator}/v1");
    let process = Process::serve_by(starter, folder, &[("FRESHET_SIMULATED_URL", &url)]);
    let ada = Api::sign_up(&process.base, "ada").await;
    (process, ada)
}

#[tokio::test]
async fn r38_many_answers_of_a_megabyte_take_no_memory_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator().await;
    let (process, ada) = serve(&["env"], folder.path(), &simulator).await;
    let before = status(&process, "VmRSS");
    let sends = stream::iter(0..ANSWERS).map(|i| {
        let ada = &ada;
        async move {
            let chat = ada.chats_with("simulated/faults").await;
            (chat.clone(), ada.says(&chat, &format!("huge chunk={}", 1_000_000 + i)).await)
        }
    });
    let sent: Vec<_> = sends.buffer_unordered(32).collect().await;
    // One who watches, and one who asked and then reads nothing at all.
    let (chat, accepted) = &sent[ANSWERS / 2];
    let _deaf = ada.watches(chat, &accepted.cursor).await;
    let ended = stream::iter(&sent).map(|(chat, accepted)| ada.waits_for(chat, accepted));
    let ended: Vec<_> = ended.buffer_unordered(8).collect().await;
    for (reply, (_, accepted)) in ended.iter().zip(&sent) {
        assert_eq!(reply["status"], "complete", "{}", accepted.reply);
    }
    let bytes: usize = ended.iter().map(|reply| reply["text"].as_str().unwrap().len()).sum();
    assert_eq!(bytes, (0..ANSWERS).map(|i| 1_000_000 + i).sum::<usize>());
    let most = status(&process, "VmHWM");
    println!("{before} KiB before, {most} KiB at most");
    // Two hundred of them were measured at 139 MB in a debug build.
    assert!(most < 256 << 10, "{most} KiB");
}

#[tokio::test]
async fn r39_a_thousand_idle_viewers_are_kept_alive_not_all_at_once_and_hold_nobody_up() {
    let server =
        TestApp::start_with(&[("FRESHET_STREAMS_PER_USER", "5000"), ("FRESHET_PING_SECONDS", "6")]).await;
    let ada = server.signed_up("ada").await;
    let chats = join_all((0..10).map(|_| ada.chats_with("simulated/fast"))).await;
    let cursor = ada.get(&format!("/chats/{}", chats[0])).await["cursor"].as_str().unwrap().to_owned();
    let opens = stream::iter(0..1000).map(|i| ada.watches(&chats[i % 10], &cursor));
    let mut viewers: Vec<_> = opens.buffer_unordered(64).collect().await;
    // What somebody who is busy feels of it.
    let chat = ada.chats_with("simulated/fast").await;
    let accepted = ada.says(&chat, "still quick?").await;
    let asked = Instant::now();
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    watch.until_bytes(&accepted.reply, 1).await;
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?} to the first word", asked.elapsed());
    // All hear something at the same moment, and then nothing.
    let title = json!({ "title": "quiet now" });
    join_all(
        chats.iter().map(|chat| ada.request(Method::PATCH, &format!("/chats/{chat}")).json(&title).send()),
    )
    .await;
    let begun = Instant::now();
    let mut pings: Vec<Duration> = viewers
        .iter_mut()
        .map(|viewer| async move {
            for name in ["chat.updated", "ping"] {
                while viewer.next().await.expect("an idle stream ended").0 != name {}
            }
            begun.elapsed()
        })
        .collect::<FuturesUnordered<_>>()
        .collect()
        .await;
    pings.sort();
    let (early, late) = (pings[50], pings[950]);
    assert!(late < Duration::from_secs(30), "{late:?} without a sign of life");
    assert!(late - early > Duration::from_secs(1), "nine of ten between {early:?} and {late:?}: all at once");
}

#[tokio::test]
async fn r40_without_file_descriptors_it_says_so_goes_on_and_heals() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator().await;
    let (process, ada) = serve(&["prlimit", "--nofile=256:256"], folder.path(), &simulator).await;
    let chat = ada.chats_with("simulated/tokens:n=300,ms=5").await;
    let accepted = ada.says(&chat, "go").await;
    let mut watch = ada.watches(&chat, &accepted.cursor).await;
    watch.until_bytes(&accepted.reply, 50).await;

    let address = process.base.trim_start_matches("http://").to_owned();
    let crowd: Vec<TcpStream> = (0..400)
        .filter_map(|_| {
            let mut socket = TcpStream::connect(&address).ok()?;
            // Asks for something and stays.
            socket.write_all(b"GET /api/v1/users/me HTTP/1.1\r\nhost: freshet\r\n\r\n").ok()?;
            Some(socket)
        })
        .collect();
    let alive = async |path: &str| {
        reqwest::get(format!("{}{path}", process.base)).await.map(|it| it.status().as_u16())
    };
    // Whoever supervises must not be told that it is dead: it would be killed with the answer in it.
    let told = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            // Some of the crowd may sit on the seats for supervisors for the moment that it takes to send them away.
            if alive("/healthz").await.ok() == Some(200) {
                break;
            }
        }
    });
    told.await.expect("it is taken for dead");
    assert_eq!(watch.until_end_of(&accepted.reply).await["status"], "complete", "{} are in", crowd.len());
    drop(crowd);
    let healed = tokio::time::timeout(Duration::from_secs(30), async {
        while alive("/c/new").await.ok() != Some(200) {
            tokio::task::yield_now().await;
        }
    });
    healed.await.expect("it does not heal");
    assert_eq!(ada.asks(&ada.chats_with("simulated/fast").await, "hello").await["status"], json!("complete"));
}
