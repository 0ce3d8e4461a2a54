//! A request in the words of Messages.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    super::turns::{Arranged, Said, Turn, arguments, fitting_id},
    FORM,
};
use crate::providers::{File, Model, Request, Role, catalog::Temperature};

/// The limit of an answer that nobody has limited; the wire wants one, thinking included.
const USUAL_LIMIT: u32 = 32_000;
/// The same for a model of which nobody knows what it can say.
const UNKNOWN_LIMIT: u32 = 8_192;
/// The least number of tokens to think with.
const MIN_BUDGET: u32 = 1_024;
/// From this many characters on a conversation is worth the provider's cache.
const WORTH_CACHING: usize = 16_000;

/// See the module.
#[derive(Serialize)]
pub struct Ask<'a> {
    model: &'a str,
    max_tokens: u32,
    stream: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<Block<'a>>,
    messages: Vec<Spoken<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<ToolForm<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Thinking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<Output<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    /// On the last block that can be kept: the next question begins with all of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<Ephemeral>,
}

#[derive(Serialize)]
struct Spoken<'a> {
    role: Role,
    content: Vec<Block<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Form<'a> {
    Text { text: String },
    Image { source: Source<'a> },
    Document { title: &'a str, source: Source<'a> },
    ToolUse { id: String, name: &'a str, input: Box<RawValue> },
    ToolResult { tool_use_id: String, content: &'a str, is_error: bool },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Block<'a> {
    Made(Form<'a>),
    /// As it came.
    Own(&'a RawValue),
}

#[derive(Serialize)]
struct Source<'a> {
    r#type: &'static str,
    media_type: &'a str,
    data: String,
}

#[derive(Serialize)]
struct ToolForm<'a> {
    name: &'a str,
    description: &'a str,
    input_schema: &'a serde_json::Value,
}

#[derive(Serialize, Debug, PartialEq)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Thinking {
    Adaptive {
        /// Without it there is nothing to see.
        display: &'static str,
    },
    Enabled {
        budget_tokens: u32,
    },
    Disabled,
}

#[derive(Serialize)]
struct Output<'a> {
    effort: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Ephemeral {
    Ephemeral,
}

impl<'a> Ask<'a> {
    /// The request, for this model.
    pub fn of(model: &'a Model, request: &'a Request) -> Self {
        let Arranged { system, turns } = Arranged::of(request, FORM);
        let limit = request.max_tokens.unwrap_or(if model.max_output.is_some() {
            USUAL_LIMIT
        } else {
            UNKNOWN_LIMIT
        });
        let max_tokens = limit.min(model.max_output.unwrap_or(u32::MAX)).max(1);
        let (thinking, effort) = thinking(model, request.reasoning_effort.as_deref(), max_tokens);
        let long = request.messages.iter().map(|message| message.text.len()).sum::<usize>() >= WORTH_CACHING;
        let hot =
            model.temperature == Temperature::Always && !matches!(thinking, Some(Thinking::Enabled { .. }));
        let tool = |tool: &'a crate::providers::Tool| ToolForm {
            name: &tool.name,
            description: &tool.description,
            input_schema: &tool.parameters,
        };
        Self {
            model: &request.model,
            max_tokens,
            stream: true,
            system: Some(system).filter(|text| !text.is_empty()).map(text).into_iter().collect(),
            messages: turns.into_iter().map(spoken).collect(),
            tools: request.tools.iter().map(tool).collect(),
            thinking,
            output_config: effort.map(|effort| Output { effort }),
            // Theirs ends at 1.
            temperature: request.temperature.filter(|_| hot).map(|warmth| warmth.min(1.0)),
            cache_control: long.then_some(Ephemeral::Ephemeral),
        }
    }
}

/// Whether and how much to think: models that know words decide by themselves how much that is, older ones want a
/// number of tokens, and only when they are asked to think at all.
fn thinking<'a>(
    model: &'a Model,
    asked: Option<&str>,
    max_tokens: u32,
) -> (Option<Thinking>, Option<&'a str>) {
    if !model.capabilities.reasoning {
        return (None, None);
    }
    if model.efforts.is_empty() {
        let budget = match asked {
            None | Some("none") => return (None, None),
            Some("minimal" | "low") => 2_048,
            Some("medium") => 8_192,
            Some("high") => 16_384,
            Some(_) => 32_000,
        };
        // At least half is left for the answer.
        let budget = budget.min(max_tokens / 2);
        return ((budget >= MIN_BUDGET).then_some(Thinking::Enabled { budget_tokens: budget }), None);
    }
    let takes = |word: &str| model.efforts.iter().find(|effort| *effort == word).map(String::as_str);
    if asked == Some("none") && takes("none").is_some() {
        return (Some(Thinking::Disabled), None);
    }
    let words = || model.efforts.iter().map(String::as_str).filter(|word| *word != "none");
    let effort = asked.and_then(|asked| match asked {
        "none" | "minimal" => words().next(),
        other => takes(other).or_else(|| words().next_back()),
    });
    (Some(Thinking::Adaptive { display: "summarized" }), effort)
}

fn text<'a>(text: impl Into<String>) -> Block<'a> {
    Block::Made(Form::Text { text: text.into() })
}

fn spoken(turn: Turn<'_>) -> Spoken<'_> {
    let role = turn.role;
    let blocks = turn.said.into_iter().flat_map(|said| match said {
        Said::Text(words) => vec![text(words)],
        Said::File(attached) => vec![file(attached)],
        Said::Call(call) => {
            let (id, name, input) = (fitting_id(&call.id), call.name.as_str(), arguments(call));
            vec![Block::Made(Form::ToolUse { id, name, input })]
        }
        Said::Result { call, output, failed } => {
            let tool_use_id = fitting_id(&call.id);
            vec![Block::Made(Form::ToolResult { tool_use_id, content: output, is_error: failed })]
        }
        Said::Items(items) => items.into_iter().map(Block::Own).collect(),
    });
    Spoken { role, content: blocks.collect() }
}

fn file(file: &File) -> Block<'_> {
    let source =
        Source { r#type: "base64", media_type: &file.media_type, data: STANDARD.encode(&file.bytes) };
    Block::Made(if file.media_type == "application/pdf" {
        Form::Document { title: &file.name, source }
    } else {
        Form::Image { source }
    })
}
