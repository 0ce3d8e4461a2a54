//! The gallery: every sample of every part and page, for eyes and for axe. A developer's page, so its words are not in the
//! catalogue. The server shows it in development only; examples/gallery.rs writes it to a folder.

use maud::{Markup, PreEscaped, html};

use super::sheet::{self, Sheet, Submit};
use crate::layout::{Accent, Shell, Theme, document};
use crate::parts::icon::Icon;
use crate::parts::{self, menu};

/// How a sample is looked at.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The colours.
    pub theme: Theme,
    /// The accent.
    pub accent: Accent,
    /// Written from right to left.
    pub rtl: bool,
    /// Letters twice as large.
    pub large: bool,
}

/// What a page of the gallery needs beyond the application's style.
const STYLE: &str = "/dev/gallery.css";

/// Every sample as a page of its own, by name; parts stand alone on theirs.
#[must_use]
pub fn all() -> Vec<(String, Markup)> {
    let parts = parts::samples().into_iter().map(|(name, part)| {
        let page = alone(&name, &html! { section { (part) } });
        (name, page)
    });
    super::samples().into_iter().chain(parts).collect()
}

/// The sample `name` as `view` wants it.
#[must_use]
pub fn find(name: &str, view: &View) -> Option<Markup> {
    let (_, page) = all().into_iter().find(|(known, _)| known == name)?;
    let dir = if view.rtl { "rtl" } else { "ltr" };
    let size = if view.large { " data-size=\"large\"" } else { "" };
    let accent = match view.accent {
        Accent::Water => "",
        Accent::Silt => " data-accent=\"silt\"",
    };
    let dressed = format!(r#"dir="{dir}" data-theme="{}"{accent}{size}"#, view.theme.as_str());
    let bare = r#"dir="ltr" data-theme="system""#;
    let style = format!(r#"<link rel="stylesheet" href="{STYLE}"></head>"#);
    Some(PreEscaped(page.0.replacen(bare, &dressed, 1).replacen("</head>", &style, 1)))
}

/// The list of all samples; `to` makes the address of one.
#[must_use]
pub fn index(to: impl Fn(&str) -> String) -> Markup {
    let list = |names: Vec<String>| {
        html! { ul.gallery__list { @for name in names { li { a href=(to(&name)) { (name) } } } } }
    };
    let body = html! {
        h1 { "Gallery" }
        p { "Every sample can be seen with ?theme=dark, &accent=silt, &dir=rtl and &size=large. " a href="/gallery/try" { "Try sheets, menus and toasts" } "." }
        h2 { "Pages" } (list(super::samples().into_iter().map(|(name, _)| name).collect()))
        h2 { "Parts" } (list(parts::samples().into_iter().map(|(name, _)| name).collect()))
    };
    alone("Gallery", &body)
}

/// Every part below each other.
#[must_use]
pub fn parts_page() -> Markup {
    alone(
        "Parts",
        &html! {
            @for (name, part) in parts::samples() { section { h2.gallery__name { (name) } (part) } }
        },
    )
}

/// A place to try what only moves with scripts: menus at every edge, a sheet, toasts.
#[must_use]
pub fn playground() -> Markup {
    let entries = [
        menu::Entry::Link {
            href: "/gallery/try/sheet".into(),
            label: "Rename".into(),
            icon: Icon::Pencil,
            sheet: true,
        },
        menu::Entry::Link {
            href: "/gallery".into(),
            label: "Gallery".into(),
            icon: Icon::ArrowRight,
            sheet: false,
        },
        menu::Entry::Line,
        menu::Entry::Post {
            action: "/gallery/try/toast".into(),
            fields: vec![("text", "Deleted.".into())],
            label: "Delete".into(),
            icon: Icon::Trash,
            danger: true,
        },
    ];
    let body = html! {
        h1 { "Try" }
        p { a.button href="/gallery/try/sheet" data-sheet { "Open a sheet" } }
        form method="post" action="/gallery/try/toast" hx-post="/gallery/try/toast" hx-swap="none" {
            input type="hidden" name="text" value="Something to know.";
            button.button { "Show a toast" }
        }
        div.gallery__corners {
            @for corner in ["a", "b", "c", "d"] {
                div { (menu::menu(&format!("menu-{corner}"), &format!("Menu {corner}"), Icon::More, &entries)) }
            }
        }
    };
    alone("Try", &body)
}

/// The sheet to try.
#[must_use]
pub fn sample_sheet(shell: &Shell, name: &str, problem: Option<&str>) -> Markup {
    let props = Sheet {
        title: "Rename conversation".into(),
        back: "/gallery/try".into(),
        problem: problem.map(str::to_owned),
    };
    let fields = html! {
        div.field {
            label.field__label for="sample-name" { "Name" }
            input.field__input #sample-name name="name" type="text" value=(name) aria-invalid=[problem.map(|_| "true")];
        }
    };
    let submit = Submit { label: "Rename".into(), danger: false };
    let form = sheet::form(shell.locale, "/gallery/try/sheet", "/gallery/try", &fields, &submit);
    sheet::page(shell, &props, &form)
}

fn alone(title: &str, body: &Markup) -> Markup {
    let head = html! { link rel="stylesheet" href=(STYLE); };
    let body = html! { main.gallery #main { (body) } };
    document(&Shell::default(), title, "plain", &head, &body)
}
