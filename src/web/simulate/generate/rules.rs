//! What generateContent refuses, and what a request comes to that it doesn't.

use base64::{Engine as _, engine::general_purpose};
use serde_json::Value;

use crate::providers::{Message, Request, Role, catalog::SIMULATED, simulated::voice::generate::signature};

const FIELDS: &[&str] = &[
    "contents",
    "systemInstruction",
    "tools",
    "toolConfig",
    "safetySettings",
    "generationConfig",
    "cachedContent",
    "serviceTier",
    "store",
];
const CONFIG: &[&str] = &[
    "maxOutputTokens",
    "temperature",
    "topP",
    "topK",
    "stopSequences",
    "thinkingConfig",
    "candidateCount",
    "seed",
    "responseMimeType",
    "responseModalities",
];
/// What stands for a signature that there is none of.
const SKIP: &[&str] = &["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"];

/// Whether the request may be answered; the reason against it in Google's words.
pub fn check(model: &str, body: &Value) -> Result<(), String> {
    for (fields, known) in [(body, FIELDS), (&body["generationConfig"], CONFIG)] {
        let strange =
            fields.as_object().and_then(|fields| fields.keys().find(|name| !known.contains(&name.as_str())));
        if let Some(name) = strange {
            return Err(format!(
                "Invalid JSON payload received. Unknown name \"{name}\": Cannot find field."
            ));
        }
    }
    let base = model.split(':').next().unwrap_or("");
    let thinks = SIMULATED.known.iter().any(|known| known.id == base && known.capabilities.reasoning);
    let level = &body["generationConfig"]["thinkingConfig"]["thinkingLevel"];
    if !thinks && !level.is_null() {
        return Err("Thinking level is not supported for this model.".to_owned());
    }
    let contents = body["contents"].as_array().filter(|contents| !contents.is_empty());
    let contents = contents.ok_or("* GenerateContentRequest.contents: contents is not specified")?;
    if contents.last().is_some_and(is_model) {
        return Err("Please ensure that the conversation ends with a user turn.".to_owned());
    }
    let says =
        |content: &&Value| !is_model(content) && parts(content).iter().any(|part| part["text"].is_string());
    let current = contents.iter().rposition(|content| says(&content)).unwrap_or(0);
    let mut calls = Vec::new();
    for (at, content) in contents.iter().enumerate() {
        calls = check_content(content, &calls, at > current)?;
    }
    Ok(())
}

/// Checks a turn behind calls that are to be answered; returns its own.
fn check_content(content: &Value, open: &[String], signs: bool) -> Result<Vec<String>, String> {
    if content["role"].as_str().is_some_and(|role| !["user", "model"].contains(&role)) {
        return Err("Please use a valid role: user, model.".to_owned());
    }
    let parts = parts(content);
    if parts.is_empty() {
        return Err("* GenerateContentRequest.contents: contents.parts must not be empty.".to_owned());
    }
    let answers = |part: &Value| part["functionResponse"]["name"].as_str().map(str::to_owned);
    let answered: Vec<String> = parts.iter().filter_map(answers).collect();
    if answered != open {
        return Err(
            "Please ensure that the number of function response parts is equal to the number of function \
                    call parts of the function call turn."
                .to_owned(),
        );
    }
    let mut calls = Vec::new();
    for part in parts {
        let data = part["inlineData"]["data"].as_str();
        if data.is_some_and(|data| !is_base64(data)) {
            return Err("Base64 decoding failed for inline_data.data".to_owned());
        }
        if part["functionResponse"].is_object() && !part["functionResponse"]["response"].is_object() {
            return Err(
                "Invalid value at function_response.response (type.googleapis.com/google.protobuf.Struct)"
                    .to_owned(),
            );
        }
        if part["functionCall"].is_object() {
            if calls.is_empty() && signs {
                check_signature(part)?;
            }
            calls.push(part["functionCall"]["name"].as_str().unwrap_or("").to_owned());
        }
    }
    Ok(calls)
}

/// The first call of a step must be as it was made.
fn check_signature(part: &Value) -> Result<(), String> {
    let call = &part["functionCall"];
    let name = call["name"].as_str().unwrap_or("");
    let Some(told) = part["thoughtSignature"].as_str() else {
        return Err(format!("Function call is missing a thought_signature in functionCall parts: {name}."));
    };
    // Clients decode it, and write it down in the other alphabet.
    let same = |told: &str| told.replace(['-', '_', '+', '/', '='], "");
    let own = same(told) == same(&signature(name, &call["args"]));
    let skips = SKIP.iter().any(|skip| same(told) == same(skip));
    if own || skips { Ok(()) } else { Err("Corrupted thought signature.".to_owned()) }
}

fn is_base64(data: &str) -> bool {
    general_purpose::STANDARD.decode(data).is_ok() || general_purpose::URL_SAFE.decode(data).is_ok()
}

fn is_model(content: &Value) -> bool {
    content["role"] == "model"
}

fn parts(content: &Value) -> &[Value] {
    content["parts"].as_array().map_or(&[], Vec::as_slice)
}

/// The request in the product's own words.
pub fn request(model: &str, body: &Value) -> Request {
    let text = |content: &Value| {
        let parts = parts(content);
        let spoken = parts.iter().filter(|part| part["thought"] != true);
        let texts: Vec<&str> = spoken.filter_map(|part| part["text"].as_str()).collect();
        let results = parts.iter().filter(|part| part["functionResponse"].is_object());
        let results =
            || results.map(|part| part["functionResponse"]["response"].to_string()).collect::<Vec<_>>();
        if texts.is_empty() { results().join("\n") } else { texts.concat() }
    };
    let system = Some(text(&body["systemInstruction"])).filter(|text| !text.is_empty()).map(Message::system);
    let turns = body["contents"].as_array().into_iter().flatten().map(|content| {
        let role = if is_model(content) { Role::Assistant } else { Role::User };
        Message::new(role, text(content))
    });
    let config = &body["generationConfig"];
    let effort = config["thinkingConfig"]["thinkingLevel"].as_str();
    Request {
        model: model.to_owned(),
        messages: system.into_iter().chain(turns).collect(),
        max_tokens: config["maxOutputTokens"].as_u64().and_then(|limit| u32::try_from(limit).ok()),
        temperature: config["temperature"].as_f64().map(|warmth| warmth as f32),
        reasoning_effort: effort.map(str::to_lowercase),
        ..Request::default()
    }
}
