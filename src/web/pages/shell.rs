//! What every page needs to know about the visit, and the ways a form is answered.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use freshet_templates::{
    Locale, fragments,
    layout::{Shell, Theme, Viewer},
    parts::toast::{Notice, Toast},
};

use uuid::Uuid;

use crate::{accounts::Actor, app::App, error::Error};

/// The cookie that holds the theme; the page must know it before it is drawn.
pub(super) const THEME_COOKIE: &str = "theme";
/// The cookie that carries a notice over a redirect.
const NOTICE_COOKIE: &str = "notice";

/// How somebody visits a page.
#[derive(Debug, Clone)]
pub struct Visit {
    theme: Theme,
    notice: Option<(Notice, Option<Uuid>)>,
    path: String,
    dev_reload: bool,
    /// Whether htmx asks, not the browser itself.
    pub by_script: bool,
    /// Whether it asks from a page of older messages.
    on_older: bool,
    /// The path of the page that htmx asks from, and the conversation it shows.
    from: Option<String>,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(app, &parts.headers, &parts.uri))
    }
}

impl Visit {
    /// What the head of a request says.
    pub fn of(app: &App, headers: &HeaderMap, uri: &Uri) -> Self {
        let cookies = CookieJar::from_headers(headers);
        let value = |name| cookies.get(name).map(|cookie| cookie.value()).unwrap_or_default();
        Self {
            theme: Theme::parse(value(THEME_COOKIE)),
            notice: read_notice(value(NOTICE_COOKIE)),
            path: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            dev_reload: app.config.server.dev_reload,
            by_script: headers.contains_key("hx-request"),
            on_older: headers.get("hx-current-url").is_some_and(|url| {
                let says = |url: &str, name: &str| {
                    url.contains(&format!("?{name}=")) || url.contains(&format!("&{name}="))
                };
                url.to_str().is_ok_and(|url| says(url, "before") || says(url, "at"))
            }),
            from: headers
                .get("hx-current-url")
                .and_then(|url| url::Url::parse(url.to_str().ok()?).ok())
                .map(|url| url.path().to_owned()),
        }
    }

    /// The language of the page.
    pub fn locale(&self) -> Locale {
        Locale::default()
    }

    /// The shell of a page for `actor`.
    pub fn shell(&self, actor: Option<&Actor>) -> Shell {
        Shell {
            locale: Locale::default(),
            theme: self.theme,
            viewer: actor.map(|actor| Viewer { name: actor.name.clone(), email: actor.email.clone() }),
            toasts: self.notice.iter().map(|(notice, about)| toast(self.locale(), *notice, *about)).collect(),
            path: self.path.clone(),
            dev_reload: self.dev_reload,
        }
    }

    /// The path of the page that htmx asks from.
    pub fn from(&self) -> &str {
        self.from.as_deref().unwrap_or_default()
    }

    /// The conversation on the page that htmx asks from.
    pub fn open_chat(&self) -> Option<Uuid> {
        Uuid::try_parse(self.from().strip_prefix("/c/")?).ok()
    }

    /// A page. A notice that came over a redirect is shown once.
    pub fn page(&self, page: maud::Markup) -> Response {
        let mut response = page.into_response();
        if self.notice.is_some() {
            let gone = format!("{NOTICE_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
            append_cookie(&mut response, &gone);
        }
        response
    }

    /// What a form that worked is answered with: on with the page that shows the outcome.
    pub fn done(&self, to: &str) -> Response {
        if self.by_script {
            let mut response = StatusCode::NO_CONTENT.into_response();
            if let Ok(to) = HeaderValue::from_str(to) {
                response.headers_mut().insert("hx-redirect", to);
            }
            return response;
        }
        Redirect::to(to).into_response()
    }

    /// As [`Visit::done`], where the live stream already shows the outcome to pages with scripts that have one: all but
    /// those of older messages.
    pub fn done_live(&self, to: &str) -> Response {
        if self.by_script && !self.on_older { StatusCode::NO_CONTENT.into_response() } else { self.done(to) }
    }

    /// A form that could not be done: a toast for htmx, a notice on the page it came from for others.
    pub fn refused(&self, error: Error, back: &str) -> Response {
        let Some(notice) = notice_for(&error) else { return error.into_response() };
        if self.by_script {
            let status = error.status();
            let toast: Toast = notice.toast(Locale::default());
            return (status, fragments::toast(Locale::default(), &toast)).into_response();
        }
        with_notice(Redirect::to(back).into_response(), notice)
    }
}

/// The words for a failure that a person can do something about; others get an error page.
pub(in crate::web) fn notice_for(error: &Error) -> Option<Notice> {
    Some(match error.code() {
        "reply_running" => Notice::StillAnswering,
        "empty_message" => Notice::EmptyMessage,
        "message_too_long" => Notice::MessageTooLong,
        "system_prompt_too_long" => Notice::SystemPromptTooLong,
        "unknown_model" => Notice::UnknownModel,
        "unavailable" | "storage_full" | "internal" | "key_reused" => Notice::Failed,
        "unauthenticated" => Notice::SessionExpired,
        _ => return None,
    })
}

/// Lets the next page show a notice.
pub(super) fn with_notice(mut response: Response, notice: Notice) -> Response {
    let index = number(notice);
    append_cookie(
        &mut response,
        &format!("{NOTICE_COOKIE}={index}; Path=/; Max-Age=30; HttpOnly; SameSite=Lax"),
    );
    response
}

/// As [`with_notice`], about a conversation.
pub(super) fn with_notice_about(mut response: Response, notice: Notice, about: Uuid) -> Response {
    let index = number(notice);
    append_cookie(
        &mut response,
        &format!("{NOTICE_COOKIE}={index}.{about}; Path=/; Max-Age=30; HttpOnly; SameSite=Lax"),
    );
    response
}

fn number(notice: Notice) -> usize {
    NOTICES.iter().position(|known| *known == notice).unwrap_or_default()
}

fn toast(l: Locale, notice: Notice, about: Option<Uuid>) -> Toast {
    about.map_or_else(|| notice.toast(l), |about| notice.toast_about(l, &about.to_string()))
}

/// Adds a cookie made of our own words only.
pub(super) fn append_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// What the cookie's number means.
const NOTICES: [Notice; 14] = [
    Notice::Failed,
    Notice::SignedOut,
    Notice::SessionExpired,
    Notice::SessionRevoked,
    Notice::OthersRevoked,
    Notice::StillAnswering,
    Notice::EmptyMessage,
    Notice::MessageTooLong,
    Notice::UnknownModel,
    Notice::ChatDeleted,
    Notice::ChatArchived,
    Notice::ChatRestored,
    Notice::ChatGone,
    Notice::SystemPromptTooLong,
];

fn read_notice(value: &str) -> Option<(Notice, Option<Uuid>)> {
    let (index, about) = match value.split_once('.') {
        Some((index, about)) => (index, Some(Uuid::try_parse(about).ok()?)),
        None => (value, None),
    };
    Some((*NOTICES.get(index.parse::<usize>().ok()?)?, about))
}
