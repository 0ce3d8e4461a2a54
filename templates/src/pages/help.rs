//! Help: the list of shortcuts, and the palette as a page.

use maud::{Markup, html};

use super::sheet::{self, Sheet};
use crate::layout::{Shell, brand, document};
use crate::parts::palette::palette;
use crate::parts::shortcut::{self, Keys, Shortcut};

/// The shortcuts, as a sheet.
#[must_use]
pub fn shortcuts(shell: &Shell, keys: Keys) -> Markup {
    let l = shell.locale;
    let props = Sheet { title: l.t("shortcuts").into_owned(), back: "/".into(), problem: None };
    let body = html! {
        dl.shortcuts {
            @for entry in Shortcut::ALL { div { dt { (entry.label(l)) } dd { (shortcut::keys(entry, keys)) } } }
        }
        label.check.scripted {
            input type="checkbox" checked data-behavior="keys";
            span { (l.t("shortcuts-on")) }
        }
        div.sheet__actions { a.button href="/" data-behavior="sheet-close" { (l.t("close")) } }
    };
    sheet::page(shell, &props, &body)
}

/// The palette for who has no scripts.
#[must_use]
pub fn commands(shell: &Shell, keys: Keys) -> Markup {
    let l = shell.locale;
    let body = html! {
        header.site { (brand(l)) nav.site__nav { a.button.button--plain href="/" { (l.t("go-back")) } } }
        main.sheet-page #main { h1.sr { (l.t("palette-label")) } (palette(l, keys)) }
    };
    document(shell, &l.t("palette-label"), "plain", &html! {}, &body)
}

/// Both.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let shell = Shell { path: "/help/shortcuts".into(), ..Shell::default() };
    vec![("shortcuts", shortcuts(&shell, Keys::Mac)), ("commands", commands(&shell, Keys::Pc))]
}
