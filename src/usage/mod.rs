//! What answers cost, whom, and how much of it is left.
//!
//! The rule: one row for each call, written in the transaction that ends it, by the provider's own count, or by ours and
//! then marked as estimated. Where there are budgets, the row is there before the call, in the transaction that accepts
//! the message, with the most that it can come to; nobody asks for more than that. So the sum of the rows never exceeds a
//! budget, and never has to be corrected. Days are those of UTC. The doors in are [`reserve`], [`settle`] and [`report`].

mod budget;
mod entry;
pub mod report;
mod store;

pub use budget::{
    Allowance, Asked, Left, Limits, is_limited, left, of_user, reserve, reserve_now, room, set,
};
pub use entry::{Entry, Purpose, Spent, release, release_late, settle, settle_late, settle_lost};
