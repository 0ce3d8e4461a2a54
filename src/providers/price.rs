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
    /// What longer prompts cost, all of their tokens and those of the answer.
    pub beyond: Option<Beyond>,
}

/// The prices of long prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beyond {
    /// Prompts of more tokens than this.
    pub tokens: u64,
    /// A token of the prompt. One from the cache is as much dearer.
    pub input: u32,
    /// A token of the answer.
    pub output: u32,
}

impl Price {
    /// From thousandths of a dollar per million tokens, which is what providers publish.
    pub const fn per_million(input: u32, output: u32) -> Self {
        Self { input, cached: None, output, up_to: u64::MAX, beyond: None }
    }

    /// The same, with the price of tokens that the provider had in its cache.
    pub const fn cached(self, cached: u32) -> Self {
        Self { cached: Some(cached), ..self }
    }

    /// The same, for prompts of at most so many tokens.
    pub const fn up_to(self, tokens: u64) -> Self {
        Self { up_to: tokens, ..self }
    }

    /// The same, with other prices for prompts of more tokens than this.
    pub const fn beyond(self, tokens: u64, input: u32, output: u32) -> Self {
        Self { beyond: Some(Beyond { tokens, input, output }), ..self }
    }

    /// The cost of an answer whose tokens the provider has counted; `None` when it did not say how many there were,
    /// or the price of so many is not known.
    pub fn of(self, usage: &Usage) -> Option<i64> {
        let (input, output) = (usage.input?, usage.output?);
        let price = self.at(input)?;
        let cached = usage.cached.unwrap_or(0).min(input);
        let sum = u128::from(input - cached) * u128::from(price.input)
            + u128::from(cached) * u128::from(price.cached.unwrap_or(price.input))
            + u128::from(output) * u128::from(price.output);
        i64::try_from(sum).ok()
    }

    /// How many tokens an answer to so long a prompt may have for this much; `None` where the price is not known.
    pub fn affords(self, input: u64, nanos: i64) -> Option<u64> {
        let price = self.at(input)?;
        let left =
            u128::try_from(nanos).unwrap_or(0).saturating_sub(u128::from(input) * u128::from(price.input));
        if price.output == 0 {
            return Some(if left == 0 { 0 } else { u64::MAX });
        }
        Some(u64::try_from(left / u128::from(price.output)).unwrap_or(u64::MAX))
    }

    /// The prices of a prompt of so many tokens.
    fn at(self, input: u64) -> Option<Self> {
        if input > self.up_to {
            return None;
        }
        let Some(beyond) = self.beyond.filter(|beyond| input > beyond.tokens) else { return Some(self) };
        let dearer = |cached: u32| {
            let scaled = u64::from(cached) * u64::from(beyond.input) / u64::from(self.input.max(1));
            u32::try_from(scaled).unwrap_or(beyond.input).min(beyond.input)
        };
        Some(Self { input: beyond.input, output: beyond.output, cached: self.cached.map(dearer), ..self })
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
        let price = Price::per_million(2_000, 10_000).cached(500);
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
    fn long_prompts_have_prices_of_their_own() {
        let price = Price::per_million(10_000, 50_000).cached(1_000).beyond(272_000, 20_000, 75_000);
        let usage = |input, cached| Usage {
            input: Some(input),
            cached: Some(cached),
            output: Some(1_000),
            ..Usage::default()
        };
        assert_eq!(price.of(&usage(272_000, 0)).map(dollars).as_deref(), Some("2.77"));
        assert_eq!(price.of(&usage(272_001, 0)).map(dollars).as_deref(), Some("5.51502"));
        // The cache's price grows with the other.
        assert_eq!(price.of(&usage(272_001, 272_001)).map(dollars).as_deref(), Some("0.619002"));
    }

    #[test]
    fn what_an_answer_may_have_for_some_money_costs_no_more() {
        let price = Price::per_million(1_000, 5_000).beyond(1_000, 2_000, 8_000);
        for (input, nanos) in [(10, 60_000), (10, 10_000), (10, 14_999), (10, 0), (2_000, 4_100_001), (0, -5)]
        {
            let most = price.affords(input, nanos).unwrap();
            let cost = |output| {
                price.of(&Usage { input: Some(input), output: Some(output), ..Usage::default() }).unwrap()
            };
            assert!(most == 0 || cost(most) <= nanos, "{input} {nanos}: {most}");
            assert!(cost(most + 1) > nanos, "{input} {nanos}: {most}");
        }
        assert_eq!(price.up_to(5).affords(6, 1), None);
    }

    #[test]
    fn a_small_cost_is_written_out() {
        assert_eq!(dollars(100), "0.0000001");
        assert_eq!(dollars(3_000_000_000), "3");
        assert_eq!(dollars(0), "0");
    }
}
