//! A piece of running text with its place, so that delivery at least once becomes exact.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which of a reply's texts a delta belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The answer itself.
    Answer,
    /// The model's thinking, shown apart.
    Thinking,
}

/// `text` is bytes `from..to` of the part's raw UTF-8. A reader that has `have` bytes drops it when `to <= have`, must
/// resync when `from > have`, and else takes what is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta<'a> {
    /// The reply whose text grows.
    pub reply: Uuid,
    /// Which text.
    pub part: Part,
    /// Offset of the first byte.
    pub from: u64,
    /// Offset behind the last byte.
    pub to: u64,
    /// The bytes.
    #[serde(borrow)]
    pub text: Cow<'a, str>,
}

impl Delta<'_> {
    /// The entry name of deltas.
    pub const NAME: &'static str = "delta";

    /// Reads an entry's data.
    ///
    /// # Errors
    /// Data that is no delta.
    pub fn parse(data: &str) -> serde_json::Result<Delta<'_>> {
        serde_json::from_str(data)
    }

    /// What is new to a reader that has `have` bytes; `None` means a gap.
    pub fn beyond(&self, have: u64) -> Option<&str> {
        match have {
            _ if self.from > have => None,
            _ if self.to <= have => Some(""),
            _ => self.text.get((have - self.from) as usize..),
        }
    }

    /// Applies the delta to a text of which the reader has `have.len()` bytes. False means a gap.
    pub fn apply(&self, have: &mut String) -> bool {
        self.beyond(have.len() as u64).map(|new| have.push_str(new)).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(from: u64, text: &str) -> Delta<'_> {
        Delta {
            reply: Uuid::nil(),
            part: Part::Answer,
            from,
            to: from + text.len() as u64,
            text: text.into(),
        }
    }

    #[test]
    fn duplicates_overlaps_and_gaps_are_told_apart() {
        let mut have = String::from("ab");
        assert!(delta(0, "ab").apply(&mut have));
        assert!(delta(1, "bcd").apply(&mut have));
        assert_eq!(have, "abcd");
        assert!(!delta(5, "f").apply(&mut have));
        assert_eq!(have, "abcd");
    }

    #[test]
    fn escaped_text_is_read_back() {
        let json = serde_json::to_string(&delta(3, "a\"\n\u{1f600}")).unwrap();
        assert!(!json.contains('\n'));
        assert_eq!(Delta::parse(&json).unwrap(), delta(3, "a\"\n\u{1f600}"));
    }
}
