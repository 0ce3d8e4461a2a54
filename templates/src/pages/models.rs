//! All models, to choose one. A sheet, so that it also opens above the conversation (js/picker.js); what fits comes as one
//! types. Each model stands here once: among the favourites, or at its provider.

mod samples;

use maud::{Markup, html};

pub use samples::samples;

use super::sheet::{self, Sheet};
use crate::layout::Shell;
use crate::parts::icon::{Icon, icon};
use crate::{Locale, Moment};

/// Props of the page.
#[derive(Clone, Debug, Default)]
pub struct Models {
    /// The shell; `viewer` must be there.
    pub shell: Shell,
    /// The conversation that it is chosen for; `None` for a new one.
    pub chat: Option<String>,
    /// What fits.
    pub found: Found,
}

/// The models that fit what is looked for.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// What is looked for.
    pub query: String,
    /// What one can filter by.
    pub filters: Vec<Filter>,
    /// The models, by provider; the favourites first.
    pub groups: Vec<Group>,
    /// Providers that could be used with a key.
    pub keyless: Vec<String>,
    /// How many models fit.
    pub count: usize,
    /// This page, with what is looked for.
    pub here: String,
}

/// Something that not every model can.
#[derive(Clone, Debug)]
pub struct Filter {
    /// What it is about; `None` is all models.
    pub ability: Option<Ability>,
    /// Where it leads.
    pub href: String,
    /// Whether it is in force.
    pub on: bool,
}

/// The abilities that have a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ability {
    /// Looks at pictures.
    Vision,
    /// Reads PDF.
    Pdf,
    /// Calls tools.
    Tools,
    /// Thinks before it answers.
    Reasoning,
    /// Makes pictures.
    Images,
}

/// The models of one provider, or the favourites.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// "OpenAI"; empty for the favourites.
    pub provider: String,
    /// Whether they are used with the person's own key.
    pub own_key: bool,
    /// When the provider's list was fetched; `None` when only ours is known.
    pub fetched: Option<Moment>,
    /// Whether it could not be fetched when it was last tried.
    pub failed: bool,
    /// Its models.
    pub models: Vec<Line>,
    /// How many more there are.
    pub more: usize,
    /// Where those are; `None` when they have to be searched for.
    pub all: Option<String>,
}

/// One model.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// `openai/gpt-4.1`.
    pub name: String,
    /// "GPT-4.1".
    pub label: String,
    /// Where it is used.
    pub href: String,
    /// Tokens it looks at.
    pub context: Option<u32>,
    /// Dollars for a million tokens in, and out.
    pub price: Option<(String, String)>,
    /// What it can.
    pub abilities: Vec<Ability>,
    /// The day on which it is switched off.
    pub retires: Option<Moment>,
    /// Whether it is a favourite.
    pub favourite: bool,
    /// Whether the conversation uses it now.
    pub chosen: bool,
}

impl Ability {
    /// What a person reads.
    fn label(self, l: Locale) -> std::borrow::Cow<'static, str> {
        match self {
            Self::Vision => l.t("ability-vision"),
            Self::Pdf => l.t("ability-pdf"),
            Self::Tools => l.t("ability-tools"),
            Self::Reasoning => l.t("ability-reasoning"),
            Self::Images => l.t("ability-images"),
        }
    }

    fn picture(self) -> Icon {
        match self {
            Self::Vision => Icon::Eye,
            Self::Pdf => Icon::File,
            Self::Tools => Icon::Wrench,
            Self::Reasoning => Icon::Brain,
            Self::Images => Icon::Image,
        }
    }
}

/// The page at `/models`.
#[must_use]
pub fn page(props: &Models) -> Markup {
    let l = props.shell.locale;
    let back = props.chat.as_ref().map_or_else(|| "/c/new".to_owned(), |id| format!("/c/{id}"));
    let body = html! {
        div.models data-behavior="picker" data-failed=(l.t("notice-failed")) {
            form.search #models-search role="search" method="get" action="/models" hx-get="/models" hx-trigger="input delay:150ms, submit"
                hx-target="#models-found" hx-swap="innerHTML" hx-sync="this:replace" {
                @if let Some(chat) = &props.chat { input type="hidden" name="c" value=(chat); }
                input.field__input type="search" name="q" value=(props.found.query) maxlength="200" autocomplete="off" autocapitalize="off"
                    spellcheck="false" autofocus aria-label=(l.t("models-search")) placeholder=(l.t("models-search"));
                button.button type="submit" { (l.t("search")) }
            }
            p.sr #models-count role="status" {}
            div #models-found { (found(l, &props.found)) }
        }
    };
    let sheet = Sheet { title: l.t("all-models").into_owned(), back, problem: None };
    sheet::page(&props.shell, &sheet, &body)
}

/// What fits, for the place `#models-found` of a page that is open; who hears it is told how many.
#[must_use]
pub fn renewed(l: Locale, props: &Found) -> Markup {
    html! {
        (found(l, props))
        hx-partial hx-target="#models-count" hx-swap="innerHTML" { (count(l, props)) }
    }
}

fn count(l: Locale, props: &Found) -> String {
    l.ta("models-count", &[("n", props.count.into())])
}

fn found(l: Locale, props: &Found) -> Markup {
    html! {
        nav.models__filters aria-label=(l.t("models-filters")) {
            @for filter in &props.filters { (chip(l, filter)) }
        }
        div data-for=(props.query) {
            @if props.count == 0 { p.models__none { (l.t("models-none")) } }
            @else { p.models__note { (count(l, props)) " · " (l.t("models-prices")) } }
            @for group in &props.groups { (section(l, props, group)) }
            @if !props.keyless.is_empty() { (keyless(l, &props.keyless)) }
        }
    }
}

