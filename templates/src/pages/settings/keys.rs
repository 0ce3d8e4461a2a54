//! Keys of one's own. A key goes in by a form and never comes back: what was refused is typed again.

use maud::{Markup, html};

use crate::layout::Shell;
use crate::pages::sheet::{self, Sheet, Submit};
use crate::parts::icon::{Icon, icon};
use crate::{Locale, Moment};

/// All keys, and the form for one more.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Whether this server uses no keys of its people.
    pub off: bool,
    /// One more.
    pub form: KeyForm,
    /// Where one can have a key.
    pub providers: Vec<Provider>,
}

/// A provider, and the key there.
#[derive(Clone, Debug, Default)]
pub struct Provider {
    /// "openai".
    pub name: String,
    /// "OpenAI".
    pub label: String,
    /// Where one gets a key; empty where none is needed.
    pub key_page: String,
    /// Whether this server has a key there.
    pub has_server_key: bool,
    /// The key of whoever looks.
    pub own: Option<OwnKey>,
}

/// A key as it may be shown.
#[derive(Clone, Debug, Default)]
pub struct OwnKey {
    /// Its last four characters; empty of a short one.
    pub last4: String,
    /// Another address than the provider's.
    pub base_url: Option<String>,
    /// How it does.
    pub state: KeyState,
    /// When that was found.
    pub checked: Option<Moment>,
}

/// How a key was last seen to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyState {
    /// It works.
    #[default]
    Ok,
    /// Nobody could say.
    Unknown,
    /// The provider has too much to do.
    Busy,
    /// Nothing answers there.
    Unreachable,
    /// The provider does not know it.
    Wrong,
    /// The account is closed.
    Banned,
    /// No credit.
    Exhausted,
    /// Not everything is allowed.
    Limited,
    /// It can't be sent.
    Unsendable,
    /// It has to be entered again.
    Missing,
    /// It can't be opened.
    Unreadable,
}

impl KeyState {
    /// The word on the chip.
    fn word(self, l: Locale) -> String {
        let word = match self {
            Self::Ok => l.t("key-state-ok"),
            Self::Unknown | Self::Busy | Self::Unreachable => l.t("key-state-unknown"),
            Self::Wrong => l.t("key-state-wrong"),
            Self::Banned => l.t("key-state-banned"),
            Self::Exhausted => l.t("key-state-exhausted"),
            Self::Limited => l.t("key-state-limited"),
            Self::Unsendable => l.t("key-state-unsendable"),
            Self::Missing => l.t("key-state-missing"),
            Self::Unreadable => l.t("key-state-unreadable"),
        };
        word.into_owned()
    }

    /// What it means and what can be done.
    fn help(self, l: Locale, provider: &str) -> Option<String> {
        let by = [("provider", provider.into())];
        Some(match self {
            Self::Ok => return None,
            Self::Unknown => l.ta("key-help-unknown", &by),
            Self::Busy => l.ta("key-help-busy", &by),
            Self::Unreachable => l.t("key-help-unreachable").into_owned(),
            Self::Wrong => l.ta("key-help-wrong", &by),
            Self::Banned => l.ta("key-help-banned", &by),
            Self::Exhausted => l.ta("key-help-exhausted", &by),
            Self::Limited => l.ta("key-help-limited", &by),
            Self::Unsendable => l.t("key-help-unsendable").into_owned(),
            Self::Missing => l.t("key-help-missing").into_owned(),
            Self::Unreadable => l.t("key-help-unreadable").into_owned(),
        })
    }

    fn chip(self) -> &'static str {
        match self {
            Self::Ok => "badge",
            Self::Unknown | Self::Busy | Self::Unreachable | Self::Limited => "badge badge--dim",
            _ => "badge badge--alarm",
        }
    }
}

/// The form of a key.
#[derive(Clone, Debug, Default)]
pub struct KeyForm {
    /// The one provider that it is for; without one it can be chosen or recognised.
    pub only: Option<Provider>,
    /// What can be chosen: name and label.
    pub choices: Vec<(String, String)>,
    /// What was chosen; empty to recognise it.
    pub chosen: String,
    /// The address as it was typed.
    pub base_url: String,
    /// What is wrong.
    pub answer: KeyAnswer,
}

/// What a form that was not taken is answered with.
#[derive(Clone, Debug, Default)]
pub struct KeyAnswer {
    /// What is wrong.
    pub problem: Option<KeyProblem>,
    /// Whether it can be kept all the same.
    pub can_insist: bool,
    /// Another provider whose key it looks like: name and label.
    pub looks_like: Option<(String, String)>,
}

/// What can be wrong with what was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyProblem {
    /// Nothing was entered.
    Missing,
    /// No provider was chosen, and none recognised.
    UnknownProvider,
    /// That address can't be used.
    Address,
    /// An address is needed.
    AddressMissing,
    /// Too many tries.
    Wait,
    /// The provider, by its label, has an opinion.
    Refused(KeyState, String),
}

