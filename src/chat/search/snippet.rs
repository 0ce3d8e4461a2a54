//! A piece of a text around what was found in it.

use std::ops::Range;

use super::{wanted::Wanted, words::words_until};

/// Bytes shown before the first hit …
const BEFORE: usize = 60;
/// … and in all.
const LENGTH: usize = 220;

/// A part of a snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// As it was written, on one line.
    pub text: String,
    /// Whether it was looked for.
    pub hit: bool,
}

/// The text around its first hit, with every hit in there.
pub(super) fn around(text: &str, wanted: &Wanted) -> Vec<Piece> {
    // What is behind the piece is not looked at.
    let mut first = None;
    let words = words_until(text, |word| match first {
        None => {
            first = wanted.is_hit(word).then_some(word.at.start);
            false
        }
        Some(first) => word.at.start > first + LENGTH,
    });
    let hits: Vec<Range<usize>> =
        words.iter().filter(|word| wanted.is_hit(word)).map(|word| word.at.clone()).collect();
    let first = hits.first().map_or(0, |hit| hit.start);
    let start = if first <= BEFORE {
        0
    } else {
        words.iter().map(|word| word.at.start).find(|at| *at + BEFORE >= first).unwrap_or(first)
    };
    let mut end = (start + LENGTH).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut pieces = Pieces::default();
    if start > 0 {
        pieces.add("…", false);
    }
    let mut at = start;
    for hit in hits {
        let hit = hit.start.max(at)..hit.end.min(end);
        if hit.start < hit.end {
            pieces.add(&text[at..hit.start], false);
            pieces.add(&text[hit.clone()], true);
            at = hit.end;
        }
    }
    pieces.add(&text[at..end], false);
    if end < text.len() {
        pieces.add("…", false);
    }
    pieces.0
}

#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn add(&mut self, text: &str, hit: bool) {
        let mut line = String::with_capacity(text.len());
        for c in text.chars() {
            let c = if c.is_whitespace() || c.is_control() { ' ' } else { c };
            if c != ' ' || !line.ends_with(' ') {
                line.push(c);
            }
        }
        match self.0.last_mut().filter(|last| last.hit == hit) {
            Some(last) => last.text.push_str(&line),
            None if line.is_empty() => {}
            None => self.0.push(Piece { text: line, hit }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, query: &str) -> String {
        let pieces = around(text, &Wanted::read(query));
        pieces
            .iter()
            .map(|piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() })
            .collect()
    }

    #[test]
    fn hits_are_marked_as_they_were_written() {
        assert_eq!(marked("The Café\nopens", "cafe ope"), "The [Café] [opens]");
        assert_eq!(marked("東京大学へ", "京大"), "東[京大]学へ");
        assert_eq!(marked("東京大学へ", "京大学"), "東[京大学]へ");
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_hit() {
        let text = format!("{} river {}", "sand ".repeat(200), "é".repeat(500));
        let shown = marked(&text, "river");
        assert!(shown.starts_with('…') && shown.contains("[river]") && shown.ends_with('…'), "{shown}");
        assert!(shown.len() < LENGTH + 20);
    }
}
