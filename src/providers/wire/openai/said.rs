//! What both of OpenAI's wires need to say a conversation: files, ids, and a result for each call.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::providers::{File, ToolResult};

/// What a model is told of a call that nobody has finished.
pub const NO_RESULT: &str = "The call was interrupted: it has no result.";
/// The longest id that is taken.
const MAX_ID: usize = 64;

/// A file as a `data:` address.
pub fn data_url(file: &File) -> String {
    format!("data:{};base64,{}", file.media_type, STANDARD.encode(&file.bytes))
}

/// Whether it is looked at rather than read.
pub fn is_picture(file: &File) -> bool {
    file.media_type.starts_with("image/")
}

/// The id of a call as it may be said here: itself, or another that is always the same for the same.
pub fn fitting(id: &str) -> Cow<'_, str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if (1..=MAX_ID).contains(&id.len()) && id.chars().all(fits) {
        return Cow::Borrowed(id);
    }
    let digest = Sha256::digest(id.as_bytes());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Cow::Owned(format!("call_{hex}"))
}

/// Calls that wait for their results, by the ids they were said with.
#[derive(Default)]
pub struct Open<'a>(Vec<Cow<'a, str>>);

impl<'a> Open<'a> {
    /// The model has called.
    pub fn call(&mut self, id: Cow<'a, str>) {
        self.0.push(id);
    }

    /// An id and an output for each call that is open; none is afterwards. Results nobody waits for are passed over.
    pub fn close<'r>(&mut self, results: &'r [ToolResult]) -> Vec<(Cow<'a, str>, &'r str)> {
        let output = |id: &str| {
            results.iter().find(|result| fitting(&result.id) == id).map_or(NO_RESULT, |result| &result.output)
        };
        let told = |id: Cow<'a, str>| {
            let output = output(&id);
            (id, output)
        };
        std::mem::take(&mut self.0).into_iter().map(told).collect()
    }
}
