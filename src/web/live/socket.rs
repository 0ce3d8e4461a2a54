//! A WebSocket as both faces use it: with a pulse, with limits, and with a reason when it is closed.
//!
//! The rule: nothing queues up. What is said is written before the next thing is asked for, so that a slow reader slows
//! its own stream down and takes no memory; one that takes nothing for too long is let go. Nothing is said after there is
//! a reason to end, and no write is waited for then.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::ws::{
        CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code,
        rejection::WebSocketUpgradeRejection,
    },
    http::{HeaderMap, Uri},
};
use futures::{SinkExt as _, StreamExt as _};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    accounts::{Actor, Hold},
    app::App,
    error::Error,
    web::{
        origin,
        server::{StreamGuard, Transport},
    },
};

/// Bytes of a message from the client.
const MESSAGE: usize = 256 << 10;
/// Frames a client may send at once …
const BURST: u32 = 250;
/// … and how often one more.
const EVERY: Duration = Duration::from_millis(20);
/// How long the other side may take to answer a close.
const FAREWELL: Duration = Duration::from_secs(1);

/// Lets a handshake in: a browser lets any page open a WebSocket anywhere, with the cookies of the place it goes to.
///
/// # Errors
/// It comes from a foreign page, is no handshake, comes too late, or is one too many.
pub(in crate::web) fn opened(
    app: &App,
    actor: &Actor,
    headers: &HeaderMap,
    uri: &Uri,
    ws: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<(WebSocketUpgrade, StreamGuard), Error> {
    origin::check(&app.config, actor, headers, uri)?;
    let ws = ws.map_err(|error| Error::Malformed { code: "not_a_websocket", detail: error.body_text() })?;
    if app.draining.is_cancelled() {
        return Err(Error::Unavailable { retry_after: Duration::from_secs(2) });
    }
    let stream = app.limits.open_stream(actor, Transport::WebSocket)?;
    // Small buffers: ten thousand idle viewers must stay cheap.
    let ws = ws.max_message_size(MESSAGE).max_frame_size(MESSAGE);
    Ok((ws.read_buffer_size(4 << 10).write_buffer_size(16 << 10), stream))
}

/// An open WebSocket.
pub(in crate::web) struct Socket {
    inner: WebSocket,
    over: Arc<Over>,
    pulse: Duration,
    /// When anything was heard.
    heard: Instant,
    /// When a message was said.
    said: Instant,
    /// Until when what was said and not sent yet must be taken.
    due: Option<Instant>,
    /// Pings that are not answered yet.
    asked: u32,
    /// When the next beat is due.
    beat: Instant,
    /// When the client's allowance is whole again.
    whole: Instant,
}

/// Reasons to end that have nothing to do with the line.
#[derive(Debug)]
pub(in crate::web) struct Over {
    hold: Hold,
    draining: CancellationToken,
}

impl Over {
    /// Waits for one.
    pub async fn comes(&self) -> Ended {
        tokio::select! {
            biased;
            () = self.hold.ended() => Ended::REVOKED,
            () = self.draining.cancelled() => Ended::RESTART,
        }
    }
}

/// What a socket hears.
#[derive(Debug)]
pub(in crate::web) enum Heard {
    /// A text message.
    Text(Utf8Bytes),
    /// Nothing was said for the time of a pulse.
    Silence,
}

/// Why a socket ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Ended {
    /// The other side is gone, or may as well be.
    Gone,
    /// We close it, with a code and a reason.
    Close(u16, &'static str),
}

impl Ended {
    /// The server goes down: come back, to whoever answers then.
    pub const RESTART: Self = Self::Close(close_code::RESTART, "the server restarts");
    /// Over, as it should be.
    pub const DONE: Self = Self::Close(close_code::NORMAL, "");
    /// Don't come back as you are.
    pub const REVOKED: Self = Self::Close(close_code::POLICY, "revoked");
    /// Too much that makes no sense.
    pub const GARBAGE: Self = Self::Close(close_code::POLICY, "too many malformed messages");
    const FLOOD: Self = Self::Close(close_code::POLICY, "too many messages");
    const BINARY: Self = Self::Close(close_code::UNSUPPORTED, "text only");
    const TOO_BIG: Self = Self::Close(close_code::SIZE, "a message has at most 256 KiB");
    const NOT_TEXT: Self = Self::Close(close_code::INVALID, "not UTF-8");
    const BROKEN: Self = Self::Close(close_code::PROTOCOL, "not a WebSocket frame");
    /// Reads too slowly.
    const SLOW: Self = Self::Close(close_code::AGAIN, "too slow");
}

impl Socket {
    /// The actor's, as long as their sign-in stands.
    pub fn new(inner: WebSocket, app: &App, actor: &Actor) -> Self {
        let over = Over { hold: app.standing.hold(actor), draining: app.draining.clone() };
        let (now, pulse) = (Instant::now(), app.config.streams.ping);
        let (over, beat) = (Arc::new(over), now + pulse);
        Self { inner, over, pulse, heard: now, said: now, due: None, asked: 0, beat, whole: now }
    }

    /// The reasons to end that are noticed while something is said, for who waits for something else.
    pub fn over(&self) -> Arc<Over> {
        Arc::clone(&self.over)
    }

    /// Waits for a message, or for the moment to break the silence. Cancel-safe.
    ///
    /// # Errors
    /// It is over.
    pub async fn hear(&mut self) -> Result<Heard, Ended> {
        loop {
            let message = tokio::select! {
                biased;
                message = self.inner.next() => message,
                () = sleep_until(self.beat) => {
                    if self.beats().await? {
                        return Ok(Heard::Silence);
                    }
                    continue;
                }
            };
            let message = message.ok_or(Ended::Gone)?.map_err(|error| of(&error))?;
            self.heard = Instant::now();
            match message {
                Message::Text(text) => {
                    self.spend()?;
                    return Ok(Heard::Text(text));
                }
                Message::Binary(_) => return Err(Ended::BINARY),
                // It is answered below us, at the cost of a write.
                Message::Ping(_) => self.spend()?,
                Message::Pong(_) if self.asked > 0 => self.asked -= 1,
                Message::Pong(_) => self.spend()?,
                // The answer to a close is sent while the end is waited for.
                Message::Close(_) => {}
            }
        }
    }

    /// Writes a message. It may stay in a small buffer until [`Socket::flush`]. All that is said up to there must be taken
    /// within a pulse.
    ///
    /// # Errors
    /// The other side is gone or takes too little, or it is over.
    pub async fn say(&mut self, text: impl Into<Utf8Bytes>) -> Result<(), Ended> {
        self.said = Instant::now();
        let due = *self.due.get_or_insert(self.said + self.pulse);
        written(&self.over, due, self.inner.feed(Message::Text(text.into()))).await
    }

    /// Sends what was said.
    ///
    /// # Errors
    /// As [`Socket::say`].
    pub async fn flush(&mut self) -> Result<(), Ended> {
        let due = self.due.take().unwrap_or_else(|| Instant::now() + self.pulse);
        written(&self.over, due, self.inner.flush()).await
    }

    /// Says why, behind some last words, and waits a little for the other side to agree: closing at once could throw them
    /// away.
    pub async fn end(mut self, why: Ended, words: Option<String>) {
        let Ended::Close(code, reason) = why else { return };
        let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
        let farewell = async {
            if let Some(words) = words
                && self.inner.feed(Message::Text(words.into())).await.is_err()
            {
                return;
            }
            if self.inner.send(close).await.is_ok() {
                while let Some(Ok(_)) = self.inner.next().await {}
            }
        };
        // Too late is as good as never.
        let _ = timeout(FAREWELL, farewell).await;
    }

    /// A beat of the pulse; true when nothing was said since the last one.
    async fn beats(&mut self) -> Result<bool, Ended> {
        let now = Instant::now();
        // The other side has missed two and most of a third.
        if now - self.heard >= self.pulse * 8 / 3 {
            return Err(Ended::Gone);
        }
        self.beat = now + self.pulse;
        self.asked += 1;
        written(&self.over, self.beat, self.inner.send(Message::Ping(Bytes::new()))).await?;
        Ok(now - self.said >= self.pulse)
    }

    fn spend(&mut self) -> Result<(), Ended> {
        let now = Instant::now();
        self.whole = self.whole.max(now) + EVERY;
        if self.whole - now > EVERY * BURST { Err(Ended::FLOOD) } else { Ok(()) }
    }
}

/// A write that may take until `due`, unless it is over before.
async fn written(
    over: &Over,
    due: Instant,
    writing: impl Future<Output = Result<(), axum::Error>>,
) -> Result<(), Ended> {
    tokio::select! {
        biased;
        why = over.comes() => Err(why),
        written = writing => written.map_err(|_| Ended::Gone),
        () = sleep_until(due) => Err(Ended::SLOW),
    }
}

/// The library's errors come boxed, and its type is not ours to name: the words tell them apart (a test holds them).
fn of(error: &axum::Error) -> Ended {
    let words = error.to_string();
    match () {
        () if words.starts_with("Space limit exceeded") => Ended::TOO_BIG,
        () if words.starts_with("UTF-8 encoding error") => Ended::NOT_TEXT,
        () if words.contains("without closing handshake") => Ended::Gone,
        () if words.starts_with("WebSocket protocol error") => Ended::BROKEN,
        () => Ended::Gone,
    }
}
