//! What is done to a single message on a sheet of its own: editing it, asking another model.

use maud::{Markup, html};

use super::sheet::{self, Sheet, Submit};
use crate::layout::Shell;
use crate::parts::composer::{ModelGroup, options, sample_models};

/// Props of the sheet that edits a person's message.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// The message.
    pub id: String,
    /// Where one came from.
    pub back: String,
    /// What stands in it.
    pub text: String,
    /// Makes a repeated send harmless.
    pub key: String,
    /// Why it was not taken, as a sentence.
    pub problem: Option<String>,
}

/// Props of the sheet that chooses a model to answer again.
#[derive(Clone, Debug, Default)]
pub struct Again {
    /// The message.
    pub id: String,
    /// Where one came from.
    pub back: String,
    /// The model that answered.
    pub model: String,
    /// What can be chosen.
    pub models: Vec<ModelGroup>,
    /// Why it was not done, as a sentence.
    pub problem: Option<String>,
}

/// The sheet that edits.
#[must_use]
pub fn edit(shell: &Shell, props: &Edit) -> Markup {
    let l = shell.locale;
    let head = Sheet {
        title: l.t("edit-message").into_owned(),
        back: props.back.clone(),
        problem: props.problem.clone(),
    };
    let fields = html! {
        p.sheet__note { (l.t("edit-message-text")) }
        input type="hidden" name="key" value=(props.key);
        label.sr for="edited" { (l.t("message")) }
        // A line break right behind the tag would be swallowed.
        textarea.field__input.sheet__text #edited name="content" rows="6" required dir="auto" maxlength="200000"
            data-behavior="edit" { "\n" (props.text) }
    };
    let submit = Submit { label: l.t("send-edit").into_owned(), danger: false };
    let action = format!("/m/{}/edit", props.id);
    sheet::page(shell, &head, &sheet::form(l, &action, &props.back, &fields, &submit))
}

/// The sheet that asks another model.
#[must_use]
pub fn again(shell: &Shell, props: &Again) -> Markup {
    let l = shell.locale;
    let head = Sheet {
        title: l.t("retry-with-title").into_owned(),
        back: props.back.clone(),
        problem: props.problem.clone(),
    };
    let fields = html! {
        p.sheet__note { (l.t("retry-with-text")) }
        div.field {
            label.field__label for="again-model" { (l.t("model")) }
            select.field__input #again-model name="model" { (options(l, &props.models, &props.model)) }
        }
    };
    let submit = Submit { label: l.t("retry").into_owned(), danger: false };
    let action = format!("/m/{}/again", props.id);
    sheet::page(shell, &head, &sheet::form(l, &action, &props.back, &fields, &submit))
}

/// Both, and a refused edit.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let shell = Shell::default();
    let l = shell.locale;
    let first =
        Edit { id: "1".into(), back: "/c/7".into(), text: "How do\nrivers flow?".into(), ..Edit::default() };
    let problem = Some(l.t("notice-empty-message").into_owned());
    let refused = Edit { text: String::new(), problem, ..first.clone() };
    let other = Again {
        id: "2".into(),
        back: "/c/7".into(),
        model: "simulated/essay".into(),
        models: sample_models(),
        problem: None,
    };
    vec![
        ("edit", edit(&shell, &first)),
        ("edit-refused", edit(&shell, &refused)),
        ("again", again(&shell, &other)),
    ]
}
