//! The map of Freshet: one paragraph per room. `docs/ARCHITECTURE.md` walks one request through them.

/// Markdown in, safe HTML out; pure and infallible. [`markdown::full`] renders a finished text into one string per
/// top-level block; [`markdown::live`] does the same while the text grows, as updates whose cost is linear in the
/// length. Every byte that leaves the room went through its own escaping writer and, code aside, through the sanitiser.
pub mod markdown;
