//! Meta's Model API, which followed the Llama API in 2026: OpenAI's Responses.

use super::{Dialect, Kind, Known, Responses, Row, Temperature};

/// The words for how much to think; it can't do without.
const MINIMAL_TO_XHIGH: &[&str] = &["minimal", "low", "medium", "high", "xhigh"];
const MINIMAL_TO_MAX: &[&str] = &["minimal", "low", "medium", "high", "xhigh", "max"];

/// See the module. Prices of 2026-11-20; Spark and Ember by third-party tables. Ids with `-contributor` are cheap because
/// Meta may learn from what they are told: they answer who asks for them by name, and are in no list.
pub const META: Row = Row {
    name: "meta",
    label: "Meta",
    kind: Kind::OpenAi,
    base_url: "https://api.meta.ai/v1",
    dialect: Dialect { responses: Responses::Always, efforts: MINIMAL_TO_XHIGH, ..Dialect::COMMON },
    known: &[
        muse("muse-spark-1.3", "Muse Spark 1.3", 131_072).at(1_250, 4_250).thinks(MINIMAL_TO_XHIGH),
        muse("muse-wonder-1.0", "Muse Wonder 1.0", 131_072).at(4_000, 20_000).thinks(MINIMAL_TO_MAX),
        muse("muse-ember-1.0", "Muse Ember 1.0", 524_288).at(100, 500).thinks(MINIMAL_TO_XHIGH),
    ],
    cheap: "muse-ember-1.0",
    not_chat: &["-contributor", "image", "video", "embedding"],
    key_starts: &[],
    key_page: "https://developer.meta.ai/",
};

const fn muse(id: &'static str, label: &'static str, max_output: u32) -> Known {
    Known { temperature: Temperature::Always, ..Known::able(id, label, 1_048_576, max_output) }
}
