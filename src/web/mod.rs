//! The faces; the only room that knows HTTP from the inside.

pub mod simulate;
