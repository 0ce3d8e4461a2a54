//! The map of Freshet: one paragraph per room. `docs/ARCHITECTURE.md` walks one request through them.

/// Adapters, one seam each: HTTP clients here.
pub mod platform;
/// Language models behind one stream of deltas. The only room that knows a provider's wire, its errors and its
/// quirks; it knows no conversation and no database. The simulated provider lives here, as part of the product.
pub mod providers;
/// The faces: the only room that speaks HTTP to clients. `simulate` serves the simulated provider to others.
pub mod web;
