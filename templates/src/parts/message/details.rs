//! How an answer came to be: behind the model's name, a native popover.

use maud::{Markup, html};

use super::AssistantMessage;
use crate::Locale;

/// What is known about an answer; what is not stays out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// The model that was asked, `openai/gpt-4.1`.
    pub asked: String,
    /// The model that answered, when that is another one.
    pub answered: Option<String>,
    /// The model that answered instead, since the one that was asked could not.
    pub stepped_in: Option<String>,
    /// Messages that did not fit and were left out.
    pub left_out: Option<u64>,
    /// Who wrote what stands before the place where this model went on.
    pub begun: Option<String>,
    /// From the send to the end, in milliseconds.
    pub took_ms: Option<u64>,
    /// From the send to the first word, in milliseconds.
    pub first_ms: Option<u64>,
    /// How long it thought, in milliseconds.
    pub thought_ms: Option<u64>,
    /// Tokens of the prompt.
    pub input: Option<u64>,
    /// Of these, from the provider's cache.
    pub cached: Option<u64>,
    /// Tokens of the answer.
    pub output: Option<u64>,
    /// Of these, of its thoughts.
    pub reasoning: Option<u64>,
    /// In US dollars, as a decimal number.
    pub cost: Option<String>,
    /// Whether tokens and cost are an estimate.
    pub estimated: bool,
}

/// The model's name as a button, and what it opens.
pub(super) fn details(l: Locale, props: &AssistantMessage) -> Markup {
    let id = format!("m-{}-details", props.id);
    let label = l.t("answer-details");
    html! {
        button.message__model type="button" popovertarget=(id) title=(label) { (props.model) }
        div.menu.menu--at.details id=(id) popover="auto" role="group" aria-label=(label) {
            dl { @for (name, value) in lines(l, &props.details) { dt { (name) } dd { (value) } } }
        }
    }
}

fn lines(l: Locale, of: &Details) -> Vec<(String, String)> {
    let seconds = |ms: u64| l.ta("detail-seconds", &[("seconds", tenths(ms).into())]);
    let number = |n: u64| n.to_string();
    let about = if of.estimated { "≈ " } else { "" };
    let counted = |n: u64| format!("{about}{n}");
    let all = [
        (l.t("detail-asked"), Some(of.asked.clone())),
        (l.t("detail-answered"), of.answered.clone()),
        (l.t("detail-begun"), of.begun.clone()),
        (l.t("detail-took"), of.took_ms.map(seconds)),
        (l.t("detail-first"), of.first_ms.map(seconds)),
        (l.t("detail-thought"), of.thought_ms.map(seconds)),
        (l.t("detail-input"), of.input.map(counted)),
        (l.t("detail-cached"), of.cached.filter(|n| *n > 0).map(number)),
        (l.t("detail-output"), of.output.map(counted)),
        (l.t("detail-reasoning"), of.reasoning.filter(|n| *n > 0).map(number)),
        (l.t("detail-speed"), of.speed().map(number)),
        (
            l.t("detail-cost"),
            of.cost.as_ref().map(|cost| {
                format!("{about}{}", l.ta("detail-dollars", &[("dollars", cost.as_str().into())]))
            }),
        ),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.into_owned(), value?))).collect()
}

impl Details {
    /// Tokens per second since the first one; none where that says nothing.
    fn speed(&self) -> Option<u64> {
        let writing = self.took_ms?.checked_sub(self.first_ms?)?;
        let output = self.output.filter(|_| writing >= 100)?;
        Some(output * 1000 / writing)
    }
}

fn tenths(ms: u64) -> String {
    let tenths = (ms + 50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}
