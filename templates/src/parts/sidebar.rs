//! The conversations, a way to a new one, and who is signed in. On a narrow screen it is a popover: no script needed.
//!
//! The list holds the newest ones; the rest comes in pieces when one scrolls there ([`next`]), or on a page of its own.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use super::theme;
use crate::Locale;
use crate::layout::{Shell, brand};

/// The list of conversations.
#[derive(Clone, Debug, Default)]
pub struct Sidebar {
    /// Those that stand above the others.
    pub pinned: Vec<Item>,
    /// Whether there are more of them than these.
    pub more_pinned: bool,
    /// Those written in today, newest first. Its place is always there: the live stream adds new ones to it.
    pub today: Vec<Item>,
    /// The others, newest group first; the label ("Yesterday", "March 2026") is made by the caller.
    pub groups: Vec<Group>,
    /// The conversation on the page.
    pub current: Option<String>,
    /// The cursor of older conversations, if there are any.
    pub more: Option<String>,
}

impl Sidebar {
    /// The conversations that are being answered, without the one on the page.
    fn answering(&self) -> impl Iterator<Item = &str> {
        let current = self.current.as_deref();
        let later = self.groups.iter().flat_map(|group| &group.items);
        let all = self.pinned.iter().chain(&self.today).chain(later);
        all.filter(|item| item.answering).map(|item| item.id.as_str()).filter(move |id| Some(*id) != current)
    }
}

/// Conversations under one date label.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// "Today"; empty when it goes on with what stands before it.
    pub label: String,
    /// Newest first.
    pub items: Vec<Item>,
}

/// One conversation in the list.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// Its title; an empty one shows as "New conversation".
    pub title: String,
    /// Whether a reply is running in it.
    pub answering: bool,
}

/// When a conversation was last written in, for the labels of [`Group`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Since midnight.
    Today,
    /// The day before.
    Yesterday,
    /// Within the last seven days.
    Week,
    /// Within the last thirty days.
    Month,
    /// Before that, in a year and month.
    In(i32, u32),
}

impl Age {
    /// The label of the group.
    #[must_use]
    pub fn label(self, l: Locale) -> String {
        match self {
            Self::Today => l.t("age-today").into_owned(),
            Self::Yesterday => l.t("age-yesterday").into_owned(),
            Self::Week => l.t("age-week").into_owned(),
            Self::Month => l.t("age-month").into_owned(),
            Self::In(year, month) => {
                l.ta("age-in", &[("month", month.into()), ("year", year.to_string().into())])
            }
        }
    }
}

/// The whole sidebar.
#[must_use]
pub fn sidebar(shell: &Shell, props: &Sidebar) -> Markup {
    let l = shell.locale;
    html! {
        aside.sidebar #sidebar popover="auto" aria-label=(l.t("conversations")) {
            div.sidebar__top {
                (brand(l))
                a.button--quiet.sidebar__commands href="/palette" data-behavior="palette" aria-label=(l.t("palette-label"))
                    title=(l.t("palette-title")) { (icon(Icon::Command)) }
                button.button--quiet.sidebar__close type="button" popovertarget="sidebar" popovertargetaction="hide"
                    aria-label=(l.t("close")) { (icon(Icon::Close)) }
            }
            div.sidebar__begin {
                a.sidebar__new href="/c/new" { (icon(Icon::Plus)) (l.t("new-chat")) }
                a.sidebar__find href="/search" data-sheet aria-label=(l.t("search")) title=(l.t("search")) { (icon(Icon::Search)) }
            }
            (list(l, props))
            (user(shell))
        }
    }
}

/// The list. It loads itself anew when the page says `fx:chats`.
#[must_use]
pub fn list(l: Locale, props: &Sidebar) -> Markup {
    let current = props.current.as_deref();
    let anew = format!("/chats/list?current={}", current.unwrap_or_default());
    html! {
        nav.sidebar__list #chats aria-label=(l.t("conversations")) hx-get=(anew) hx-trigger="fx:chats from:body" hx-swap="outerHTML" {
            section.sidebar__group {
                h2.sidebar__label { (l.t("pinned")) }
                div #chats-pinned { @for entry in &props.pinned { (item(l, entry, current)) } }
                @if props.more_pinned { a.sidebar__more href="/chats?show=pinned" { (l.t("more-pinned")) } }
            }
            section.sidebar__group {
                h2.sidebar__label { (Age::Today.label(l)) }
                div #chats-today { @for entry in &props.today { (item(l, entry, current)) } }
            }
            (next(l, props))
            (watch(props.answering()))
            p.sidebar__empty { (l.t("no-conversations")) }
            a.sidebar__all href="/chats" { (l.t("all-conversations")) }
        }
    }
}

