//! Signing in.

use maud::{Markup, html};

use crate::Locale;
use crate::layout::{Shell, brand, document};
use crate::parts::field::{Field, field};
use crate::parts::icon::{Icon, icon};
use crate::parts::toast::Notice;
use crate::parts::{language, theme};

/// Props of the page.
#[derive(Clone, Debug, Default)]
pub struct Login {
    /// The shell.
    pub shell: Shell,
    /// The address typed before.
    pub email: String,
    /// The path to go to afterwards; checked by the handler, empty for none.
    pub next: String,
    /// Why it did not work.
    pub problem: Option<LoginProblem>,
    /// Whether strangers may register.
    pub registration_open: bool,
}

/// Why signing in did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginProblem {
    /// Address or password are wrong; which one is not said.
    Wrong,
    /// Too many tries; wait this many minutes.
    TooManyTries {
        /// Rounded up.
        minutes: u64,
    },
    /// The account was suspended.
    Suspended,
}

impl LoginProblem {
    fn text(self, l: Locale) -> String {
        match self {
            Self::Wrong => l.t("login-wrong").into_owned(),
            Self::TooManyTries { minutes } => l.ta("login-too-many", &[("minutes", minutes.into())]),
            Self::Suspended => l.t("login-suspended").into_owned(),
        }
    }
}

/// Posts `email`, `password` and `next` to `/login`.
#[must_use]
pub fn page(props: &Login) -> Markup {
    let l = props.shell.locale;
    let form = html! {
        form.form method="post" action="/login" {
            input type="hidden" name="next" value=(props.next);
            (field(l, &Field { name: "email", kind: "email", label: &l.t("email"), value: &props.email,
                autocomplete: "username", focus: props.email.is_empty(), ..Field::default() }))
            (field(l, &Field { name: "password", kind: "password", label: &l.t("password"),
                autocomplete: "current-password", focus: !props.email.is_empty(), ..Field::default() }))
            button.button.button--main.button--wide type="submit" { (l.t("sign-in")) }
        }
        @if props.registration_open {
            p.gate__else { (l.t("no-account")) " " a href="/register" { (l.t("create-account")) } }
        }
    };
    let problem = props.problem.map(|problem| problem.text(l));
    gate(&props.shell, &l.t("sign-in"), &l.t("sign-in-text"), problem.as_deref(), &form)
}

/// The frame that signing in and registering share.
pub(super) fn gate(shell: &Shell, title: &str, text: &str, problem: Option<&str>, form: &Markup) -> Markup {
    let l = shell.locale;
    let body = html! {
        header.site { (brand(l)) }
        main.gate #main {
            div.gate__card {
                h1.gate__title { (title) }
                p.gate__text { (text) }
                @if let Some(problem) = problem { p.alert role="alert" { (icon(Icon::Alert)) span { (problem) } } }
                (form)
            }
        }
        footer.site-foot { p { (l.t("foot")) } (language::switch(shell)) (theme::switch(shell)) }
    };
    document(shell, title, "plain plain--gate", &html! {}, &body)
}

/// Empty, refused, locked, with a notice.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let shell = Shell { path: "/login".into(), ..Shell::default() };
    let plain = Login { shell, registration_open: true, ..Login::default() };
    let email = "ada@example.org".to_owned();
    let refused = Login { email, problem: Some(LoginProblem::Wrong), ..plain.clone() };
    let locked = Login { problem: Some(LoginProblem::TooManyTries { minutes: 1 }), ..refused.clone() };
    let mut expired = Login { next: "/c/7".into(), ..plain.clone() };
    expired.shell.toasts =
        vec![Notice::SessionExpired.toast(Locale::En), Notice::SignedOut.toast(Locale::En)];
    vec![
        ("empty", page(&plain)),
        ("refused", page(&refused)),
        ("locked", page(&locked)),
        ("suspended", page(&Login { problem: Some(LoginProblem::Suspended), ..refused })),
        ("expired", page(&expired)),
    ]
}
