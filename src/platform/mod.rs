//! Adapters to the outside, one seam each. No product rule lives here.

pub mod bus;
pub mod clock;
pub mod crypto;
pub mod db;
pub mod http;
pub mod metrics;
pub mod process;
pub mod redis;
pub mod throttle;
