//! OpenRouter: hundreds of models of others behind OpenAI's Chat Completions; its list tells everything about them.

use super::{Dialect, Kind, Known, NONE_TO_MAX, Row};

/// See the module. The list is for the time before its own was read.
pub const OPENROUTER: Row = Row {
    name: "openrouter",
    label: "OpenRouter",
    kind: Kind::OpenAi,
    base_url: "https://openrouter.ai/api/v1",
    dialect: Dialect { details: true, proof: "/key", efforts: NONE_TO_MAX, ..Dialect::COMMON },
    known: &[
        Known::able("openai/gpt-6.1-sol", "OpenAI: GPT-6.1 Sol", 1_050_000, 128_000),
        Known::able("anthropic/claude-opus-5.5", "Anthropic: Claude Opus 5.5", 1_000_000, 128_000),
    ],
    cheap: "openai/gpt-6-luna",
    not_chat: &[],
    key_starts: &["sk-or-v1-"],
    key_page: "https://openrouter.ai/settings/keys",
};
