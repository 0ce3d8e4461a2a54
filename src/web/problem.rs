//! How failures look: problem+json for programs, a page with a way on for people, a toast for htmx.
//!
//! Handlers answer with [`Error`]; what it looks like is decided here, behind all of them, where the request is known.
//! An internal error is logged once, with the id that its answer shows.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use freshet_templates::{
    Locale, fragments,
    pages::error::{ErrorKind, ErrorPage, page},
    parts::toast::{Level, Toast},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{pages::Visit, request::RequestId};
use crate::{app::App, error::Error};

/// A failure as RFC 9457 wants it (`application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:freshet:problem:<code>`.
    r#type: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened, for developers; in English.
    detail: String,
    /// Stable: what programs may branch on.
    code: String,
    /// To quote when asking for help; also in the `x-request-id` header and the server's log.
    request_id: String,
    /// The field at fault, when it is one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
struct FieldProblem {
    /// The field, or the header.
    field: String,
    /// Stable: what programs may branch on.
    code: String,
    /// What is wrong with it, for developers.
    detail: String,
}

impl Problem {
    /// What a program is told of `error`.
    pub(super) fn of(error: &Error, request_id: String) -> Self {
        let status = error.status();
        let errors = match error {
            Error::Invalid { code, field: Some(field), detail } => {
                vec![FieldProblem { field: (*field).into(), code: (*code).into(), detail: detail.clone() }]
            }
            _ => Vec::new(),
        };
        Self {
            r#type: format!("urn:freshet:problem:{}", error.code()),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: error.detail(),
            code: error.code().to_owned(),
            request_id,
            errors,
        }
    }
}

/// What a handler's failure leaves in its response until [`present`] has given it a face.
#[derive(Clone)]
struct Failure(Arc<Error>);

