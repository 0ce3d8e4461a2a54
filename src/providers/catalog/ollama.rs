//! Models on a machine of one's own, served by Ollama.

use super::{Dialect, Kind, Known, Row, Temperature};
use crate::providers::{Capabilities, price::Price};

/// See the module. What is really there is in its list; these are what many people have.
pub const OLLAMA: Row = Row {
    name: "ollama",
    label: "Ollama",
    kind: Kind::Ollama,
    base_url: "http://localhost:11434",
    dialect: Dialect::COMMON,
    known: &[
        local("qwen3:8b", "Qwen3 8B", 40_960),
        Known { efforts: &["low", "medium", "high"], ..local("gpt-oss:20b", "gpt-oss 20B", 131_072) },
    ],
    // Whatever is loaded already is the cheapest.
    cheap: "",
    not_chat: &["embed"],
    key_starts: &[],
    key_page: "https://ollama.com/settings/keys",
};

const fn local(id: &'static str, label: &'static str, context_window: u32) -> Known {
    Known {
        capabilities: Capabilities { tools: true, reasoning: true, ..Capabilities::NONE },
        temperature: Temperature::Always,
        price: Some(Price::per_million(0, 0)),
        ..Known::plain(id, label, context_window)
    }
}
