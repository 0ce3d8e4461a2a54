//! Who acts, and what they may do. [`can`] is the one permission gate of every face.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Preferences;
use crate::error::{Error, Result};

/// The id of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct UserId(pub Uuid);

/// The id under which a browser's session is listed and revoked. Not the secret in the cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct SessionId(pub Uuid);

/// The id of one sign-in through the API: its access and refresh tokens live and die together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct TokenFamily(pub Uuid);

macro_rules! shown_as_uuid {
    ($($id:ty),+) => { $(
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl From<$id> for Uuid {
            fn from(id: $id) -> Self {
                id.0
            }
        }
    )+ };
}
shown_as_uuid!(UserId, SessionId, TokenFamily);

/// How much an account may do. Later ones may do all that earlier ones may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Chats.
    User,
    /// Looks after what others say.
    Moderator,
    /// Runs the installation.
    Admin,
}

impl Role {
    /// The word that is stored and shown to API clients.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }
}

impl TryFrom<String> for Role {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "user" => Ok(Self::User),
            "moderator" => Ok(Self::Moderator),
            "admin" => Ok(Self::Admin),
            _ => Err(format!("{word:?} is no role")),
        }
    }
}

/// By what an actor is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// A browser's session cookie.
    Session(SessionId),
    /// An API access token.
    Token(TokenFamily),
}

/// Who is asking: an account, as it is in the database at the time of the request.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The account.
    pub user: UserId,
    /// Its address, lower case.
    pub email: String,
    /// What others call this person.
    pub name: String,
    /// What the account may do.
    pub role: Role,
    /// By what it is known here.
    pub via: Via,
    /// What this person has chosen for themselves.
    pub preferences: Arc<Preferences>,
}

/// What somebody wants to do, as far as it depends on who they are. What depends on whose thing it is, is decided by
/// the query that looks the thing up: what isn't yours isn't found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Hold conversations of their own.
    Chat,
    /// Look after what others say.
    Moderate,
    /// See and change the installation.
    Administer,
}

/// Whether `actor` may do `action`.
///
/// # Errors
/// [`Error::Forbidden`] when not.
pub fn can(actor: &Actor, action: Action) -> Result<()> {
    let least = match action {
        Action::Chat => Role::User,
        Action::Moderate => Role::Moderator,
        Action::Administer => Role::Admin,
    };
    if actor.role >= least { Ok(()) } else { Err(Error::Forbidden { code: "not_allowed" }) }
}
