//! A simulated model's id, with what it may carry after a colon: `tokens:n=500,ms=20,first=0,seed=7`.

use std::time::Duration;

/// The id taken apart. Options that a model has no use for are ignored by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The model without its options.
    pub base: String,
    /// How many tokens (`tokens`).
    pub n: Option<u64>,
    /// Time between two tokens; 0 is as fast as it goes.
    pub ms: Option<u64>,
    /// Time before the first token in milliseconds.
    pub first: u64,
    /// Chooses among the many answers that could be given.
    pub seed: u64,
    /// How often the text is said (`essay`).
    pub repeat: u64,
}

impl Options {
    /// `None` for a model that does not exist, an option nobody knows or a number that is none.
    pub fn parse(id: &str) -> Option<Self> {
        let (base, rest) = id.split_once(':').unwrap_or((id, ""));
        let row = &crate::providers::catalog::SIMULATED;
        if base != row.cheap && !row.known.iter().any(|known| known.id == base) {
            return None;
        }
        let mut options = Self { base: base.to_owned(), n: None, ms: None, first: 0, seed: 1, repeat: 1 };
        for option in rest.split(',').filter(|option| !option.is_empty()) {
            let (key, value) = option.split_once('=')?;
            let value: u64 = value.parse().ok()?;
            match key {
                "n" => options.n = Some(value.min(10_000_000)),
                "ms" => options.ms = Some(value.min(600_000)),
                "first" => options.first = value.min(600_000),
                "seed" => options.seed = value,
                "repeat" => options.repeat = value.clamp(1, 1000),
                _ => return None,
            }
        }
        Some(options)
    }

    /// Time between two tokens, in microseconds unless the id says otherwise in milliseconds.
    pub fn every(&self, usual_micros: u64) -> Duration {
        self.ms.map_or(Duration::from_micros(usual_micros), Duration::from_millis)
    }

    /// Time before the first token.
    pub fn first(&self) -> Duration {
        Duration::from_millis(self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_from_the_id() {
        let options = Options::parse("tokens:n=500,ms=20,first=3,seed=7").unwrap();
        assert_eq!((options.n, options.ms, options.first, options.seed), (Some(500), Some(20), 3, 7));
        assert_eq!(Options::parse("essay").unwrap().repeat, 1);
    }

    #[test]
    fn an_id_that_makes_no_sense_is_no_model() {
        for id in ["", "tokens:n", "tokens:n=x", "tokens:colour=3", "poem", "tokens:n=-1", ":n=1"] {
            assert_eq!(Options::parse(id), None, "{id}");
        }
    }
}
