//! What an answer costs, in billionths of a US dollar: exact, since prices are a few decimals per million tokens.

use super::Usage;

/// Prices of one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// A token of the prompt.
    pub input: u32,
    /// A token of the prompt that the provider had in its cache; where nobody told us it counts as any other, so that the
    /// cost is rather too high.
    pub cached: Option<u32>,
    /// A token of the answer, reasoning included.
    pub output: u32,
    /// Longer prompts have other prices, which we don't know.
    pub up_to: u64,
}

impl Price {
    /// From thousandths of a dollar per million tokens, which is what providers publish.
    pub const fn per_million(input: u32, output: u32) -> Self {
        Self { input, cached: None, output, up_to: u64::MAX }
    }

    /// The same, for prompts of at most so many tokens.
    pub const fn up_to(self, tokens: u64) -> Self {
        Self { up_to: tokens, ..self }
    }

    /// The cost of an answer whose tokens the provider has counted; `None` when it did not say how many there were,
    /// or the price of so many is not known.
    pub fn of(self, usage: &Usage) -> Option<i64> {
        let (input, output) = (usage.input?, usage.output?);
        if input > self.up_to {
            return None;
        }
        let cached = usage.cached.unwrap_or(0).min(input);
        let sum = u128::from(input - cached) * u128::from(self.input)
            + u128::from(cached) * u128::from(self.cached.unwrap_or(self.input))
            + u128::from(output) * u128::from(self.output);
        i64::try_from(sum).ok()
    }
}

/// Billionths of a dollar as a decimal number without an exponent and without zeros behind it.
pub fn dollars(nanos: i64) -> String {
    let (whole, rest) = (nanos / 1_000_000_000, (nanos % 1_000_000_000).abs());
    let decimals = format!("{rest:09}");
    let decimals = decimals.trim_end_matches('0');
    if decimals.is_empty() { whole.to_string() } else { format!("{whole}.{decimals}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_tokens_have_their_own_price() {
        let price = Price { cached: Some(500), ..Price::per_million(2_000, 10_000) };
        let usage =
            Usage { input: Some(1_000_000), cached: Some(400_000), output: Some(1_000), ..Usage::default() };
        assert_eq!(price.of(&usage).map(dollars).as_deref(), Some("1.41"));
        assert_eq!(price.of(&Usage { output: None, ..usage }), None);
        // What no provider should say.
        let odd = Usage { input: Some(1), cached: Some(9), output: Some(0), ..Usage::default() };
        assert_eq!(price.of(&odd), Some(500));
        assert_eq!(Price { cached: None, ..price }.of(&odd), Some(2_000));
        assert_eq!(price.up_to(999_999).of(&usage), None);
    }

    #[test]
    fn a_small_cost_is_written_out() {
        assert_eq!(dollars(100), "0.0000001");
        assert_eq!(dollars(3_000_000_000), "3");
        assert_eq!(dollars(0), "0");
    }
}
