//! Leaving for good.

use maud::{Markup, html};

use super::{security::wait, whose};
use crate::layout::Shell;
use crate::parts::field::{Field, FieldError, field};
use crate::parts::icon::{Icon, icon};

/// Leaving for good.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// What is wrong with the password.
    pub error: Option<FieldError>,
    /// Why it can't be done just now.
    pub problem: Option<LeaveProblem>,
}

/// Why an account could not be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveProblem {
    /// It is the only administrator's.
    LastAdmin,
    /// Too many tries; wait this many minutes.
    TooManyTries {
        /// Rounded up.
        minutes: u64,
    },
}

pub(super) fn section(shell: &Shell, props: &Account) -> Markup {
    let l = shell.locale;
    html! {
        section.panel aria-labelledby="delete-account" {
            h2.panel__title #delete-account { (l.t("delete-account")) }
            p { (l.t("delete-account-text")) }
            @match props.problem {
                Some(LeaveProblem::LastAdmin) => p.alert role="alert" { (icon(Icon::Alert)) span { (l.t("delete-account-last-admin")) } },
                Some(LeaveProblem::TooManyTries { minutes }) => (wait(l, minutes)),
                None => {}
            }
            form.form method="post" action="/settings/account/deletion" {
                (whose(shell))
                (field(l, &Field { name: "password", kind: "password", label: &l.t("password"), autocomplete: "current-password",
                    hint: Some(&l.t("delete-account-hint")), error: props.error, ..Field::default() }))
                div.panel__end { button.button.button--danger type="submit" { (l.t("delete-account-now")) } }
            }
        }
    }
}
