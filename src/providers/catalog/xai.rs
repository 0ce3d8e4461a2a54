//! xAI: OpenAI's Responses, with differences in counting and in errors.

use super::{Dialect, Kind, Known, Responses, Row, Temperature};
use crate::providers::{Capabilities, price::Price};

/// See the module. Prices of 2026-11-20; grok-4.3 and grok-4.20 by third-party tables.
pub const XAI: Row = Row {
    name: "xai",
    label: "xAI",
    kind: Kind::OpenAi,
    base_url: "https://api.x.ai/v1",
    dialect: Dialect {
        responses: Responses::Always,
        reasoning_apart: true,
        proof: "/api-key",
        ..Dialect::COMMON
    },
    known: &[
        Known {
            // Twice as much for longer prompts.
            price: Some(Price::per_million(2_000, 6_000).up_to(200_000)),
            ..grok("grok-4.7", "Grok 4.7", 500_000).thinks(&["low", "medium", "high", "xhigh"])
        },
        grok("grok-4.3", "Grok 4.3", 1_000_000).at(1_250, 2_500).thinks(&["none", "low", "medium", "high"]),
        Known {
            capabilities: Capabilities { reasoning: false, ..GROK },
            temperature: Temperature::Always,
            ..grok("grok-4.20-0309-non-reasoning", "Grok 4.20 (non-reasoning)", 1_000_000).at(1_250, 2_500)
        },
    ],
    cheap: "grok-4.20-0309-non-reasoning",
    not_chat: &["imagine", "image", "video", "embedding", "voice", "tts"],
    key_starts: &["xai-"],
    key_page: "https://console.x.ai/team/default/api-keys",
};

/// PDF goes by way of a file store there, which we don't fill.
const GROK: Capabilities = Capabilities { pdf: false, ..Capabilities::MOST };

const fn grok(id: &'static str, label: &'static str, context_window: u32) -> Known {
    Known { capabilities: GROK, ..Known::able(id, label, context_window, 0) }
}
