//! Clients that keep a server waiting (S57): each is cut off by its own clock, and nobody else notices.

use std::time::Duration;

use freshet::{
    app::Nature,
    web::server::{Timeouts, Transport},
};
use futures::future::join_all;
use reqwest::StatusCode;

use super::socket::{PATIENCE, Socket};
use crate::support::{Database, TestApp, client};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A server whose patience with one thing is short, and with all others as usual.
async fn impatient(change: impl FnOnce(&mut Timeouts)) -> TestApp {
    let mut nature = Nature::default();
    change(&mut nature.timeouts);
    TestApp::start_on(Database::new().await, &[], nature).await
}

fn login(length: usize, body: &str) -> String {
    format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}

/// Waits until the server holds so many connections.
async fn until_connections(app: &TestApp, wanted: usize) {
    let waiting = async {
        while app.app.limits.connections().0 != wanted {
            tokio::time::sleep(MS(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the connections stay");
}

#[tokio::test]
async fn five_hundred_half_heads_are_cut_off_and_health_is_answered_all_along() {
    let app = impatient(|times| times.head = MS(1_500)).await;
    let half = "GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ";
    let mut slow = join_all((0..500).map(|_| Socket::saying(&app.base, half))).await;
    let health = async {
        loop {
            let answer = client().get(format!("{}/healthz", app.base)).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
        }
    };
    tokio::select! {
        said = join_all(slow.iter_mut().map(Socket::until_closed)) => {
            assert!(said.iter().all(String::is_empty), "{said:?}");
        }
        () = health => {}
    }
}

#[tokio::test]
async fn a_connection_that_asks_nothing_is_cut_off() {
    let app = impatient(|times| times.head = MS(200)).await;
    assert_eq!(Socket::to(&app.base).await.until_closed().await, "");
}

#[tokio::test]
async fn a_body_that_stops_is_told_that_it_took_too_long() {
    let app = impatient(|times| times.body_stall = MS(200)).await;
    let mut slow = join_all((0..100).map(|_| Socket::saying(&app.base, login(100, "{")))).await;
    for said in join_all(slow.iter_mut().map(Socket::until_closed)).await {
        assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
    }
}

#[tokio::test]
async fn a_body_that_comes_in_drops_ends_too() {
    let app = impatient(|times| times.body_grace = MS(700)).await;
    let mut dripping = Socket::saying(&app.base, login(1_000, "{")).await;
    let mut drops = tokio::time::interval(MS(50));
    let hung_up = async {
        // The dripping is what is tested: each drop comes well before the time for a pause is over.
        for _ in 0..400 {
            drops.tick().await;
            if !dripping.says(" ").await {
                return;
            }
        }
        panic!("the server takes it drop by drop");
    };
    tokio::time::timeout(PATIENCE, hung_up).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_is_kept_open_has_more_time_for_its_next_request() {
    let app = impatient(|times| {
        times.head = MS(150);
        times.idle = MS(1_000);
    })
    .await;
    let mut socket = Socket::asking(&app.base, "/healthz").await;
    assert!(socket.until("ok\n").await.starts_with("HTTP/1.1 200"));
    // Time has to pass here: longer than a head may take.
    tokio::time::sleep(MS(400)).await;
    assert!(socket.says("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await);
    socket.until("ok\n").await;
    // Once it begins to ask, a head's time counts.
    assert!(socket.says("GET /healthz HTTP/1.1\r\n").await);
    assert_eq!(socket.until_closed().await, "");
    let mut silent = Socket::asking(&app.base, "/healthz").await;
    silent.until("ok\n").await;
    assert_eq!(silent.until_closed().await, "");
}

#[tokio::test]
async fn who_takes_nothing_of_an_answer_is_cut_off() {
    let app = impatient(|times| times.write_stall = MS(500)).await;
    let ada = app.signed_up("ada").await;
    drop(ada);
    let page = client().get(format!("{}/login", app.base)).send().await.unwrap().text().await.unwrap();
    let script = page.split('"').find(|part| part.ends_with(".js")).expect("the page has a script");
    let mut greedy = Socket::narrow(&app.base).await;
    // Far more than the buffers of both systems hold.
    let request = format!("GET {script} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    greedy.says(request.repeat(400)).await;
    let has_come = client().get(format!("{}/healthz", app.base)).send().await.unwrap();
    assert_eq!(has_come.status(), StatusCode::OK);
    // Only then: the connection of these checks itself stays open for a while.
    let others = app.app.limits.connections().0 - 1;
    until_connections(&app, others).await;
}

#[tokio::test]
async fn a_quiet_stream_stays_open_whatever_the_time_limits_are() {
    let app = impatient(|times| {
        times.head = MS(100);
        times.idle = MS(100);
        times.write_stall = MS(100);
    })
    .await;
    let ada = app.signed_up("ada").await;
    let chat = ada.chats_with("simulated/fast").await;
    let mut watch = ada.watches(&chat, "0.0").await;
    watch.next().await.unwrap();
    // Time has to pass here: longer than all of them.
    tokio::time::sleep(MS(500)).await;
    assert_eq!(app.app.limits.streams(Transport::Http), 1);
    let accepted = ada.says(&chat, "hello").await;
    watch.until_end_of(&accepted.reply).await;
}
