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
    limits::{Full, Limits},
};
use crate::platform::metrics;

/// Connections that the system keeps for us while we are busy.
const BACKLOG: u32 = 1_024;
/// What the system may hold of what a client has not taken yet. Its own choice grows to megabytes for each connection, in
/// memory that counts as ours, and it would take as long to see that nobody reads.
const SEND_BUFFER: u32 = 128 << 10;
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
    // Accepted connections have it from the listener.
    socket.set_send_buffer_size(SEND_BUFFER)?;
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

/// Takes connections until the server drains. The listener is closed when this returns.
pub(super) async fn accept(
    listener: TcpListener,
    limits: Limits,
    house: Arc<House>,
    connections: TaskTracker,
) {
    let mut spare = Spare::default();
    loop {
        spare.refill();
        let accepted = tokio::select! {
            biased;
            () = house.draining.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let seat = if spare.0.is_some() { limits.admit(peer.ip()) } else { limits.admit_reserved() };
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

/// A file descriptor that is kept so that there is one when there are no more: the client who waits then is answered, and
/// if it is a supervisor it hears how we are. Without it nobody would be, and a listener that is never emptied keeps
/// waking us.
#[derive(Default)]
struct Spare(Option<File>);

impl Spare {
    fn refill(&mut self) {
        if self.0.is_none() {
            self.0 = File::open("/dev/null").ok();
        }
    }

    /// Gives the descriptor away; false when it is gone already.
    fn spend(&mut self, error: &io::Error) -> bool {
        let was_there = self.0.take().is_some();
        if was_there {
            tracing::warn!(%error, "no connection could be accepted; trying again");
        }
        was_there
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
