//! The switch between system, light and dark: a form, so that it works without scripts. js/theme.js saves the page load.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::layout::{Shell, Theme};

/// Three buttons; posts `theme` and `next` to `/settings/theme`.
#[must_use]
pub fn switch(shell: &Shell) -> Markup {
    let l = shell.locale;
    html! {
        form.theme method="post" action="/settings/theme" data-behavior="theme" {
            input type="hidden" name="next" value=(shell.path);
            div.theme__choices role="group" aria-label=(l.t("theme")) {
            @for theme in Theme::ALL {
                @let (label, picture) = match theme {
                    Theme::System => (l.t("theme-system"), Icon::Monitor),
                    Theme::Light => (l.t("theme-light"), Icon::Sun),
                    Theme::Dark => (l.t("theme-dark"), Icon::Moon),
                };
                button.theme__choice type="submit" name="theme" value=(theme.as_str()) title=(label)
                    aria-label=(label) aria-pressed=(if theme == shell.theme { "true" } else { "false" }) {
                    (icon(picture))
                }
            }
            }
        }
    }
}
