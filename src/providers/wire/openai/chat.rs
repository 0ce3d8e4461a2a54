//! A request in the words of Chat Completions.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use super::said::{Open, data_url, fitting, is_picture};
use crate::providers::{Message, Request, Role, Tool, wire::details::FORM};

/// The request as it goes out.
#[derive(Serialize)]
pub struct Call<'a> {
    pub model: &'a str,
    pub stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_options: Option<StreamOptions>,
    pub messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Offer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<&'a str>,
}

#[derive(Serialize)]
pub struct StreamOptions {
    pub include_usage: bool,
}

#[derive(Serialize)]
pub struct Offer<'a> {
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a serde_json::Value,
}

/// One message.
#[derive(Serialize)]
pub struct Turn<'a> {
    role: &'static str,
    /// `null` beside calls.
    content: Option<Content<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Called<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_details: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(&'a str),
    Parts(Vec<Part<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: Picture },
    File { file: Page<'a> },
}

#[derive(Serialize)]
struct Picture {
    url: String,
}

#[derive(Serialize)]
struct Page<'a> {
    filename: &'a str,
    file_data: String,
}

#[derive(Serialize)]
struct Called<'a> {
    id: Cow<'a, str>,
    r#type: &'static str,
    function: Arguments<'a>,
}

#[derive(Serialize)]
struct Arguments<'a> {
    name: &'a str,
    arguments: &'a str,
}

/// The conversation; `details` says whether thoughts are handed back.
pub fn turns(request: &Request, details: bool) -> Vec<Turn<'_>> {
    let (mut turns, mut open) = (Vec::with_capacity(request.messages.len()), Open::default());
    for message in &request.messages {
        for (id, output) in open.close(&message.results) {
            turns.push(Turn { tool_call_id: Some(id), ..Turn::of("tool", Content::Text(output)) });
        }
        match message.role {
            Role::System => turns.push(Turn::of("system", Content::Text(&message.text))),
            // Results were said already; behind them nothing has to follow.
            Role::User
                if !message.results.is_empty() && message.text.is_empty() && message.files.is_empty() => {}
            Role::User => turns.push(Turn::of("user", content(message))),
            Role::Assistant => {
                message.calls.iter().for_each(|call| open.call(fitting(&call.id)));
                turns.push(own(message, details));
            }
        }
    }
    for (id, output) in open.close(&[]) {
        turns.push(Turn { tool_call_id: Some(id), ..Turn::of("tool", Content::Text(output)) });
    }
    turns
}

/// The tools as they are offered.
pub fn offers(tools: &[Tool]) -> Vec<Offer<'_>> {
    tools.iter().map(Offer::from).collect()
}

impl<'a> From<&'a Tool> for Offer<'a> {
    fn from(tool: &'a Tool) -> Self {
        let Tool { name, description, parameters } = tool;
        Self { r#type: "function", function: Function { name, description, parameters } }
    }
}

impl<'a> Turn<'a> {
    fn of(role: &'static str, content: Content<'a>) -> Self {
        Self {
            role,
            content: Some(content),
            tool_calls: Vec::new(),
            tool_call_id: None,
            reasoning_details: None,
        }
    }
}

fn content(message: &Message) -> Content<'_> {
    if message.files.is_empty() {
        return Content::Text(&message.text);
    }
    let mut parts = Vec::new();
    if !message.text.is_empty() {
        parts.push(Part::Text { text: &message.text });
    }
    parts.extend(message.files.iter().map(|file| {
        let data = data_url(file);
        if is_picture(file) {
            Part::ImageUrl { image_url: Picture { url: data } }
        } else {
            Part::File { file: Page { filename: &file.name, file_data: data } }
        }
    }));
    Content::Parts(parts)
}

fn own(message: &Message, details: bool) -> Turn<'_> {
    let replay = message.replay.as_ref().filter(|replay| details && replay.form == FORM);
    Turn {
        tool_calls: message
            .calls
            .iter()
            .map(|call| Called {
                id: fitting(&call.id),
                r#type: "function",
                function: Arguments { name: &call.name, arguments: &call.arguments },
            })
            .collect(),
        reasoning_details: replay.and_then(|replay| serde_json::from_str(&replay.items).ok()),
        content: Some(Content::Text(&message.text))
            .filter(|_| message.calls.is_empty() || !message.text.is_empty()),
        ..Turn::of("assistant", Content::Text(""))
    }
}
