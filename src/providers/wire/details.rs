//! OpenRouter's `reasoning_details`: thoughts, signed or sealed by whoever is behind it, which it wants back as they were.

use serde_json::{Map, Value};

use crate::providers::Replay;

/// The form of our replays: a JSON array of details.
pub const FORM: &str = "details";
/// Bytes that are kept; beyond that all is forgotten, which is allowed.
const MAX: usize = 1 << 20;
/// Fields that come in pieces.
const PIECES: [&str; 3] = ["text", "summary", "data"];

/// Puts fragments together.
#[derive(Default)]
pub struct Details {
    whole: Vec<Map<String, Value>>,
    size: usize,
}

impl Details {
    /// One more fragment: of an entry that is there (same place, same kind, no other id), or a new one.
    pub fn add(&mut self, fragment: Map<String, Value>) {
        self.size += fragment.values().map(|value| value.as_str().map_or(8, str::len)).sum::<usize>();
        if self.size > MAX {
            return self.whole.clear();
        }
        let same = |entry: &Map<String, Value>| {
            let (told, known) = (fragment.get("id"), entry.get("id"));
            fragment.get("index").is_some_and(|index| entry.get("index") == Some(index))
                && entry.get("type") == fragment.get("type")
                && (is_none(told) || is_none(known) || told == known)
        };
        let Some(entry) = self.whole.iter_mut().rev().find(|entry| same(entry)) else {
            return self.whole.push(fragment);
        };
        for (name, value) in fragment {
            match (entry.get_mut(&name), value) {
                (Some(Value::String(text)), Value::String(more)) if PIECES.contains(&&*name) => {
                    text.push_str(&more)
                }
                (_, Value::Null) => {}
                (_, value) => drop(entry.insert(name, value)),
            }
        }
    }

    /// What to hand back, if there is anything.
    pub fn replay(&self) -> Option<Replay> {
        let items = serde_json::to_string(&self.whole).ok().filter(|_| !self.whole.is_empty())?;
        Some(Replay { form: FORM.into(), items })
    }
}

fn is_none(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_null)
}
