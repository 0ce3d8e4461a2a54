//! What makes a conversation one's own: its name, its settings, and how it is read when it is long.

mod long;
mod settings;
mod titles;
