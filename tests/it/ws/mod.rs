//! The WebSocket: the same log, the same commands, the same refusals (threats S14, S43, R27, R28).

mod closing;
mod garbage;
mod handshake;
mod pages;
mod slow;
mod switching;
mod talking;
