//! Google's Gemini, through the Developer API.

use super::{Dialect, Kind, Known, Row, Temperature};

/// See the module. Prices as they are once the introductory ones have ended (of Gemini 4 on 2026-11-30, of 3.8 Flash on
/// 2026-12-31), so that no bill is a surprise; of Carbon and Hydrogen by third-party tables, 2026-11-20.
pub const GEMINI: Row = Row {
    name: "gemini",
    label: "Google Gemini",
    kind: Kind::Generate,
    base_url: "https://generativelanguage.googleapis.com/v1beta",
    dialect: Dialect::COMMON,
    known: &[
        able("gemini-4-hydrogen", "Gemini 4 Hydrogen")
            .at(1_500, 7_500)
            .thinks(&["low", "medium", "high", "xhigh"]),
        able("gemini-4-argon", "Gemini 4 Argon").at(4_000, 20_000).thinks(&["low", "medium", "high"]),
        able("gemini-4-carbon", "Gemini 4 Carbon").at(4_000, 20_000).thinks(&["low", "medium", "high"]),
        able("gemini-3.8-flash", "Gemini 3.8 Flash")
            .at(1_500, 7_500)
            .thinks(&["minimal", "low", "medium", "high"]),
        able("gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite"),
    ],
    cheap: "gemini-3.5-flash-lite",
    not_chat: &[
        "embedding",
        "aqa",
        "imagen",
        "veo",
        "lyria",
        "image",
        "nano-banana",
        "tts",
        "audio",
        "live",
        "robotics",
        "computer-use",
        "deep-research",
    ],
    // Keys with the second are older, and are being refused.
    key_starts: &["AQ.", "AIza"],
    key_page: "https://aistudio.google.com/apikey",
};

const fn able(id: &'static str, label: &'static str) -> Known {
    Known { temperature: Temperature::Always, ..Known::able(id, label, 1_048_576, 65_536) }
}