/// Asks how it stands with conversations that are being answered elsewhere, as long as there are any: the stream of a page
/// tells of its own conversation only. See `fragments::answering`.
#[must_use]
pub fn watch<'a>(answering: impl Iterator<Item = &'a str>) -> Markup {
    let ids = answering.collect::<Vec<_>>().join(",");
    html! {
        @if !ids.is_empty() {
            div.sidebar__watch #answering hidden hx-get={ "/chats/answering?ids=" (ids) } hx-trigger="every 4s" hx-swap="none" {}
        }
    }
}

/// What comes behind today: groups, and a link that loads the next ones when it comes near the view.
#[must_use]
pub fn next(l: Locale, props: &Sidebar) -> Markup {
    let current = props.current.as_deref();
    html! {
        @for group in &props.groups {
            section.sidebar__group {
                @if !group.label.is_empty() { h2.sidebar__label { (group.label) } }
                @for entry in &group.items { (item(l, entry, current)) }
            }
        }
        @if let Some(cursor) = &props.more {
            a.sidebar__more href={ "/chats?cursor=" (cursor) }
                hx-get={ "/chats/list?cursor=" (cursor) "&current=" (current.unwrap_or_default()) }
                hx-trigger="intersect once root:#chats rootMargin:400px" hx-swap="outerHTML" { (l.t("older-conversations")) }
        }
    }
}

/// One line of the list; `current` is the conversation on the page.
#[must_use]
pub fn item(l: Locale, item: &Item, current: Option<&str>) -> Markup {
    let here = current == Some(item.id.as_str());
    let title = if item.title.is_empty() { l.t("untitled").into_owned() } else { item.title.clone() };
    html! {
        div.sidebar__line id={ "chat-" (item.id) } {
            a.sidebar__item href={ "/c/" (item.id) } aria-current=[here.then_some("page")]
                title=[(title.chars().count() > 24).then_some(&title)] {
                span.sidebar__title dir="auto" { (title) }
                @if item.answering { span.sidebar__live { span.sr { (l.t("answering")) } } }
            }
            a.sidebar__do href={ "/c/" (item.id) "/menu" } data-sheet aria-label=(l.ta("options-of", &[("title", title.as_str().into())])) {}
        }
    }
}

fn user(shell: &Shell) -> Markup {
    let l = shell.locale;
    let Some(viewer) = &shell.viewer else { return html! {} };
    let initial = viewer.name.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    html! {
        div.user {
            button.user__button type="button" popovertarget="user-menu" {
                span.user__initial aria-hidden="true" { (initial) }
                span.user__name dir="auto" { (viewer.name) }
                (icon(Icon::ChevronDown))
            }
            div.menu.user__menu #user-menu popover="auto" {
                p.user__email { (viewer.email) }
                (theme::switch(shell))
                a.menu__item href="/settings" { (icon(Icon::Settings)) (l.t("settings")) }
                form method="post" action="/logout" {
                    button.menu__item type="submit" { (icon(Icon::SignOut)) (l.t("sign-out")) }
                }
            }
        }
    }
}

/// A list with everything in it, for samples.
#[must_use]
pub fn sample() -> Sidebar {
    let l = Locale::En;
    let item = |id: &str, title: &str| Item { id: id.into(), title: title.into(), answering: false };
    let today = vec![
        Item { answering: true, ..item("7", "How rivers carry sediment") },
        item("6", "A very long title that nobody will ever read to its end because the sidebar is narrow"),
        item("5", ""),
    ];
    let week = vec![
        item("4", "תכנון טיול לגליל"),
        item("3", "Borrow checker, gently"),
        item("2", "<script>alert(1)</script>"),
    ];
    let group = |age: Age, items| Group { label: age.label(l), items };
    Sidebar {
        pinned: vec![item("9", "Reading list")],
        more_pinned: true,
        today,
        groups: vec![
            group(Age::Yesterday, vec![item("8", "Notes for the reading group")]),
            group(Age::Week, week),
            group(Age::Month, vec![item("1", "Bread at high altitude")]),
            group(Age::In(2025, 11), vec![item("0", "First steps")]),
        ],
        current: Some("7".into()),
        more: Some("0".into()),
    }
}
