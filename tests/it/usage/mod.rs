//! What answers cost, and that nobody spends more than they may.

mod budgets;
mod counts;
mod reports;

use serde_json::Value;

use crate::support::Api;

/// A thousandth of a dollar per million tokens, in billionths for one.
const INPUT: i64 = 1_000;
/// The same for the answer.
const OUTPUT: i64 = 5_000;
/// What the simulated models cost here.
const PRICE: (&str, &str) = ("FRESHET_SIMULATED_PRICE", "1000/5000");

/// A decimal number of dollars in billionths.
fn nanos(dollars: &Value) -> i64 {
    let text = dollars.as_str().unwrap_or_else(|| panic!("no amount: {dollars}"));
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    whole.parse::<i64>().unwrap() * 1_000_000_000 + format!("{rest:0<9}").parse::<i64>().unwrap()
}

fn count(of: &Value) -> i64 {
    of.as_i64().unwrap_or_else(|| panic!("no number: {of}"))
}

/// All that somebody has used.
async fn total(of: &Api) -> Value {
    of.get("/usage").await["total"].clone()
}
