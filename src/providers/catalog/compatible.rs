//! Any server that speaks OpenAI's Chat Completions: llama.cpp, vLLM, LM Studio, LiteLLM and many more.

use super::{Dialect, Kind, Row};

/// See the module. It lives where its account says, wants a key or not, and has the models that it lists.
pub const COMPATIBLE: Row = Row {
    name: "compatible",
    label: "OpenAI-compatible",
    kind: Kind::OpenAi,
    base_url: "",
    dialect: Dialect { keyless: true, ..Dialect::COMMON },
    known: &[],
    cheap: "",
    not_chat: &[],
    key_starts: &[],
    key_page: "",
};
