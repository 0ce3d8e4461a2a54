//! Who may write, and until when.
//!
//! A lease belongs to one holder (an instance) and lives by the database's clock. Every write names its fence; taking a
//! lease away deletes its row, so a zombie that wakes up later can write nothing. Whoever deletes the row (its holder at
//! the end, or a reaper after it ran out) is the one that writes the terminal entry: exactly one can.

mod store;

pub use store::{
    Expired, any_on, ask_to_stop, asked_to_stop, drop_all_on, expire_all_but, expired, hold, reap, release,
    renew, take,
};
