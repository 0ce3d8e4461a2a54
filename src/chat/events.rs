//! Every fact a conversation's log can hold. Its JSON is the public protocol (docs/STREAM-PROTOCOL.md).
//!
//! A new fact is a new variant; the compiler then asks the live faces what to show for it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Course, Message, Reply, ReplyError, Role, Seam, Siblings, Status, ToolCall};
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
    /// A model asked for a tool.
    ReplyToolCall(ReplyToolCall),
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
    /// Its place among the answers to the same message, if there are others.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub siblings: Option<Siblings>,
    /// The answer that stands next to it, until one of the two is kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub beside_id: Option<Uuid>,
    /// Where somebody else's text ends: an answer that is continued begins with it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub seams: Vec<Seam>,
}

impl ReplyStarted {
    /// The message as it is when nothing is written yet.
    pub fn message(&self) -> Message {
        let reply = Reply {
            id: self.reply,
            status: Status::Running,
            model: self.model.clone(),
            finish_reason: None,
            usage: None,
            error: None,
            thinking_ms: None,
            course: Course::default(),
            tool_calls: Vec::new(),
            seams: self.seams.clone(),
        };
        Message {
            id: self.message,
            parent_id: self.parent_id,
            role: Role::Assistant,
            text: String::new(),
            thinking: String::new(),
            reply: Some(reply),
            created_at: self.created_at,
            siblings: self.siblings,
            beside_id: self.beside_id,
        }
    }
}

impl ReplyEnded {
    /// Puts what the end says into the reply it is about.
    pub fn write_into(&self, reply: &mut Reply) {
        reply.status = self.status;
        reply.finish_reason.clone_from(&self.finish_reason);
        reply.usage = self.usage;
        reply.error.clone_from(&self.error);
        reply.course = self.course.clone();
    }
}

/// Data of `reply.thought`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplyThought {
    /// The reply.
    pub reply: Uuid,
    /// How long it thought, in milliseconds.
    pub thinking_ms: i64,
}

/// Data of `reply.tool_call`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplyToolCall {
    /// The reply.
    pub reply: Uuid,
    /// The call, whole.
    #[serde(flatten)]
    pub call: ToolCall,
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
    /// What is known about how it went.
    #[serde(flatten)]
    pub course: Course,
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
            "reply.tool_call" => serde_json::from_str(data).map(Self::ReplyToolCall),
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
            Self::ReplyToolCall(e) => Some(e.reply),
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
    ReplyToolCall = "reply.tool_call",
    ReplyEnded = "reply.ended",
    ChatUpdated = "chat.updated",
}
