//! When something is not there, not allowed, or broken: what happened, and a way on.

use maud::{Markup, html};

use super::landing::flow;
use crate::Locale;
use crate::layout::{Shell, brand, document};

/// Props of the page.
#[derive(Clone, Debug)]
pub struct ErrorPage {
    /// The shell.
    pub shell: Shell,
    /// The HTTP status.
    pub status: u16,
    /// What kind of error.
    pub kind: ErrorKind,
    /// A number to quote when asking for help.
    pub request_id: Option<String>,
}

impl ErrorPage {
    /// The address to ask once more, where that may help.
    fn again(&self) -> Option<&str> {
        let passes = matches!(self.kind, ErrorKind::TooMany | ErrorKind::Unavailable | ErrorKind::Internal);
        (passes && self.shell.path != "/").then_some(self.shell.path.as_str())
    }
}

/// The kinds of failure an outsider may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Not there, or not yours: the two look the same.
    NotFound,
    /// Signed in, but not allowed.
    Forbidden,
    /// Needs somebody who is signed in.
    SignInNeeded,
    /// The request makes no sense.
    BadRequest,
    /// The request is too large.
    TooLarge,
    /// Too many requests.
    TooMany,
    /// It clashes with what happened meanwhile.
    Conflict,
    /// The server cannot answer just now.
    Unavailable,
    /// Our fault.
    Internal,
}

impl ErrorKind {
    /// Title and explanation.
    #[must_use]
    pub fn words(self, l: Locale) -> (String, String) {
        let (title, text) = match self {
            Self::NotFound => (l.t("error-not-found"), l.t("error-not-found-text")),
            Self::Forbidden => (l.t("error-forbidden"), l.t("error-forbidden-text")),
            Self::SignInNeeded => (l.t("error-sign-in"), l.t("error-sign-in-text")),
            Self::BadRequest => (l.t("error-bad-request"), l.t("error-bad-request-text")),
            Self::TooLarge => (l.t("error-too-large"), l.t("error-too-large-text")),
            Self::TooMany => (l.t("error-too-many"), l.t("error-too-many-text")),
            Self::Conflict => (l.t("error-conflict"), l.t("error-conflict-text")),
            Self::Unavailable => (l.t("error-unavailable"), l.t("error-unavailable-text")),
            Self::Internal => (l.t("error-internal"), l.t("error-internal-text")),
        };
        (title.into_owned(), text.into_owned())
    }
}

/// The page, for any path.
#[must_use]
pub fn page(props: &ErrorPage) -> Markup {
    let l = props.shell.locale;
    let (title, text) = props.kind.words(l);
    let body = html! {
        header.site { (brand(l)) }
        main.oops #main {
            (flow())
            p.oops__status { (props.status) }
            h1.oops__title { (title) }
            p.oops__text { (text) }
            p.oops__actions {
                @let signs_in = props.kind == ErrorKind::SignInNeeded;
                @let retries = props.again().is_some();
                @let goes_on = props.shell.viewer.is_some() && !signs_in;
                @if let Some(again) = props.again() { a.button.button--main href=(again) { (l.t("error-again")) } }
                @if signs_in { a.button.button--main href="/login" { (l.t("sign-in")) } }
                @if goes_on { a.button.button--main[!retries] href="/c/new" { (l.t("new-chat")) } }
                a.button.button--main[!signs_in && !goes_on && !retries] href="/" { (l.t("go-home")) }
            }
            @if let Some(id) = &props.request_id { p.oops__id { (l.t("request-id")) " " code { (id) } } }
        }
    };
    document(&props.shell, &title, "plain", &html! {}, &body)
}

/// Every kind.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let shell = Shell { path: "/nowhere".into(), ..Shell::default() };
    let sample = |status, kind| {
        page(&ErrorPage { shell: shell.clone(), status, kind, request_id: Some("req-0197f3a2-77c1".into()) })
    };
    vec![
        ("not-found", sample(404, ErrorKind::NotFound)),
        ("forbidden", sample(403, ErrorKind::Forbidden)),
        ("sign-in", sample(401, ErrorKind::SignInNeeded)),
        ("bad-request", sample(400, ErrorKind::BadRequest)),
        ("too-large", sample(413, ErrorKind::TooLarge)),
        ("too-many", sample(429, ErrorKind::TooMany)),
        ("conflict", sample(409, ErrorKind::Conflict)),
        ("unavailable", sample(503, ErrorKind::Unavailable)),
        ("internal", sample(500, ErrorKind::Internal)),
    ]
}
