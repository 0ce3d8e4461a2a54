//! `/v1/embeddings`, `/v1/moderations` and `/v1/images/generations`: small, and honest about it.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{key::GoodKey, openai_refusal, rules};
use crate::providers::simulated::history::sha256;

/// A picture of one pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// Words that are flagged, and as what.
const FLAGGED: &[(&str, &str)] =
    &[("murder", "violence"), ("bomb", "violence"), ("suicide", "self-harm"), ("idiot", "harassment")];

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    model: String,
    #[serde(default)]
    input: Value,
    dimensions: Option<usize>,
    encoding_format: Option<String>,
    #[serde(default)]
    prompt: String,
}

impl Asked {
    fn texts(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().or_else(|| value["text"].as_str()).unwrap_or("").to_owned();
        match &self.input {
            Value::Array(list) => list.iter().map(text).collect(),
            one => vec![text(one)],
        }
    }
}

/// Vectors that share a direction for each word that their texts share.
pub async fn embed(_: GoodKey, Json(asked): Json<Asked>) -> Response {
    let texts = asked.texts();
    if texts.is_empty() || texts.len() > 2048 || texts.iter().any(String::is_empty) {
        return openai_refusal(&rules::invalid("'input' must be 1 to 2048 texts that are not empty."));
    }
    let dimensions = asked.dimensions.unwrap_or(64).clamp(1, 3072);
    let vectors = texts.iter().enumerate().map(|(index, text)| {
        let vector = vector(text, dimensions);
        let embedding = if asked.encoding_format.as_deref() == Some("base64") {
            let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
            json!(STANDARD.encode(bytes))
        } else {
            json!(vector)
        };
        json!({ "object": "embedding", "index": index, "embedding": embedding })
    });
    let vectors: Vec<Value> = vectors.collect();
    let tokens: usize = texts.iter().map(|text| text.split_whitespace().count()).sum();
    let usage = json!({ "prompt_tokens": tokens, "total_tokens": tokens });
    Json(json!({ "object": "list", "model": asked.model, "data": vectors, "usage": usage })).into_response()
}

/// The directions of a text's words added up, of length 1.
fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0_f32; dimensions];
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        for digit in sha256(word.as_bytes()).as_bytes().chunks(8) {
            let place = digit.iter().fold(0_usize, |sum, digit| sum * 31 + usize::from(*digit));
            vector[place % dimensions] += if place % 2 == 0 { 1.0 } else { -1.0 };
        }
    }
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|number| *number /= length);
    } else {
        vector[0] = 1.0;
    }
    vector
}

/// A few words are flagged, the rest is fine.
pub async fn moderate(_: GoodKey, Json(asked): Json<Asked>) -> Response {
    let judge = |text: &String| {
        let text = text.to_lowercase();
        let mut categories = json!({});
        let mut scores = json!({});
        for (word, category) in FLAGGED {
            let hit = categories[category] == true || text.contains(word);
            categories[category] = hit.into();
            scores[category] = (if hit { 0.97 } else { 0.01 }).into();
        }
        let flagged = FLAGGED.iter().any(|(word, _)| text.contains(word));
        json!({ "flagged": flagged, "categories": categories, "category_scores": scores,
            "category_applied_input_types": {} })
    };
    let results: Vec<Value> = asked.texts().iter().map(judge).collect();
    Json(json!({ "id": "modr-sim", "model": asked.model, "results": results })).into_response()
}

/// The smallest of pictures, whatever was asked for.
pub async fn draw(_: GoodKey, Json(asked): Json<Asked>) -> Response {
    if FLAGGED.iter().any(|(word, _)| asked.prompt.to_lowercase().contains(word)) {
        let refusal =
            crate::providers::simulated::Refusal::new(400, "moderation_blocked", "Blocked by our rules.");
        return openai_refusal(&refusal);
    }
    let data = json!([{ "b64_json": PIXEL }]);
    Json(json!({ "created": 1_790_000_000, "data": data, "output_format": "png" })).into_response()
}
