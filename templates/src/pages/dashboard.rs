//! Where a day begins: a place to write at once, ways on, what runs right now, and what was talked about last.

use maud::{Markup, html};

use crate::layout::{Shell, document};
use crate::parts::composer::{self, Composer, composer};
use crate::parts::icon::{Icon, icon};
use crate::parts::sidebar::{self, Sidebar, sidebar};
use crate::parts::welcome::{ideas, query, simulated};
use crate::{Locale, Moment};

/// Props of the page.
#[derive(Clone, Debug, Default)]
pub struct Dashboard {
    /// The shell; `viewer` must be there.
    pub shell: Shell,
    /// The list of conversations.
    pub sidebar: Sidebar,
    /// Where a new conversation is begun.
    pub composer: Composer,
    /// Whether nobody real answers yet, and a key of one's own would change that.
    pub simulated: bool,
    /// Conversations that are being answered.
    pub running: Vec<Talk>,
    /// Conversations that are kept at the top.
    pub pinned: Vec<Talk>,
    /// The others, last used first.
    pub recent: Vec<Talk>,
}

/// One conversation.
#[derive(Clone, Debug, Default)]
pub struct Talk {
    /// Its id.
    pub id: String,
    /// Its title; may be empty.
    pub title: String,
    /// When something was last said.
    pub at: Moment,
}

/// The page at `/` for people who are signed in.
#[must_use]
pub fn page(props: &Dashboard) -> Markup {
    let l = props.shell.locale;
    let name = props.shell.viewer.as_ref().map_or("", |viewer| &viewer.name);
    let body = html! {
        div.frame {
            (sidebar(&props.shell, &props.sidebar))
            main.chat__main.home #main tabindex="-1" {
                header.chat__head.home__head {
                    button.button--quiet.chat__menu type="button" popovertarget="sidebar" aria-label=(l.t("conversations")) {
                        (icon(Icon::Sidebar))
                    }
                }
                div.home__body {
                    h1.home__title { (l.ta("home-title", &[("name", name.into())])) }
                    (composer(l, &props.composer))
                    @if props.simulated { (simulated(l)) }
                    (ways(l, props))
                    (talks(l, "home-running", &l.t("home-running"), &props.running, Icon::Chat, true))
                    (talks(l, "home-pinned", &l.t("home-pinned"), &props.pinned, Icon::Pin, false))
                    (talks(l, "home-recent", &l.t("home-recent"), &props.recent, Icon::Chat, false))
                    @if props.recent.is_empty() && props.running.is_empty() && props.pinned.is_empty() {
                        section.home__group aria-label=(l.t("home-ideas")) {
                            p.home__empty { (l.t("home-empty")) }
                            (ideas(l))
                        }
                    }
                }
            }
        }
        p.sr #announce role="status" aria-live="polite" {}
    };
    document(&props.shell, &l.t("home"), "chat", &html! {}, &body)
}

/// Quick actions. On a first day the ideas stand below, so no way leads to them.
fn ways(l: Locale, props: &Dashboard) -> Markup {
    let last = props.recent.first().or(props.pinned.first());
    let way = |href: &str, picture: Icon, label: &str| {
        html! { a.way href=(href) { (icon(picture)) (label) } }
    };
    html! {
        nav.ways aria-label=(l.t("palette-actions")) {
            @if let Some(last) = last {
                (way(&format!("/c/{}", last.id), Icon::ArrowRight, &l.t("home-continue")))
                (way("/c/new", Icon::Lightbulb, &l.t("home-ideas")))
            }
            @if let Some(other) = props.composer.other() {
                (way(&format!("/c/new?model2={}", query(other)), Icon::Columns, &l.t("home-compare")))
            }
            a.way href="/search" data-sheet { (icon(Icon::Search)) (l.t("search")) }
            a.way href="/palette" data-behavior="palette" { (icon(Icon::Command)) (l.t("home-commands")) }
            (way("/settings", Icon::Settings, &l.t("settings")))
        }
    }
}

fn talks(l: Locale, id: &str, label: &str, talks: &[Talk], picture: Icon, live: bool) -> Markup {
    html! {
        @if !talks.is_empty() {
            section.home__group aria-labelledby=(id) {
                h2.home__label #(id) { (label) }
                ul.talks {
                    @for talk in talks {
                        li {
                            a.talk href={ "/c/" (talk.id) } {
                                @if live { span.sidebar__live { span.sr { (l.t("answering")) } } } @else { (icon(picture)) }
                                span.talk__title dir="auto" { @if talk.title.is_empty() { (l.t("untitled")) } @else { (talk.title) } }
                                span.talk__at { (talk.at) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A first day, and a busy one.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let viewer = crate::layout::Viewer { name: "Ada Lovelace".into(), email: "ada@example.org".into() };
    let shell = Shell { viewer: Some(viewer), path: "/".into(), ..Shell::default() };
    let composer = Composer {
        key: "k".into(),
        model: "simulated/essay".into(),
        models: composer::sample_models(),
        ..Composer::default()
    };
    let at = |text: &str| Moment::new(text, "2026-03-01T14:05:00Z");
    let talk = |id: &str, title: &str, when: &str| Talk { id: id.into(), title: title.into(), at: at(when) };
    let busy = Dashboard {
        shell: shell.clone(),
        sidebar: sidebar::sample(),
        composer: composer.clone(),
        simulated: false,
        running: vec![talk("7", "How rivers carry sediment", "14:05")],
        pinned: vec![talk("3", "Borrow checker, gently", "1 March 2026")],
        recent: vec![
            talk(
                "6",
                "A very long title that nobody will ever read to its end because no line is wide enough",
                "13:20",
            ),
            talk("5", "", "11:02"),
            talk("4", "תכנון טיול לגליל", "27 February 2026"),
        ],
    };
    let first = Dashboard { shell, composer, simulated: true, ..Dashboard::default() };
    vec![("first", page(&first)), ("busy", page(&busy))]
}
