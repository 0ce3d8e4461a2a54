//! One event of the OpenAI wire, as sloppy as servers really write it.
//!
//! Borrowed and without a tree: text lands in the delta's own string and nowhere else. Every field may be missing or
//! null; fields nobody reads are skipped; both names for reasoning are known.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chunk<'a> {
    #[serde(borrow, deserialize_with = "null_is_default")]
    pub choices: Vec<Choice<'a>>,
    pub usage: Option<WireUsage>,
    /// Who answers; often more exact than what was asked for.
    #[serde(borrow)]
    pub model: Words<'a>,
    /// An object, or with some a bare string. Rare, so a tree is fine.
    pub error: Option<serde_json::Value>,
    /// Beside a bare string.
    pub code: Option<serde_json::Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Choice<'a> {
    /// `message` is what a server says that ignores `stream: true`.
    #[serde(borrow, alias = "message", deserialize_with = "null_is_default")]
    pub delta: Said<'a>,
    #[serde(borrow)]
    pub finish_reason: Option<Cow<'a, str>>,
    #[serde(deserialize_with = "null_is_default")]
    pub index: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Said<'a> {
    #[serde(borrow)]
    pub content: Words<'a>,
    #[serde(borrow)]
    pub reasoning_content: Words<'a>,
    #[serde(borrow)]
    pub reasoning: Words<'a>,
    #[serde(borrow)]
    pub refusal: Words<'a>,
    /// Thoughts in pieces that OpenRouter wants back.
    #[serde(deserialize_with = "null_is_default")]
    pub reasoning_details: Vec<serde_json::Map<String, serde_json::Value>>,
    #[serde(borrow, deserialize_with = "null_is_default")]
    pub tool_calls: Vec<Call<'a>>,
}

impl Said<'_> {
    /// Servers in the middle of a renaming send both names with the same words: take one.
    pub fn thinking(&self) -> &str {
        if self.reasoning_content.0.is_empty() { &self.reasoning.0 } else { &self.reasoning_content.0 }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Call<'a> {
    pub index: Option<u32>,
    pub id: Option<String>,
    #[serde(borrow, deserialize_with = "null_is_default")]
    pub function: Function<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Function<'a> {
    pub name: Option<String>,
    #[serde(borrow)]
    pub arguments: Words<'a>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct WireUsage {
    pub prompt_tokens: Option<f64>,
    pub completion_tokens: Option<f64>,
    pub total_tokens: Option<f64>,
    /// US dollars.
    pub cost: Option<f64>,
    pub prompt_tokens_details: Option<PromptDetails>,
    pub completion_tokens_details: Option<AnswerDetails>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct PromptDetails {
    pub cached_tokens: Option<f64>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct AnswerDetails {
    pub reasoning_tokens: Option<f64>,
}

impl WireUsage {
    /// In our words. Some count reasoning beside the answer: the sum gives them away, and where there is none, `apart`.
    pub fn read(self, apart: bool) -> crate::providers::Usage {
        let count = |number: Option<f64>| number.filter(|n| n.is_finite() && *n >= 0.0).map(|n| n as u64);
        let cached = count(self.prompt_tokens_details.and_then(|details| details.cached_tokens));
        let reasoning = count(self.completion_tokens_details.and_then(|details| details.reasoning_tokens));
        let (input, output) = (count(self.prompt_tokens), count(self.completion_tokens));
        let spoken = input.unwrap_or(0).saturating_add(output.unwrap_or(0));
        let apart = match count(self.total_tokens) {
            Some(total) if total > 0 => {
                total == spoken.saturating_add(reasoning.unwrap_or(0)) && total != spoken
            }
            _ => apart,
        };
        let beside = reasoning.filter(|_| apart).unwrap_or(0);
        // Nobody can have more in a cache than in the prompt: then it is counted beside it.
        let hidden = cached.filter(|cached| input.is_some_and(|input| *cached > input)).unwrap_or(0);
        crate::providers::Usage {
            input: input.map(|input| input.saturating_add(hidden)),
            cached,
            output: output.map(|output| output.saturating_add(beside)),
            reasoning,
            cost: self
                .cost
                .filter(|dollars| (0.0..1e6).contains(dollars))
                .map(|dollars| (dollars * 1e9).round() as i64),
        }
    }
}

fn null_is_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// Text as a string, as a list of parts, as an object (tool arguments with some), or null.
#[derive(Debug, Default)]
pub struct Words<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Words<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(WordsVisitor).map(Words)
    }
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a list of parts or null")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let mut text = String::new();
        while let Some(part) = parts.next_element::<Part<'de>>()? {
            text.push_str(&part.0);
        }
        Ok(Cow::Owned(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let tree = serde_json::Value::deserialize(serde::de::value::MapAccessDeserializer::new(map));
        tree.map(|tree| Cow::Owned(tree.to_string()))
    }
}

/// An element of a list of parts: `{"type": "text", "text": "…"}` or a bare string; pictures and the like are skipped.
struct Part<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Part<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(PartVisitor).map(Part)
    }
}

struct PartVisitor;

impl<'de> Visitor<'de> for PartVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a message")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut text = Cow::Borrowed("");
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            if key == "text" {
                text = map.next_value::<Words<'de>>()?.0;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(text)
    }
}
