//! A menu behind a button: a native popover, so it needs no script. Placed at its button by CSS (css/menu.css).

use maud::{Markup, html};

use super::icon::{Icon, icon};

/// One line of a menu.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Leads somewhere.
    Link {
        /// Where to.
        href: String,
        /// What a person reads.
        label: String,
        /// Its picture.
        icon: Icon,
        /// Whether it is a sheet, which opens in a dialog when scripts run.
        sheet: bool,
    },
    /// Does something at once.
    Post {
        /// The form's address.
        action: String,
        /// Hidden fields.
        fields: Vec<(&'static str, String)>,
        /// What a person reads.
        label: String,
        /// Its picture.
        icon: Icon,
        /// Whether something goes away.
        danger: bool,
    },
    /// A line between groups.
    Line,
}

/// A quiet button that opens the menu with the id `id`; `label` says what the menu is about.
#[must_use]
pub fn menu(id: &str, label: &str, picture: Icon, entries: &[Entry]) -> Markup {
    html! {
        button.button--quiet.menu__button type="button" popovertarget=(id) aria-label=(label) title=(label) { (icon(picture)) }
        (sheet(id, label, entries))
    }
}

/// The menu without its button, for a button of another look: any with `popovertarget`.
#[must_use]
pub fn sheet(id: &str, label: &str, entries: &[Entry]) -> Markup {
    html! {
        div.menu.menu--at id=(id) popover="auto" role="group" aria-label=(label) {
            (lines(entries))
        }
    }
}

/// The entries by themselves, for another place.
#[must_use]
pub fn lines(entries: &[Entry]) -> Markup {
    html! { @for entry in entries { (line(entry)) } }
}

fn line(entry: &Entry) -> Markup {
    match entry {
        Entry::Line => html! { hr.menu__line; },
        Entry::Link { href, label, icon: picture, sheet } => html! {
            a.menu__item href=(href) data-sheet[*sheet] { (icon(*picture)) (label) }
        },
        Entry::Post { action, fields, label, icon: picture, danger } => html! {
            form method="post" action=(action) hx-post=(action) hx-swap="none" hx-sync="this:drop" {
                @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
                button.menu__item.menu__item--danger[*danger] type="submit" { (icon(*picture)) (label) }
            }
        },
    }
}

/// One of each kind.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let entries = [
        Entry::Link { href: "/c/7/rename".into(), label: "Rename".into(), icon: Icon::Pencil, sheet: true },
        Entry::Line,
        Entry::Post {
            action: "/c/7/delete".into(),
            fields: vec![("next", "/".into())],
            label: "Delete".into(),
            icon: Icon::Trash,
            danger: true,
        },
    ];
    vec![("menu", menu("menu-sample", "Conversation", Icon::More, &entries))]
}
