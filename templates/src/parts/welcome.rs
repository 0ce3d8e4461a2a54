//! What a new conversation shows before its first message.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::Locale;

/// A greeting, perhaps a note, and four ways to begin. They are links, `/c/new?q=…`: the words land in the composer.
#[must_use]
pub fn welcome(l: Locale, name: &str, note: &Markup, system_prompt: &str) -> Markup {
    html! {
        section.welcome {
            h2.welcome__title {
                @if name.is_empty() { (l.t("welcome")) } @else { (l.ta("welcome-name", &[("name", name.into())])) }
             }
            p.welcome__text { (l.t("welcome-text")) }
            (note)
            (ideas(l))
            (before(l, system_prompt))
        }
    }
}

/// That nobody real answers yet, and what to do about it.
#[must_use]
pub fn simulated(l: Locale) -> Markup {
    html! {
        p.simulated { (icon(Icon::Info)) span { (l.t("keys-simulated")) " " a href="/settings/keys" { (l.t("keys-simulated-add")) } } }
    }
}

/// The four by themselves.
#[must_use]
pub fn ideas(l: Locale) -> Markup {
    let ideas = [
        (Icon::Lightbulb, l.t("idea-explain"), l.t("idea-explain-prompt")),
        (Icon::Code, l.t("idea-code"), l.t("idea-code-prompt")),
        (Icon::Table, l.t("idea-compare"), l.t("idea-compare-prompt")),
        (Icon::Pencil, l.t("idea-write"), l.t("idea-write-prompt")),
    ];
    html! {
        ul.welcome__ideas {
            @for (picture, label, prompt) in &ideas {
                li {
                    a.idea href={ "/c/new?q=" (query(prompt)) } {
                        span.idea__label { (icon(*picture)) (label) }
                        span.idea__prompt { (prompt) }
                    }
                }
            }
        }
    }
}

/// What the model is told first: a field of the composer's form, folded away until somebody wants it.
fn before(l: Locale, system_prompt: &str) -> Markup {
    html! {
        details.welcome__tune open[!system_prompt.is_empty()] {
            summary { (icon(Icon::Sliders)) (l.t("system-prompt-add")) }
            div.field {
                label.field__label for="system-prompt" { (l.t("system-prompt")) }
                textarea.field__input #system-prompt name="system_prompt" form="compose" rows="4" dir="auto"
                    aria-describedby="system-prompt-hint" { (system_prompt) }
                p.field__hint #system-prompt-hint { (l.t("system-prompt-hint")) }
            }
        }
    }
}

/// Percent-encodes everything but letters, digits and `-_.~`.
#[must_use]
pub(crate) fn query(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            all.push(char::from(byte));
        } else {
            write!(all, "%{byte:02X}").expect("writing to a String");
        }
        all
    })
}