impl Error {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::Malformed { code: "unsupported_media_type", .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Malformed { code: "method_not_allowed", .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Malformed { code: "wrong_host", .. } => StatusCode::MISDIRECTED_REQUEST,
            Self::Malformed { .. } => StatusCode::BAD_REQUEST,
            Self::Invalid { code: "not_acceptable", .. } => StatusCode::NOT_ACCEPTABLE,
            Self::Invalid { code: "wrong_credentials", .. } => StatusCode::UNAUTHORIZED,
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Full { .. } => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany { retry_after }
            | Self::Unavailable { retry_after }
            | Self::Full { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// What an outsider may read. The cause of an internal error is not it.
    fn detail(&self) -> String {
        match self {
            Self::Internal(_) => "something broke inside the server".to_owned(),
            Self::NotFound => "there is nothing here, or nothing for you".to_owned(),
            Self::Unauthenticated => {
                "sign in first: this session or token is missing, wrong or has ended".to_owned()
            }
            other => other.to_string(),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

/// The answer to every address that isn't one.
pub async fn nowhere() -> Error {
    Error::NotFound
}

/// What a panic inside a handler is answered with.
pub(super) fn of_panic(panic: Box<dyn std::any::Any + Send>) -> Response {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Error::Internal(anyhow::anyhow!("a handler panicked: {words}")).into_response()
}

/// Gives failures their face.
pub(super) async fn present(State(app): State<App>, request: Request, next: Next) -> Response {
    let asked = Asked::of(&app, &request);
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    match response.extensions_mut().remove::<Failure>() {
        Some(Failure(error)) => asked.answer(&error, response),
        None if is_bare(&response) => asked.answer(&of_status(status), response),
        // A form that shows its own mistakes, a toast.
        None => response,
    }
}

/// What the face depends on.
struct Asked {
    api: bool,
    method: Method,
    path: String,
    id: String,
    events: bool,
    visit: Visit,
}

impl Asked {
    fn of(app: &App, request: &Request) -> Self {
        let path = request.uri().path();
        Self {
            api: path == "/api" || path.starts_with("/api/") || path.starts_with("/health/"),
            method: request.method().clone(),
            path: request.uri().path_and_query().map_or_else(|| path.to_owned(), ToString::to_string),
            id: request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            events: request.headers().get(header::ACCEPT).is_some_and(|accept| accept == "text/event-stream"),
            visit: Visit::of(app, request.headers(), request.uri()),
        }
    }

    fn answer(&self, error: &Error, old: Response) -> Response {
        if let Error::Internal(cause) = error {
            // Without the query, which may hold a secret: the setup token, a way back.
            let path = self.path.split('?').next().unwrap_or_default();
            tracing::error!(request.id = %self.id, path, cause = format!("{cause:#}"), "a request failed");
        }
        let mut response = self.face(error);
        if let Some(wait) = error.retry_after() {
            // Rounded up: who comes back on time must not be refused again.
            let seconds = wait.as_millis().div_ceil(1_000).max(1);
            let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = old.headers().get(header::ALLOW) {
            response.headers_mut().insert(header::ALLOW, allow.clone());
        }
        response
    }

    fn face(&self, error: &Error) -> Response {
        let status = error.status();
        if self.api || self.events {
            return self.problem(error);
        }
        if self.visit.by_script {
            let mut toast = toast(self.visit.locale(), error);
            toast.request_id = matches!(error, Error::Internal(_)).then(|| self.id.clone());
            return (status, fragments::toast(self.visit.locale(), &toast)).into_response();
        }
        if matches!(error, Error::Unauthenticated) {
            return self.to_sign_in();
        }
        let mut shell = self.visit.shell(None);
        if self.method != Method::GET {
            // What was posted to is nowhere to come back to.
            shell.path = "/".to_owned();
        }
        let page = page(&ErrorPage {
            shell,
            status: status.as_u16(),
            kind: kind(error),
            request_id: Some(self.id.clone()),
        });
        (status, page).into_response()
    }

    fn to_sign_in(&self) -> Response {
        if self.method != Method::GET {
            return Redirect::to("/login").into_response();
        }
        let next: String = url::form_urlencoded::byte_serialize(self.path.as_bytes()).collect();
        Redirect::to(&format!("/login?next={next}")).into_response()
    }

    fn problem(&self, error: &Error) -> Response {
        let status = error.status();
        let problem = Problem::of(error, self.id.clone());
        let body = serde_json::to_string(&problem).expect("a problem is plain data");
        let json = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, json)], Body::from(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// An answer of the framework's own: a status with at most some plain words.
fn is_bare(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_none_or(|kind| kind.starts_with("text/plain"))
}

fn of_status(status: StatusCode) -> Error {
    match status {
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Error::Malformed {
            code: "method_not_allowed",
            detail: "this address does not know this method".to_owned(),
        },
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        StatusCode::FORBIDDEN => Error::Forbidden { code: "cross_origin" },
        status if status.is_server_error() => {
            Error::Internal(anyhow::anyhow!("the framework answered {status}"))
        }
        status => {
            Error::Malformed { code: "bad_request", detail: format!("the request was refused with {status}") }
        }
    }
}

fn kind(error: &Error) -> ErrorKind {
    match error {
        Error::NotFound => ErrorKind::NotFound,
        Error::Unauthenticated => ErrorKind::SignInNeeded,
        Error::Forbidden { .. } => ErrorKind::Forbidden,
        Error::Malformed { .. } | Error::Invalid { .. } => ErrorKind::BadRequest,
        Error::Conflict { .. } => ErrorKind::Conflict,
        Error::TooLarge => ErrorKind::TooLarge,
        Error::TooMany { .. } => ErrorKind::TooMany,
        Error::Unavailable { .. } | Error::Full { .. } => ErrorKind::Unavailable,
        Error::Internal(_) => ErrorKind::Internal,
    }
}

/// What htmx is told: the words for this failure, else those of its kind.
fn toast(l: Locale, error: &Error) -> Toast {
    let own = super::pages::notice_for(error).map(|notice| notice.toast(l));
    own.unwrap_or_else(|| Toast { level: Level::Error, text: kind(error).words(l).1, ..Toast::default() })
}
