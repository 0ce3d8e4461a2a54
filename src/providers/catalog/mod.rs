//! The providers as data. To add one that speaks a wire we know, add a file with its row, and a line to [`ROWS`].

mod anthropic;
mod compatible;
mod gemini;
mod meta;
mod ollama;
mod openai;
mod openrouter;
mod simulated;
mod v0;
mod xai;

pub use anthropic::ANTHROPIC;
pub use compatible::COMPATIBLE;
pub use gemini::GEMINI;
pub use meta::META;
pub use ollama::OLLAMA;
pub use openai::OPENAI;
pub use openrouter::OPENROUTER;
pub use simulated::SIMULATED;
pub use v0::V0;
pub use xai::XAI;

use super::{Capabilities, price::Price};

/// All providers, in the order in which a person sees them.
pub const ROWS: &[Row] =
    &[OPENAI, ANTHROPIC, GEMINI, XAI, META, V0, OPENROUTER, OLLAMA, COMPATIBLE, SIMULATED];

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
    /// Anthropic's Messages.
    Messages,
    /// Google's generateContent.
    Generate,
    /// Ollama's own.
    Ollama,
}

/// How this provider's OpenAI wire differs from the common one.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Says `max_completion_tokens` for the limit, where look-alikes know only `max_tokens`.
    pub max_completion_tokens: bool,
    /// Sends `stream_options.include_usage`; some old servers refuse the field.
    pub stream_usage: bool,
    /// Which models are asked through Responses instead of Chat Completions.
    pub responses: Responses,
    /// The role of system text in Responses.
    pub system: &'static str,
    /// Models that think refuse tools in Chat Completions unless they are told not to think.
    pub responses_for_tools: bool,
    /// Counts reasoning tokens beside the answer's, not among them.
    pub reasoning_apart: bool,
    /// Wants `reasoning_details` back.
    pub details: bool,
    /// Can do without a key.
    pub keyless: bool,
    /// Has a list of models.
    pub has_list: bool,
    /// Where a key is proven; a page that needs one.
    pub proof: &'static str,
    /// The words for how much to think of models that the catalogue doesn't know.
    pub efforts: &'static [&'static str],
}

/// When a provider is asked through OpenAI's Responses, which alone keep thoughts from turn to turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Responses {
    Never,
    /// For models that think; on the provider's own host only, since look-alikes don't have it.
    Reasoning,
    Always,
}

impl Dialect {
    /// What every look-alike understands.
    pub const COMMON: Self = Self {
        max_completion_tokens: false,
        stream_usage: true,
        responses: Responses::Never,
        system: "system",
        responses_for_tools: false,
        reasoning_apart: false,
        details: false,
        keyless: false,
        has_list: true,
        proof: "/models",
        efforts: &[],
    };
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
