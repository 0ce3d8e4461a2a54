//! What a stranger sees first: what Freshet is, and two ways in.

use maud::{Markup, html};

use crate::layout::{Shell, brand, document};
use crate::parts::icon::mark;
use crate::parts::message::{AssistantMessage, ReplyState, UserMessage, assistant, sample_blocks, user};
use crate::parts::{language, theme};
use crate::{Locale, SafeHtml};

/// Props of the page.
#[derive(Clone, Debug, Default)]
pub struct Landing {
    /// The shell.
    pub shell: Shell,
    /// Whether strangers may register.
    pub registration_open: bool,
    /// The answer that is shown.
    pub demo: Vec<SafeHtml>,
}

/// The page at `/` for people who are not signed in.
#[must_use]
pub fn page(props: &Landing) -> Markup {
    let l = props.shell.locale;
    let body = html! {
        header.site {
            (brand(l))
            nav.site__nav {
                a.button.button--plain href="/login" { (l.t("sign-in")) }
            }
        }
        main.landing #main {
            section.hero {
                (flow())
                h1.hero__title { (l.t("hero")) }
                p.hero__text { (l.t("hero-text")) }
                p.hero__actions {
                    @if props.registration_open { a.button.button--main href="/register" { (l.t("create-account")) } }
                    @else { a.button.button--main href="/login" { (l.t("sign-in")) } }
                    a.button href="/api/openapi.json" { (l.t("read-api")) }
                }
            }
            (demo(l, &props.demo))
            section.claims aria-label=(l.t("claims")) {
                (claim(&l.t("claim-resume"), &l.t("claim-resume-text")))
                (claim(&l.t("claim-own"), &l.t("claim-own-text")))
                (claim(&l.t("claim-light"), &l.t("claim-light-text")))
            }
        }
        footer.site-foot { p { (mark()) (l.t("foot")) } (language::switch(&props.shell)) (theme::switch(&props.shell)) }
    };
    document(&props.shell, &l.t("tagline"), "plain", &html! {}, &body)
}

/// Ragged lines that flow: text as water, behind the first words.
pub(super) fn flow() -> Markup {
    html! {
        svg.flow viewBox="0 0 1440 360" preserveAspectRatio="xMidYMid slice" aria-hidden="true" {
            @for (line, ends) in [4, 3, 4, 2, 4, 3, 1].into_iter().enumerate() {
                path d={ "M-40 " (60 + line * 40) "c90-44 180-44 270 0s180 44 270 0" @for _ in 1..ends { " 180-44 270 0 180 44 270 0" } } {}
            }
        }
    }
}

/// A conversation made of the real parts; a picture, so nothing in it can be reached. js/demo.js has it written anew by
/// the server while one looks.
fn demo(l: Locale, blocks: &[SafeHtml]) -> Markup {
    let question = UserMessage {
        id: "demo-1".into(),
        text: l.t("demo-question").into_owned(),
        ..UserMessage::default()
    };
    let answer = AssistantMessage {
        id: "demo-2".into(),
        state: ReplyState::Complete,
        blocks: blocks.to_vec(),
        ..AssistantMessage::default()
    };
    html! {
        div.demo inert aria-hidden="true" data-behavior="demo" {
            div.demo__log { (user(l, &question)) (assistant(l, &answer)) }
        }
    }
}

fn claim(title: &str, text: &str) -> Markup {
    html! { article.claim { h2.claim__title { (title) } p { (text) } } }
}

/// Open and closed to strangers.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let shell = Shell { path: "/".into(), ..Shell::default() };
    vec![
        ("open", page(&Landing { shell: shell.clone(), registration_open: true, demo: sample_blocks() })),
        ("closed", page(&Landing { shell, registration_open: false, demo: Vec::new() })),
    ]
}
