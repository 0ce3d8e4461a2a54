//! Models behind conversations: what they are told, and what happens when one can't answer.

mod context;
mod failover;
mod swap;
