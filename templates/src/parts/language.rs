//! The switch of languages on pages of strangers: a form, so that it works without scripts.

use maud::{Markup, html};

use crate::Locale;
use crate::layout::Shell;

/// The other languages as buttons; posts `locale` and `next` to `/language`.
#[must_use]
pub fn switch(shell: &Shell) -> Markup {
    html! {
        form.languages method="post" action="/language" {
            input type="hidden" name="next" value=(shell.path);
            @for locale in Locale::ALL.into_iter().filter(|locale| *locale != shell.locale) {
                button.languages__choice type="submit" name="locale" value=(locale.tag()) lang=(locale.tag()) { (locale.name()) }
            }
        }
    }
}
