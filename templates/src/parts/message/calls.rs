//! The tools that a model asked for: a card each, replaced as a whole when another one comes.

use maud::{Markup, html};

use crate::Locale;
use crate::parts::icon::{Icon, icon};

/// One tool that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolCall {
    /// The tool, as the model calls it.
    pub name: String,
    /// What it is given, laid out for reading.
    pub arguments: String,
}

/// All of an answer's, or their empty place.
#[must_use]
pub fn calls(l: Locale, message: &str, calls: &[ToolCall]) -> Markup {
    html! {
        div.message__calls id={ "m-" (message) "-calls" } { @for call in calls { (card(l, call)) } }
    }
}

fn card(l: Locale, call: &ToolCall) -> Markup {
    let nameless = l.t("tool-nameless");
    let name = if call.name.is_empty() { nameless.as_ref() } else { call.name.as_str() };
    html! {
        details.call {
            summary.call__summary {
                (icon(Icon::Wrench))
                span.call__name { (l.ta("tool-asked", &[("tool", name.into())])) }
                span.badge { (l.t("tool-unavailable")) }
            }
            pre.call__arguments dir="ltr" { (call.arguments) }
        }
    }
}
