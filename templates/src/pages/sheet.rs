//! A sheet: one small page for one action (rename, delete, edit, …). It is a page of its own for everybody; a link to it
//! with `data-sheet` opens the same content in a dialog when scripts run (js/sheet.js).
//!
//! What the server answers to its form: done (204, the dialog closes; with `HX-Redirect` the page goes there), or the same
//! sheet again with what was wrong.

use maud::{Markup, html};

use crate::Locale;
use crate::layout::{Shell, brand, document};

/// Props of a sheet.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// What it is about: "Rename conversation".
    pub title: String,
    /// Where Cancel leads, and where one came from.
    pub back: String,
    /// What is wrong with what was sent, as a sentence.
    pub problem: Option<String>,
}

/// The page. `body` usually is one [`form`].
#[must_use]
pub fn page(shell: &Shell, props: &Sheet, body: &Markup) -> Markup {
    let l = shell.locale;
    let body = html! {
        header.site { (brand(l)) nav.site__nav { a.button.button--plain href=(props.back) { (l.t("go-back")) } } }
        main.sheet-page #main {
            div.sheet {
                h1.sheet__title #sheet-title { (props.title) }
                @if let Some(problem) = &props.problem { p.sheet__problem role="alert" { (problem) } }
                (body)
            }
        }
    };
    document(shell, &props.title, "plain", &html! {}, &body)
}

/// The form of a sheet: `fields`, then Cancel and the one button that does it.
#[must_use]
pub fn form(l: Locale, action: &str, back: &str, fields: &Markup, submit: &Submit) -> Markup {
    let class = if submit.danger { "button button--alarm" } else { "button button--main" };
    html! {
        form.sheet__form method="post" action=(action) hx-post=(action) hx-swap="none" hx-sync="this:drop" data-behavior="sheet" {
            (fields)
            div.sheet__actions {
                a.button href=(back) data-behavior="sheet-close" { (l.t("cancel")) }
                button class=(class) type="submit" { (submit.label) }
            }
        }
    }
}

/// The button that does what a sheet is about.
#[derive(Clone, Debug, Default)]
pub struct Submit {
    /// "Rename".
    pub label: String,
    /// Whether something goes away.
    pub danger: bool,
}

/// A question and a refused one.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let shell = Shell::default();
    let l = shell.locale;
    let ask = Sheet { title: "Delete conversation".into(), back: "/c/7".into(), problem: None };
    let submit = Submit { label: "Delete".into(), danger: true };
    let words = html! { p { "“How rivers carry sediment” will be gone." } };
    let asked = page(&shell, &ask, &form(l, "/c/7/delete", "/c/7", &words, &submit));
    let problem = Some("Please give it a name.".to_owned());
    let again = Sheet { title: "Rename conversation".into(), back: "/c/7".into(), problem };
    let field = html! {
        div.field { label.field__label for="sample-title" { "Name" } input.field__input #sample-title name="title" value=""; }
    };
    let submit = Submit { label: "Rename".into(), danger: false };
    let refused = page(&shell, &again, &form(l, "/c/7/rename", "/c/7", &field, &submit));
    vec![("question", asked), ("refused", refused)]
}
