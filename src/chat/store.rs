//! The room's SQL: conversations, messages and the index of their words.

pub(super) mod conversations;
pub(super) mod messages;
pub(super) mod search;
