//! A request in the words of generateContent.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    super::turns::{Arranged, Said, Turn, arguments},
    FORM,
};
use crate::providers::{File, Model, Request, Role, Tool, ToolCall, catalog::Temperature};

/// What stands for the signature of a call that another model has made.
const FOREIGN: &str = "skip_thought_signature_validator";

/// See the module.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ask<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    system_instruction: Option<System>,
    contents: Vec<Content<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Declarations<'a>>,
    generation_config: Config,
}

#[derive(Serialize)]
struct System {
    parts: [Words<String>; 1],
}

#[derive(Serialize)]
struct Words<T> {
    text: T,
}

#[derive(Serialize)]
struct Content<'a> {
    role: &'static str,
    parts: Vec<Part<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Part<'a> {
    Text(Words<&'a str>),
    #[serde(rename_all = "camelCase")]
    Data {
        inline_data: Data<'a>,
    },
    #[serde(rename_all = "camelCase")]
    Call {
        function_call: Call<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        thought_signature: Option<&'static str>,
    },
    #[serde(rename_all = "camelCase")]
    Answer {
        function_response: Answer<'a>,
    },
    /// As it came.
    Own(&'a RawValue),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    mime_type: &'a str,
    data: String,
}

#[derive(Serialize)]
struct Call<'a> {
    id: &'a str,
    name: &'a str,
    args: Box<RawValue>,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    name: &'a str,
    response: Outcome<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome<'a> {
    Output(&'a str),
    Error(&'a str),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Declarations<'a> {
    function_declarations: Vec<Declaration<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Declaration<'a> {
    name: &'a str,
    description: &'a str,
    /// The other field for it takes a part of JSON Schema only.
    parameters_json_schema: &'a serde_json::Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_config: Option<Thinking>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Thinking {
    include_thoughts: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_level: Option<String>,
}

impl<'a> Ask<'a> {
    /// The request, for this model.
    pub fn of(model: &Model, request: &'a Request) -> Self {
        let Arranged { system, turns } = Arranged::of(request, FORM);
        // The turn that is going on begins with the person's last own words.
        let is_own =
            |turn: &Turn<'_>| turn.said.iter().any(|said| matches!(said, Said::Text(_) | Said::File(_)));
        let current = turns.iter().rposition(|turn| turn.role == Role::User && is_own(turn)).unwrap_or(0);
        let signs = wants_signatures(&request.model);
        let known = known_ids(&turns);
        let contents =
            turns.iter().enumerate().map(|(at, turn)| content(turn, signs && at > current, &known));
        Self {
            contents: contents.collect(),
            system_instruction: (!system.is_empty()).then_some(System { parts: [Words { text: system }] }),
            tools: tools(&request.tools),
            generation_config: Config {
                max_output_tokens: request.max_tokens,
                temperature: request.temperature.filter(|_| model.temperature == Temperature::Always),
                thinking_config: model.capabilities.reasoning.then(|| Thinking {
                    include_thoughts: true,
                    thinking_level: level(model, request.reasoning_effort.as_deref()),
                }),
            },
        }
    }
}

/// From the third generation on a call without its signature is refused.
fn wants_signatures(id: &str) -> bool {
    !["gemini-1", "gemini-2", "gemma"].iter().any(|old| id.starts_with(old))
}

/// How much to think, in one of the words that the model takes; none of them means "not at all".
fn level(model: &Model, asked: Option<&str>) -> Option<String> {
    let takes = |word: &str| model.efforts.iter().find(|effort| *effort == word);
    let word = match asked? {
        "none" | "minimal" => model.efforts.first(),
        other => takes(other).or(model.efforts.last()),
    };
    word.map(|word| word.to_uppercase())
}

/// The ids of calls that the provider knows: those that it gave itself, and those that we make up for foreign ones.
fn known_ids<'a>(turns: &[Turn<'a>]) -> Vec<String> {
    let mut ids = Vec::new();
    for said in turns.iter().flat_map(|turn| &turn.said) {
        match said {
            Said::Call(call) => ids.push(call.id.clone()),
            Said::Items(items) => ids.extend(items.iter().filter_map(|item| {
                let part: serde_json::Value = serde_json::from_str(item.get()).ok()?;
                Some(part["functionCall"]["id"].as_str()?.to_owned())
            })),
            _ => {}
        }
    }
    ids
}

fn content<'a>(turn: &Turn<'a>, signs: bool, known: &[String]) -> Content<'a> {
    // Of calls that go together only the first has one.
    let mut signature = Some(FOREIGN).filter(|_| signs);
    let mut parts = Vec::new();
    for said in &turn.said {
        parts.push(match said {
            Said::Text(text) => Part::Text(Words { text: *text }),
            Said::File(file) => data(file),
            Said::Call(call) => called(call, signature.take()),
            Said::Result { call, output, failed } => {
                let id = Some(call.id.as_str()).filter(|id| known.iter().any(|known| known == id));
                let response = if *failed { Outcome::Error(output) } else { Outcome::Output(output) };
                Part::Answer { function_response: Answer { id, name: &call.name, response } }
            }
            Said::Items(items) => {
                parts.extend(items.iter().map(|item| Part::Own(item)));
                continue;
            }
        });
    }
    Content { role: if turn.role == Role::Assistant { "model" } else { "user" }, parts }
}

fn called<'a>(call: &'a ToolCall, thought_signature: Option<&'static str>) -> Part<'a> {
    let function_call = Call { id: &call.id, name: &call.name, args: arguments(call) };
    Part::Call { function_call, thought_signature }
}

fn data(file: &File) -> Part<'_> {
    Part::Data { inline_data: Data { mime_type: &file.media_type, data: STANDARD.encode(&file.bytes) } }
}

fn tools(tools: &[Tool]) -> Vec<Declarations<'_>> {
    let function_declarations: Vec<_> = tools.iter().map(declaration).collect();
    if function_declarations.is_empty() { Vec::new() } else { vec![Declarations { function_declarations }] }
}

fn declaration(tool: &Tool) -> Declaration<'_> {
    let Tool { name, description, parameters } = tool;
    Declaration { name, description, parameters_json_schema: parameters }
}
