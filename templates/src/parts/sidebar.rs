//! The conversations, a way to a new one, and who is signed in. On a narrow screen it is a popover: no script needed.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use super::theme;
use crate::Locale;
use crate::layout::{Shell, brand};

/// The list of conversations.
#[derive(Clone, Debug, Default)]
pub struct Sidebar {
    /// Those written in today, newest first. Its place is always there: the live stream adds new ones to it.
    pub today: Vec<Item>,
    /// The others, newest group first; the label ("Yesterday", "March") is made by the caller.
    pub groups: Vec<Group>,
    /// The conversation on the page.
    pub current: Option<String>,
    /// Where older conversations are, if there are any.
    pub more: Option<String>,
}

/// Conversations under one date label.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// "Today".
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
    /// Before that.
    Older,
}

impl Age {
    /// The label of the group.
    #[must_use]
    pub fn label(self, l: Locale) -> String {
        let text = match self {
            Self::Today => l.t("age-today"),
            Self::Yesterday => l.t("age-yesterday"),
            Self::Week => l.t("age-week"),
            Self::Month => l.t("age-month"),
            Self::Older => l.t("age-older"),
        };
        text.into_owned()
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
            a.sidebar__new href="/c/new" { (icon(Icon::Plus)) (l.t("new-chat")) }
            nav.sidebar__list #chats aria-label=(l.t("conversations")) {
                @let current = props.current.as_deref();
                section.sidebar__group {
                    h2.sidebar__label { (Age::Today.label(l)) }
                    div #chats-today { @for entry in &props.today { (item(l, entry, current)) } }
                }
                @for group in &props.groups {
                    section.sidebar__group {
                        h2.sidebar__label { (group.label) }
                        @for entry in &group.items { (item(l, entry, current)) }
                    }
                }
                p.sidebar__empty { (l.t("no-conversations")) }
                @if let Some(more) = &props.more { a.sidebar__more href=(more) { (l.t("older-conversations")) } }
            }
            (user(shell))
        }
    }
}

/// One line of the list; `current` is the conversation on the page.
#[must_use]
pub fn item(l: Locale, item: &Item, current: Option<&str>) -> Markup {
    let here = current == Some(item.id.as_str());
    html! {
        a.sidebar__item id={ "chat-" (item.id) } href={ "/c/" (item.id) } aria-current=[here.then_some("page")]
            title=[(item.title.chars().count() > 24).then_some(&item.title)] {
            span.sidebar__title dir="auto" { @if item.title.is_empty() { (l.t("untitled")) } @else { (item.title) } }
            @if item.answering { span.sidebar__live { span.sr { (l.t("answering")) } } }
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
    Sidebar {
        today,
        groups: vec![
            Group { label: Age::Yesterday.label(l), items: vec![item("8", "Notes for the reading group")] },
            Group { label: Age::Week.label(l), items: week },
            Group { label: Age::Month.label(l), items: vec![item("1", "Bread at high altitude")] },
            Group { label: Age::Older.label(l), items: vec![item("0", "First steps")] },
        ],
        current: Some("7".into()),
        more: Some("/c/new?before=0".into()),
    }
}
