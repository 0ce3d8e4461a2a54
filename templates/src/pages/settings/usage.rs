//! What one has used, what it cost, and what is left.

use maud::{Markup, html};

use crate::Locale;

/// What one has used this month; administrators see what everybody has.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// "November 2026".
    pub month: String,
    /// All together.
    pub total: Sum,
    /// What is limited.
    pub budgets: Vec<Budget>,
    /// Day by day.
    pub days: Vec<Line>,
    /// The models, the most expensive first.
    pub models: Vec<Line>,
    /// Everybody, for administrators.
    pub people: Vec<Line>,
}

/// What some calls came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Calls.
    pub calls: u64,
    /// Tokens of the prompts and of the answers.
    pub tokens: u64,
    /// In US dollars; `None` where no price is known.
    pub cost: Option<String>,
    /// Whether some of it is an estimate.
    pub estimated: bool,
}

/// One line of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What it is about; empty for what is gone.
    pub name: String,
    /// What it came to.
    pub sum: Sum,
    /// How much of the longest bar its own takes, 0 to 100.
    pub share: u64,
}

/// A limit, and how much of it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// What is limited.
    pub of: BudgetOf,
    /// What is used.
    pub used: String,
    /// What may be used.
    pub limit: String,
    /// How much that is, 0 to 100.
    pub percent: u64,
}

/// What a budget limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetOf {
    /// Money in a day.
    Day,
    /// Money in a month.
    Month,
    /// Answers in a day.
    Answers,
}

pub(super) fn sections(l: Locale, props: &Usage) -> Markup {
    html! {
        section.panel aria-labelledby="usage" {
            h2.panel__title #usage { (l.ta("usage-of-month", &[("month", props.month.as_str().into())])) }
            dl.usage__sums {
                div { dt { (l.t("usage-cost")) } dd { (cost(l, &props.total)) } }
                div { dt { (l.t("usage-calls")) } dd { (l.number(props.total.calls)) } }
                div { dt { (l.t("usage-tokens")) } dd { (about(&props.total)) (l.number(props.total.tokens)) } }
            }
            @for budget in &props.budgets { (limit(l, budget)) }
            p.field__hint { (l.t("usage-hint")) }
        }
        @if props.days.is_empty() { section.panel { p { (l.t("usage-none")) } } }
        (table(l, "usage-days", l.t("usage-day").as_ref(), &props.days))
        (table(l, "usage-models", l.t("usage-model").as_ref(), &props.models))
        (table(l, "usage-people", l.t("usage-person").as_ref(), &props.people))
        @if !props.days.is_empty() {
            p.usage__files {
                a.button href="/api/v1/usage?by=day&format=csv" download="usage-days.csv" { (l.t("usage-csv-days")) }
                a.button href="/api/v1/usage?by=conversation&format=csv" download="usage-conversations.csv" { (l.t("usage-csv-chats")) }
            }
        }
    }
}

fn limit(l: Locale, budget: &Budget) -> Markup {
    let name = match budget.of {
        BudgetOf::Day => l.t("budget-day"),
        BudgetOf::Month => l.t("budget-month"),
        BudgetOf::Answers => l.t("budget-answers"),
    };
    let words = l
        .ta("budget-used", &[("used", budget.used.as_str().into()), ("limit", budget.limit.as_str().into())]);
    html! {
        div.usage__budget data-full[budget.percent >= 90] {
            p { span { (name) } " " span { (words) } }
            (bar(budget.percent))
        }
    }
}

fn table(l: Locale, id: &str, what: &str, lines: &[Line]) -> Markup {
    html! {
        @if !lines.is_empty() {
            section.panel aria-labelledby=(id) {
                table.usage {
                    caption.panel__title #(id) { (what) }
                    thead { tr {
                        th scope="col" { span.sr { (what) } }
                        th.usage__calls scope="col" { (l.t("usage-calls")) }
                        th scope="col" { (l.t("usage-tokens")) }
                        th scope="col" { (l.t("usage-cost")) }
                    } }
                    tbody { @for line in lines { (row(l, line)) } }
                }
            }
        }
    }
}

fn row(l: Locale, line: &Line) -> Markup {
    let gone = l.t("usage-gone");
    let name = if line.name.is_empty() { gone.as_ref() } else { line.name.as_str() };
    html! {
        tr {
            th scope="row" { span dir="auto" { (name) } (bar(line.share)) }
            td.usage__calls { (l.number(line.sum.calls)) }
            td { (about(&line.sum)) (l.number(line.sum.tokens)) }
            td { (cost(l, &line.sum)) }
        }
    }
}

/// A picture of what stands beside it in words. A drawing, since a style attribute is forbidden here.
fn bar(percent: u64) -> Markup {
    html! {
        svg.usage__bar viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" {
            rect width=(percent.min(100)) height="1";
        }
    }
}

fn cost(l: Locale, sum: &Sum) -> String {
    match &sum.cost {
        Some(cost) => format!("{}{cost}", about(sum)),
        None => l.t("usage-unknown").into_owned(),
    }
}

fn about(sum: &Sum) -> &'static str {
    if sum.estimated { "≈\u{a0}" } else { "" }
}