impl KeyProblem {
    fn text(&self, l: Locale) -> String {
        match self {
            Self::Missing => l.t("key-problem-missing").into_owned(),
            Self::UnknownProvider => l.t("key-problem-unknown").into_owned(),
            Self::Address => l.t("key-problem-address").into_owned(),
            Self::AddressMissing => l.t("key-problem-address-missing").into_owned(),
            Self::Wait => l.t("key-problem-wait").into_owned(),
            Self::Refused(state, provider) => state.help(l, provider).unwrap_or_default(),
        }
    }
}

pub(super) fn sections(l: Locale, props: &Keys) -> Markup {
    let is_first = props.providers.iter().all(|provider| provider.own.is_none());
    html! {
        section.panel aria-labelledby="keys" {
            h2.panel__title #keys { (l.t("keys-title")) }
            @if props.off {
                p { (l.t("keys-off")) @if !is_first { " " (l.t("keys-off-kept")) } }
            } @else {
                p { (l.t("keys-text")) @if is_first { " " (l.t("keys-first")) } }
                (form(l, &props.form))
                (whereabouts(l))
            }
        }
        @if !props.providers.is_empty() {
            section.panel aria-labelledby="providers" {
                h2.panel__title #providers { (l.t("key-list")) }
                ul.own-keys { @for provider in &props.providers { (line(l, provider, props.off)) } }
            }
        }
    }
}

/// The page of one provider's key.
pub(super) fn section(l: Locale, props: &KeyForm) -> Markup {
    let Some(only) = &props.only else { return html! {} };
    let by = [("provider", only.label.as_str().into())];
    let title = if only.own.is_some() { l.ta("key-replace-at", &by) } else { l.ta("key-enter-at", &by) };
    html! {
        section.panel aria-labelledby="key" {
            h2.panel__title #key { (title) }
            @if !only.key_page.is_empty() { p { (get(l, only)) } }
            (form(l, props))
            (whereabouts(l))
        }
    }
}

fn whereabouts(l: Locale) -> Markup {
    html! {
        details.fold { summary { (icon(Icon::Info)) (l.t("key-where")) } p { (l.t("key-where-text")) } }
    }
}

/// One provider, as it also takes its own place after a check.
#[must_use]
pub fn line(l: Locale, provider: &Provider, off: bool) -> Markup {
    let id = format!("key-{}", provider.name);
    let by = [("provider", provider.label.as_str().into())];
    let path = format!("/settings/keys/{}", provider.name);
    html! {
        li.key #(id) {
            div.key__words {
                p.key__name { (provider.label) " " (chip(l, provider)) }
                @if let Some(own) = &provider.own { (facts(l, own, &provider.label)) }
            }
            div.key__ways {
                @if provider.own.is_some() {
                    @if !off {
                        form method="post" action={ (path) "/check" } hx-post={ (path) "/check" } hx-target={ "#" (id) }
                            hx-swap="outerHTML" hx-sync="this:drop" {
                            button.button type="submit" aria-label=(l.ta("key-check-at", &by)) { (l.t("key-check")) }
                        }
                        a.button href=(path) aria-label=(l.ta("key-replace-at", &by)) { (l.t("key-replace")) }
                    }
                    a.button.button--danger href={ (path) "/remove" } data-sheet aria-label=(l.ta("key-remove-at", &by)) { (l.t("key-remove")) }
                } @else {
                    @if !provider.key_page.is_empty() {
                        a.button.button--plain href=(provider.key_page) target="_blank" rel="noopener noreferrer"
                            aria-label=(l.ta("key-get-at", &by)) { (l.t("key-get")) }
                    }
                    a.button href=(path) aria-label=(l.ta("key-enter-at", &by)) { (l.t("key-enter")) }
                }
            }
        }
    }
}

fn chip(l: Locale, provider: &Provider) -> Markup {
    html! {
        @match &provider.own {
            Some(own) => span class=(own.state.chip()) { (own.state.word(l)) },
            None if provider.has_server_key => span.badge.badge--dim { (l.t("key-of-server")) },
            None => span.key__none { (l.t("key-of-none")) },
        }
    }
}

fn facts(l: Locale, own: &OwnKey, provider: &str) -> Markup {
    html! {
        div.key__facts {
            @if !own.last4.is_empty() {
                details.key__last {
                    summary aria-label=(l.t("key-show-last")) title=(l.t("key-show-last")) { "••••••••" (icon(Icon::Eye)) }
                    code { (own.last4) }
                }
            }
            @if let Some(at) = &own.checked { span { (l.t("key-checked")) " " (at) } }
            @if let Some(url) = &own.base_url { bdi.key__url { (url) } }
        }
        @if let Some(help) = own.state.help(l, provider) { p.key__help { (help) } }
    }
}

