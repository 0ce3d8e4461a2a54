//! A request in the words of OpenAI's Responses.
//!
//! Nothing is stored there: each request has the whole conversation. A turn that the same model said itself goes back item
//! by item as it came, sealed thoughts included; they are worth nothing if a single character differs.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::said::{Open, data_url, fitting, is_picture};
use crate::providers::{Message, Request, Role, Tool, wire::responses::FORM};

/// The request as it goes out.
#[derive(Serialize)]
pub struct Call<'a> {
    pub model: &'a str,
    pub stream: bool,
    /// Would be true if nothing was said.
    pub store: bool,
    pub input: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub include: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Reasoning<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Offer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
}

#[derive(Serialize)]
pub struct Reasoning<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effort: Option<&'a str>,
    pub summary: &'static str,
}

#[derive(Serialize)]
pub struct Offer<'a> {
    r#type: &'static str,
    name: &'a str,
    description: &'a str,
    strict: bool,
    parameters: &'a serde_json::Value,
}

/// One item of the conversation.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Item<'a> {
    /// As it came.
    Raw(&'a RawValue),
    Said {
        role: &'static str,
        content: Content<'a>,
    },
    Called {
        r#type: &'static str,
        call_id: Cow<'a, str>,
        name: &'a str,
        arguments: &'a str,
    },
    Answered {
        r#type: &'static str,
        call_id: Cow<'a, str>,
        output: &'a str,
    },
}

#[derive(Serialize)]
#[serde(untagged)]
pub enum Content<'a> {
    Text(&'a str),
    Parts(Vec<Part<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type")]
pub enum Part<'a> {
    #[serde(rename = "input_text")]
    Text { text: &'a str },
    #[serde(rename = "input_image")]
    Image { detail: &'static str, image_url: String },
    #[serde(rename = "input_file")]
    File { filename: &'a str, file_data: String },
}

/// What of an item that came is looked at.
#[derive(Deserialize)]
struct Came<'a> {
    #[serde(borrow, default)]
    r#type: Cow<'a, str>,
    #[serde(borrow, default)]
    call_id: Option<Cow<'a, str>>,
}

/// The conversation; `system` is the role of what stands above it.
pub fn items<'a>(request: &'a Request, system: &'static str) -> Vec<Item<'a>> {
    let (mut items, mut open) = (Vec::new(), Open::default());
    for message in &request.messages {
        answers(&mut items, open.close(&message.results));
        match message.role {
            Role::System => items.push(Item::Said { role: system, content: Content::Text(&message.text) }),
            // Results were said already; behind them nothing has to follow.
            Role::User
                if !message.results.is_empty() && message.text.is_empty() && message.files.is_empty() => {}
            Role::User => items.push(Item::Said { role: "user", content: content(message) }),
            Role::Assistant => own(message, &mut items, &mut open),
        }
    }
    answers(&mut items, open.close(&[]));
    items
}

/// The tools as they are offered.
pub fn offers(tools: &[Tool]) -> Vec<Offer<'_>> {
    tools.iter().map(Offer::from).collect()
}

impl<'a> From<&'a Tool> for Offer<'a> {
    fn from(tool: &'a Tool) -> Self {
        let Tool { name, description, parameters } = tool;
        Self { r#type: "function", name, description, strict: false, parameters }
    }
}

fn answers<'a>(items: &mut Vec<Item<'a>>, outputs: Vec<(Cow<'a, str>, &'a str)>) {
    let answered = |(call_id, output)| Item::Answered { r#type: "function_call_output", call_id, output };
    items.extend(outputs.into_iter().map(answered));
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
            Part::Image { detail: "auto", image_url: data }
        } else {
            Part::File { filename: &file.name, file_data: data }
        }
    }));
    Content::Parts(parts)
}

/// A turn of the model's: in its own items where it may have them back, else in plain words, without ids that would ask
/// for the thoughts behind them.
fn own<'a>(message: &'a Message, items: &mut Vec<Item<'a>>, open: &mut Open<'a>) {
    let replay = message.replay.as_ref().filter(|replay| replay.form == FORM);
    let raw = replay.and_then(|replay| serde_json::from_str::<Vec<&RawValue>>(&replay.items).ok());
    if let Some(raw) = raw.filter(|raw| !raw.is_empty()) {
        for item in &raw {
            let Ok(came) = serde_json::from_str::<Came<'_>>(item.get()) else { continue };
            if let Some(id) = came.call_id.filter(|_| came.r#type == "function_call") {
                open.call(id);
            }
        }
        return items.extend(raw.into_iter().map(Item::Raw));
    }
    if !message.text.is_empty() {
        items.push(Item::Said { role: "assistant", content: Content::Text(&message.text) });
    }
    for call in &message.calls {
        let call_id = fitting(&call.id);
        open.call(call_id.clone());
        items.push(Item::Called {
            r#type: "function_call",
            call_id,
            name: &call.name,
            arguments: &call.arguments,
        });
    }
}
