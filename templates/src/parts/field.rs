//! A labelled form field with a hint and, after a refused form, what is wrong with it.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::Locale;

/// What can be wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldError {
    /// A name is needed.
    NameMissing,
    /// The name is too long.
    NameTooLong,
    /// That is no e-mail address.
    EmailInvalid,
    /// There is an account with this address.
    EmailTaken,
    /// The password is too short.
    PasswordTooShort,
    /// The password is too long.
    PasswordTooLong,
    /// The password is among the first that anybody would try.
    PasswordTooEasy,
    /// That is not the account's password.
    PasswordWrong,
    /// This can't be chosen (any more).
    ChoiceUnknown,
    /// The one-time token is not the one printed at start.
    SetupTokenWrong,
}

impl FieldError {
    /// The sentence under the field.
    #[must_use]
    pub fn text(self, l: Locale) -> String {
        let text = match self {
            Self::NameMissing => l.t("field-name-missing"),
            Self::NameTooLong => l.t("field-name-too-long"),
            Self::EmailInvalid => l.t("field-email-invalid"),
            Self::EmailTaken => l.t("field-email-taken"),
            Self::PasswordTooShort => l.t("field-password-too-short"),
            Self::PasswordTooLong => l.t("field-password-too-long"),
            Self::PasswordTooEasy => l.t("field-password-too-easy"),
            Self::PasswordWrong => l.t("field-password-wrong"),
            Self::ChoiceUnknown => l.t("field-choice-unknown"),
            Self::SetupTokenWrong => l.t("field-setup-token-wrong"),
        };
        text.into_owned()
    }
}

/// One field.
#[derive(Clone, Debug, Default)]
pub struct Field<'a> {
    /// `name` of the input, and its id.
    pub name: &'a str,
    /// `type` of the input.
    pub kind: &'a str,
    /// What it asks for.
    pub label: &'a str,
    /// What was typed before; never a password.
    pub value: &'a str,
    /// What a browser may fill in.
    pub autocomplete: &'a str,
    /// A sentence under the field.
    pub hint: Option<&'a str>,
    /// What is wrong with it.
    pub error: Option<FieldError>,
    /// Whether the cursor starts here. It also does in the first field with an error.
    pub focus: bool,
}

/// A required field.
#[must_use]
pub fn field(l: Locale, field: &Field<'_>) -> Markup {
    let hint_id = format!("{}-hint", field.name);
    let error_id = format!("{}-error", field.name);
    let described = match (field.error.is_some(), field.hint.is_some()) {
        (true, true) => Some(format!("{error_id} {hint_id}")),
        (true, false) => Some(error_id.clone()),
        (false, true) => Some(hint_id.clone()),
        (false, false) => None,
    };
    html! {
        div.field {
            label.field__label for=(field.name) { (field.label) }
            div.field__box {
                input.field__input id=(field.name) name=(field.name) type=(field.kind) value=(field.value) required
                    autocomplete=(field.autocomplete) dir="auto" autofocus[field.focus || field.error.is_some()]
                    aria-invalid=[field.error.map(|_| "true")] aria-describedby=[described];
                @if field.kind == "password" {
                    button.button--quiet.field__show.scripted type="button" data-behavior="reveal" aria-controls=(field.name)
                        aria-pressed="false" title=(l.t("show-characters")) aria-label=(l.t("show-characters")) { (icon(Icon::Eye)) }
                }
            }
            @if let Some(error) = field.error { p.field__error id=(error_id) { (error.text(l)) } }
            @if let Some(hint) = field.hint { p.field__hint id=(hint_id) { (hint) } }
        }
    }
}

/// A choice among some: an empty value leaves it to somebody else.
#[derive(Clone, Debug, Default)]
pub struct Choice<'a> {
    /// `name` of the select, and its id.
    pub name: &'a str,
    /// What it asks for.
    pub label: &'a str,
    /// A sentence under it.
    pub hint: Option<&'a str>,
    /// What is wrong with it.
    pub error: Option<FieldError>,
}

/// A select around its options.
#[must_use]
pub fn choice(l: Locale, choice: &Choice<'_>, options: &Markup) -> Markup {
    let hint = choice.hint.map(|text| (format!("{}-hint", choice.name), text));
    let error = choice.error.map(|error| (format!("{}-error", choice.name), error));
    let ids: Vec<&str> =
        error.iter().map(|(id, _)| id.as_str()).chain(hint.iter().map(|(id, _)| id.as_str())).collect();
    html! {
        div.field {
            label.field__label for=(choice.name) { (choice.label) }
            select.field__input id=(choice.name) name=(choice.name) autofocus[error.is_some()]
                aria-invalid=[error.as_ref().map(|_| "true")] aria-describedby=[(!ids.is_empty()).then(|| ids.join(" "))] {
                (options)
            }
            @if let Some((id, error)) = &error { p.field__error id=(id) { (error.text(l)) } }
            @if let Some((id, text)) = &hint { p.field__hint id=(id) { (text) } }
        }
    }
}

/// One option of a [`choice`].
#[must_use]
pub fn option(value: &str, label: &str, chosen: &str) -> Markup {
    html! { option value=(value) selected[value == chosen] { (label) } }
}

/// Empty, with a hint, refused, and written from right to left.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let l = Locale::En;
    let plain = Field { name: "name", kind: "text", label: "Name", autocomplete: "name", ..Field::default() };
    let hint =
        Some("At least 8 characters. A few unrelated words work well, and a long sentence works better.");
    let secret = Field { name: "password", kind: "password", label: "Password", hint, ..plain.clone() };
    let refused = Field { error: Some(FieldError::PasswordTooShort), ..secret.clone() };
    let hebrew = Field { name: "city", label: "עיר", value: "תל אביב", ..plain.clone() };
    vec![
        ("empty", field(l, &plain)),
        ("hint", field(l, &secret)),
        ("refused", field(l, &refused)),
        ("rtl", field(l, &hebrew)),
    ]
}
