//! The room's SQL: conversations and messages.

pub(super) mod conversations;
pub(super) mod messages;