/// A way to filter. What is in force is also a field of the search.
fn chip(l: Locale, filter: &Filter) -> Markup {
    let word = filter.ability.map_or("all", Ability::word);
    html! {
        @if let (Some(_), true) = (filter.ability, filter.on) { input type="hidden" name="capability" value=(word) form="models-search"; }
        a.chip id={ "filter-" (word) } href=(filter.href) hx-get=(filter.href) hx-target="#models-found" hx-swap="innerHTML"
            aria-current=[filter.on.then_some("true")] {
            @match filter.ability {
                Some(ability) => { (icon(ability.picture())) (ability.label(l)) },
                None => (l.t("ability-all")),
            }
        }
    }
}

fn section(l: Locale, props: &Found, group: &Group) -> Markup {
    let fetched = |at: &Moment| html! { (l.t("list-fetched")) " " (at) };
    html! {
        section.models__group {
            header.models__head {
                h2 { @if group.provider.is_empty() { (l.t("favourites")) } @else { (group.provider) } }
                @if group.own_key { span.badge { (l.t("own-key")) } }
                @if !group.provider.is_empty() {
                    p {
                        @match &group.fetched { Some(at) => (fetched(at)), None => (l.t("list-built-in")) }
                        @if group.failed { " · " (l.t("list-failed")) }
                    }
                }
            }
            ul.models__list { @for line in &group.models { li.model { (row(l, props, line)) } } }
            @if group.more > 0 {
                @let n = ("n", group.more.into());
                @match &group.all {
                    Some(href) => a.button.models__more href=(href) hx-get=(href) hx-target="#models-found" hx-swap="innerHTML" {
                        (l.ta("models-more", &[n, ("provider", group.provider.as_str().into())]))
                    },
                    None => p.models__none { (l.ta("models-beyond", &[n])) },
                }
            }
        }
    }
}

fn row(l: Locale, props: &Found, line: &Line) -> Markup {
    let id = line.name.split_once('/').map_or(line.name.as_str(), |(_, id)| id);
    html! {
        div.model__words {
            a.model__use href=(line.href) data-model=(line.name) aria-current=[line.chosen.then_some("true")] { bdi { (line.label) } }
            @if let Some(day) = &line.retires { " " span.badge.badge--late { (l.t("model-retires")) " " (day) } }
            p.model__facts {
                @if id != line.label { code { (id) } }
                @if let Some(tokens) = line.context { span title=(l.t("context-window")) { span.sr { (l.t("context-window")) " " } (tokens_words(l, tokens)) } }
                @if let Some((input, output)) = &line.price {
                    span { span.sr { (l.t("price-in")) " " } "$" (decimal(l, input)) " / " span.sr { (l.t("price-out")) " " } "$" (decimal(l, output)) }
                }
                @if !line.abilities.is_empty() {
                    span.model__can {
                        @for ability in &line.abilities { span title=(ability.label(l)) { (icon(ability.picture())) span.sr { (ability.label(l)) " " } } }
                    }
                }
            }
        }
        form.model__mark method="post" action="/models/favourites" data-behavior="favourite" {
            input type="hidden" name="name" value=(line.name);
            input type="hidden" name="next" value=(props.here);
            button.button--quiet.star type="submit" name="favourite" value=(if line.favourite { "off" } else { "on" })
                aria-pressed=(line.favourite.to_string()) aria-label=(l.ta("favourite", &[("model", line.label.as_str().into())]))
                title=(l.t("favourite-title")) { (icon(Icon::Star)) }
        }
    }
}

fn keyless(l: Locale, providers: &[String]) -> Markup {
    html! {
        section.models__group {
            header.models__head { h2 { (l.t("needs-key")) } p { (l.t("needs-key-text")) } }
            p.models__keyless {
                @for provider in providers { span.badge.badge--plain { (provider) } " " }
                a href="/settings/keys" { (l.t("add-key")) }
            }
        }
    }
}

/// A number of tokens as people say it: `1.05M`, `128k`.
fn tokens_words(l: Locale, tokens: u32) -> String {
    let short = |n: f64| decimal(l, format!("{n:.2}").trim_end_matches('0').trim_end_matches('.'));
    if tokens >= 1_000_000 {
        l.ta("tokens-millions", &[("n", short(f64::from(tokens) / 1e6).into())])
    } else {
        l.ta("tokens-thousands", &[("n", short((f64::from(tokens) / 1e3).round()).into())])
    }
}

/// A decimal number with the mark that people use.
fn decimal(l: Locale, number: &str) -> String {
    match l {
        Locale::En => number.to_owned(),
        Locale::De => number.replace('.', ","),
    }
}

impl Ability {
    /// The word for it in addresses and ids.
    fn word(self) -> &'static str {
        match self {
            Self::Vision => "vision",
            Self::Pdf => "pdf",
            Self::Tools => "tools",
            Self::Reasoning => "reasoning",
            Self::Images => "images",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_said_as_people_say_them() {
        let said = |tokens| Locale::ALL.map(|l| tokens_words(l, tokens));
        assert_eq!(said(1_050_000), ["1.05M", "1,05 Mio."]);
        assert_eq!(said(1_048_576), ["1.05M", "1,05 Mio."]);
        assert_eq!(said(2_000_000), ["2M", "2 Mio."]);
        assert_eq!(said(128_000), ["128k", "128k"]);
        assert_eq!(said(8_192), ["8k", "8k"]);
    }
}
