//! What stays open: exactness under every cut, race and crash.

mod beside;
mod cancelled;
mod conversation;
mod crash;
mod pages;
mod resume;
mod revoked;
mod sending;
mod turns;
