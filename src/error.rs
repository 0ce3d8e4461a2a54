//! The kinds of failure an outsider may see.
//!
//! Rooms answer with these; `web/problem.rs` turns them into a page, a toast or problem+json. Which to use:
//!
//! | the caller … | use |
//! |---|---|
//! | named something that isn't there, or that they may not see | [`Error::NotFound`]: both look the same |
//! | isn't signed in | [`Error::Unauthenticated`] |
//! | is signed in, may see the thing, but may not do this | [`Error::Forbidden`] |
//! | sent something that can't even be read | [`Error::Malformed`] |
//! | sent something that doesn't fit | [`Error::Invalid`] |
//! | sent something that fits, but not now | [`Error::Conflict`] |
//! | has used up what they may spend | [`Error::Exhausted`] |
//! | did nothing wrong: we or the provider can't just now | [`Error::Unavailable`] |
//! | did nothing wrong: there is no room to keep it | [`Error::Full`] |
//! | met a bug | [`Error::Internal`]: logged with its cause, shown as an id to quote |

use std::time::Duration;

use crate::platform::crypto::{Busy, HashError};

/// What a room answers when it can't do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not there, or not for this caller's eyes.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in, or the session or token has ended.
    #[error("not signed in")]
    Unauthenticated,
    /// Signed in, but not allowed; `code` is stable.
    #[error("not allowed: {code}")]
    Forbidden {
        /// Stable machine-readable reason.
        code: &'static str,
    },
    /// Not even readable: broken JSON, a wrong content type.
    #[error("{detail}")]
    Malformed {
        /// Stable machine-readable reason.
        code: &'static str,
        /// One English sentence for API clients and logs.
        detail: String,
    },
    /// The input doesn't fit; `code` is stable, `detail` is for developers, pages look the code up in the catalogue.
    #[error("{detail}")]
    Invalid {
        /// Stable machine-readable reason.
        code: &'static str,
        /// The field at fault, when it is one.
        field: Option<&'static str>,
        /// One English sentence for API clients and logs.
        detail: String,
    },
    /// The input fits, but the present state forbids it.
    #[error("{detail}")]
    Conflict {
        /// Stable machine-readable reason.
        code: &'static str,
        /// One English sentence for API clients and logs.
        detail: String,
    },
    /// The body is larger than this route takes.
    #[error("the request body is too large")]
    TooLarge,
    /// Too many tries; come back after the given time.
    #[error("too many requests")]
    TooMany {
        /// When a next try makes sense.
        retry_after: Duration,
    },
    /// A budget or a quota is used up; nothing was stored.
    #[error("{detail}")]
    Exhausted {
        /// One English sentence for API clients and logs: which one, and when it begins anew.
        detail: String,
        /// Until it begins anew.
        retry_after: Duration,
    },
    /// The database or a provider is out of reach; a later try may succeed. Nothing was stored.
    #[error("temporarily unavailable")]
    Unavailable {
        /// When a next try makes sense.
        retry_after: Duration,
    },
    /// The disk below the database is full; nothing was stored. A later try may succeed, but somebody has to make room.
    #[error("the server's storage is full")]
    Full {
        /// When a next try makes sense.
        retry_after: Duration,
    },
    /// A bug or a broken installation; the cause is logged, never shown.
    #[error("internal error: {0:#}")]
    Internal(#[from] anyhow::Error),
}

/// The result of every room's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An [`Error::Invalid`] about one field.
    pub fn field(code: &'static str, field: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid { code, field: Some(field), detail: detail.into() }
    }

    /// An [`Error::Conflict`].
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict { code, detail: detail.into() }
    }

    /// The stable code that API clients may branch on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden { code }
            | Self::Malformed { code, .. }
            | Self::Invalid { code, .. }
            | Self::Conflict { code, .. } => code,
            Self::TooLarge => "too_large",
            Self::TooMany { .. } => "too_many_requests",
            Self::Exhausted { .. } => "budget_exhausted",
            Self::Unavailable { .. } => "unavailable",
            Self::Full { .. } => "storage_full",
            Self::Internal(_) => "internal",
        }
    }
}

impl From<Busy> for Error {
    fn from(_: Busy) -> Self {
        Self::Unavailable { retry_after: Duration::from_secs(2) }
    }
}

impl From<HashError> for Error {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy(busy) => busy.into(),
            broken @ HashError::Broken(_) => Self::Internal(broken.into()),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if crate::platform::db::is_full(&error) {
            tracing::error!(%error, "the database has no room; make some");
            return Self::Full { retry_after: Duration::from_secs(30) };
        }
        if crate::platform::db::is_transient(&error) {
            tracing::warn!(%error, "the database did not answer");
            return Self::Unavailable { retry_after: Duration::from_secs(2) };
        }
        Self::Internal(anyhow::Error::new(error).context("database"))
    }
}
