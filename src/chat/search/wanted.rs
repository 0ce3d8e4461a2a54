//! What somebody looks for: all of these words, phrases in quotes, and the beginning of the last word.

use uuid::Uuid;

use super::words::{Word, words};

/// Bytes of a query that are looked at.
const LENGTH: usize = 300;
/// Words that are looked for.
const TERMS: usize = 16;

/// A query, understood. Whatever somebody types is one: signs mean nothing but quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    terms: Vec<Term>,
    phrases: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    text: String,
    /// Longer words that begin with it count as well.
    open: bool,
}

impl Wanted {
    pub fn read(query: &str) -> Self {
        let mut end = query.len().min(LENGTH);
        while !query.is_char_boundary(end) {
            end -= 1;
        }
        let mut wanted = Self::default();
        let parts: Vec<&str> = query[..end].split(['"', '“', '”', '„', '«', '»']).collect();
        for (index, part) in parts.iter().enumerate() {
            // Every other part stands in quotes.
            wanted.add(&words(part), index % 2 == 1, index + 1 == parts.len());
        }
        wanted.terms.truncate(TERMS);
        wanted.phrases.truncate(TERMS);
        wanted
    }

    fn add(&mut self, words: &[Word], quoted: bool, last: bool) {
        let mut at = 0;
        while at < words.len() {
            // Words that touch in a script without blanks stand together in the text, too.
            let together = words[at..].windows(2).take_while(|pair| {
                pair[0].unspaced && pair[1].unspaced && pair[1].at.start <= pair[0].at.end
            });
            let run = &words[at..=at + together.count()];
            at += run.len();
            match run {
                [word] => {
                    let open = last && !quoted && at == words.len() && !word.unspaced;
                    self.terms.push(Term { text: word.text.clone(), open });
                }
                run => {
                    // The first is a part of the pair behind it, as is the last of the one before.
                    let inner = &run[1..run.len() - 1];
                    let pairs = inner.iter().filter(|word| word.text.chars().count() > 1);
                    self.terms.extend(pairs.map(|pair| Term { text: pair.text.clone(), open: false }));
                    if !quoted && inner.len() > 1 {
                        self.phrases.push(phrase(inner));
                    }
                }
            }
        }
        if quoted && words.len() > 1 {
            let from = usize::from(words[0].unspaced && words[1].unspaced);
            let to =
                words.len() - usize::from(words[words.len() - 1].unspaced && words[words.len() - 2].unspaced);
            self.phrases.extend((from < to).then(|| phrase(&words[from..to])));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// For FTS5. Words hold letters and digits only, so nothing in them is taken for a sign.
    pub fn for_sqlite(&self, owner: Uuid) -> String {
        let terms = self
            .terms
            .iter()
            .map(|term| format!(" AND \"{}\"{}", term.text, if term.open { " *" } else { "" }));
        format!("\"{}\"{}", owner_word(owner), terms.collect::<String>())
    }

    /// As a `tsquery` is written.
    pub fn for_postgres(&self, owner: Uuid) -> String {
        let terms =
            self.terms.iter().map(|term| format!(" & '{}'{}", term.text, if term.open { ":*" } else { "" }));
        format!("'{}'{}", owner_word(owner), terms.collect::<String>())
    }

    /// What must stand in the words as it is.
    pub fn phrases(&self) -> &[String] {
        &self.phrases
    }

    /// Whether a word of a text is one of those looked for.
    pub fn is_hit(&self, word: &Word) -> bool {
        self.terms
            .iter()
            .any(|term| if term.open { word.text.starts_with(&term.text) } else { word.text == term.text })
    }
}

/// A word that stands in all texts of one person and in nobody else's, so that an index of everybody's words looks at
/// that person's only. Nobody can type it.
pub(super) fn owner_word(owner: Uuid) -> String {
    format!("@{}", owner.simple())
}

fn phrase(words: &[Word]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    format!(" {} ", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(query: &str) -> (String, Vec<String>) {
        let wanted = Wanted::read(query);
        let prefix = owner_word(Uuid::nil());
        (wanted.for_postgres(Uuid::nil()).replace(&format!("'{prefix}'"), ""), wanted.phrases)
    }

    #[test]
    fn words_are_joined_and_the_last_one_may_go_on() {
        assert_eq!(seen("River SED"), (" & 'river' & 'sed':*".into(), vec![]));
        assert_eq!(
            seen("\"calm river\" sand"),
            (" & 'calm' & 'river' & 'sand':*".into(), vec![" calm river ".into()])
        );
        assert_eq!(seen("\"calm river\""), (" & 'calm' & 'river'".into(), vec![" calm river ".into()]));
    }

    #[test]
    fn runs_without_blanks_stand_together() {
        assert_eq!(seen("京"), (" & '京'".into(), vec![]));
        assert_eq!(seen("東京"), (" & '東京'".into(), vec![]));
        assert_eq!(seen("東京都"), (" & '東京' & '京都'".into(), vec![" 東京 京 京都 ".into()]));
        assert_eq!(seen("rust 東京"), (" & 'rust' & '東京'".into(), vec![]));
    }

    #[test]
    fn signs_mean_nothing() {
        for query in ["", "\"", "* - NEAR(", "' OR 1=1 --", "\0", "🎉", "\"\"\"", "a:b^c", "(((", "\\' & !"]
        {
            let wanted = Wanted::read(query);
            assert_eq!(
                wanted.for_sqlite(Uuid::nil()).matches('"').count(),
                2 * (wanted.terms.len() + 1),
                "{query}"
            );
        }
        assert!(Wanted::read("🎉 !!").is_empty());
        assert!(Wanted::read(&"long ".repeat(5000)).terms.len() <= TERMS);
    }
}
