//! More than there is room for: connections, streams, file descriptors.

use freshet::web::server::Transport;
use futures::future::join_all;
use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use super::socket::{PATIENCE, Socket};
use crate::support::{Api, Process, TestApp, client};

const BUSY: &str = "HTTP/1.1 503 ";

async fn health(base: &str) -> Option<StatusCode> {
    client().get(format!("{base}/healthz")).send().await.ok().map(|answer| answer.status())
}

#[tokio::test]
async fn a_full_server_says_so_and_still_tells_how_it_is() {
    let app = TestApp::start_with(&[("FRESHET_MAX_CONNECTIONS", "4")]).await;
    let mut held: Vec<Socket> = Vec::new();
    for _ in 0..4 {
        let mut socket = Socket::asking(&app.base, "/healthz").await;
        socket.until("ok\n").await;
        held.push(socket);
    }
    let refused = Socket::asking(&app.base, "/login").await.until_closed().await;
    assert!(refused.starts_with(BUSY) && refused.contains("retry-after: 5"), "{refused}");
    for path in ["/healthz", "/health/live", "/health/ready", "/up", "/readyz", "/api/v1/health"] {
        let answer = Socket::asking(&app.base, path).await.until_closed().await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    // The reserved seats can be taken, too, but not for long, and whoever comes then hears it at once.
    let mut crowd = join_all((0..200).map(|_| Socket::to(&app.base))).await;
    let told = crowd.pop().unwrap().until_closed().await;
    assert!(told.is_empty() || told.starts_with(BUSY), "{told}");
    let answered = async { while health(&app.base).await != Some(StatusCode::OK) {} };
    tokio::time::timeout(PATIENCE, answered).await.expect("nobody hears how the server is");
    drop((held, crowd));
    let open_again = async { while !login(&app.base).await {} };
    tokio::time::timeout(PATIENCE, open_again).await.expect("the server stays full");
}

/// Whether a page can be had.
async fn login(base: &str) -> bool {
    client().get(format!("{base}/login")).send().await.is_ok_and(|answer| answer.status() == StatusCode::OK)
}

async fn tries_to_watch(of: &Api, chat: &str) -> Response {
    of.request(Method::GET, &format!("/chats/{chat}/events")).send().await.unwrap()
}

#[tokio::test]
async fn one_stream_too_many_is_refused_and_the_others_go_on() {
    let app = TestApp::start_with(&[("FRESHET_STREAMS_PER_USER", "3")]).await;
    let (ada, bob) = (app.signed_up("ada").await, app.signed_up("bob").await);
    let chat = ada.chats_with("simulated/fast").await;
    let mut first = ada.watches(&chat, "0.0").await;
    let (second, third) = (tries_to_watch(&ada, &chat).await, tries_to_watch(&ada, &chat).await);
    let refused = tries_to_watch(&ada, &chat).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    assert!(refused.headers().contains_key("retry-after"));
    // A send that is to be answered by a stream is refused before anything is stored.
    let send =
        ada.request(Method::POST, &format!("/chats/{chat}/messages")).json(&json!({ "content": "hi" }));
    let refused = send.header("accept", "text/event-stream").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ada.get(&format!("/chats/{chat}/messages")).await["items"], json!([]));
    // Somebody else has streams of their own.
    let theirs = bob.chats_with("simulated/fast").await;
    assert_eq!(tries_to_watch(&bob, &theirs).await.status(), StatusCode::OK);
    // Those that were open are, and one that is closed makes room.
    let accepted = ada.says(&chat, "hello").await;
    first.until_end_of(&accepted.reply).await;
    drop(third);
    let again = async { while tries_to_watch(&ada, &chat).await.status() != StatusCode::OK {} };
    tokio::time::timeout(PATIENCE, again).await.expect("the place stays taken");
    drop(second);
}

