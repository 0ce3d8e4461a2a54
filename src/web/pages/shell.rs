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
    layout::{Accent, Shell, Theme, Viewer},
    parts::{
        code_theme::CodeTheme,
        toast::{Notice, Toast},
    },
};
use url::Url;
use uuid::Uuid;

use crate::{
    accounts::{Actor, Change, Preferences},
    app::App,
    error::Error,
    web::{
        extract::MaybeActor,
        reader::{self, Hints, Reader},
    },
};

/// The cookie of the theme. What a person chose is kept with the account, and in cookies for pages that don't know who looks.
const THEME_COOKIE: &str = "theme";
const ACCENT_COOKIE: &str = "accent";
const CODE_COOKIE: &str = "code";
const LANGUAGE_COOKIE: &str = "lang";
/// The cookie in which js/time.js says where the browser is.
const ZONE_COOKIE: &str = "tz";
/// The cookie that says whether the list of conversations is put away; js/keys.js sets it.
const SIDEBAR_COOKIE: &str = "sidebar";
/// The cookie that carries a notice over a redirect.
const NOTICE_COOKIE: &str = "notice";

/// How somebody visits a page.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The language and the time zone of whoever looks.
    pub reader: Reader,
    /// The zone that the browser has said so far; `None` when the person chose one.
    asked_zone: Option<String>,
    look: Look,
    notice: Option<(Notice, Option<Uuid>)>,
    path: String,
    dev_reload: bool,
    sidebar_hidden: bool,
    /// Whether htmx asks, not the browser itself.
    pub by_script: bool,
    /// Whether it asks from a page of older messages.
    on_older: bool,
    /// The page that htmx asks from.
    from: Option<Url>,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        // A sign-in that is no good is for whoever needs one to say.
        let actor = MaybeActor::from_request_parts(parts, app).await.ok().and_then(|known| known.0);
        let preferences = actor.as_ref().map(|actor| &*actor.preferences);
        Ok(Self::new(app, &parts.headers, &parts.uri, preferences))
    }
}

impl Visit {
    /// What the head of a request says; who asks is not known.
    pub fn of(app: &App, headers: &HeaderMap, uri: &Uri) -> Self {
        Self::new(app, headers, uri, None)
    }

    fn new(app: &App, headers: &HeaderMap, uri: &Uri, chosen: Option<&Preferences>) -> Self {
        let cookies = CookieJar::from_headers(headers);
        let value = |name| cookies.get(name).map(|cookie| cookie.value()).unwrap_or_default();
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let (language, zone) = (value(LANGUAGE_COOKIE), value(ZONE_COOKIE));
        let hints = Hints { language, accepted: accepted.unwrap_or_default(), zone };
        Self {
            reader: Reader::of(hints, chosen),
            asked_zone: reader::asked_zone(hints, chosen),
            look: Look::of(chosen, value),
            notice: read_notice(value(NOTICE_COOKIE)),
            path: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            dev_reload: app.config.server.dev_reload,
            sidebar_hidden: value(SIDEBAR_COOKIE) == "off",
            by_script: headers.contains_key("hx-request"),
            on_older: headers.get("hx-current-url").is_some_and(|url| {
                let older = ["?before=", "&before=", "?at=", "&at="];
                url.to_str().is_ok_and(|url| older.iter().any(|sign| url.contains(sign)))
            }),
            from: headers.get("hx-current-url").and_then(|url| Url::parse(url.to_str().ok()?).ok()),
        }
    }

    /// The language of whoever looks.
    pub fn locale(&self) -> Locale {
        self.reader.locale
    }

    /// The title of a copy; `None` where there is none to copy.
    pub fn fork_title(&self, title: &str) -> Option<String> {
        (!title.is_empty()).then(|| self.locale().ta("fork-title", &[("title", title.into())]))
    }

    /// The shell of a page for `actor`.
    pub fn shell(&self, actor: Option<&Actor>) -> Shell {
        Shell {
            locale: self.locale(),
            theme: self.look.theme,
            accent: self.look.accent,
            code_theme: self.look.code_theme,
            zone: self.asked_zone.clone(),
            viewer: actor.map(|actor| Viewer { name: actor.name.clone(), email: actor.email.clone() }),
            toasts: self.notice.iter().map(|(notice, about)| toast(self.locale(), *notice, *about)).collect(),
            path: self.path.clone(),
            sidebar_hidden: self.sidebar_hidden,
            dev_reload: self.dev_reload,
        }
    }

    /// The list of all conversations, path and query, if htmx asks from there.
    pub fn from_list(&self) -> Option<&str> {
        let from = self.from.as_ref().filter(|from| from.path() == "/chats")?;
        Some(&from[url::Position::BeforePath..url::Position::AfterQuery])
    }

