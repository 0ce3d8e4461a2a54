//! One instance, and what can happen under it.
