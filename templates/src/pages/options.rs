//! What can be done with a conversation: a menu beside its title, a sheet behind its line in a list, and the sheets that
//! rename and delete it.

use maud::{Markup, html};

use super::sheet::{self, Sheet, Submit};
use crate::Locale;
use crate::layout::Shell;
use crate::parts::icon::Icon;
use crate::parts::menu::{self, Entry};

/// A conversation as its options need it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whether it stands above the others.
    pub pinned: bool,
    /// Whether it is put away.
    pub archived: bool,
}

impl Options {
    fn entries(&self, l: Locale) -> Vec<Entry> {
        let at = |verb: &str| format!("/c/{}/{verb}", self.id);
        let post = |verb: &str, label: String, icon: Icon| Entry::Post {
            action: at(verb),
            fields: Vec::new(),
            label,
            icon,
            danger: false,
        };
        let sheet =
            |verb: &str, label: String, icon: Icon| Entry::Link { href: at(verb), label, icon, sheet: true };
        vec![
            sheet("rename", l.t("rename").into_owned(), Icon::Pencil),
            if self.pinned {
                post("unpin", l.t("unpin").into_owned(), Icon::Pin)
            } else {
                post("pin", l.t("pin").into_owned(), Icon::Pin)
            },
            if self.archived {
                post("unarchive", l.t("unarchive").into_owned(), Icon::Archive)
            } else {
                post("archive", l.t("archive").into_owned(), Icon::Archive)
            },
            Entry::Line,
            sheet("delete", l.t("delete").into_owned(), Icon::Trash),
        ]
    }

    fn shown_title(&self, l: Locale) -> String {
        if self.title.is_empty() { l.t("untitled").into_owned() } else { self.title.clone() }
    }

    fn back(&self) -> String {
        format!("/c/{}", self.id)
    }
}

/// The menu beside the title of the conversation on the page; replaced as a whole when something in it changes.
#[must_use]
pub fn menu(l: Locale, props: &Options) -> Markup {
    html! { div.chat__options #options { (menu::menu("options-menu", &l.t("options"), Icon::More, &props.entries(l))) } }
}

/// The sheet behind a line of a list.
#[must_use]
pub fn page(shell: &Shell, props: &Options) -> Markup {
    let l = shell.locale;
    let sheet = Sheet { title: props.shown_title(l), back: props.back(), problem: None };
    let body = html! {
        div.sheet__menu { (menu::lines(&props.entries(l))) }
        div.sheet__actions { a.button href=(props.back()) data-behavior="sheet-close" { (l.t("close")) } }
    };
    sheet::page(shell, &sheet, &body)
}

/// The sheet that renames.
#[must_use]
pub fn rename(shell: &Shell, props: &Options, problem: Option<String>) -> Markup {
    let l = shell.locale;
    let sheet = Sheet { title: l.t("rename-title").into_owned(), back: props.back(), problem };
    let field = html! {
        div.field {
            label.field__label for="rename" { (l.t("rename-label")) }
            input.field__input #rename name="title" value=(props.title) maxlength="120" required autocomplete="off" autofocus dir="auto";
        }
    };
    let submit = Submit { label: l.t("rename").into_owned(), danger: false };
    let action = format!("/c/{}/rename", props.id);
    sheet::page(shell, &sheet, &sheet::form(l, &action, &props.back(), &field, &submit))
}

/// The sheet that deletes; `minutes` is how long there is a way back, 0 if there is none.
#[must_use]
pub fn delete(shell: &Shell, props: &Options, minutes: u64) -> Markup {
    let l = shell.locale;
    let sheet = Sheet { title: l.t("delete-title").into_owned(), back: props.back(), problem: None };
    let words = html! {
        p { bdi { strong { (props.shown_title(l)) } } }
        p.sheet__note {
            @if minutes == 0 { (l.t("delete-for-good")) } @else { (l.ta("delete-for-now", &[("minutes", minutes.into())])) }
        }
    };
    let submit = Submit { label: l.t("delete").into_owned(), danger: true };
    let action = format!("/c/{}/delete", props.id);
    sheet::page(shell, &sheet, &sheet::form(l, &action, &props.back(), &words, &submit))
}

/// Each sheet once.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let shell = Shell::default();
    let props = Options { id: "7".into(), title: "How rivers carry sediment".into(), ..Options::default() };
    let put_away = Options { archived: true, pinned: true, title: String::new(), ..props.clone() };
    vec![
        ("menu", page(&shell, &props)),
        ("menu-archived", page(&shell, &put_away)),
        ("rename", rename(&shell, &props, Some("Please give it a name.".into()))),
        ("delete", delete(&shell, &props, 10)),
        ("delete-for-good", delete(&shell, &put_away, 0)),
    ]
}
