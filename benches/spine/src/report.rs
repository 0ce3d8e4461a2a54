//! The table, and the same as JSON.

use serde_json::{Value, json};

use crate::budget::Budget;

/// One line: a figure of each target, and what Freshet's is held against.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// Of the bare proxy.
    pub pass: Option<f64>,
    /// Of Freshet.
    pub freshet: f64,
    /// Of naive rendering.
    pub naive: Option<f64>,
    /// What these are counted in.
    pub unit: &'static str,
    /// What the budget is about, when that is not Freshet's figure itself: a ratio.
    pub ratio: Option<f64>,
    /// The bound.
    pub budget: Budget,
}

impl Row {
    /// A figure of Freshet alone.
    pub fn new(what: impl Into<String>, unit: &'static str, freshet: f64, budget: Budget) -> Self {
        Self { what: what.into(), pass: None, freshet, naive: None, unit, ratio: None, budget }
    }

    fn judged(&self) -> (f64, &'static str) {
        self.ratio.map_or((self.freshet, self.unit), |ratio| (ratio, " ×"))
    }
}

/// Everything measured.
#[derive(Debug, Default)]
pub struct Report {
    /// How and where, one line each.
    pub about: Vec<String>,
    rows: Vec<Row>,
    /// Whatever went wrong: lost streams, wrong texts.
    pub troubles: Vec<String>,
}

impl Report {
    /// Adds a line, and says it at once.
    pub fn add(&mut self, row: Row) {
        let (judged, unit) = row.judged();
        eprintln!("    {}: {}{unit} {}", row.what, short(judged), row.budget.verdict(judged));
        self.rows.push(row);
    }

    /// Prints the table.
    pub fn print(&self) {
        self.about.iter().for_each(|line| println!("{line}"));
        println!("\n| measure | pass | freshet | naive | ratio | budget | |\n|---|---|---|---|---|---|---|");
        for row in &self.rows {
            let (judged, unit) = row.judged();
            let cell = |value: Option<f64>| {
                value.map_or(String::new(), |value| format!("{}{}", short(value), row.unit))
            };
            println!(
                "| {} | {} | {} | {} | {} | {} | {} |",
                row.what,
                cell(row.pass),
                cell(Some(row.freshet)),
                cell(row.naive),
                row.ratio.map_or(String::new(), |ratio| format!("{} ×", short(ratio))),
                row.budget.text(unit),
                row.budget.verdict(judged),
            );
        }
        self.troubles.iter().for_each(|trouble| println!("TROUBLE: {trouble}"));
    }

    /// The same for programs.
    pub fn to_json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let (judged, _) = row.judged();
            json!({
                "measure": row.what, "unit": row.unit.trim(), "pass": row.pass, "freshet": row.freshet,
                "naive": row.naive, "ratio": row.ratio, "budget": row.budget.text("").trim(),
                "missed_by": row.budget.missed_by(judged),
            })
        });
        json!({ "about": self.about, "rows": rows.collect::<Vec<_>>(), "troubles": self.troubles })
    }
}

/// Three figures are enough.
fn short(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        small if small >= 1.0 || small == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}
