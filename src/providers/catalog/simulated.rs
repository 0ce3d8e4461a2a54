//! The simulated provider: part of the product, for the first look, for tests and for benchmarks.

use super::{Dialect, Kind, Known, Row};
use crate::providers::Capabilities;

/// See the module.
pub const SIMULATED: Row = Row {
    name: "simulated",
    label: "Simulated",
    kind: Kind::OpenAi,
    base_url: "http://127.0.0.1:4010/v1",
    dialect: Dialect { max_completion_tokens: true, ..Dialect::COMMON },
    known: &[
        Known::plain("essay", "Essay (a tour of Freshet)", 128_000),
        Known::plain("fast", "Fast", 128_000),
        Known {
            capabilities: Capabilities { reasoning: true, ..Capabilities::NONE },
            ..Known::plain("thinking", "Thinking", 128_000)
        },
        Known::plain("slow", "Slow", 128_000),
        Known::plain("echo", "Echo", 128_000),
        Known::plain("faults", "Faults (scripted failures)", 128_000),
        Known::plain("tokens", "Tokens (for measurements)", 128_000),
    ],
    // In no list: it makes titles and nothing else.
    cheap: "title",
    not_chat: &[],
    key_starts: &[],
    key_page: "",
};
