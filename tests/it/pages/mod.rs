//! What browsers are answered: sessions, foreign pages, headers, and everything without scripts.

mod escaping;
mod foreign;
mod headers;
mod leaving;
mod oversized;
mod scriptless;
mod sessions;
mod streaming;
