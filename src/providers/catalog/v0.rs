//! Vercel's v0 Model API: OpenAI's Chat Completions for building web pages. It has no list of models.

use super::{Dialect, Kind, Known, Row, Temperature};
use crate::providers::Capabilities;

/// See the module. Prices of 2026-11-20.
pub const V0: Row = Row {
    name: "v0",
    label: "v0",
    kind: Kind::OpenAi,
    base_url: "https://api.v0.dev/v1",
    dialect: Dialect { has_list: false, proof: "/user", ..Dialect::COMMON },
    known: &[
        vercel("v0-1.5-md", "v0 1.5 md", 128_000, false).at(3_000, 15_000),
        vercel("v0-1.5-lg", "v0 1.5 lg", 512_000, true).at(15_000, 75_000),
    ],
    cheap: "v0-1.5-md",
    not_chat: &[],
    key_starts: &["v1:"],
    key_page: "https://v0.app/chat/settings/keys",
};

const fn vercel(id: &'static str, label: &'static str, context_window: u32, reasoning: bool) -> Known {
    Known {
        max_output: 32_000,
        capabilities: Capabilities { pdf: false, reasoning, ..Capabilities::MOST },
        temperature: Temperature::Always,
        ..Known::plain(id, label, context_window)
    }
}
