//! The door with a router of its own behind it: what goes through that no page of Freshet shows.

use std::{sync::Arc, time::Duration};

use axum::{Router, extract::ws::WebSocketUpgrade, routing::any};
use futures::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    accept::{accept, bind},
    connection::House,
    limits::Limits,
    timeouts::Timeouts,
};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A door with an echo behind it. Gives its address and who is inside.
fn echo(times: Timeouts) -> (String, Limits) {
    let echo = any(async |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async |mut socket| {
            while let Some(Ok(message)) = socket.recv().await {
                if socket.send(message).await.is_err() {
                    return;
                }
            }
        })
    });
    let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = format!("ws://{}/echo", listener.local_addr().unwrap());
    let limits = Limits::of(10, 0, 10, Vec::new());
    let house = House {
        router: Router::new().route("/echo", echo),
        times,
        draining: CancellationToken::new(),
        closing: CancellationToken::new(),
        cut: CancellationToken::new(),
    };
    let connections = TaskTracker::new();
    connections.spawn(accept(listener, limits.clone(), Arc::new(house), connections.clone()));
    (address, limits)
}

async fn until_empty(limits: &Limits) {
    let waiting = async {
        while limits.connections().0 > 0 {
            tokio::time::sleep(MS(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("the seat stays taken");
}

#[tokio::test]
async fn a_websocket_outlives_the_time_for_requests_and_keeps_its_seat() {
    let (address, limits) = echo(Timeouts { head: MS(100), idle: MS(100), ..Timeouts::default() });
    let (mut socket, _) = tokio_tungstenite::connect_async(address).await.unwrap();
    // Time has to pass here: longer than both.
    tokio::time::sleep(MS(400)).await;
    assert_eq!(limits.connections(), (1, 0));
    socket.send(Message::text("still here")).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("still here"));
    drop(socket);
    until_empty(&limits).await;
}

#[tokio::test]
async fn a_websocket_that_takes_nothing_is_cut_off() {
    let (address, limits) = echo(Timeouts { write_stall: MS(300), ..Timeouts::default() });
    let (socket, _) = tokio_tungstenite::connect_async(address).await.unwrap();
    let (mut sink, _unread) = socket.split();
    let megabyte = Message::binary(vec![0; 1 << 20]);
    // Ends when the other end is gone; what it echoes is never read.
    let shouting = async { while sink.send(megabyte.clone()).await.is_ok() {} };
    tokio::select! {
        () = shouting => {}
        () = until_empty(&limits) => {}
    }
    until_empty(&limits).await;
}
