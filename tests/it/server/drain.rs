//! The end, with clients that do not care (R30).

use std::time::{Duration, Instant};

use futures::future::join_all;

use super::socket::{PATIENCE, Socket};
use crate::support::{Process, TestApp};

#[tokio::test]
async fn viewers_who_never_read_and_endless_replies_do_not_hold_the_exit() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("FRESHET_DRAIN_SECONDS", "2"), ("FRESHET_STREAMS_PER_USER", "1000")];
    let server = Process::serve(folder.path(), &settings);
    let ada = crate::support::Api::sign_up(&server.base, "ada").await;
    let chats = join_all((0..20).map(|_| ada.chats_with("simulated/tokens:n=100000,ms=5"))).await;
    let mut accepted = Vec::new();
    for chat in &chats {
        accepted.push(ada.says(chat, "go").await);
    }
    let request = |chat: &str| {
        format!(
            "GET /api/v1/chats/{chat}/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\r\n",
            ada.token
        )
    };
    let mut silent = Vec::new();
    for at in 0..200 {
        let mut socket = Socket::narrow(&server.base).await;
        socket.says(request(&chats[at % chats.len()])).await;
        silent.push(socket);
    }
    // One who reads hears the goodbye before the connection ends.
    let mut reader = Socket::saying(&server.base, request(&chats[0])).await;
    reader.until("event: delta").await;
    let began = Instant::now();
    server.terminate();
    let said = reader.until_closed().await;
    assert!(said.contains("retry: 1000"), "{}", &said[said.len().saturating_sub(300)..]);
    let ended = server.waited_for();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    let server = Process::serve(folder.path(), &settings);
    for accepted in &accepted {
        assert_eq!(ada.at(&server.base).reply(&accepted.reply).await["status"], "interrupted");
    }
}

#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Process::serve(folder.path(), &[("FRESHET_DRAIN_SECONDS", "3000")]);
    let ada = crate::support::Api::sign_up(&server.base, "ada").await;
    let chat = ada.chats_with("simulated/tokens:n=100000,ms=5").await;
    ada.says(&chat, "go").await;
    server.terminate();
    // The door is shut, which says that the first one was heard.
    let shut = async { while tokio::net::TcpStream::connect(&server.base[7..]).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, shut).await.expect("the door stays open");
    assert!(server.runs());
    server.terminate();
    assert_eq!(server.waited_for().code, Some(0));
}

#[tokio::test]
async fn what_is_being_asked_is_answered_and_then_the_connection_ends() {
    let app = TestApp::start().await;
    let body = "{\"email\":\"a@example.org\",\"password\":\"x\"}";
    let (begin, rest) = body.split_at(10);
    let mut busy = Socket::saying(
        &app.base,
        format!(
            "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nexpect: 100-continue\r\n\r\n",
            body.len()
        ),
    )
    .await;
    // It is in the handler's hands now.
    busy.until("100 Continue").await;
    busy.says(begin).await;
    let mut idle = Socket::asking(&app.base, "/healthz").await;
    idle.until("ok\n").await;
    app.app.draining.cancel();
    // In a moment, in which the door is still open.
    assert_eq!(idle.until_closed().await, "");
    busy.says(rest).await;
    let said = busy.until_closed().await;
    assert!(said.contains("HTTP/1.1 401") && said.contains("connection: close"), "{said}");
}

#[tokio::test]
async fn the_door_stays_open_until_a_proxy_can_know_that_it_will_be_shut() {
    let app = TestApp::start().await;
    let ada = app.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let mut kept = Socket::asking(&app.base, "/healthz").await;
    kept.until("ok\n").await;
    let mut silent = Socket::asking(&app.base, "/healthz").await;
    silent.until("ok\n").await;
    app.app.draining.cancel();
    let told = Socket::asking(&app.base, "/health/ready").await.until_closed().await;
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("connection: close"), "{told}");
    kept.says("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let said = kept.until_closed().await;
    assert!(said.starts_with("HTTP/1.1 200") && said.contains("connection: close"), "{said}");
    assert_eq!(ada.tries_to_say(&chat, "late", None).await.status(), 503);
    assert_eq!(silent.until_closed().await, "");
    let shut = async { while tokio::net::TcpStream::connect(&app.base[7..]).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, shut).await.expect("the door stays open");
}
