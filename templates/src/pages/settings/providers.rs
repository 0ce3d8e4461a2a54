//! How the providers do.

use std::borrow::Cow;

use maud::{Markup, html};

use crate::parts::icon::{Icon, icon};
use crate::{Locale, Moment};

/// How the providers do.
#[derive(Clone, Debug, Default)]
pub struct Providers {
    /// Those that can be used.
    pub usable: Vec<Provider>,
    /// Those that could be used with a key.
    pub keyless: Vec<String>,
}

/// One provider.
#[derive(Clone, Debug, Default)]
pub struct Provider {
    /// "OpenAI".
    pub label: String,
    /// Its host, where it is a public one.
    pub host: Option<String>,
    /// Whose key is used.
    pub key: Whose,
    /// Calls in the last five minutes.
    pub calls: u64,
    /// Those of them that failed for a reason that is the provider's.
    pub failed: u64,
    /// Half of the calls had their first word within so many milliseconds, and 19 of 20.
    pub first_ms: Option<(u64, u64)>,
    /// Why the last one failed that did, as a sentence, and when.
    pub last_error: Option<(String, Moment)>,
    /// Seconds for which it is left alone.
    pub rests: Option<u64>,
    /// When its list of models was fetched; `None` when only ours is known.
    pub fetched: Option<Moment>,
    /// Why that list could not be fetched when it was last tried, as a sentence.
    pub list_error: Option<String>,
}

/// Whose key a provider is asked with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// The person's.
    Own,
    /// The server's.
    #[default]
    Server,
    /// It needs none: it is the server itself.
    Nobody,
}

/// How one does, in a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fine,
    Troubled,
    Resting(u64),
}

impl Provider {
    fn state(&self) -> State {
        match self.rests {
            Some(seconds) => State::Resting(seconds),
            None if self.failed > 0 || self.list_error.is_some() => State::Troubled,
            None => State::Fine,
        }
    }
}

pub(super) fn sections(l: Locale, props: &Providers) -> Markup {
    html! {
        section.panel aria-labelledby="providers" {
            h2.panel__title #providers { (l.t("providers")) }
            p { (l.t("providers-text")) }
            form.panel__end method="post" action="/settings/providers/refresh" {
                button.button type="submit" { (icon(Icon::Retry)) (l.t("refresh-lists")) }
            }
        }
        @for provider in &props.usable { (section(l, provider)) }
        @if !props.keyless.is_empty() {
            section.panel aria-labelledby="keyless" {
                h2.panel__title #keyless { (l.t("needs-key")) }
                p { @for (at, provider) in props.keyless.iter().enumerate() { @if at > 0 { ", " } (provider) } }
                p { a href="/settings/keys" { (l.t("add-key")) } }
            }
        }
    }
}

fn section(l: Locale, props: &Provider) -> Markup {
    html! {
        section.panel aria-label=(props.label) {
            div.panel__line { h3.panel__title { (props.label) } (state(l, props.state())) }
            dl.facts {
                div { dt { (l.t("key-used")) } dd {
                    @match props.key { Whose::Own => (l.t("key-own")), Whose::Server => (l.t("key-server")), Whose::Nobody => (l.t("key-none")) }
                } }
                @if let Some(host) = &props.host { div { dt { (l.t("host")) } dd { @if host == "private" { (l.t("host-private")) } @else { (host) } } } }
                // What it says itself is not counted.
                @if props.key != Whose::Nobody { div { dt { (l.t("calls")) } dd { (calls(l, props)) } } }
                @if let Some((median, most)) = props.first_ms {
                    div { dt { (l.t("first-word")) } dd { (l.ta("first-word-ms", &[("median", median.into()), ("most", most.into())])) } }
                }
                @if let Some((words, at)) = &props.last_error { div { dt { (l.t("last-error")) } dd { (words) " (" (at) ")" } } }
                div { dt { (l.t("models")) } dd {
                    @match &props.fetched { Some(at) => { (l.t("list-fetched")) " " (at) }, None => (l.t("list-built-in")) }
                    @if let Some(words) = &props.list_error { br; (words) }
                } }
            }
        }
    }
}

fn calls(l: Locale, props: &Provider) -> Cow<'static, str> {
    match props.calls {
        0 => l.t("calls-none"),
        calls => l.ta("calls-failed", &[("calls", calls.into()), ("failed", props.failed.into())]).into(),
    }
}

fn state(l: Locale, state: State) -> Markup {
    match state {
        State::Fine => html! { span.badge { (l.t("provider-fine")) } },
        State::Troubled => html! { span.badge.badge--late { (l.t("provider-troubled")) } },
        State::Resting(n) => {
            html! { span.badge.badge--late { (l.ta("provider-rests", &[("n", n.into())])) } }
        }
    }
}
