//! Words as the index knows them: the same for a text and for what somebody looks for.
//!
//! Letters are folded (no case, no accents, no width), everything else separates. Scripts that are written without blanks
//! become single characters and pairs, in order: `東京都` is `東 東京 京 京都 都`. So any part of such a run is found, of
//! one character too.

use std::ops::Range;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Characters of a word that count.
const LENGTH: usize = 40;

/// A word and where it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    pub at: Range<usize>,
    /// Whether it belongs to a run without blanks.
    pub unspaced: bool,
}

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Vec<Word> {
    words_until(text, |_| false)
}

/// The words of a text, in order, up to about one for which `enough` says so.
pub(super) fn words_until(text: &str, mut enough: impl FnMut(&Word) -> bool) -> Vec<Word> {
    let mut cutter = Cutter::default();
    let mut seen = 0;
    for (start, c) in text.char_indices() {
        cutter.take(c, start..start + c.len_utf8());
        if cutter.words[seen..].iter().any(&mut enough) {
            return cutter.words;
        }
        seen = cutter.words.len();
    }
    cutter.end();
    cutter.words
}

/// A text as it is compared with another one: letters as in words, everything else as it is.
pub(in crate::chat) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        let letter = fold(c);
        if letter.is_empty() && !is_combining_mark(c) {
            folded.push(c);
        }
        folded.push_str(&letter);
    }
    folded
}

#[derive(Default)]
struct Cutter {
    words: Vec<Word>,
    open: Option<Word>,
    run: Vec<(String, Range<usize>)>,
}

impl Cutter {
    fn take(&mut self, c: char, at: Range<usize>) {
        let folded = fold(c);
        if folded.is_empty() {
            // An accent that was written apart belongs to its letter.
            if is_combining_mark(c) {
                self.stretch(at.end)
            } else {
                self.end()
            }
            return;
        }
        if folded.chars().all(is_unspaced) {
            self.end_word();
            self.run.push((folded, at));
            return;
        }
        self.end_run();
        let open =
            self.open.get_or_insert_with(|| Word { text: String::new(), at: at.clone(), unspaced: false });
        if open.text.chars().count() < LENGTH {
            open.text.push_str(&folded);
        }
        open.at.end = at.end;
    }

    fn stretch(&mut self, end: usize) {
        if let Some(open) = &mut self.open {
            open.at.end = end;
        } else if let Some((_, at)) = self.run.last_mut() {
            at.end = end;
        }
    }

    fn end(&mut self) {
        self.end_word();
        self.end_run();
    }

    fn end_word(&mut self) {
        self.words.extend(self.open.take());
    }

    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        for (index, (text, at)) in run.iter().enumerate() {
            self.words.push(Word { text: text.clone(), at: at.clone(), unspaced: true });
            if let Some((next, to)) = run.get(index + 1) {
                self.words.push(Word { text: format!("{text}{next}"), at: at.start..to.end, unspaced: true });
            }
        }
    }
}

/// A character as the index knows it; empty for what separates.
fn fold(c: char) -> String {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() { c.to_ascii_lowercase().to_string() } else { String::new() };
    }
    let apart = c.nfkd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}'));
    let lower = apart.flat_map(char::to_lowercase).filter(|c| !matches!(c, '\u{300}'..='\u{36f}'));
    let mut folded = String::new();
    for c in lower.nfc() {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'đ' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            c if c.is_alphanumeric() || is_combining_mark(c) => folded.push(c),
            _ => {}
        }
    }
    folded
}

/// Scripts without blanks between words, and Hangul, whose words carry endings.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3347f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn case_accents_and_width_do_not_count() {
        assert_eq!(
            texts("Crème BRÛLÉE, Straße! ＡＢＣ１２ ﾃｽﾄ"),
            ["creme", "brulee", "strasse", "abc12", "テ", "テス", "ス", "スト", "ト"]
        );
        assert_eq!(texts("e\u{301}te\u{301}"), texts("été"));
        assert_eq!(texts("ΟΔΟΣ"), texts("οδος"));
    }

    #[test]
    fn whoever_has_enough_stops() {
        assert_eq!(words_until("one two three four", |word| word.text == "two").len(), 2);
        assert_eq!(folded("Ärger_mit %ÉTÉ"), "arger_mit %ete");
        assert_eq!(folded("A\u{308}rger"), folded("ärger"));
    }

    #[test]
    fn a_run_without_blanks_becomes_characters_and_pairs() {
        assert_eq!(texts("a東京都b"), ["a", "東", "東京", "京", "京都", "都", "b"]);
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let text = "«Ärger»";
        let word = words(text).pop().unwrap();
        assert_eq!((word.text.as_str(), &text[word.at]), ("arger", "Ärger"));
    }

    proptest::proptest! {
        #[test]
        fn words_hold_nothing_that_an_index_could_take_for_more(text: String) {
            for word in words(&text) {
                proptest::prop_assert!(text.get(word.at.clone()).is_some());
                proptest::prop_assert!(!word.text.is_empty());
                let plain = |c: char| c.is_alphanumeric() || is_combining_mark(c);
                proptest::prop_assert!(word.text.chars().all(plain), "{:?}", word.text);
            }
        }
    }
}
