//! The palette: one field for everything one can do and every conversation. As a page it is a list of links with a
//! search; js/palette.js shows it in a dialog, filters it while one types, and adds the conversations and what the open
//! page offers.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::Locale;
use crate::parts::shortcut::{self, Keys, Shortcut};

/// The whole palette. `keys` are those of the reader's system.
#[must_use]
pub fn palette(l: Locale, keys: Keys) -> Markup {
    html! {
        section.palette #palette {
            form.palette__form role="search" method="get" action="/search" {
                (icon(Icon::Search))
                label.sr for="palette-input" { (l.t("palette-label")) }
                input.palette__input #palette-input name="q" type="text" required autocomplete="off" autocapitalize="off" spellcheck="false"
                    maxlength="200" dir="auto" autofocus placeholder=(l.t("palette-placeholder"));
            }
            div.palette__list #palette-list aria-label=(l.t("palette-label")) {
                div.palette__group data-group="here" hidden { h2.palette__label { (l.t("palette-here")) } }
                div.palette__group data-group="chats" hidden {
                    h2.palette__label { (l.t("conversations")) }
                    (link(keys, "/c/new", Icon::Chat, &l.t("untitled"), None))
                }
                div.palette__group {
                    h2.palette__label { (l.t("palette-actions")) }
                    (link(keys, "/c/new", Icon::Plus, &l.t("new-chat"), Some(Shortcut::NewChat)))
                    (link(keys, "/", Icon::Home, &l.t("home"), None))
                    (link(keys, "/search", Icon::Search, &l.t("search-chats"), None))
                    (link(keys, "/settings", Icon::Settings, &l.t("settings"), Some(Shortcut::Settings)))
                    (run(keys, "copy-answer", Icon::Copy, &l.t("shortcut-copy-answer"), Some(Shortcut::CopyAnswer)))
                    (run(keys, "copy-code", Icon::Code, &l.t("shortcut-copy-code"), Some(Shortcut::CopyCode)))
                    (run(keys, "model", Icon::ChevronDown, &l.t("shortcut-model"), Some(Shortcut::Model)))
                    (run(keys, "sidebar", Icon::Sidebar, &l.t("shortcut-sidebar"), Some(Shortcut::Sidebar)))
                    (run(keys, "theme-light", Icon::Sun, &l.t("palette-light"), None))
                    (run(keys, "theme-dark", Icon::Moon, &l.t("palette-dark"), None))
                    (run(keys, "theme-system", Icon::Monitor, &l.t("palette-system"), None))
                    a.palette__item href="/help/shortcuts" data-sheet { (inside(keys, Icon::Keyboard, &l.t("shortcuts"), Some(Shortcut::Help))) }
                }
                p.palette__none hidden { (l.t("palette-none")) }
            }
        }
    }
}

fn link(keys: Keys, href: &str, picture: Icon, label: &str, shortcut: Option<Shortcut>) -> Markup {
    html! { a.palette__item href=(href) { (inside(keys, picture, label, shortcut)) } }
}

/// What only a script can do.
fn run(keys: Keys, name: &str, picture: Icon, label: &str, shortcut: Option<Shortcut>) -> Markup {
    html! {
        button.palette__item.scripted type="button" data-run=(name) { (inside(keys, picture, label, shortcut)) }
    }
}

fn inside(keys: Keys, picture: Icon, label: &str, shortcut: Option<Shortcut>) -> Markup {
    html! {
        (icon(picture))
        span.palette__text dir="auto" { (label) }
        @if let Some(shortcut) = shortcut { (shortcut::keys(shortcut, keys)) }
    }
}

/// For a keyboard with Ctrl and one with a command key.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    vec![("ctrl", palette(Locale::En, Keys::Pc)), ("command", palette(Locale::En, Keys::Mac))]
}
