//! The keyboard shortcuts and how their keys are drawn. What they do is in js/keys.js.

use std::borrow::Cow;

use maud::{Markup, html};

use crate::Locale;

/// The keyboards that are labelled differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keys {
    /// With Ctrl.
    #[default]
    Pc,
    /// With ⌘.
    Mac,
}

/// One shortcut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// The palette.
    Palette,
    /// A new conversation.
    NewChat,
    /// Into the message field.
    Focus,
    /// Send.
    Send,
    /// A line break in the message field.
    Break,
    /// Stop, or close what is open.
    Stop,
    /// Show or put away the conversations.
    Sidebar,
    /// Choose a model.
    Model,
    /// Copy the last answer.
    CopyAnswer,
    /// Copy the last code.
    CopyCode,
    /// The settings.
    Settings,
    /// The list of shortcuts.
    Help,
}

impl Shortcut {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 12] = [
        Self::Palette,
        Self::NewChat,
        Self::Settings,
        Self::Sidebar,
        Self::Help,
        Self::Focus,
        Self::Send,
        Self::Break,
        Self::Stop,
        Self::Model,
        Self::CopyAnswer,
        Self::CopyCode,
    ];

    /// What a person calls it.
    #[must_use]
    pub fn label(self, l: Locale) -> Cow<'static, str> {
        match self {
            Self::Palette => l.t("shortcut-palette"),
            Self::NewChat => l.t("new-chat"),
            Self::Focus => l.t("shortcut-focus"),
            Self::Send => l.t("shortcut-send"),
            Self::Break => l.t("shortcut-break"),
            Self::Stop => l.t("shortcut-stop"),
            Self::Sidebar => l.t("shortcut-sidebar"),
            Self::Model => l.t("shortcut-model"),
            Self::CopyAnswer => l.t("shortcut-copy-answer"),
            Self::CopyCode => l.t("shortcut-copy-code"),
            Self::Settings => l.t("settings"),
            Self::Help => l.t("shortcuts"),
        }
    }

    /// Its keys; "Mod" is Ctrl or ⌘.
    fn chord(self) -> &'static [&'static str] {
        match self {
            Self::Palette => &["Mod", "K"],
            Self::NewChat => &["Mod", "Shift", "O"],
            Self::Focus => &["Shift", "Esc"],
            Self::Send => &["Enter"],
            Self::Break => &["Shift", "Enter"],
            Self::Stop => &["Esc"],
            Self::Sidebar => &["Mod", "Shift", "S"],
            Self::Model => &["Mod", "Shift", "M"],
            Self::CopyAnswer => &["Mod", "Shift", "C"],
            Self::CopyCode => &["Mod", "Shift", ";"],
            Self::Settings => &["Mod", "."],
            Self::Help => &["Mod", "/"],
        }
    }
}

/// The keys of a shortcut.
#[must_use]
pub fn keys(shortcut: Shortcut, keys: Keys) -> Markup {
    let name = |key: &'static str| match (key, keys) {
        ("Mod", Keys::Pc) => "Ctrl",
        ("Mod", Keys::Mac) => "⌘",
        ("Shift", Keys::Mac) => "⇧",
        (key, _) => key,
    };
    html! { kbd.keys dir="ltr" { @for key in shortcut.chord() { kbd { (name(key)) } } } }
}
