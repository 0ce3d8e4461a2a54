//! What the service worker shows when no page can be had: kept in the browser before it is needed.

use maud::{Markup, html};

use crate::layout::{Shell, brand, document};

/// The page at `/offline`; the address it is shown at is that of the page that could not be had.
#[must_use]
pub fn page(shell: &Shell) -> Markup {
    let l = shell.locale;
    let body = html! {
        header.site { (brand(l)) }
        main.oops #main {
            h1.oops__title { (l.t("no-connection")) }
            p.oops__text { (l.t("no-connection-text")) }
            p.oops__actions { a.button.button--main href="/" data-behavior="try-again" { (l.t("retry")) } }
        }
    };
    document(shell, &l.t("no-connection"), "plain", &html! {}, &body)
}

/// The page.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    vec![("offline", page(&Shell::default()))]
}
