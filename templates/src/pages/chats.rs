//! All conversations on pages of their own: what the sidebar holds, the archive, and a way to each one's options.

use maud::{Markup, html};

use crate::Locale;
use crate::layout::{Shell, brand, document};
use crate::parts::icon::{Icon, icon};
use crate::parts::sidebar::{Age, Group, Item, item, watch};

/// Which conversations a page lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Those that are not archived.
    #[default]
    All,
    /// The pinned ones.
    Pinned,
    /// The archived ones.
    Archived,
}

impl Show {
    /// All three, in the order of the tabs.
    pub const ALL: [Self; 3] = [Self::All, Self::Pinned, Self::Archived];

    /// The value in the address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Pinned => "pinned",
            Self::Archived => "archived",
        }
    }

    /// What an address asks for; anything unknown is all.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        Self::ALL.into_iter().find(|show| show.as_str() == value).unwrap_or_default()
    }

    fn label(self, l: Locale) -> String {
        match self {
            Self::All => l.t("show-all").into_owned(),
            Self::Pinned => l.t("pinned").into_owned(),
            Self::Archived => l.t("archived").into_owned(),
        }
    }
}

/// Props of the page.
#[derive(Clone, Debug, Default)]
pub struct Chats {
    /// The shell; `viewer` must be there.
    pub shell: Shell,
    /// The tab.
    pub show: Show,
    /// The conversations, newest group first.
    pub groups: Vec<Group>,
    /// Whether newer ones stand on pages before this one.
    pub is_later: bool,
    /// The cursor of older ones, if there are any.
    pub more: Option<String>,
}

/// The page at `/chats`.
#[must_use]
pub fn page(props: &Chats) -> Markup {
    let l = props.shell.locale;
    let show = props.show.as_str();
    let body = html! {
        header.site { (brand(l)) nav.site__nav { a.button.button--plain href="/c/new" { (l.t("back-to-chats")) } } }
        main.list #main {
            div.list__head {
                h1.list__title { (l.t("conversations")) }
                a.button href="/search" data-sheet { (icon(Icon::Search)) (l.t("search")) }
            }
            nav.tabs aria-label=(l.t("show")) {
                @for tab in Show::ALL {
                    a.tabs__tab href={ "/chats?show=" (tab.as_str()) } aria-current=[(tab == props.show).then_some("page")] { (tab.label(l)) }
                }
            }
            @for group in &props.groups {
                section.sidebar__group {
                    h2.sidebar__label { (group.label) }
                    @for entry in &group.items { (item(l, entry, None)) }
                }
            }
            @let items = props.groups.iter().flat_map(|group| &group.items);
            (watch(items.filter(|item| item.answering).map(|item| item.id.as_str())))
            @if props.groups.is_empty() { (empty(l, props.show)) }
            div.list__pages {
                @if props.is_later { a.button href={ "/chats?show=" (show) } { (l.t("newest-conversations")) } }
                @if let Some(cursor) = &props.more {
                    a.button href={ "/chats?show=" (show) "&cursor=" (cursor) } { (l.t("older-conversations")) }
                }
            }
        }
    };
    document(&props.shell, &l.t("conversations"), "plain", &html! {}, &body)
}

/// What would stand here, and a way on.
fn empty(l: Locale, show: Show) -> Markup {
    let (picture, words) = match show {
        Show::All => (Icon::Chat, l.t("nothing-here")),
        Show::Pinned => (Icon::Pin, l.t("nothing-pinned")),
        Show::Archived => (Icon::Archive, l.t("nothing-archived")),
    };
    html! {
        div.list__empty {
            (icon(picture))
            p { (words) }
            @if show == Show::All { a.button href="/c/new" { (icon(Icon::Plus)) (l.t("new-chat")) } }
            @else { a.button href="/chats" { (l.t("show-all-conversations")) } }
        }
    }
}

/// A full page and an empty one.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let l = Locale::En;
    let entry = |id: &str, title: &str| Item { id: id.into(), title: title.into(), answering: false };
    let groups = vec![
        Group {
            label: Age::Week.label(l),
            items: vec![entry("1", "How rivers carry sediment"), entry("2", "")],
        },
        Group { label: Age::In(2025, 3).label(l), items: vec![entry("3", "תכנון טיול לגליל")] },
    ];
    let full = Chats { groups, is_later: true, more: Some("0".into()), ..Chats::default() };
    let empty = Chats { show: Show::Archived, ..Chats::default() };
    vec![("full", page(&full)), ("empty", page(&empty))]
}
