//! The door: who gets in, who is sent away, and what happens when the system has no more file descriptors.

use std::{fs::File, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse as _,
};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::task::TaskTracker;

use super::{
    connection::{House, serve},
    limits::{Full, Limits, RESERVED},
};
use crate::platform::metrics;

/// Connections that the system keeps for us while we are busy.
const BACKLOG: u32 = 1_024;
/// What the system may hold of what a client has not taken yet. Its own choice grows to megabytes for each connection, in
/// memory that counts as ours, and it would take as long to see that nobody reads.
const SEND_BUFFER: u32 = 128 << 10;
/// How long the other side may leave what we sent unconfirmed. A phone that went out of reach says no goodbye, and what
/// is sent to it, a ping now and then, never fills a buffer: left alone the system would try for a quarter of an hour.
#[cfg(target_os = "linux")]
const UNCONFIRMED: Duration = Duration::from_secs(45);
/// Pause before the system is asked again after it had nothing for us.
const PAUSE: Duration = Duration::from_millis(50);

/// For whoever gets no seat at all; written without waiting and without reading what was asked.
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\ncontent-length: 12\r\n\
    retry-after: 5\r\nconnection: close\r\n\r\nserver busy\n";
/// For the address that has all the connections that one may have.
const TOO_MANY: &[u8] =
    b"HTTP/1.1 429 Too Many Requests\r\ncontent-type: text/plain\r\ncontent-length: 21\r\n\
    retry-after: 5\r\nconnection: close\r\n\r\ntoo many connections\n";

/// Listens on `address`.
pub(super) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    // Accepted connections have both from the listener.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(&socket).set_tcp_user_timeout(Some(UNCONFIRMED)) {
        tracing::debug!(%error, "clients that are out of reach are noticed only by the system's own clock");
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The answer to those who got a reserved seat and are no supervisors.
pub(super) fn busy() -> Response<Body> {
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, "server busy\n").into_response();
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Takes connections until the house closes. The listener is closed when this returns.
pub(super) async fn accept(
    listener: TcpListener,
    limits: Limits,
    house: Arc<House>,
    connections: TaskTracker,
) {
    let mut spare = Spare::default();
    spare.refill();
    loop {
        let accepted = tokio::select! {
            biased;
            () = house.closing.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let seat =
                    if spare.refill() { limits.admit(peer.ip()) } else { limits.admit_reserved(peer.ip()) };
                match seat {
                    Ok(seat) => {
                        // Small frames must not wait for each other.
                        let _ = stream.set_nodelay(true);
                        connections.spawn(serve(Arc::clone(&house), stream, peer, seat));
                    }
                    Err(full) => send_away(&stream, full),
                }
            }
            // A client that hung up before we came to it.
            Err(error) if is_about_one(&error) => {}
            Err(error) => {
                metrics::accept_failed();
                if !spare.spend(&error) {
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

/// File descriptors that are kept for the time when there are no more: one for each reserved seat, on which supervisors
/// hear how we are, and one to tell everybody else that we are busy. Without them nobody would be answered, and a listener
/// that is never emptied keeps waking us.
#[derive(Default)]
struct Spare(Vec<File>);

impl Spare {
    const ENOUGH: usize = RESERVED + 1;

    /// Takes back what is missing, all or nothing; false while there is not enough.
    fn refill(&mut self) -> bool {
        while self.0.len() < Self::ENOUGH {
            match File::open("/dev/null") {
                Ok(file) => self.0.push(file),
                Err(_) => {
                    self.0.clear();
                    return false;
                }
            }
        }
        true
    }

    /// Gives them away; false when they are gone already.
    fn spend(&mut self, error: &io::Error) -> bool {
        if self.0.is_empty() {
            return false;
        }
        tracing::warn!(%error, "no connection could be accepted; only supervisors are answered for now");
        self.0.clear();
        true
    }
}

/// Whether it says something about that connection and nothing about us.
fn is_about_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One write that fits into an empty buffer, and the end.
fn send_away(stream: &TcpStream, full: Full) {
    let (reason, words) = match full {
        Full::Server => ("server", BUSY),
        Full::Address => ("address", TOO_MANY),
    };
    metrics::connection_refused(reason);
    // A client that is gone already needs no answer.
    let _ = stream.try_write(words);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_has_what_the_listener_was_given() {
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let (client, accepted) =
            tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
        let (_client, (server, _)) = (client.unwrap(), accepted.unwrap());
        assert_eq!(socket2::SockRef::from(&server).tcp_user_timeout().unwrap(), Some(UNCONFIRMED));
    }
}
