//! A request in Ollama's words.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::value::RawValue;

use super::super::turns::{Arranged, Said, Turn, arguments};
use crate::providers::{File, Model, Request, Role, Tool};

/// The window that is asked for at most while the conversation fits: each token of it takes memory of the machine.
const USUAL_WINDOW: u64 = 32_768;
/// Tokens of a picture, roughly.
const PICTURE: u64 = 1_500;
/// Tokens that are kept free for an answer that nobody has limited.
const ROOM: u64 = 4_096;

/// See the module.
#[derive(Serialize)]
pub struct Ask<'a> {
    model: &'a str,
    stream: bool,
    messages: Vec<Spoken<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<ToolForm<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    think: Option<Think<'a>>,
    options: Options,
}

#[derive(Default, Serialize)]
struct Spoken<'a> {
    role: &'static str,
    content: String,
    /// Without a media type: the server looks for itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_name: Option<&'a str>,
}

#[derive(Serialize)]
struct Call<'a> {
    function: Called<'a>,
}

#[derive(Serialize)]
struct Called<'a> {
    name: &'a str,
    arguments: Box<RawValue>,
}

#[derive(Serialize)]
struct ToolForm<'a> {
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a serde_json::Value,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Think<'a> {
    Whether(bool),
    HowMuch(&'a str),
}

#[derive(Serialize)]
struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    num_ctx: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_predict: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
}

impl<'a> Ask<'a> {
    /// The request, for this model.
    pub fn of(model: &'a Model, request: &'a Request) -> Self {
        let Arranged { system, turns } = Arranged::of(request, "");
        let first =
            (!system.is_empty()).then(|| Spoken { role: "system", content: system, ..Spoken::default() });
        let messages = first.into_iter().chain(turns.iter().flat_map(spoken)).collect();
        Self {
            model: &request.model,
            stream: true,
            messages,
            tools: request.tools.iter().map(tool).collect(),
            think: think(model, request.reasoning_effort.as_deref()),
            options: Options {
                num_ctx: window(model, request),
                num_predict: request.max_tokens,
                temperature: request.temperature,
            },
        }
    }
}

fn tool(tool: &Tool) -> ToolForm<'_> {
    let Tool { name, description, parameters } = tool;
    ToolForm { r#type: "function", function: Function { name, description, parameters } }
}

/// Only for a model that can: others refuse the word.
fn think<'a>(model: &'a Model, asked: Option<&str>) -> Option<Think<'a>> {
    if !model.capabilities.reasoning {
        return None;
    }
    if model.efforts.is_empty() {
        return Some(Think::Whether(asked != Some("none")));
    }
    let takes = |word: &str| model.efforts.iter().find(|effort| *effort == word);
    let word = match asked {
        None => return Some(Think::Whether(true)),
        Some("none" | "minimal") => model.efforts.first(),
        Some(other) => takes(other).or(model.efforts.last()),
    };
    word.map(|word| Think::HowMuch(word))
}

/// What does not fit is cut off without a word, and the usual window is small. The same for all short conversations,
/// since a model is loaded anew for another one.
fn window(model: &Model, request: &Request) -> Option<u64> {
    let most = u64::from(model.context_window?);
    let letters: usize = request
        .messages
        .iter()
        .map(|turn| {
            let calls = turn.calls.iter().map(|call| call.arguments.len()).sum::<usize>();
            turn.text.len() + calls + turn.results.iter().map(|result| result.output.len()).sum::<usize>()
        })
        .sum();
    let pictures = request.messages.iter().map(|turn| turn.files.len() as u64).sum::<u64>() * PICTURE;
    let tools = request.tools.iter().map(|tool| tool.parameters.to_string().len()).sum::<usize>();
    let room = request.max_tokens.map_or(ROOM, u64::from);
    let needed = (letters + tools) as u64 / 3 + pictures + room;
    Some(needed.next_power_of_two().max(USUAL_WINDOW).min(most))
}

/// A turn as messages: what is said of one kind goes together.
fn spoken<'a>(turn: &Turn<'a>) -> Vec<Spoken<'a>> {
    let role = if turn.role == Role::Assistant { "assistant" } else { "user" };
    let (mut results, mut own) = (Vec::new(), Spoken { role, ..Spoken::default() });
    for said in &turn.said {
        match said {
            Said::Text(text) => {
                own.content.push_str(if own.content.is_empty() { "" } else { "\n\n" });
                own.content.push_str(text);
            }
            Said::File(File { media_type, bytes, .. }) if media_type.starts_with("image/") => {
                own.images.push(STANDARD.encode(bytes));
            }
            Said::File(_) | Said::Items(_) => {}
            Said::Call(call) => {
                own.tool_calls
                    .push(Call { function: Called { name: &call.name, arguments: arguments(call) } });
            }
            Said::Result { call, output, .. } => results.push(Spoken {
                role: "tool",
                content: (*output).to_owned(),
                tool_name: Some(&call.name),
                ..Spoken::default()
            }),
        }
    }
    let says = !own.content.is_empty() || !own.images.is_empty() || !own.tool_calls.is_empty();
    results.extend(says.then_some(own));
    results
}
