//! The life of one model answer, from "start" to its last event.
//!
//! A reply runs in a task owned by the instance that started it; viewers never own it, so closing a browser stops
//! nothing. Its message, its row, its lease and the idempotency key are committed together before the provider is
//! called, and its text reaches the log before anyone sees it. Whoever takes the lease away writes the one
//! `reply.ended`. Start reading at [`send`], then `drive`.

mod ask;
mod context;
mod delete;
mod drive;
mod end;
mod housekeeping;
mod running;
mod start;
mod stop;
mod store;
pub mod titles;
mod tools;
mod unclear;
mod write;

pub use delete::delete;
pub use housekeeping::{keep_house, keep_in_touch, recover};
pub use running::Running;
pub use start::{Accepted, NewMessage, Place, edit, go_on, regenerate, send};
pub use stop::{PLACES, finished, get, keep, places, stop, stop_all};
pub use titles::Titles;
