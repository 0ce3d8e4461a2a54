//! Conversations: what was said, by whom, in which branch. It never calls a model; [`crate::replies`] does.
//!
//! Every change is a fact in the conversation's log ([`events`]), written in the transaction that makes it. Lookups are
//! scoped to the actor, so that "not yours" and "not there" are the same answer.

pub mod branches;
pub mod conversations;
pub mod events;
mod farewell;
pub mod messages;
pub mod presence;
mod removal;
pub mod search;
pub mod settings;
pub mod snapshot;
mod store;
pub mod titles;
mod view;

pub use conversations::{Change, Conversation, Filter, NewConversation, Page};
pub use events::Event;
pub use farewell::delete_account;
pub use settings::Settings;
pub use snapshot::Snapshot;
pub use view::{Course, Message, Reply, ReplyError, Role, Seam, Siblings, Status, ToolCall};

/// What [`crate::replies`] reads and writes in its own transactions.
pub(crate) use settings::in_transaction as settings_in;
pub(crate) use store::{
    conversations::{hold_conversation, lock_conversation, update as update_in},
    messages::{MESSAGE_TEXT_LIMIT, add_message, any_running, end_choice, history_in, siblings_in},
};
