//! The map of Freshet: one paragraph per room. `docs/ARCHITECTURE.md` walks one request through them.

/// The command line: reads the configuration, starts logging, and calls the room that does the work.
pub mod cli;

/// The one typed tree of settings and the only reader of the environment; `docs/CONFIGURATION.md` and `.env.example`
/// are printed from it.
pub mod config;

/// The kinds of failure an outsider may see, and which of them to use when.
pub mod error;

/// Everything a request needs, built once at the start and stopped gracefully at the end.
pub mod app;

/// Every URL, chapter by chapter.
pub mod routes;

/// The faces: the only room that speaks HTTP. It converts and presents; it never decides and never queries.
pub mod web;

/// Who is asking: users, sessions, passwords, API tokens, and the one gate that says what an actor may do.
pub mod accounts;

/// People's own keys at providers: sealed, opened just in time, never shown again.
pub mod keys;

/// What answers cost, whom, and how much of it is left: one row for each call, and budgets that hold.
pub mod usage;

/// Which models a person may use, and which they like best: the one place where names are looked up for a person.
pub mod models;

/// Conversations: what was said, by whom, in which branch. It never calls a model.
pub mod chat;

/// The life of one model answer: accepted, driven, stopped, ended exactly once. The one room that sees many.
pub mod replies;

/// The engine of everything that streams: a durable log per topic, group commit, leases, gapless watching.
pub mod stream;

/// Language models behind one stream of deltas. The only room that knows a provider's wire, its errors and its
/// quirks; it knows no conversation and no database. The simulated provider lives here, as part of the product.
pub mod providers;

/// Markdown in, safe HTML out; pure and infallible. [`markdown::full`] renders a finished text into one string per
/// top-level block; [`markdown::live`] does the same while the text grows, as updates whose cost is linear in the
/// length. Every byte that leaves the room went through its own escaping writer and, code aside, through the sanitiser.
pub mod markdown;

/// Adapters to the outside, one seam each: database, bus, outbound HTTP, time, secrets. No product rule lives here.
pub mod platform;
