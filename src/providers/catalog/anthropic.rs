//! Anthropic itself, or a proxy that speaks its Messages.

use super::{Dialect, Kind, Known, LOW_TO_MAX, NONE_TO_MAX, Row, Temperature};
use crate::providers::price::Price;

/// See the module. Prices: standard tier, as published, 2026-11-20.
pub const ANTHROPIC: Row = Row {
    name: "anthropic",
    label: "Anthropic",
    kind: Kind::Messages,
    base_url: "https://api.anthropic.com",
    dialect: Dialect::COMMON,
    known: &[
        able("claude-sonnet-5-5", "Claude Sonnet 5.5").at(2_000, 10_000).thinks(LOW_TO_MAX),
        able("claude-opus-5-5", "Claude Opus 5.5").at(4_000, 20_000).thinks(LOW_TO_MAX),
        able("claude-fable-5-1", "Claude Fable 5.1").at(10_000, 50_000).thinks(LOW_TO_MAX),
        Known {
            // Five times as much for longer prompts.
            price: Some(Price::per_million(100, 500).up_to(100_000)),
            ..able("claude-haiku-5-5", "Claude Haiku 5.5").thinks(NONE_TO_MAX)
        },
        able("claude-opus-5", "Claude Opus 5").at(5_000, 25_000).thinks(NONE_TO_MAX),
        Known {
            // Thinks by a number of tokens, not by a word, and takes a temperature in the old version of the API.
            temperature: Temperature::Always,
            ..Known::able("claude-haiku-4-5", "Claude Haiku 4.5", 200_000, 64_000).at(1_000, 5_000)
        },
    ],
    cheap: "claude-haiku-5-5",
    not_chat: &[],
    key_starts: &["sk-ant-"],
    key_page: "https://platform.claude.com/settings/keys",
};

const fn able(id: &'static str, label: &'static str) -> Known {
    Known::able(id, label, 1_000_000, 128_000)
}
