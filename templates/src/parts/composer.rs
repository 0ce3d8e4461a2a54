//! Where messages are written. A plain form; js/composer.js sends it without leaving the page.
//! It stands before the log in the source, so that a page that is still streaming can already be answered or stopped.

use std::borrow::Cow;

use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::Locale;

/// Bytes of a message that the server takes. A browser's `maxlength` counts something else, and cuts what is pasted.
const LIMIT: usize = 256 << 10;

/// Props of the composer.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    /// The conversation; `None` starts a new one.
    pub conversation: Option<String>,
    /// Whose draft it keeps, as an id: others at the same browser must not see it.
    pub owner: String,
    /// The idempotency key of the next message, made by the server. Scripts make the following ones.
    pub key: String,
    /// What is already written (`?q=`, or a refused message).
    pub content: String,
    /// What the model of a new conversation is told first. Its field stands elsewhere (`parts::welcome`).
    pub system_prompt: String,
    /// The selected model's name, `openai/gpt-4.1`.
    pub model: String,
    /// Whether that one can't be used (any more).
    pub gone: bool,
    /// A second model to compare it with, or nothing.
    pub second: String,
    /// What can be chosen, grouped by provider.
    pub models: Vec<ModelGroup>,
    /// Where what runs can be stopped (see [`stop`]), if anything does: shows Stop in the place of Send.
    pub answering: Option<String>,
    /// Why the message was not taken, as a sentence.
    pub problem: Option<String>,
}

impl Composer {
    /// A model that is not the selected one, to compare it with.
    #[must_use]
    pub fn other(&self) -> Option<&str> {
        let mut names = self.models.iter().flat_map(|group| &group.models).map(|choice| choice.name.as_str());
        names.find(|name| *name != self.model)
    }
}

/// The models of one provider.
#[derive(Clone, Debug, Default)]
pub struct ModelGroup {
    /// "OpenAI"; empty for the favourites.
    pub provider: String,
    /// Its models.
    pub models: Vec<ModelChoice>,
}

impl ModelGroup {
    /// What a person reads above it.
    #[must_use]
    pub fn label(&self, l: Locale) -> Cow<'_, str> {
        if self.provider.is_empty() { l.t("favourites") } else { self.provider.as_str().into() }
    }
}

/// One model.
#[derive(Clone, Debug, Default)]
pub struct ModelChoice {
    /// `openai/gpt-4.1`.
    pub name: String,
    /// "GPT-4.1".
    pub label: String,
}

/// Posts `content`, `key` and `model` to `/c/{id}/messages` or `/c/new`.
#[must_use]
pub fn composer(l: Locale, props: &Composer) -> Markup {
    let action = match &props.conversation {
        Some(id) => format!("/c/{id}/messages"),
        None => "/c/new".to_owned(),
    };
    let draft = format!("{}:{}", props.owner, props.conversation.as_deref().unwrap_or("new"));
    let described =
        if props.problem.is_some() { "composer-problem composer-count" } else { "composer-count" };
    html! {
        div.composer {
            @if let Some(problem) = &props.problem { p.composer__problem #composer-problem role="alert" { (problem) } }
            form.composer__form #compose method="post" action=(action) hx-post=(action) hx-swap="none" hx-sync="this:drop"
                data-behavior="composer" data-draft=(draft) {
                input type="hidden" name="key" value=(props.key);
                @if props.gone { p.composer__gone role="status" { (l.ta("model-gone", &[("model", props.model.as_str().into())])) } }
                label.sr for="content" { (l.t("message")) }
                textarea.composer__text #content name="content" rows="1" required dir="auto" data-limit=(LIMIT)
                    placeholder=(l.t("message-placeholder")) autofocus[props.conversation.is_none()]
                    aria-describedby=(described) { (props.content) }
                p.composer__count #composer-count hidden role="status"
                    data-left=(l.ta("kilobytes-left", &[("n", "#".into())])) data-beyond=(l.ta("kilobytes-beyond", &[("n", "#".into())])) {}
                div.composer__row {
                    (model_picker(l, props))
                    (compare(l, props))
                    button.composer__send type="submit" aria-label=(l.t("send")) title=(l.t("send")) { (icon(Icon::Send)) }
                }
            }
            (stop(l, props.answering.as_deref()))
        }
    }
}

fn model_picker(l: Locale, props: &Composer) -> Markup {
    html! {
        label.sr for="model" { (l.t("model")) }
        span.picker {
            select.picker__select #model name="model" {
                (options(l, &props.models, &props.model))
            }
            (icon(Icon::ChevronDown))
        }
        @let label = l.t("all-models");
        a.button--quiet.composer__all href=(all_models(props)) data-sheet aria-label=(label) title=(label) { (icon(Icon::List)) }
    }
}

