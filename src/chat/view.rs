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
    /// Its place among the versions of it, if there are others.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub siblings: Option<Siblings>,
    /// The answer that stands next to it, until one of the two is kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub beside_id: Option<Uuid>,
}

impl Message {
    /// Whether it is an answer that has text and did not come to its end.
    pub fn can_go_on(&self) -> bool {
        let ended_early = self.reply.as_ref().is_some_and(|reply| match reply.status {
            Status::Stopped | Status::Failed | Status::Interrupted => true,
            Status::Complete => reply.finish_reason.as_deref() == Some("length"),
            Status::Running => false,
        });
        ended_early && !self.text.trim().is_empty()
    }
}

/// Where a message stands among those with the same parent, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Siblings {
    /// From 1.
    pub index: i64,
    /// All of them; at least 2.
    pub count: i64,
    /// The one before.
    pub previous: Option<Uuid>,
    /// The one behind.
    pub next: Option<Uuid>,
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
    /// Tokens, as the provider counted them; where it did not, `estimated` is set.
    #[schema(value_type = Option<Object>)]
    pub usage: Option<Usage>,
    /// What went wrong, when `failed` or `interrupted`.
    pub error: Option<ReplyError>,
    /// How long the model thought, in milliseconds.
    pub thinking_ms: Option<i64>,
    /// What is known about how it went.
    #[serde(flatten)]
    pub course: Course,
    /// The tools that the model asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub tool_calls: Vec<ToolCall>,
    /// Where somebody else's text ends in an answer that was continued, first to last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub seams: Vec<Seam>,
}

/// How an answer went, as far as that is known when it has ended; what is not is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Course {
    /// The model that answered, in the provider's words, when that is not the one that was asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answered_by: Option<String>,
    /// The full name of the model that answered instead, since the one that was asked could not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stepped_in: Option<String>,
    /// Messages at the beginning of the conversation that the model was not told, since they don't fit into its window.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub left_out: Option<i64>,
    /// From the send to the model's first word, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_ms: Option<i64>,
    /// From the send to the end, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub took_ms: Option<i64>,
    /// What it cost in US dollars, as an exact decimal number, by the prices known when it ended.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cost_usd: Option<String>,
    /// Whether its tokens, and with them its cost, are an estimate, since the provider did not count them.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub estimated: bool,
}

/// A tool that a model asked for. None is carried out yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToolCall {
    /// Its place among the calls of the answer, from 0.
    pub index: u32,
    /// The provider's name for the call.
    pub id: String,
    /// The tool.
    pub name: String,
    /// What the tool is given: JSON as the model wrote it, which may be broken.
    pub arguments: String,
}

/// Up to here somebody else wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Seam {
    /// Offset in bytes of the answer's raw UTF-8.
    pub to: u64,
    /// The model that wrote what stands before it.
    pub model: String,
}

/// Why a reply failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyError {
    /// Stable machine-readable reason.
    pub code: String,
    /// One English sentence, safe to show.
    pub message: String,
}
