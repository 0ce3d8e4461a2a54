//! Adapters to the outside, one seam each. No product rule lives here.

pub mod db;
