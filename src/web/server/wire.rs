//! A connection's bytes, with an end to patience: whoever keeps us waiting for a request, or takes nothing of what we have
//! to say, is cut off, and with that gives back its memory.
//!
//! hyper has a timer for heads, but one that also ends connections which are kept open between two requests; and none for
//! writing. The timers live in the stream itself, so that they go along when it becomes a WebSocket.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};

use super::{limits::Seat, timeouts::Timeouts};
use crate::platform::metrics;

const HEAD: u32 = 0;
const IDLE: u32 = 1;
const BUSY: u32 = 2;
/// The lowest bits say what is waited for, the others count the changes.
const PHASE: u32 = 3;

/// What a connection is doing, as far as it matters for how long we wait. Shared by the stream and the service.
#[derive(Debug, Default)]
pub(super) struct Pulse(AtomicU32);

impl Pulse {
    /// A request's head is complete: nothing is waited for but what the handler says.
    pub fn busy(&self) {
        self.change(BUSY);
    }

    /// The answer is complete: the next request may take its time.
    pub fn idle(&self) {
        self.change(IDLE);
    }

    fn change(&self, phase: u32) {
        // Only the connection's own task changes it, so nothing is lost between these two.
        let next = (self.now() & !PHASE).wrapping_add(PHASE + 1) | phase;
        self.0.store(next, Ordering::Relaxed);
    }

    fn now(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A stream that ends when its other end keeps us waiting.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    pulse: Arc<Pulse>,
    head: Duration,
    idle: Duration,
    write_stall: Duration,
    /// Boxed, and there only while it runs: most connections wait for nothing most of the time.
    reading: Option<Pin<Box<Sleep>>>,
    /// The state of the pulse that `reading` was set for.
    reading_for: u32,
    writing: Option<Pin<Box<Sleep>>>,
    /// Given back when the connection is really gone, also after it became a WebSocket.
    _seat: Seat,
}

impl Wire {
    pub fn new(stream: TcpStream, seat: Seat, pulse: Arc<Pulse>, times: &Timeouts) -> Self {
        Self {
            stream,
            pulse,
            head: if seat.is_reserved() { times.reserved } else { times.head },
            idle: times.idle,
            write_stall: times.write_stall,
            reading: None,
            reading_for: 0,
            writing: None,
            _seat: seat,
        }
    }

    /// Nothing came: is it still worth waiting?
    fn wait_for_request(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let now = self.pulse.now();
        let (limit, what) = match now & PHASE {
            HEAD => (self.head, "head"),
            IDLE => (self.idle, "idle"),
            _ => {
                self.reading = None;
                return Ok(());
            }
        };
        let timer = match &mut self.reading {
            Some(timer) => {
                if self.reading_for != now {
                    timer.as_mut().reset(Instant::now() + limit);
                }
                timer
            }
            none => none.insert(Box::pin(sleep(limit))),
        };
        self.reading_for = now;
        match timer.as_mut().poll(cx) {
            Poll::Ready(()) => Err(too_late(what)),
            Poll::Pending => Ok(()),
        }
    }

    fn written<T>(&mut self, cx: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.writing = None;
            return done;
        }
        let limit = self.write_stall;
        let timer = self.writing.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(too_late("write_stall")))
    }
}

fn too_late(what: &'static str) -> io::Error {
    metrics::cut_off(what);
    io::Error::new(io::ErrorKind::TimedOut, what)
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        if Pin::new(&mut self.stream).poll_read(cx, buf)?.is_pending() {
            self.wait_for_request(cx)?;
            return Poll::Pending;
        }
        if buf.filled().len() > before && self.pulse.now() & PHASE == IDLE {
            self.pulse.change(HEAD);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.written(cx, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.written(cx, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    // Neither waits: the kernel has what was written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
