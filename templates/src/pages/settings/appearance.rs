//! How pages look.

use std::borrow::Cow;

use maud::{Markup, html};

use super::save;
use crate::Locale;
use crate::layout::{Accent, Shell, Theme};
use crate::parts::code_theme::CodeTheme;
use crate::parts::message::sample_blocks;

/// js/theme.js shows a choice at once; it is kept with the button.
pub(super) fn section(shell: &Shell) -> Markup {
    let l = shell.locale;
    let theme = |theme| match theme {
        Theme::System => l.t("theme-system"),
        Theme::Light => l.t("theme-light"),
        Theme::Dark => l.t("theme-dark"),
    };
    html! {
        section.panel aria-labelledby="appearance" {
            h2.panel__title #appearance { (l.t("appearance")) }
            p { (l.t("appearance-text")) }
            form.form method="post" action="/settings/appearance" data-behavior="appearance" {
                (choices("theme", &l.t("theme"), &Theme::ALL.map(|it| (it.as_str(), theme(it), it == shell.theme))))
                (choices("accent", &l.t("accent"), &Accent::ALL.map(|it| (it.as_str(), it.label(l).into(), it == shell.accent))))
                (choices("code", &l.t("code-colours"),
                    &CodeTheme::ALL.map(|it| (it.as_str(), it.label(l), it == shell.code_theme))))
                (sample(l))
                (save(l))
            }
        }
    }
}

fn choices(name: &str, label: &str, all: &[(&str, Cow<'_, str>, bool)]) -> Markup {
    html! {
        fieldset.choices {
            legend.field__label { (label) }
            div.choices__all {
                @for (value, words, chosen) in all {
                    label.choice {
                        input type="radio" name=(name) value=(value) checked[*chosen];
                        @if name == "accent" { span.choice__colour data-accent=(value) {} }
                        span { (words) }
                    }
                }
            }
        }
    }
}

/// A picture of what code looks like; nothing in it can be reached.
fn sample(l: Locale) -> Markup {
    let code = sample_blocks().into_iter().find(|block| block.0.contains("<pre"));
    html! { @if let Some(code) = code { div.prose.choices__sample inert aria-label=(l.t("code-colours")) role="img" { (code) } } }
}
