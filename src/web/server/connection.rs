//! One connection: HTTP/1.1 by hyper, within the limits of this folder, until the client or the server has enough.
//!
//! Only HTTP/1.1: without TLS no browser speaks HTTP/2, and a proxy that speaks it to browsers talks HTTP/1.1 to us.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderValue, Request, Response, StatusCode, header},
    response::IntoResponse as _,
};
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::{
    body::{Holding, Timed},
    limits::Seat,
    timeouts::Timeouts,
    wire::{Pulse, Wire},
};

/// Bytes of a request's head, and of what waits to be written to one connection.
const BUFFER: usize = 32 << 10;

/// What a supervisor asks; answered also when everything else is full.
pub(in crate::web) const SUPERVISORS: [&str; 7] =
    ["/health/live", "/health/ready", "/healthz", "/up", "/readyz", "/api/v1/health", "/metrics"];

/// What all connections of a server have in common.
pub(super) struct House {
    pub router: Router,
    pub times: Timeouts,
    /// The server goes down: nothing is asked twice on one connection any more.
    pub draining: CancellationToken,
    /// Finish what is being asked, then close.
    pub closing: CancellationToken,
    /// Close.
    pub cut: CancellationToken,
}

/// Makes the connection wait for its next request once the answer is sent.
struct Resting(Arc<Pulse>);

impl Drop for Resting {
    fn drop(&mut self) {
        self.0.idle();
    }
}

/// Serves a connection to its end.
pub(super) async fn serve(house: Arc<House>, stream: TcpStream, peer: SocketAddr, seat: Seat) {
    let reserved = seat.is_reserved();
    let pulse = Arc::new(Pulse::default());
    let wire = Wire::new(stream, seat, Arc::clone(&pulse), &house.times);
    let own = Arc::clone(&house);
    let service = service_fn(move |request| {
        pulse.busy();
        answer(Arc::clone(&own), request, peer, reserved, Arc::clone(&pulse))
    });
    let mut http = http1::Builder::new();
    http.max_buf_size(BUFFER).keep_alive(!reserved);
    // The wire's own clocks run out before this one. With it hyper reads again as soon as an answer is out, which is when
    // they are set.
    http.timer(TokioTimer::new()).header_read_timeout(house.times.idle + house.times.head);
    let connection = http.serve_connection(TokioIo::new(wire), service).with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        biased;
        // How it ended is the client's business: it hung up, or sent what is no request.
        _ = connection.as_mut() => return,
        () = house.closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        biased;
        _ = connection => {}
        () = house.cut.cancelled() => {}
    }
}

async fn answer(
    house: Arc<House>,
    request: Request<Incoming>,
    peer: SocketAddr,
    reserved: bool,
    pulse: Arc<Pulse>,
) -> Result<Response<Holding<Option<Resting>>>, Infallible> {
    let late = Arc::new(AtomicBool::new(false));
    let response = if reserved && !SUPERVISORS.contains(&request.uri().path()) {
        super::accept::busy()
    } else {
        let mut request = request.map(|body| match body.is_end_stream() {
            true => Body::empty(),
            false => Body::new(Timed::new(body, &house.times, Arc::clone(&late))),
        });
        request.extensions_mut().insert(ConnectInfo(peer));
        house.router.clone().oneshot(request).await?
    };
    let mut response = if late.load(Ordering::Relaxed) { too_slow() } else { response };
    // A stream that becomes something else waits for no request any more.
    let upgraded = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    if house.draining.is_cancelled() && !upgraded {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let resting = (!upgraded).then(|| Resting(pulse));
    Ok(response.map(|body| Holding::new(body, resting)))
}

/// The handler saw a body that can't be read; the client should hear why.
fn too_slow() -> Response<Body> {
    let mut response = (StatusCode::REQUEST_TIMEOUT, "the request came too slowly\n").into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
