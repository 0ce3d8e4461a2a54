//! The faces. They convert and present; they never decide and never query.
//!
//! `pages` answers browsers, `api` answers programs, `live` is what stays open for either. All of them call the same
//! functions of the product rooms with the same inputs.

pub mod live;
mod present;
pub mod simulate;
