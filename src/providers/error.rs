//! Everything that can go wrong between us and a model, in words that are safe to show.
//!
//! Invariant: no variant carries a key, a URL or the upstream's body; those would leak through a page, a log line
//! or the API. What the provider really said goes, shortened and with the key blotted out, to `tracing` at debug.

use std::time::Duration;

/// A failure before or inside an answer. Lower case without a stop, so that it fits into a log line; pages take
/// [`Error::code`] and say it in their own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the provider did not accept the API key")]
    Unauthorized,
    #[error("the API key contains characters that cannot be sent")]
    BadKey,
    #[error("the API key may not do this")]
    Forbidden,
    #[error("the provider has switched off this account or key")]
    Banned,
    #[error("your own API key for this provider has to be entered again")]
    KeyUnreadable,
    #[error("the provider is asking us to slow down")]
    RateLimited { retry_after: Option<Duration> },
    #[error("the provider account has no credit left")]
    Quota,
    #[error("the provider is overloaded")]
    Overloaded { retry_after: Option<Duration> },
    #[error("the provider failed{}", .status.map(|s| format!(" with status {s}")).unwrap_or_default())]
    Upstream { status: Option<u16> },
    #[error("the conversation is too long for this model")]
    ContextLength,
    #[error("the provider refused the content of this conversation")]
    ContentBlocked,
    #[error("this model is not available")]
    ModelNotFound,
    #[error("more than one provider has this model; say which, as in provider/model")]
    ModelAmbiguous,
    #[error("this provider has nothing for that")]
    Unsupported,
    #[error("this provider is not set up")]
    NotConfigured,
    #[error("the provider refused the request with status {status}")]
    BadRequest { status: u16 },
    #[error("the provider went silent")]
    Timeout,
    #[error("the connection to the provider was lost")]
    Cut,
    #[error("the provider sent something that is not an answer")]
    Malformed,
    #[error("the answer stopped without an ending")]
    Incomplete,
    #[error("the provider cannot be reached")]
    Unreachable,
    #[error("the provider has failed several times in a row and is left alone for a moment")]
    Resting { retry_after: Duration },
}

impl Error {
    /// The stable name for the API, the database and the message catalogue.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "provider_unauthorized",
            Self::BadKey => "provider_bad_key",
            Self::Forbidden => "provider_forbidden",
            Self::Banned => "provider_banned",
            Self::KeyUnreadable => "key_unreadable",
            Self::RateLimited { .. } => "provider_rate_limited",
            Self::Quota => "provider_quota",
            Self::Overloaded { .. } => "provider_overloaded",
            Self::Upstream { .. } => "provider_failed",
            Self::ContextLength => "context_length",
            Self::ContentBlocked => "content_blocked",
            Self::ModelNotFound => "model_not_found",
            Self::ModelAmbiguous => "model_ambiguous",
            Self::Unsupported => "provider_unsupported",
            Self::NotConfigured => "provider_not_configured",
            Self::BadRequest { .. } => "provider_bad_request",
            Self::Timeout => "provider_timeout",
            Self::Cut => "provider_cut",
            Self::Malformed => "provider_malformed",
            Self::Incomplete => "provider_incomplete",
            Self::Unreachable => "provider_unreachable",
            Self::Resting { .. } => "provider_resting",
        }
    }

    /// How long the provider asks us to wait. At most an hour, whatever it says.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Overloaded { retry_after } => *retry_after,
            Self::Resting { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// Whether it is the provider, and not the request or its key, that failed.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Overloaded { .. } | Self::Timeout | Self::Cut | Self::Malformed => true,
            Self::Incomplete | Self::Unreachable => true,
            Self::Upstream { status } => status.is_none_or(|status| status >= 500),
            _ => false,
        }
    }

    /// Whether it is the key, or the money behind it, that is not good enough.
    pub fn is_about_the_key(&self) -> bool {
        matches!(
            self,
            Self::Unauthorized | Self::BadKey | Self::Forbidden | Self::Quota | Self::NotConfigured
        )
    }

    /// Whether another provider, or the same one later, may do better. Only ever act on it **before the first token was
    /// shown**: afterwards the model is never called again without a person's wish. A 429 that means money is no
    /// reason to ask the same account again.
    pub fn may_pass(&self) -> bool {
        self.is_outage() || matches!(self, Self::RateLimited { .. } | Self::Resting { .. })
    }
}