    /// Whether htmx asks from a page that has the conversations beside it.
    pub fn has_sidebar(&self) -> bool {
        let on_new = || self.from.as_ref().is_some_and(|from| from.path() == "/c/new");
        self.by_script && (self.open_chat().is_some() || on_new())
    }

    /// The conversation on the page that htmx asks from.
    pub fn open_chat(&self) -> Option<Uuid> {
        Uuid::try_parse(self.from.as_ref()?.path().strip_prefix("/c/")?).ok()
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

    /// On to signing in, with a notice, and nothing of this person stays in a shared browser.
    pub fn forgotten(&self, notice: Notice) -> Response {
        let mut response = with_notice(Redirect::to("/login").into_response(), notice);
        let clear = HeaderValue::from_static("\"cache\", \"storage\"");
        response.headers_mut().insert("clear-site-data", clear);
        response
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
            let toast: Toast = notice.toast(self.locale());
            return (status, fragments::toast(self.locale(), &toast)).into_response();
        }
        with_notice(Redirect::to(back).into_response(), notice)
    }
}

/// How pages are painted; known before they are drawn.
#[derive(Debug, Clone, Copy)]
struct Look {
    theme: Theme,
    accent: Accent,
    code_theme: CodeTheme,
}

impl Look {
    /// What the person chose, else what the browser remembers.
    fn of<'a>(chosen: Option<&'a Preferences>, cookie: impl Fn(&'static str) -> &'a str) -> Self {
        let word = |own: fn(&Preferences) -> &Option<String>, name| {
            chosen.and_then(|chosen| own(chosen).as_deref()).unwrap_or_else(|| cookie(name))
        };
        Self {
            theme: Theme::parse(word(|own| &own.theme, THEME_COOKIE)),
            accent: Accent::parse(word(|own| &own.accent, ACCENT_COOKIE)),
            code_theme: CodeTheme::parse(word(|own| &own.code_theme, CODE_COOKIE)),
        }
    }
}

/// Lets the browser remember what was chosen, for pages that don't know who looks: strangers' ones and errors.
/// `None` leaves a cookie as it is, an inner one takes it away. The words were checked.
pub(super) fn remember(response: &mut Response, change: &Change) {
    let cookies = [
        (THEME_COOKIE, &change.theme),
        (ACCENT_COOKIE, &change.accent),
        (CODE_COOKIE, &change.code_theme),
        (LANGUAGE_COOKIE, &change.locale),
    ];
    for (name, word) in cookies {
        let Some(word) = word else { continue };
        let age = if word.is_some() { 365 * 86_400 } else { 0 };
        let word = word.as_deref().unwrap_or_default();
        append_cookie(response, &format!("{name}={word}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax"));
    }
}

/// The words for a failure that a person can do something about; others get an error page.
pub(in crate::web) fn notice_for(error: &Error) -> Option<Notice> {
    Some(match error.code() {
        "reply_running" => Notice::StillAnswering,
        "empty_message" => Notice::EmptyMessage,
        "message_too_long" => Notice::MessageTooLong,
        "branch_too_long" => Notice::BranchTooLong,
        "system_prompt_too_long" => Notice::SystemPromptTooLong,
        "unknown_model" => Notice::UnknownModel,
        "key_unreadable" => Notice::KeyUnreadable,
        "budget_exhausted" => Notice::BudgetExhausted,
        "too_many_favourites" => Notice::TooManyFavourites,
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
const NOTICES: [Notice; 26] = [
    Notice::Failed,
    Notice::SignedOut,
    Notice::SessionExpired,
    Notice::SessionRevoked,
    Notice::OthersRevoked,
    Notice::StillAnswering,
    Notice::EmptyMessage,
    Notice::MessageTooLong,
    Notice::UnknownModel,
    Notice::Saved,
    Notice::PasswordChanged,
    Notice::AccountDeleted,
    Notice::ChatDeleted,
    Notice::ChatArchived,
    Notice::ChatRestored,
    Notice::ChatGone,
    Notice::SystemPromptTooLong,
    Notice::BranchTooLong,
    Notice::KeySaved,
    Notice::KeyStored,
    Notice::KeyRemoved,
    Notice::KeyUnreadable,
    Notice::BudgetExhausted,
    Notice::ListsFetched,
    Notice::TooSoon,
    Notice::TooManyFavourites,
];

fn read_notice(value: &str) -> Option<(Notice, Option<Uuid>)> {
    let (index, about) = match value.split_once('.') {
        Some((index, about)) => (index, Some(Uuid::try_parse(about).ok()?)),
        None => (value, None),
    };
    Some((*NOTICES.get(index.parse::<usize>().ok()?)?, about))
}
