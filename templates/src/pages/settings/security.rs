//! The password, and where one is signed in.

use maud::{Markup, html};

use super::whose;
use crate::layout::Shell;
use crate::parts::field::{Field, FieldError, field};
use crate::parts::icon::{Icon, icon};
use crate::{Locale, Moment};

/// The password, and where one is signed in.
#[derive(Clone, Debug, Default)]
pub struct Security {
    /// What is wrong with the password as it is.
    pub current_error: Option<FieldError>,
    /// What is wrong with the new one.
    pub new_error: Option<FieldError>,
    /// Too many tries; wait this many minutes, rounded up.
    pub wait: Option<u64>,
    /// Where this person is signed in, the current one first.
    pub sessions: Vec<Session>,
}

/// One signed-in browser or client.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Its public id; never the token.
    pub id: String,
    /// "Firefox on Linux".
    pub device: String,
    /// Whether the device is held in the hand.
    pub is_phone: bool,
    /// The last address it came from.
    pub ip: String,
    /// When it was last used.
    pub last_used: Moment,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

pub(super) fn sections(shell: &Shell, props: &Security) -> Markup {
    let l = shell.locale;
    html! {
        section.panel aria-labelledby="change-password" {
            h2.panel__title #change-password { (l.t("change-password")) }
            p { (l.t("change-password-text")) }
            @if let Some(minutes) = props.wait { (wait(l, minutes)) }
            form.form method="post" action="/settings/password" {
                (whose(shell))
                (field(l, &Field { name: "current_password", kind: "password", label: &l.t("current-password"),
                    autocomplete: "current-password", error: props.current_error, ..Field::default() }))
                (field(l, &Field { name: "new_password", kind: "password", label: &l.t("new-password"),
                    autocomplete: "new-password", hint: Some(&l.t("password-hint")), error: props.new_error, ..Field::default() }))
                div.panel__end { button.button.button--main type="submit" { (l.t("change-password")) } }
            }
        }
        (sessions(l, &props.sessions))
    }
}

pub(super) fn wait(l: Locale, minutes: u64) -> Markup {
    html! {
        p.alert role="alert" { (icon(Icon::Alert)) span { (l.ta("login-too-many", &[("minutes", minutes.into())])) } }
    }
}

fn sessions(l: Locale, sessions: &[Session]) -> Markup {
    html! {
        section.panel aria-labelledby="sessions" {
            h2.panel__title #sessions { (l.t("sessions")) }
            p { (l.t("sessions-text")) }
            ul.sessions { @for session in sessions { (line(l, session)) } }
            @if sessions.iter().any(|session| !session.is_current) {
                form.panel__end method="post" action="/settings/sessions/revoke-others" {
                    button.button.button--danger type="submit" { (l.t("revoke-others")) }
                }
            }
        }
    }
}

fn line(l: Locale, session: &Session) -> Markup {
    html! {
        li.session {
            (icon(if session.is_phone { Icon::Phone } else { Icon::Laptop }))
            div.session__words {
                p.session__device {
                    span dir="auto" { (session.device) }
                    @if session.is_current { " " span.badge { (l.t("this-session")) } }
                }
                p.session__meta { (session.ip) " · " (l.t("last-used")) " " (session.last_used) }
            }
            @if !session.is_current {
                form method="post" action={ "/settings/sessions/" (session.id) "/revoke" } {
                    button.button type="submit" aria-label=(l.ta("revoke-device", &[("device", session.device.as_str().into())])) {
                        (l.t("revoke"))
                    }
                }
            }
        }
    }
}
