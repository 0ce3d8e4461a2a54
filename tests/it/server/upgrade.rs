//! WebSockets go through the accept loop: a handshake on a raw socket, answered by the real router when it has one.

use super::socket::Socket;
use crate::support::TestApp;

#[tokio::test]
async fn an_upgrade_that_nobody_offers_is_an_ordinary_request() {
    let app = TestApp::start().await;
    let mut socket = Socket::saying(
        &app.base,
        "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    .await;
    assert!(socket.until("ok\n").await.starts_with("HTTP/1.1 200"));
}
