//! A labelled form field with a hint and, after a refused form, what is wrong with it.

use maud::{Markup, html};

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
            input.field__input id=(field.name) name=(field.name) type=(field.kind) value=(field.value) required
                autocomplete=(field.autocomplete) dir="auto" autofocus[field.focus || field.error.is_some()]
                aria-invalid=[field.error.map(|_| "true")] aria-describedby=[described];
            @if let Some(error) = field.error { p.field__error id=(error_id) { (error.text(l)) } }
            @if let Some(hint) = field.hint { p.field__hint id=(hint_id) { (hint) } }
        }
    }
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
