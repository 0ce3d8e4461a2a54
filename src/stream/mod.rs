//! The stream engine: one ordered, durable log per topic, watched from anywhere, byte-exactly.
//!
//! The rule: an entry is committed before anybody is told of it, so that what a viewer saw can never be taken back.
//! Readers come in through [`Log::subscribe`], writers of running text through [`Journal::open`], writers of single
//! facts through [`Log::append`] inside their own transaction.

mod cursor;
mod delta;
mod journal;
pub mod lease;
mod log;
mod store;
mod subscription;

pub use cursor::Cursor;
pub use delta::{Delta, Part};
pub use journal::{Journal, Lost, Writer};
pub use log::{Log, NewEntry, Position};
pub use subscription::{Next, Subscription};

pub use crate::platform::bus::{Aside, Entry};
