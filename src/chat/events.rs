//! Every fact a conversation's log can hold. Its JSON is the public protocol (docs/STREAM-PROTOCOL.md).
//!
//! A new fact is a new variant; the compiler then asks the live faces what to show for it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Message, ReplyError, Status};
use crate::{
    providers::Usage,
    stream::{Delta, Entry, NewEntry},
};

/// A fact, read from or written to a log.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<'a> {
    /// A person's message.
    MessageCreated(Box<MessageCreated>),
    /// A model was asked; its message is there, empty.
    ReplyStarted(ReplyStarted),
    /// A reply's text grew.
    Delta(Delta<'a>),
    /// A reply's thinking is over.
    ReplyThought(ReplyThought),
    /// A reply's last event, exactly one.
    ReplyEnded(Box<ReplyEnded>),
    /// Title, model, active branch or place in the list changed.
    ChatUpdated(ChatUpdated),
    /// From a newer version: pass it on, show nothing.
    Unknown,
}

/// Data of `message.created`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageCreated {
    /// The message, whole.
    pub message: Message,
}

/// Data of `reply.started`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplyStarted {
    /// The reply.
    pub reply: Uuid,
    /// The assistant's message it writes.
    pub message: Uuid,
    /// The message it answers.
    pub parent_id: Option<Uuid>,
    /// The model asked.
    pub model: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Data of `reply.thought`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplyThought {
    /// The reply.
    pub reply: Uuid,
    /// How long it thought, in milliseconds.
    pub thinking_ms: i64,
}

/// Data of `reply.ended`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplyEnded {
    /// The reply.
    pub reply: Uuid,
    /// The assistant's message.
    pub message: Uuid,
    /// How it ended; never `running`.
    pub status: Status,
    /// Why the model ended, in its own words.
    pub finish_reason: Option<String>,
    /// Tokens, as the provider counted them.
    #[schema(value_type = Option<Object>)]
    pub usage: Option<Usage>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<ReplyError>,
}

/// Data of `chat.updated`: what changed, the rest is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChatUpdated {
    /// The new title.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    /// The new model for coming messages.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<String>,
    /// The last message of the branch that is shown now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub leaf_id: Option<Uuid>,
    /// Whether it is pinned now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pinned: Option<bool>,
    /// Whether it is archived now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub archived: Option<bool>,
    /// The settings are others now; what they are is to be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub settings: Option<SettingsChanged>,
}

/// What is told of new settings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SettingsChanged {
    /// Whether there is a system prompt now.
    pub system_prompt: bool,
}

impl<'a> Event<'a> {
    /// Reads an entry. Data that does not parse counts as unknown: an old program must survive a new log.
    pub fn read(entry: &'a Entry) -> Self {
        let data = entry.data.as_ref();
        let event = match entry.name.as_ref() {
            "delta" => Delta::parse(data).map(Self::Delta),
            "message.created" => {
                serde_json::from_str(data).map(|created| Self::MessageCreated(Box::new(created)))
            }
            "reply.started" => serde_json::from_str(data).map(Self::ReplyStarted),
            "reply.thought" => serde_json::from_str(data).map(Self::ReplyThought),
            "reply.ended" => serde_json::from_str(data).map(|ended| Self::ReplyEnded(Box::new(ended))),
            "chat.updated" => serde_json::from_str(data).map(Self::ChatUpdated),
            _ => Ok(Self::Unknown),
        };
        event.unwrap_or_else(|error| {
            tracing::warn!(%error, name = %entry.name, seq = entry.seq, "an entry of the log could not be read");
            Self::Unknown
        })
    }

    /// The reply this fact is about, if it is about one.
    pub fn reply(&self) -> Option<Uuid> {
        match self {
            Self::ReplyStarted(e) => Some(e.reply),
            Self::Delta(e) => Some(e.reply),
            Self::ReplyThought(e) => Some(e.reply),
            Self::ReplyEnded(e) => Some(e.reply),
            Self::MessageCreated(_) | Self::ChatUpdated(_) | Self::Unknown => None,
        }
    }
}

macro_rules! facts {
    ($($type:ident = $name:literal),+ $(,)?) => { $(
        impl $type {
            /// The fact as a new entry of the log, written under `writer`'s lease if there is one.
            pub fn entry(&self, writer: Option<Uuid>) -> NewEntry {
                let data = serde_json::to_string(self).expect("facts are plain data");
                NewEntry { name: $name, data, writer }
            }
        }
    )+ };
}

facts! {
    MessageCreated = "message.created",
    ReplyStarted = "reply.started",
    ReplyThought = "reply.thought",
    ReplyEnded = "reply.ended",
    ChatUpdated = "chat.updated",
}
