//! What a request said, in a form that is the same on every wire, and short enough to be compared.

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::providers::{Message, Request, Role};

/// The digest of a request's history: SHA-256 in hexadecimal over a JSON array with one object per turn, names in
/// alphabetical order, without white space, empty fields left out:
///
/// - `role`: `system`, `user` or `assistant`; neighbours of one role are one turn,
/// - `text`: its texts joined by an empty line,
/// - `files`: of each `[media type, SHA-256 of its bytes in hexadecimal]`,
/// - `calls`: of each `[name, arguments as JSON]`,
/// - `results`: of each its output.
///
/// Ids of calls and sealed thoughts are no part of it: they are different on each wire.
pub fn digest(request: &Request) -> String {
    let mut turns: Vec<(Role, Turn)> = Vec::new();
    for message in &request.messages {
        match turns.last_mut() {
            Some((role, turn)) if *role == message.role => turn.add(message),
            _ => {
                let mut turn = Turn::default();
                turn.add(message);
                turns.push((message.role, turn));
            }
        }
    }
    let turns: Vec<_> = turns.into_iter().map(|(role, turn)| turn.json(role)).collect();
    sha256(serde_json::Value::from(turns).to_string().as_bytes())
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Default)]
struct Turn {
    texts: Vec<String>,
    files: Vec<serde_json::Value>,
    calls: Vec<serde_json::Value>,
    results: Vec<serde_json::Value>,
}

impl Turn {
    fn add(&mut self, message: &Message) {
        self.texts.extend(Some(message.text.clone()).filter(|text| !text.is_empty()));
        self.files.extend(message.files.iter().map(|file| json!([file.media_type, sha256(&file.bytes)])));
        self.calls.extend(message.calls.iter().map(|call| {
            let arguments = serde_json::from_str::<serde_json::Value>(&call.arguments);
            json!([call.name, arguments.unwrap_or_else(|_| call.arguments.as_str().into())])
        }));
        self.results.extend(message.results.iter().map(|result| json!(result.output)));
    }

    fn json(self, role: Role) -> serde_json::Value {
        let mut turn = json!({ "role": role });
        if !self.texts.is_empty() {
            turn["text"] = self.texts.join("\n\n").into();
        }
        for (name, list) in [("files", self.files), ("calls", self.calls), ("results", self.results)] {
            if !list.is_empty() {
                turn[name] = list.into();
            }
        }
        turn
    }
}
