//! What stands under a message: how it ended, its other versions, what one can do with it.

use maud::{Markup, html};

use super::{AssistantMessage, Details, ReplyState, UserMessage, details};
use crate::Locale;
use crate::parts::icon::{Icon, icon};
use crate::parts::menu::{self, Entry};

/// Where a message stands among the versions of it: edits of one message, answers to one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Siblings {
    /// From 1.
    pub index: u64,
    /// All of them.
    pub count: u64,
    /// The one before.
    pub previous: Option<String>,
    /// The one behind.
    pub next: Option<String>,
}

/// Under a person's message.
pub(super) fn of_user(l: Locale, props: &UserMessage) -> Markup {
    let id = props.id.as_str();
    let edit = format!("/m/{id}/edit");
    html! {
        footer.message__foot id={ "m-" (id) "-foot" } {
            (copy(l))
            a.button--quiet href=(edit) data-sheet title=(l.t("edit")) aria-label=(l.t("edit")) { (icon(Icon::Pencil)) }
            (more(l, id, Vec::new()))
            (versions(l, props.siblings.as_ref()))
            span.message__meta { (props.at) }
        }
    }
}

/// Under an answer. Replaced by its id when a reply ends.
#[must_use]
pub fn foot(l: Locale, props: &AssistantMessage) -> Markup {
    let ended = props.state != ReplyState::Streaming;
    html! {
        footer.message__foot id={ "m-" (props.id) "-foot" } data-ended=[ended.then_some("")] {
            @if ended { (notes(l, &props.details)) }
            (outcome(l, props))
            @if ended && !props.blocks.is_empty() { (copy(l)) }
            @if ended {
                (retry(l, &props.id))
                @if props.can_go_on && !is_problem(&props.state) { (go_on(l, &props.id, "button--quiet")) }
                (more(l, &props.id, vec![again_with(l, &props.id), Entry::Line]))
            }
            @if let Some(reply) = &props.beside { (choice(l, props, reply)) }
            (versions(l, props.siblings.as_deref()))
            span.message__meta {
                @if let Some(before) = &props.details.begun {
                    (l.ta("continued", &[("before", before.as_str().into()), ("model", props.model.as_str().into())])) " · "
                }
                @if ended { (details::details(l, props)) " · " (props.at) } @else { span.message__model { (props.model) } }
            }
        }
    }
}

/// What a reader should know who doesn't ask.
fn notes(l: Locale, of: &Details) -> Markup {
    html! {
        @if let Some(model) = &of.stepped_in {
            p.outcome.outcome--note { (l.ta("stepped-in", &[("model", model.as_str().into()), ("asked", of.asked.as_str().into())])) }
        }
        @if let Some(count) = of.left_out { p.outcome.outcome--note { (l.ta("left-out", &[("count", count.into())])) } }
    }
}

fn outcome(l: Locale, props: &AssistantMessage) -> Markup {
    match &props.state {
        ReplyState::Streaming | ReplyState::Complete => html! {},
        ReplyState::Stopped => html! { p.outcome { (l.t("stopped")) } },
        ReplyState::Interrupted => problem(l, props, &l.t("interrupted"), &l.t("interrupted-text"), None),
        ReplyState::Failed(failure) => {
            let title = if props.blocks.is_empty() { l.t("failed-before") } else { l.t("failed-midway") };
            problem(l, props, &title, &failure.text(l), failure.request_id.as_deref())
        }
    }
}

fn problem(l: Locale, props: &AssistantMessage, title: &str, text: &str, request_id: Option<&str>) -> Markup {
    html! {
        div.problem {
            (icon(Icon::Alert))
            div.problem__words {
                p.problem__title { (title) }
                p.problem__text { (text) }
                @if let Some(request) = request_id { p.problem__id { (l.t("request-id")) " " code { (request) } } }
            }
            @if props.can_go_on { (go_on(l, &props.id, "button")) }
            form method="post" action={ "/m/" (props.id) "/regenerate" } {
                button.button type="submit" { (icon(Icon::Retry)) (l.t("retry")) }
            }
        }
    }
}

