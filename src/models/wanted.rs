//! Which of the models somebody wants to see.

use serde::Deserialize;
use utoipa::ToSchema;

use super::Offer;
use crate::providers::Capabilities;

/// Something that not every model can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Capability {
    /// Looks at pictures.
    Vision,
    /// Reads PDF.
    Pdf,
    /// Calls tools.
    Tools,
    /// Thinks before it answers.
    Reasoning,
    /// Makes pictures.
    Images,
}

impl Capability {
    /// All of them, in the order in which a person sees them.
    pub const ALL: [Self; 5] = [Self::Vision, Self::Pdf, Self::Tools, Self::Reasoning, Self::Images];

    /// The word for it in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vision => "vision",
            Self::Pdf => "pdf",
            Self::Tools => "tools",
            Self::Reasoning => "reasoning",
            Self::Images => "images",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// Whether it is among these.
    pub fn is_in(self, all: Capabilities) -> bool {
        match self {
            Self::Vision => all.vision,
            Self::Pdf => all.pdf,
            Self::Tools => all.tools,
            Self::Reasoning => all.reasoning,
            Self::Images => all.images,
        }
    }
}

/// What to look for; what is absent matters not.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Words that name, label and provider hold, whatever their case.
    pub query: String,
    /// The provider's name.
    pub provider: Option<String>,
    /// What the model can.
    pub capability: Option<Capability>,
}

impl Wanted {
    /// Those of `offers` that are wanted.
    pub fn among(&self, mut offers: Vec<Offer>) -> Vec<Offer> {
        let query = self.query.to_lowercase();
        let words: Vec<&str> = query.split_whitespace().collect();
        offers.retain(|Offer { model, .. }| {
            let holds = || {
                let text = format!("{} {} {}", model.name, model.label, model.provider_label).to_lowercase();
                words.iter().all(|word| text.contains(word))
            };
            self.provider.as_ref().is_none_or(|provider| *provider == model.provider)
                && self.capability.is_none_or(|capability| capability.is_in(model.capabilities))
                && (words.is_empty() || holds())
        });
        offers
    }
}
