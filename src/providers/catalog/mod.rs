//! The providers as data. To add one that speaks a wire we know, add a file with its row, and a line to [`ROWS`].

mod openai;
mod simulated;

pub use openai::OPENAI;
pub use simulated::SIMULATED;

use super::{Capabilities, price::Price};

/// All providers, in the order in which a person sees them.
pub const ROWS: &[Row] = &[OPENAI, SIMULATED];

/// One provider.
pub struct Row {
    /// First half of a model's full name; also the stem of the environment names.
    pub name: &'static str,
    /// What a person reads.
    pub label: &'static str,
    /// Which wire it speaks.
    pub kind: Kind,
    /// Where the provider lives when nobody says otherwise; ends without a slash. Empty for one that lives nowhere by
    /// itself.
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
    /// What its keys begin with. A hint for people, never a reason to refuse one: providers change it unannounced.
    pub key_starts: &'static [&'static str],
    /// Where a person gets a key.
    pub key_page: &'static str,
}

impl Row {
    /// Whether nobody gets in without a key.
    pub fn needs_key(&self) -> bool {
        !matches!(self.name, "ollama" | "compatible")
    }
}

/// The wires. One that is new has a file in `wire/` and a line in `wire::build`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// OpenAI's Chat Completions, and Responses where [`Dialect`] says so.
    OpenAi,
}

/// How this provider's OpenAI wire differs from the common one.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Says `max_completion_tokens` for the limit, where look-alikes know only `max_tokens`.
    pub max_completion_tokens: bool,
    /// Sends `stream_options.include_usage`; some old servers refuse the field.
    pub stream_usage: bool,
}

impl Dialect {
    /// What every look-alike understands.
    pub const COMMON: Self = Self { max_completion_tokens: false, stream_usage: true };
}

/// A model we know something about.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub id: &'static str,
    pub label: &'static str,
    /// Tokens it can look at; 0 where nobody knows.
    pub context_window: u32,
    /// Tokens it can say; 0 where nobody knows.
    pub max_output: u32,
    pub capabilities: Capabilities,
    /// Whether `temperature` may be sent.
    pub temperature: Temperature,
    /// The words it takes for how much it thinks; empty where it takes none, or nobody knows.
    pub efforts: &'static [&'static str],
    /// What it costs on the provider's own host, where known.
    pub price: Option<Price>,
    /// The day on which the provider switches it off, as in `2027-01-14`.
    pub retires: Option<&'static str>,
}

/// When a model takes a `temperature`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temperature {
    Always,
    Never,
    /// Only while it doesn't think: with the effort `none`.
    Unthinking,
}

/// The usual words for how much a model thinks.
pub const LOW_TO_MAX: &[&str] = &["low", "medium", "high", "xhigh", "max"];
/// The same for models that can do without.
pub const NONE_TO_MAX: &[&str] = &["none", "low", "medium", "high", "xhigh", "max"];

impl Known {
    /// One that only reads and writes.
    pub const fn plain(id: &'static str, label: &'static str, context_window: u32) -> Self {
        Self {
            id,
            label,
            context_window,
            max_output: 0,
            capabilities: Capabilities::NONE,
            temperature: Temperature::Always,
            efforts: &[],
            price: None,
            retires: None,
        }
    }

    /// One that thinks, looks at pictures and pages, and calls tools; so do most of this year.
    pub const fn able(id: &'static str, label: &'static str, context_window: u32, max_output: u32) -> Self {
        Self {
            max_output,
            capabilities: Capabilities::MOST,
            temperature: Temperature::Never,
            ..Self::plain(id, label, context_window)
        }
    }

    /// With its price: thousandths of a US dollar per million tokens of the prompt and of the answer.
    pub const fn at(self, input: u32, output: u32) -> Self {
        Self { price: Some(Price::per_million(input, output)), ..self }
    }

    /// With the words it takes for how much it thinks.
    pub const fn thinks(self, efforts: &'static [&'static str]) -> Self {
        Self { efforts, ..self }
    }
}
