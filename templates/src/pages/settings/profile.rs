//! Who one is.

use maud::{Markup, html};

use super::save;
use crate::Moment;
use crate::layout::Shell;
use crate::parts::field::{Field, FieldError, field};
use crate::parts::icon::{Icon, icon};

/// Who one is.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// The name, as it is or as it was typed.
    pub name: String,
    /// What is wrong with it.
    pub error: Option<FieldError>,
    /// When the account was made.
    pub member_since: Moment,
    /// Whether this person administers the server.
    pub is_admin: bool,
}

pub(super) fn section(shell: &Shell, props: &Profile) -> Markup {
    let l = shell.locale;
    let email = shell.viewer.as_ref().map(|viewer| viewer.email.as_str()).unwrap_or_default();
    html! {
        section.panel aria-labelledby="profile" {
            h2.panel__title #profile { (l.t("profile")) }
            form.form method="post" action="/settings/profile" {
                (field(l, &Field { name: "name", kind: "text", label: &l.t("your-name"), value: &props.name,
                    autocomplete: "name", error: props.error, hint: Some(&l.t("your-name-hint")), ..Field::default() }))
                (save(l))
            }
            dl.facts {
                div { dt { (l.t("email")) } dd { (email) @if props.is_admin { " " span.badge { (l.t("admin")) } } } }
                div { dt { (l.t("member-since")) } dd { (props.member_since) } }
            }
            form.panel__end method="post" action="/logout" { button.button type="submit" { (icon(Icon::SignOut)) (l.t("sign-out")) } }
        }
    }
}
