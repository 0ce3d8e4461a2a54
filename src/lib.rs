//! The map of Freshet: one paragraph per room. `docs/ARCHITECTURE.md` walks one request through them.

/// Adapters to the outside, one seam each: database, outbound HTTP, clock, secrets. No product rule lives here.
pub mod platform;

/// The kinds of failure an outsider may see, and which of them to use when.
pub mod error;