#[tokio::test]
async fn without_file_descriptors_health_is_answered_and_it_heals_alone() {
    let folder = tempfile::tempdir().unwrap();
    // More connections than the system will give: the cap must not be what saves it.
    let settings = [("FRESHET_MAX_CONNECTIONS", "1000"), ("METRICS_TOKEN", "let-me-see")];
    let server = Process::serve_with_files(folder.path(), &settings, 256);
    let mut crowd = join_all((0..400).map(|_| Socket::saying(&server.base, "GET / HTTP/1.1\r\n"))).await;
    let answered = async { while health(&server.base).await != Some(StatusCode::OK) {} };
    tokio::time::timeout(PATIENCE, answered).await.expect("nobody hears how the server is");
    let told = crowd.pop().unwrap().until_closed().await;
    assert!(told.is_empty() || told.starts_with(BUSY), "{told}");
    drop(crowd);
    let open_again = async { while !login(&server.base).await {} };
    tokio::time::timeout(PATIENCE, open_again).await.expect("the server does not heal");
    Api::sign_up(&server.base, "ada").await;
    server.terminate();
    let ended = server.waited_for();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    // It asked again, but not all the time.
    assert!(ended.stderr.lines().count() < 500, "{}", ended.stderr);
}

#[tokio::test]
async fn who_waits_for_a_finished_reply_counts_and_hears_that_the_sign_in_ended() {
    let app = TestApp::start_with(&[("FRESHET_STREAMS_PER_USER", "1")]).await;
    let ada = app.signed_up("ada").await;
    let (chat, other) = (ada.chats_with("simulated/slow").await, ada.chats_with("simulated/fast").await);
    let asks = async |chat: &str| {
        let body = json!({ "content": "go", "model": "simulated/tokens:n=100000,ms=10", "stream": false });
        ada.request(Method::POST, &format!("/chats/{chat}/messages")).json(&body).send().await.unwrap()
    };
    let then = async {
        while app.app.limits.streams(Transport::Http) == 0 || app.app.replies.count() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(asks(&other).await.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(ada.get(&format!("/chats/{other}/messages")).await["items"], json!([]));
        ada.request(Method::POST, "/auth/logout").json(&json!({})).send().await.unwrap();
    };
    let (waiting, ()) = tokio::time::timeout(PATIENCE, async { tokio::join!(asks(&chat), then) })
        .await
        .expect("it waits for ever");
    assert_eq!(waiting.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn one_client_of_a_proxy_has_its_share_and_others_go_on() {
    let settings = [("TRUSTED_PROXIES", "127.0.0.1"), ("FRESHET_CONNECTIONS_PER_ADDRESS", "3")];
    let app = TestApp::start_with(&settings).await;
    let slow = |client: &str| {
        format!(
            "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {client}\r\n\
             content-type: application/json\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n"
        )
    };
    let asks = async |client: &str, path: &str| {
        let request = crate::support::client().get(format!("{}{path}", app.base));
        request.header("x-forwarded-for", client).send().await.unwrap()
    };
    let mut held = Vec::new();
    for client in ["2001:db8::1", "6.6.6.6, 2001:db8::2", "2001:db8::3"] {
        let mut socket = Socket::saying(&app.base, slow(client)).await;
        // It is in the handler's hands now.
        socket.until("100 Continue").await;
        held.push(socket);
    }
    let refused = asks("2001:db8::4", "/api/v1/models").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(asks("2001:db8::4", "/health/ready").await.status(), StatusCode::OK);
    for other in ["2001:db8:0:1::1", "198.51.100.7", "127.0.0.1"] {
        assert_eq!(asks(other, "/login").await.status(), StatusCode::OK, "{other}");
    }
    drop(held);
    let again = async { while asks("2001:db8::4", "/login").await.status() != StatusCode::OK {} };
    tokio::time::timeout(PATIENCE, again).await.expect("the place stays taken");
}

#[cfg(target_os = "linux")]
#[test]
fn the_server_takes_as_many_files_as_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let server = Process::serve_by(&["prlimit", "--nofile=300:700"], folder.path(), &[]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let files: Vec<&str> =
        limits.lines().find(|line| line.starts_with("Max open files")).unwrap().split_whitespace().collect();
    assert_eq!(files[3..5], ["700", "700"]);
}
