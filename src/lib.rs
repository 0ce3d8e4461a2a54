//! The map of Freshet: one paragraph per room. `docs/ARCHITECTURE.md` walks one request through them.

/// The command line: reads the configuration, starts logging, and calls the room that does the work.
pub mod cli;

/// The one typed tree of settings and the only reader of the environment; `docs/CONFIGURATION.md` and `.env.example`
/// are printed from it.
pub mod config;

/// The kinds of failure an outsider may see, and which of them to use when.
pub mod error;

/// Adapters to the outside, one seam each: database, bus, outbound HTTP, time, secrets. No product rule lives here.
pub mod platform;

/// The engine of everything that streams: a durable log per topic, group commit, leases, gapless watching.
pub mod stream;