/// The page of all models, which leads back here.
fn all_models(props: &Composer) -> String {
    props.conversation.as_ref().map_or_else(|| "/models".to_owned(), |id| format!("/models?c={id}"))
}

/// A second model, folded away: two answers next to each other.
fn compare(l: Locale, props: &Composer) -> Markup {
    let label = l.t("compare-with");
    html! {
        details.compare open[!props.second.is_empty()] {
            summary.button--quiet.compare__button aria-label=(label) title=(label) {
                (icon(Icon::Columns))
                span.compare__word aria-hidden="true" { (l.t("compare")) }
            }
            span.picker {
                select.picker__select name="model2" aria-label=(label) {
                    option value="" { (label) " …" }
                    (options(l, &props.models, &props.second))
                }
                (icon(Icon::ChevronDown))
            }
        }
    }
}

/// The models in their groups, as the content of a `select`.
#[must_use]
pub fn options(l: Locale, models: &[ModelGroup], selected: &str) -> Markup {
    html! {
        @for group in models {
            optgroup label=(group.label(l)) {
                @for choice in &group.models {
                    option value=(choice.name) selected[choice.name == selected] { (choice.label) }
                }
            }
        }
    }
}

/// The Stop button of what runs, or its empty place: `answering` is a reply's address, or the conversation's where two run,
/// so that the button of an old page stops nothing new. With it, CSS hides Send; see `fragments::composer_state`.
#[must_use]
pub fn stop(l: Locale, answering: Option<&str>) -> Markup {
    html! {
        div.composer__stop #composer-stop {
            @if let Some(address) = answering {
                @let action = format!("{address}/cancellation");
                form method="post" action=(action) hx-post=(action) hx-swap="none" hx-sync="this:drop" data-behavior="stop" {
                    button.composer__send.composer__send--stop type="submit" aria-label=(l.t("stop")) title=(l.t("stop")) {
                        (icon(Icon::Stop))
                    }
                }
            }
        }
    }
}

/// Some models of several providers, for samples.
#[must_use]
pub fn sample_models() -> Vec<ModelGroup> {
    let choice = |name: &str, label: &str| ModelChoice { name: name.into(), label: label.into() };
    vec![
        ModelGroup {
            provider: String::new(),
            models: vec![choice("anthropic/claude-sonnet-5-5", "Claude Sonnet 5.5")],
        },
        ModelGroup {
            provider: "Simulated".into(),
            models: vec![choice("simulated/essay", "Essay"), choice("simulated/thinker", "Thinker")],
        },
        ModelGroup { provider: "OpenAI".into(), models: vec![choice("openai/gpt-4.1", "GPT-4.1")] },
    ]
}

/// Empty, written, answering, refused.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let l = Locale::En;
    let plain = Composer {
        key: "k".into(),
        models: sample_models(),
        model: "openai/gpt-4.1".into(),
        ..Composer::default()
    };
    let long = "שלום עולם, this is a line that is quite long.\n".repeat(12);
    let written = Composer { content: long, conversation: Some("7".into()), ..plain.clone() };
    let answering =
        Composer { conversation: Some("7".into()), answering: Some("/replies/42".into()), ..plain.clone() };
    let problem = Some("The message is too long.".to_owned());
    let refused = Composer { content: "hello".into(), problem, ..plain.clone() };
    let gone = Composer { model: "openai/gpt-3.5-turbo".into(), gone: true, ..plain.clone() };
    vec![
        ("empty", composer(l, &plain)),
        ("long", composer(l, &written)),
        ("answering", composer(l, &answering)),
        ("refused", composer(l, &refused)),
        ("gone", composer(l, &gone)),
    ]
}
