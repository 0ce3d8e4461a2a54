//! Adapters to the world outside, one seam each. No product rule lives here.

pub mod clock;
pub mod crypto;