fn get(l: Locale, provider: &Provider) -> Markup {
    html! {
        a href=(provider.key_page) target="_blank" rel="noopener noreferrer" {
            (l.ta("key-get-at", &[("provider", provider.label.as_str().into())]))
        }
    }
}

fn form(l: Locale, props: &KeyForm) -> Markup {
    let action = match &props.only {
        Some(only) => format!("/settings/keys/{}", only.name),
        None => "/settings/keys".to_owned(),
    };
    let hint = match &props.only {
        Some(only) => l.ta("key-base-url-hint", &[("provider", only.label.as_str().into())]),
        None => l.t("key-base-url-hint-any").into_owned(),
    };
    let moves = props.only.as_ref().is_some_and(|only| only.own.is_some());
    let wrong_address =
        matches!(props.answer.problem, Some(KeyProblem::Address | KeyProblem::AddressMissing));
    let starts_open = !props.base_url.is_empty()
        || wrong_address
        || props.only.as_ref().is_some_and(|only| only.key_page.is_empty());
    html! {
        form.form method="post" action=(action) hx-post=(action) hx-target="#key-answer" hx-swap="outerHTML" hx-sync="this:drop" {
            div.field {
                label.field__label for="new-key" { (l.t("key-new")) }
                div.field__box {
                    input.field__input #new-key name="key" type="password" autocomplete="off" spellcheck="false" autocapitalize="off"
                        data-1p-ignore data-lpignore="true" maxlength="1000" autofocus[props.only.is_some()]
                        aria-describedby="new-key-hint key-answer" hx-post="/settings/keys/hint" hx-trigger="input changed delay:250ms"
                        hx-target="#key-answer" hx-swap="outerHTML" hx-sync="this:replace";
                    button.button--quiet.field__show.scripted type="button" data-behavior="reveal" aria-controls="new-key"
                        aria-pressed="false" title=(l.t("show-characters")) aria-label=(l.t("show-characters")) { (icon(Icon::Eye)) }
                }
                p.field__hint #new-key-hint { (l.t("key-new-hint")) }
            }
            @match &props.only {
                Some(only) => input type="hidden" name="provider" value=(only.name);,
                None => div.field {
                    label.field__label for="key-provider" { (l.t("key-provider")) }
                    select.field__input #key-provider name="provider" {
                        option value="" { (l.t("key-provider-auto")) }
                        @for (name, label) in &props.choices { option value=(name) selected[*name == props.chosen] { (label) } }
                    }
                },
            }
            details.fold open[starts_open] {
                summary { (icon(Icon::Sliders)) (l.t("key-base-url-own")) }
                div.field {
                    label.field__label for="base-url" { (l.t("key-base-url")) }
                    input.field__input #base-url name="base_url" type="url" inputmode="url" value=(props.base_url) maxlength="500"
                        autocomplete="off" spellcheck="false" placeholder="https://" aria-describedby="base-url-hint"
                        aria-invalid=[wrong_address.then_some("true")];
                    p.field__hint #base-url-hint { (hint) @if moves { " " (l.t("key-base-url-moves")) } }
                }
            }
            (answer(l, &props.answer))
            div.panel__end { button.button.button--main type="submit" { (l.t("key-save")) } }
        }
    }
}

/// What the form, or the key in it, is answered with: by itself for a page with scripts, where the key is still there.
#[must_use]
pub fn answer(l: Locale, answer: &KeyAnswer) -> Markup {
    html! {
        div.key__answer #key-answer role="status" {
            @if let Some(problem) = &answer.problem { p.alert { (icon(Icon::Alert)) span { (problem.text(l)) } } }
            @if let Some((name, label)) = &answer.looks_like {
                @let by = [("provider", label.as_str().into())];
                p.key__hint {
                    span { (l.ta("key-looks-like", &by)) }
                    button.button type="submit" name="instead" value=(name) { (l.ta("key-looks-like-save", &by)) }
                }
            }
            @if answer.can_insist {
                label.key__insist { input type="checkbox" name="insist" value="on"; span { (l.t("key-insist")) } }
            }
        }
    }
}

/// Whether a key should really go.
#[must_use]
pub fn removal(shell: &Shell, provider: &Provider) -> Markup {
    let l = shell.locale;
    let by = [("provider", provider.label.as_str().into())];
    let back = "/settings/keys".to_owned();
    let props = Sheet { title: l.ta("key-remove-title", &by), back: back.clone(), problem: None };
    let words = html! {
        p { (l.t("key-remove-text")) @if provider.has_server_key { " " (l.t("key-remove-text-server")) } }
    };
    let submit = Submit { label: l.t("key-remove").into_owned(), danger: true };
    let action = format!("/settings/keys/{}/remove", provider.name);
    sheet::page(shell, &props, &sheet::form(l, &action, &back, &words, &submit))
}
