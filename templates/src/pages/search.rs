//! Finding what was said. A sheet, so that it also opens above the conversation; results come as one types.

use maud::{Markup, html};

use super::sheet::{self, Sheet};
use crate::layout::Shell;
use crate::{Locale, Moment};

/// Props of the page.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The shell; `viewer` must be there.
    pub shell: Shell,
    /// What is looked for.
    pub query: String,
    /// What was found.
    pub found: Found,
}

/// A page of hits.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The newest first.
    pub hits: Vec<Hit>,
    /// Where more are, if there are any.
    pub more: Option<String>,
}

/// A place where the words stand.
#[derive(Clone, Debug, Default)]
pub struct Hit {
    /// The conversation's page, at the message.
    pub href: String,
    /// The conversation's title.
    pub title: String,
    /// Whether it is archived.
    pub archived: bool,
    /// Who wrote it: a person, or else a model; `None` when it is the title that matches.
    pub by_person: Option<bool>,
    /// When.
    pub at: Moment,
    /// The words and what stands around them.
    pub snippet: Vec<Piece>,
}

/// A part of a snippet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Its text.
    pub text: String,
    /// Whether it was looked for.
    pub hit: bool,
}

/// The page at `/search`.
#[must_use]
pub fn page(props: &Search) -> Markup {
    let l = props.shell.locale;
    let body = html! {
        form.search role="search" method="get" action="/search" {
            input.field__input type="search" name="q" value=(props.query) maxlength="300" autocomplete="off" autofocus
                aria-label=(l.t("search-label")) placeholder=(l.t("search-placeholder"))
                hx-get="/search" hx-trigger="input changed delay:200ms" hx-target="#found" hx-swap="innerHTML" hx-sync="this:replace" hx-indicator="#found";
            button.button type="submit" { (l.t("search")) }
        }
        div.found #found { (found(l, &props.query, &props.found)) }
    };
    let sheet = Sheet { title: l.t("search").into_owned(), back: "/c/new".into(), problem: None };
    sheet::page(&props.shell, &sheet, &body)
}

/// What was found, for the place `#found`.
#[must_use]
pub fn found(l: Locale, query: &str, found: &Found) -> Markup {
    html! {
        p.found__none role="status" {
            @if query.trim().is_empty() { (l.t("search-hint")) }
            @else if found.hits.is_empty() { (l.t("search-nothing")) }
        }
        ul.found__list { (hits(l, found)) }
    }
}

/// The hits and a way to more, for the end of the list.
#[must_use]
pub fn hits(l: Locale, found: &Found) -> Markup {
    html! {
        @for hit in &found.hits { li { (line(l, hit)) } }
        @if let Some(more) = &found.more {
            li.found__more { a.button href=(more) hx-get=(more) hx-target="closest li" hx-swap="outerHTML" { (l.t("search-more")) } }
        }
    }
}

fn line(l: Locale, hit: &Hit) -> Markup {
    html! {
        a.hit href=(hit.href) {
            @if hit.by_person.is_none() {
                span.hit__title dir="auto" { (snippet(&hit.snippet)) }
            } @else {
                span.hit__title dir="auto" { @if hit.title.is_empty() { (l.t("untitled")) } @else { (hit.title) } }
                span.hit__text dir="auto" { (snippet(&hit.snippet)) }
            }
            span.hit__meta {
                @match hit.by_person {
                    Some(true) => (l.t("hit-you")),
                    Some(false) => (l.t("hit-model")),
                    None => (l.t("hit-title")),
                }
                " · " (hit.at)
                @if hit.archived { " " span.badge { (l.t("archived")) } }
            }
        }
    }
}

/// A snippet as HTML: what was found stands in `<mark>`.
#[must_use]
pub fn snippet(pieces: &[Piece]) -> Markup {
    html! { @for piece in pieces { @if piece.hit { mark { (piece.text) } } @else { (piece.text) } } }
}

/// Some hits, none, and the page one starts on.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let piece = |text: &str, hit| Piece { text: text.into(), hit };
    let hit = Hit {
        href: "/c/7?at=20#m-20".into(),
        title: "How rivers carry sediment".into(),
        archived: true,
        by_person: Some(false),
        at: Moment::new("1 March 2026", "2026-03-01T14:04:00Z"),
        snippet: vec![piece("… where the ", false), piece("river", true), piece(" <slows> down", false)],
    };
    let own = Hit { by_person: Some(true), archived: false, ..hit.clone() };
    let title = Hit { by_person: None, ..own.clone() };
    let found = Found { hits: vec![hit, own, title], more: Some("/search?q=river&cursor=1".into()) };
    let full = Search { query: "river".into(), found, ..Search::default() };
    let none = Search { query: "xyzzy".into(), ..Search::default() };
    vec![("full", page(&full)), ("none", page(&none)), ("begin", page(&Search::default()))]
}
