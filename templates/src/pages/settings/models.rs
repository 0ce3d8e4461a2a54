//! With which model one begins.

use maud::{Markup, html};

use super::save;
use crate::Locale;
use crate::parts::composer::ModelGroup;
use crate::parts::field::{Choice, FieldError, choice, option};

/// With which model one begins.
#[derive(Clone, Debug, Default)]
pub struct Models {
    /// What can be chosen.
    pub groups: Vec<ModelGroup>,
    /// The chosen model's name; empty when it is the server's.
    pub chosen: String,
    /// What the server would take.
    pub server: String,
    /// What is wrong with the choice.
    pub error: Option<FieldError>,
}

pub(super) fn section(l: Locale, props: &Models) -> Markup {
    let known =
        |name: &str| props.groups.iter().flat_map(|group| &group.models).any(|model| model.name == name);
    let models = html! {
        (option("", &l.ta("default-model-auto", &[("model", props.server.as_str().into())]), &props.chosen))
        @if !props.chosen.is_empty() && !known(&props.chosen) { (option(&props.chosen, &props.chosen, &props.chosen)) }
        @for group in &props.groups {
            optgroup label=(group.label(l)) { @for model in &group.models { (option(&model.name, &model.label, &props.chosen)) } }
        }
    };
    html! {
        section.panel aria-labelledby="models" {
            h2.panel__title #models { (l.t("models")) }
            form.form method="post" action="/settings/models" {
                (choice(l, &Choice { name: "default_model", label: &l.t("default-model"), error: props.error,
                    hint: Some(&l.t("default-model-hint")) }, &models))
                (save(l))
            }
            p { a href="/models" { (l.t("all-models")) } }
        }
    }
}
