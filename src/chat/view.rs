//! A message as everybody sees it: the same shape in the log, in snapshots and in the JSON API.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::providers::Usage;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A person.
    User,
    /// A model.
    Assistant,
}

impl Role {
    /// Its name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// Where a reply stands. Every reply leaves `running` exactly once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The model is at work, or about to be.
    Running,
    /// The model said why it ended.
    Complete,
    /// Somebody pressed stop.
    Stopped,
    /// The provider refused or broke; see the error.
    Failed,
    /// The server or the connection to the provider went away in the middle.
    Interrupted,
}

impl Status {
    /// Its name in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// Reads the database's name; an unknown one, from a newer version, counts as ended by accident.
    pub fn parse(text: &str) -> Self {
        match text {
            "running" => Self::Running,
            "complete" => Self::Complete,
            "stopped" => Self::Stopped,
            "failed" => Self::Failed,
            _ => Self::Interrupted,
        }
    }
}

/// A message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Its id.
    pub id: Uuid,
    /// The message it answers or follows; siblings share it.
    pub parent_id: Option<Uuid>,
    /// Who speaks.
    pub role: Role,
    /// The raw markdown; of a running reply, what is there so far.
    pub text: String,
    /// The model's thinking, if it shows any.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub thinking: String,
    /// How an assistant's message came to be.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reply: Option<Reply>,
    /// When it was sent or begun.
    pub created_at: DateTime<Utc>,
}

/// One model's work on one message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reply {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub status: Status,
    /// The model asked, `<provider>/<id>`.
    pub model: String,
    /// Why the model ended, in its own words (`stop`, `length` …).
    pub finish_reason: Option<String>,
    /// Tokens, as the provider counted them.
    #[schema(value_type = Option<Object>)]
    pub usage: Option<Usage>,
    /// What went wrong, when `failed` or `interrupted`.
    pub error: Option<ReplyError>,
    /// How long the model thought, in milliseconds.
    pub thinking_ms: Option<i64>,
}

/// Why a reply failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyError {
    /// Stable machine-readable reason.
    pub code: String,
    /// One English sentence, safe to show.
    pub message: String,
}
