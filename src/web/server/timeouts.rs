//! How long a client may keep us waiting. Not settings: nobody has a reason to change them, but tests are in a hurry.

use std::time::Duration;

/// Bytes per second that a body must come with, once [`Timeouts::body_grace`] is over.
pub(super) const SLOWEST: u32 = 1 << 10;

/// The patience of a server with its clients.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// From the connection, or a request's first byte, to the end of its head.
    pub head: Duration,
    /// From one answer to the next request. More than the 60 s after which proxies drop what they don't use: the side
    /// that closes first must not be the one that is just being asked.
    pub idle: Duration,
    /// From one piece of a body to the next.
    pub body_stall: Duration,
    /// A whole body, with one more second for each KiB that came.
    pub body_grace: Duration,
    /// While we have something to say and the client takes nothing of it.
    pub write_stall: Duration,
    /// The head of a request when all seats are taken, see [`super::limits`].
    pub reserved: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            body_stall: Duration::from_secs(15),
            body_grace: Duration::from_secs(30),
            write_stall: Duration::from_secs(15),
            reserved: Duration::from_secs(1),
        }
    }
}
