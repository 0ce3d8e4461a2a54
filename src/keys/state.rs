//! How a key was last seen to do.

use serde::Serialize;
use utoipa::ToSchema;

use crate::providers::Error;

/// See the module. None of them proves that there is money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The provider took it.
    Ok,
    /// Nobody could say: the provider is busy, broken or out of reach.
    Unknown,
    /// The provider does not know it.
    Wrong,
    /// The account behind it is closed or on hold.
    Banned,
    /// There is no credit left.
    Exhausted,
    /// It is real, but may not do everything.
    Limited,
    /// It has characters that can't be sent.
    Unsendable,
    /// It has to be entered again, since its address changed.
    Missing,
    /// It can't be opened on this server.
    Unreadable,
}

impl State {
    const ALL: [Self; 9] = [
        Self::Ok,
        Self::Unknown,
        Self::Wrong,
        Self::Banned,
        Self::Exhausted,
        Self::Limited,
        Self::Unsendable,
        Self::Missing,
        Self::Unreadable,
    ];

    /// The stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Wrong => "wrong",
            Self::Banned => "banned",
            Self::Exhausted => "exhausted",
            Self::Limited => "limited",
            Self::Unsendable => "unsendable",
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
        }
    }

    /// The state of that word.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == word).unwrap_or(Self::Unknown)
    }

    /// What a provider's failure says about the key that it was asked with.
    pub fn of(error: &Error) -> Self {
        match error {
            Error::Unauthorized => Self::Wrong,
            Error::Forbidden => Self::Limited,
            Error::Quota => Self::Exhausted,
            Error::BadKey => Self::Unsendable,
            Error::KeyUnreadable => Self::Unreadable,
            Error::Banned => Self::Banned,
            _ => Self::Unknown,
        }
    }

    /// Whether nothing can be asked with such a key.
    pub fn is_refused(self) -> bool {
        matches!(self, Self::Wrong | Self::Banned | Self::Unsendable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_found_by_its_word() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), state);
        }
        assert_eq!(State::parse("new in a later version"), State::Unknown);
    }

    #[test]
    fn only_what_is_about_the_key_is_held_against_it() {
        for error in [
            Error::RateLimited { retry_after: None },
            Error::Overloaded { retry_after: None },
            Error::Upstream { status: Some(500) },
            Error::Timeout,
            Error::Unreachable,
            Error::Malformed,
            Error::BadRequest { status: 400 },
            Error::ModelNotFound,
            Error::ContentBlocked,
        ] {
            assert_eq!(State::of(&error), State::Unknown, "{error}");
        }
    }
}
