//! The OpenAI-shaped providers as data. To add one, add a row: name, label, where its key and base URL come from,
//! and what it wants said differently.

use super::price::Price;

/// One provider that speaks the OpenAI wire.
pub struct Row {
    /// First half of a model's full name; also the stem of the environment names.
    pub name: &'static str,
    /// What a person reads.
    pub label: &'static str,
    /// Environment names of the key, the first one that is set wins. `config.rs` reads them, not this room.
    pub key_env: &'static [&'static str],
    /// Environment name of the base URL.
    pub base_url_env: &'static str,
    /// Where the provider lives when nobody says otherwise; ends without a slash.
    pub base_url: &'static str,
    /// What it wants said differently.
    pub dialect: Dialect,
    /// Models we know something about; also the list when the provider's own cannot be had. The first is the default.
    pub known: &'static [Known],
    /// The id of the model for small things, such as the title of a conversation.
    pub cheap: &'static str,
    /// Parts of an id that mark a model which cannot chat. Applied to the provider's own host only: elsewhere ids
    /// mean something else.
    pub not_chat: &'static [&'static str],
}

/// How this provider's OpenAI wire differs from the common one.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Says `max_completion_tokens` for the limit, where look-alikes know only `max_tokens`.
    pub max_completion_tokens: bool,
    /// Sends `stream_options.include_usage`; some old servers refuse the field.
    pub stream_usage: bool,
    /// Reasoning models refuse `temperature`.
    pub reasoning_refuses_temperature: bool,
}

/// A model we know something about.
pub struct Known {
    pub id: &'static str,
    pub label: &'static str,
    pub reasoning: bool,
    pub context_window: u32,
    /// What it costs on the provider's own host, where known.
    pub price: Option<Price>,
}

const fn known(id: &'static str, label: &'static str, reasoning: bool, context_window: u32) -> Known {
    Known { id, label, reasoning, context_window, price: None }
}

impl Known {
    /// With its price: thousandths of a US dollar per million tokens of the prompt and of the answer.
    const fn at(self, input: u32, output: u32) -> Self {
        Self { price: Some(Price::per_million(input, output)), ..self }
    }
}

/// All providers that speak the OpenAI wire, in the order in which a person sees them.
pub const ROWS: &[Row] = &[OPENAI, SIMULATED];

/// OpenAI itself, or anything that looks like it behind `OPENAI_BASE_URL`.
pub const OPENAI: Row = Row {
    name: "openai",
    label: "OpenAI",
    key_env: &["OPENAI_API_KEY"],
    base_url_env: "OPENAI_BASE_URL",
    base_url: "https://api.openai.com/v1",
    dialect: Dialect { max_completion_tokens: true, stream_usage: true, reasoning_refuses_temperature: true },
    // Prices: standard tier, as published or, for gpt-6-sol, by third-party tables, 2026-11-20; gpt-4o-mini's of 2024.
    known: &[
        known("gpt-6.1-sol", "GPT-6.1 Sol", true, 1_050_000).at(2_000, 10_000),
        known("gpt-6.1-terra", "GPT-6.1 Terra", true, 1_050_000).at(1_000, 5_000),
        Known {
            // Twice as much for longer prompts, say third-party tables.
            price: Some(Price::per_million(10_000, 50_000).up_to(272_000)),
            ..known("gpt-6-astra", "GPT-6 Astra", true, 1_050_000)
        },
        known("gpt-6-sol", "GPT-6 Sol", true, 1_050_000).at(2_000, 10_000),
        known("gpt-6-luna", "GPT-6 Luna", true, 1_050_000).at(100, 500),
        known("gpt-5.6-sol", "GPT-5.6 Sol", true, 1_050_000).at(4_000, 20_000),
        known("gpt-5.6-terra", "GPT-5.6 Terra", true, 1_050_000).at(2_000, 12_000),
        known("gpt-5.6-luna", "GPT-5.6 Luna", true, 1_050_000).at(200, 1_200),
        known("gpt-4o-mini", "GPT-4o mini", false, 128_000).at(150, 600),
    ],
    cheap: "gpt-4o-mini",
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
};

/// The simulated provider: part of the product, for the first look, for tests and for benchmarks.
pub const SIMULATED: Row = Row {
    name: "simulated",
    label: "Simulated",
    key_env: &[],
    base_url_env: "FRESHET_SIMULATED_URL",
    base_url: "http://127.0.0.1:4010/v1",
    dialect: Dialect {
        max_completion_tokens: true,
        stream_usage: true,
        reasoning_refuses_temperature: false,
    },
    known: &[
        known("essay", "Essay (a tour of Freshet)", false, 128_000),
        known("fast", "Fast", false, 128_000),
        known("thinking", "Thinking", true, 128_000),
        known("slow", "Slow", false, 128_000),
        known("echo", "Echo", false, 128_000),
        known("faults", "Faults (scripted failures)", false, 128_000),
        known("tokens", "Tokens (for measurements)", false, 128_000),
    ],
    // In no list: it makes titles and nothing else.
    cheap: "title",
    not_chat: &[],
};
