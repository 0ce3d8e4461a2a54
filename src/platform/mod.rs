//! Adapters to the world outside, one seam each.

pub mod http;
