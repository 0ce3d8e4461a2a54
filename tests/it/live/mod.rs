//! What stays open: exactness under every cut, race and crash.

mod conversation;
mod crash;
mod resume;
mod sending;
