//! The server against clients that are slow, many, silent or greedy.

mod caps;
mod drain;
mod giants;
mod host;
mod metrics;
mod slow;
mod socket;
mod upgrade;
