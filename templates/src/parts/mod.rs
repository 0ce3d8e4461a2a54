//! What pages are made of; the live stream sends some of them too.

pub mod code_theme;
pub mod composer;
pub mod field;
pub mod icon;
pub mod language;
pub mod menu;
pub mod message;
pub mod sidebar;
pub mod theme;
pub mod toast;
pub mod welcome;
