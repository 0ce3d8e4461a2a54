//! Making an account.

use maud::{Markup, html};

use super::login::gate;
use crate::Locale;
use crate::layout::Shell;
use crate::parts::field::{Field, FieldError, field};

/// Props of the page.
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// The shell.
    pub shell: Shell,
    /// The name typed before.
    pub name: String,
    /// The address typed before.
    pub email: String,
    /// Whether the one-time token printed at start is asked for.
    pub asks_setup_token: bool,
    /// The token that came with the link, or was typed before.
    pub setup_token: String,
    /// Whether this account becomes the administrator.
    pub first_account: bool,
    /// What is wrong with the fields.
    pub errors: RegisterErrors,
    /// What is wrong with the form as a whole.
    pub problem: Option<RegisterProblem>,
}

/// One place per field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegisterErrors {
    /// Of `name`.
    pub name: Option<FieldError>,
    /// Of `email`.
    pub email: Option<FieldError>,
    /// Of `password`.
    pub password: Option<FieldError>,
    /// Of `setup_token`.
    pub setup_token: Option<FieldError>,
}

/// Why nobody can register just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterProblem {
    /// The administrator closed it.
    Closed,
    /// Too many tries from here.
    TooManyTries,
}

impl RegisterProblem {
    fn text(self, l: Locale) -> String {
        match self {
            Self::Closed => l.t("register-closed").into_owned(),
            Self::TooManyTries => l.t("register-too-many").into_owned(),
        }
    }
}

/// Posts `name`, `email`, `password` and perhaps `setup_token` to `/register`.
#[must_use]
pub fn page(props: &Register) -> Markup {
    let l = props.shell.locale;
    let form = html! {
        form.form method="post" action="/register" {
            (field(l, &Field { name: "name", kind: "text", label: &l.t("your-name"), value: &props.name,
                autocomplete: "name", error: props.errors.name, focus: props.errors == RegisterErrors::default(), ..Field::default() }))
            (field(l, &Field { name: "email", kind: "email", label: &l.t("email"), value: &props.email,
                autocomplete: "username", error: props.errors.email, ..Field::default() }))
            (field(l, &Field { name: "password", kind: "password", label: &l.t("password"), autocomplete: "new-password",
                hint: Some(&l.t("password-hint")), error: props.errors.password, ..Field::default() }))
            @if props.asks_setup_token {
                (field(l, &Field { name: "setup_token", kind: "text", label: &l.t("setup-token"), value: &props.setup_token,
                    autocomplete: "off", hint: Some(&l.t("setup-token-hint")), error: props.errors.setup_token, ..Field::default() }))
            }
            button.button.button--main.button--wide type="submit" { (l.t("create-account")) }
        }
        p.gate__else { (l.t("have-account")) " " a href="/login" { (l.t("sign-in")) } }
    };
    let text = if props.first_account { l.t("register-first-text") } else { l.t("register-text") };
    let problem = props.problem.map(|problem| problem.text(l));
    gate(&props.shell, &l.t("create-account"), &text, problem.as_deref(), &form)
}

/// Empty, first, all wrong, closed.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let shell = Shell { path: "/register".into(), ..Shell::default() };
    let plain = Register { shell, ..Register::default() };
    let first = Register { asks_setup_token: true, first_account: true, ..plain.clone() };
    let errors = RegisterErrors {
        name: Some(FieldError::NameMissing),
        email: Some(FieldError::EmailTaken),
        password: Some(FieldError::PasswordTooEasy),
        setup_token: Some(FieldError::SetupTokenWrong),
    };
    let wrong = Register { errors, email: "a".repeat(120), ..first.clone() };
    vec![
        ("empty", page(&plain)),
        ("first", page(&first)),
        ("wrong", page(&wrong)),
        ("closed", page(&Register { problem: Some(RegisterProblem::Closed), ..plain.clone() })),
        ("busy", page(&Register { problem: Some(RegisterProblem::TooManyTries), ..plain })),
    ]
}
