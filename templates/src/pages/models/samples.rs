//! Some models, many words, nothing found.

use maud::Markup;

use super::{Ability, Filter, Found, Group, Line, Models, page};
use crate::layout::{Shell, Theme, Viewer};
use crate::{Locale, Moment};

/// Everything at once, the same in German, and nothing that fits.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let viewer = Viewer { name: "Ada Lovelace".into(), email: "ada@example.org".into() };
    let shell = Shell { viewer: Some(viewer), path: "/models".into(), ..Shell::default() };
    let found =
        Found { groups: groups(), count: 64, keyless: vec!["Anthropic".into(), "xAI".into()], ..empty() };
    let all = Models { shell: shell.clone(), chat: Some("7".into()), found };
    let german = Shell { locale: Locale::De, theme: Theme::Dark, ..shell.clone() };
    let none = Models { shell, chat: None, found: Found { query: "quicksilver".into(), ..empty() } };
    let alle = Models { shell: german, ..all.clone() };
    vec![("all", page(&all)), ("german", page(&alle)), ("none", page(&none))]
}

fn empty() -> Found {
    let filter = |ability, on| Filter { ability, href: "/models".into(), on };
    Found {
        filters: vec![
            filter(None, false),
            filter(Some(Ability::Vision), true),
            filter(Some(Ability::Pdf), false),
            filter(Some(Ability::Tools), false),
            filter(Some(Ability::Reasoning), false),
            filter(Some(Ability::Images), false),
        ],
        here: "/models".into(),
        ..Found::default()
    }
}

fn groups() -> Vec<Group> {
    let astra = Line {
        name: "openai/gpt-6-astra".into(),
        label: "GPT-6 Astra".into(),
        href: "/c/7?model=openai%2Fgpt-6-astra".into(),
        context: Some(1_050_000),
        price: Some(("10".into(), "50".into())),
        abilities: vec![Ability::Vision, Ability::Pdf, Ability::Tools, Ability::Reasoning],
        favourite: true,
        ..Line::default()
    };
    let mini = Line {
        name: "openai/gpt-4o-mini".into(),
        label: "GPT-4o mini".into(),
        price: Some(("0.15".into(), "0.6".into())),
        retires: Some(Moment::new("14 January 2027", "2027-01-14T11:00:00Z")),
        chosen: true,
        favourite: false,
        ..astra.clone()
    };
    let bare = Line {
        name: "openrouter/somebody/a-model-with-a-rather-long-name-that-nobody-shortened:free".into(),
        label: "somebody/a-model-with-a-rather-long-name-that-nobody-shortened:free".into(),
        href: "/c/7".into(),
        ..Line::default()
    };
    vec![
        Group { models: vec![astra], ..Group::default() },
        Group {
            provider: "OpenAI".into(),
            own_key: true,
            fetched: Some(Moment::new("2:05 PM", "2026-03-01T14:05:00Z")),
            models: vec![mini],
            ..Group::default()
        },
        Group {
            provider: "OpenRouter".into(),
            failed: true,
            models: vec![bare],
            more: 12,
            all: Some("/models?all=openrouter".into()),
            ..Group::default()
        },
    ]
}
