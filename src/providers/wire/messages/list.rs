//! Anthropic's list of models, which tells almost everything.

use serde::Deserialize;

use super::super::Listed;
use crate::providers::Capabilities;

/// A page of the list.
#[derive(Deserialize)]
pub struct Page {
    #[serde(default)]
    pub data: Vec<Entry>,
    #[serde(default)]
    pub has_more: bool,
    pub last_id: Option<String>,
}

/// A model of the list.
#[derive(Deserialize)]
pub struct Entry {
    id: String,
    display_name: Option<String>,
    max_input_tokens: Option<u32>,
    max_tokens: Option<u32>,
    lifecycle: Option<String>,
    retires_at: Option<String>,
    capabilities: Option<Able>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Able {
    image_input: Yes,
    pdf_input: Yes,
    thinking: Thinking,
    effort: Efforts,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Thinking {
    supported: bool,
    types: Types,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Types {
    adaptive: Yes,
    disabled: Yes,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Efforts {
    low: Yes,
    medium: Yes,
    high: Yes,
    xhigh: Option<Yes>,
    max: Yes,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Yes {
    supported: bool,
}

impl Able {
    /// The words for how much it thinks; none where that takes a number of tokens.
    fn efforts(&self) -> Vec<String> {
        if !self.thinking.types.adaptive.supported {
            return Vec::new();
        }
        let Efforts { low, medium, high, xhigh, max } = &self.effort;
        let xhigh = xhigh.as_ref().is_some_and(|yes| yes.supported);
        let words = [
            ("none", self.thinking.types.disabled.supported),
            ("low", low.supported),
            ("medium", medium.supported),
            ("high", high.supported),
            ("xhigh", xhigh),
            ("max", max.supported),
        ];
        words.into_iter().filter(|(_, takes)| *takes).map(|(word, _)| word.to_owned()).collect()
    }
}

/// What an entry tells; `None` for a model that is gone.
pub fn listed(entry: Entry) -> Option<Listed> {
    if entry.id.is_empty() || entry.id.len() > 256 || entry.lifecycle.as_deref() == Some("retired") {
        return None;
    }
    let able = entry.capabilities.as_ref();
    let capabilities = able.map(|able| Capabilities {
        vision: able.image_input.supported,
        pdf: able.pdf_input.supported,
        tools: true,
        reasoning: able.thinking.supported,
        images: false,
    });
    Some(Listed {
        label: entry.display_name.filter(|name| !name.is_empty()),
        context_window: entry.max_input_tokens,
        max_output: entry.max_tokens,
        capabilities,
        efforts: able.map(Able::efforts),
        retires: entry.retires_at.and_then(|at| Some(at.get(..10)?.to_owned())),
        ..Listed::of(entry.id)
    })
}
