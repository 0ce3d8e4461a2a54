//! Settings: who you are, how the pages look, where you are signed in.

use maud::{Markup, html};

use crate::layout::{Shell, Viewer, brand, document};
use crate::parts::icon::{Icon, icon};
use crate::parts::theme;
use crate::{Locale, Moment};

/// Props of the page.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The shell; `viewer` must be there.
    pub shell: Shell,
    /// When the account was made.
    pub member_since: Moment,
    /// Whether this person administers the server.
    pub is_admin: bool,
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

/// The page at `/settings`.
#[must_use]
pub fn page(props: &Settings) -> Markup {
    let l = props.shell.locale;
    let body = html! {
        header.site { (brand(l)) nav.site__nav { a.button.button--plain href="/" { (l.t("back-to-chats")) } } }
        main.settings #main {
            h1.settings__title { (l.t("settings")) }
            @if let Some(viewer) = &props.shell.viewer { (profile(l, props, viewer)) }
            section.panel aria-labelledby="appearance" {
                h2.panel__title #appearance { (l.t("appearance")) }
                div.panel__line { p { (l.t("appearance-text")) } (theme::switch(&props.shell)) }
            }
            (sessions(l, &props.sessions))
        }
    };
    document(&props.shell, &l.t("settings"), "plain", &html! {}, &body)
}

fn profile(l: Locale, props: &Settings, viewer: &Viewer) -> Markup {
    html! {
        section.panel aria-labelledby="profile" {
            h2.panel__title #profile { (l.t("profile")) }
            dl.facts {
                div { dt { (l.t("your-name")) } dd dir="auto" { (viewer.name) @if props.is_admin { " " span.badge { (l.t("admin")) } } } }
                div { dt { (l.t("email")) } dd { (viewer.email) } }
                div { dt { (l.t("member-since")) } dd { (props.member_since) } }
            }
            form.panel__end method="post" action="/logout" { button.button type="submit" { (icon(Icon::SignOut)) (l.t("sign-out")) } }
        }
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

/// One session, and many with long names.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let viewer = Viewer { name: "Ada Lovelace".into(), email: "ada@example.org".into() };
    let shell = Shell { viewer: Some(viewer), path: "/settings".into(), ..Shell::default() };
    let current = Session {
        id: "s1".into(),
        device: "Firefox on Linux".into(),
        ip: "192.0.2.7".into(),
        last_used: Moment::new("just now", "2026-03-01T14:05:00Z"),
        is_current: true,
        is_phone: false,
    };
    let long = "Mozilla/5.0 (a device whose name nobody shortened) ".repeat(3);
    let other = Session {
        id: "s2".into(),
        device: "Safari on iPhone".into(),
        is_phone: true,
        is_current: false,
        ..current.clone()
    };
    let odd = Session {
        id: "s3".into(),
        device: long,
        ip: "2001:db8:85a3:8d3:1319:8a2e:370:7348".into(),
        ..other.clone()
    };
    let one = Settings {
        shell,
        member_since: Moment::new("1 March 2026", "2026-03-01"),
        is_admin: true,
        sessions: vec![current.clone()],
    };
    let many = Settings { sessions: vec![current, other, odd], is_admin: false, ..one.clone() };
    vec![("one", page(&one)), ("many", page(&many))]
}
