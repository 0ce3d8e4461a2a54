//! Plain prose without end, the same for the same seed: the material of the `tokens` model.

/// Five letters and a third on average, so that a token is 6.3 characters long with its white space and stops.
const WORDS: &[&str] = &[
    "water", "stone", "the", "river", "slowly", "a", "bright", "over", "meadow", "and", "carries", "small",
    "morning", "under", "bridge", "of", "silver", "light", "walking", "to", "quiet", "valley", "in", "green",
    "shadow", "between", "cold", "mountain", "snow", "melts", "into", "streams", "that", "gather", "where",
    "birches", "lean", "toward", "evening", "with", "patient", "grace", "while", "fishers", "wait", "for",
    "distant", "thunder", "or", "gentle", "rain", "along", "winding", "banks", "until", "harbour", "lamps",
    "answer", "each", "other", "across", "deep", "harvest", "fields", "above", "old", "mills", "turning",
];

/// A small generator of numbers (SplitMix64): fast, and the same on every machine for ever.
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// The next number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

/// A number for a text, the same on every machine for ever (FNV-1a).
pub fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Sentences of 6 to 14 words, paragraphs of 4 to 7 sentences, one word at a time.
#[derive(Debug, Clone)]
pub struct Prose {
    dice: Dice,
    left: u64,
    words: usize,
    sentences: usize,
    capital: bool,
}

impl Prose {
    /// `tokens` words.
    pub fn new(tokens: u64, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let (words, sentences) = (6 + dice.below(9), 4 + dice.below(4));
        Self { dice, left: tokens, words, sentences, capital: true }
    }

    /// Writes the next word with what follows it; false when there is none.
    pub fn write_next(&mut self, word: &mut String) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let next = WORDS[self.dice.below(WORDS.len())];
        let (first, rest) = next.split_at(1);
        word.push(if self.capital {
            first.as_bytes()[0].to_ascii_uppercase() as char
        } else {
            first.as_bytes()[0] as char
        });
        word.push_str(rest);
        self.words -= 1;
        self.capital = self.words == 0 || self.left == 0;
        word.push_str(self.after_word());
        true
    }

    fn after_word(&mut self) -> &'static str {
        if self.left == 0 {
            return ".";
        }
        if self.words > 0 {
            return if self.dice.below(12) == 0 { ", " } else { " " };
        }
        self.words = 6 + self.dice.below(9);
        self.sentences -= 1;
        if self.sentences > 0 {
            return ". ";
        }
        self.sentences = 4 + self.dice.below(4);
        ".\n\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose(tokens: u64, seed: u64) -> String {
        let (mut prose, mut text) = (Prose::new(tokens, seed), String::new());
        while prose.write_next(&mut text) {}
        text
    }

    #[test]
    fn the_same_seed_tells_the_same_story() {
        assert_eq!(prose(200, 7), prose(200, 7));
        assert_ne!(prose(200, 7), prose(200, 8));
    }

    #[test]
    fn a_token_is_about_six_characters_long() {
        let mean = prose(20_000, 1).len() as f64 / 20_000.0;
        assert!((6.0..6.6).contains(&mean), "{mean}");
        assert_eq!(prose(500, 3).split_whitespace().count(), 500);
    }
}
