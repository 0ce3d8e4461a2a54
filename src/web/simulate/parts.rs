//! Text and files out of the parts of a message, in the forms of either of OpenAI's wires.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::providers::File;

/// Content is a string or a list of parts.
pub fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

/// The files of a message; what is no `data:` address is left out.
pub fn files_of(content: &Value) -> Vec<File> {
    content.as_array().into_iter().flatten().filter_map(file_of).collect()
}

fn file_of(part: &Value) -> Option<File> {
    let (name, address) = match part["type"].as_str()? {
        "image_url" => ("", part["image_url"]["url"].as_str()?),
        "input_image" => ("", part["image_url"].as_str()?),
        "file" => (part["file"]["filename"].as_str()?, part["file"]["file_data"].as_str()?),
        "input_file" => (part["filename"].as_str()?, part["file_data"].as_str()?),
        _ => return None,
    };
    let (media_type, data) = address.strip_prefix("data:")?.split_once(";base64,")?;
    let bytes = STANDARD.decode(data).ok()?.into();
    Some(File { name: name.to_owned(), media_type: media_type.to_owned(), bytes })
}
