//! OpenAI itself, or anything that looks like it behind `OPENAI_BASE_URL`.

use super::{Dialect, Kind, Known, LOW_TO_MAX, NONE_TO_MAX, Responses, Row, Temperature};
use crate::providers::{Capabilities, price::Price};

/// See the module. Prices: standard tier, as published or, for gpt-6-sol, by third-party tables, 2026-11-20; gpt-4o-mini's
/// of 2024.
pub const OPENAI: Row = Row {
    name: "openai",
    label: "OpenAI",
    kind: Kind::OpenAi,
    base_url: "https://api.openai.com/v1",
    dialect: Dialect {
        max_completion_tokens: true,
        responses: Responses::Reasoning,
        system: "developer",
        responses_for_tools: true,
        ..Dialect::COMMON
    },
    known: &[
        Known::able("gpt-6.1-sol", "GPT-6.1 Sol", 1_050_000, 128_000).at(2_000, 10_000).thinks(LOW_TO_MAX),
        Known::able("gpt-6.1-terra", "GPT-6.1 Terra", 1_050_000, 128_000)
            .at(1_000, 5_000)
            .thinks(NONE_TO_MAX),
        Known {
            // Twice as much for longer prompts, say third-party tables.
            price: Some(Price::per_million(10_000, 50_000).up_to(272_000)),
            ..Known::able("gpt-6-astra", "GPT-6 Astra", 1_050_000, 128_000).thinks(LOW_TO_MAX)
        },
        Known::able("gpt-6-sol", "GPT-6 Sol", 1_050_000, 128_000).at(2_000, 10_000).thinks(NONE_TO_MAX),
        Known::able("gpt-6-luna", "GPT-6 Luna", 1_050_000, 128_000).at(100, 500).thinks(NONE_TO_MAX),
        five("gpt-5.6-sol", "GPT-5.6 Sol").at(4_000, 20_000),
        five("gpt-5.6-terra", "GPT-5.6 Terra").at(2_000, 12_000),
        five("gpt-5.6-luna", "GPT-5.6 Luna").at(200, 1_200),
        Known {
            max_output: 16_384,
            capabilities: Capabilities { reasoning: false, ..Capabilities::MOST },
            retires: Some("2027-01-14"),
            ..Known::plain("gpt-4o-mini", "GPT-4o mini", 128_000).at(150, 600)
        },
    ],
    cheap: "gpt-6-luna",
    not_chat: &[
        "embedding",
        "whisper",
        "tts",
        "dall-e",
        "image",
        "moderation",
        "audio",
        "realtime",
        "transcribe",
        "davinci",
        "babbage",
        "instruct",
        "sora",
        "computer-use",
        "codex",
        "deep-research",
        "search",
        "-pro",
    ],
    key_starts: &["sk-proj-", "sk-svcacct-", "sk-"],
    key_page: "https://platform.openai.com/api-keys",
};

const fn five(id: &'static str, label: &'static str) -> Known {
    Known {
        temperature: Temperature::Unthinking,
        ..Known::able(id, label, 1_050_000, 128_000).thinks(NONE_TO_MAX)
    }
}