fn is_problem(state: &ReplyState) -> bool {
    matches!(state, ReplyState::Interrupted | ReplyState::Failed(_))
}

/// Goes on where the answer ends.
fn go_on(l: Locale, id: &str, class: &str) -> Markup {
    let action = format!("/m/{id}/continue");
    let label = l.t("go-on");
    html! {
        form.message__go-on method="post" action=(action) hx-post=(action) hx-swap="none" hx-sync="this:drop" {
            @if class == "button" {
                button.button type="submit" { (icon(Icon::Play)) (label) }
            } @else {
                button.button--quiet type="submit" { (icon(Icon::Play)) (label) }
            }
        }
    }
}

/// Of two answers next to each other: stop this one, or keep it.
fn choice(l: Locale, props: &AssistantMessage, reply: &str) -> Markup {
    let ended = props.state != ReplyState::Streaming;
    let action = match ended {
        true => format!("/m/{}/keep", props.id),
        false => format!("/replies/{reply}/cancellation"),
    };
    html! {
        form.message__choice method="post" action=(action) hx-post=(action) hx-swap="none" hx-sync="this:drop" {
            @if ended {
                button.button type="submit" { (icon(Icon::Check)) (l.t("keep-this")) }
            } @else {
                button.button type="submit" { (icon(Icon::Stop)) (l.t("stop-this")) }
            }
        }
    }
}

fn copy(l: Locale) -> Markup {
    html! {
        button.button--quiet.scripted type="button" data-behavior="copy-message" title=(l.t("copy")) aria-label=(l.t("copy")) {
            (icon(Icon::Copy))
        }
    }
}

fn retry(l: Locale, id: &str) -> Markup {
    html! {
        form.message__retry method="post" action={ "/m/" (id) "/regenerate" } {
            button.button--quiet type="submit" title=(l.t("retry")) aria-label=(l.t("retry")) { (icon(Icon::Retry)) }
        }
    }
}

fn again_with(l: Locale, id: &str) -> Entry {
    Entry::Link {
        href: format!("/m/{id}/again"),
        label: l.t("retry-with").into_owned(),
        icon: Icon::Retry,
        sheet: true,
    }
}

/// The menu of what is done less often: `first`, then what every message has.
fn more(l: Locale, id: &str, first: Vec<Entry>) -> Markup {
    let mut entries = first;
    entries.push(Entry::Post {
        action: format!("/m/{id}/fork"),
        fields: Vec::new(),
        label: l.t("fork").into_owned(),
        icon: Icon::Fork,
        danger: false,
    });
    entries.push(Entry::Link {
        href: format!("/m/{id}/raw"),
        label: l.t("show-source").into_owned(),
        icon: Icon::Code,
        sheet: false,
    });
    menu::menu(&format!("m-{id}-menu"), &l.t("message-menu"), Icon::More, &entries)
}

/// ‹ 2/3 ›
fn versions(l: Locale, siblings: Option<&Siblings>) -> Markup {
    let Some(Siblings { index, count, previous, next }) = siblings else { return html! {} };
    let place = [("index", (*index).into()), ("count", (*count).into())];
    html! {
        span.versions role="group" aria-label=(l.ta("version", &place)) {
            (step(&l.t("previous-version"), Icon::ChevronLeft, previous.as_deref()))
            span.versions__place aria-hidden="true" { (index) "/" (count) }
            (step(&l.t("next-version"), Icon::ChevronRight, next.as_deref()))
        }
    }
}

fn step(label: &str, picture: Icon, to: Option<&str>) -> Markup {
    html! {
        @if let Some(id) = to {
            @let action = format!("/m/{id}/show");
            form method="post" action=(action) hx-post=(action) hx-swap="none" hx-sync="this:drop" {
                button.button--quiet type="submit" title=(label) aria-label=(label) { (icon(picture)) }
            }
        } @else {
            button.button--quiet type="button" disabled title=(label) aria-label=(label) { (icon(picture)) }
        }
    }
}
