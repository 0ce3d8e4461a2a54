//! One file per page: Props, a function, samples.

pub mod chat;
pub mod chats;
pub mod error;
pub mod landing;
pub mod login;
pub mod options;
pub mod register;
pub mod search;
pub mod settings;
pub mod sheet;
pub mod tuning;

use maud::Markup;

/// Every page with every sample, by a name that can be a file's: `chat-streaming`.
#[must_use]
pub fn samples() -> Vec<(String, Markup)> {
    let groups: [(&str, Vec<(&str, Markup)>); 11] = [
        ("landing", landing::samples()),
        ("register", register::samples()),
        ("login", login::samples()),
        ("chat", chat::samples()),
        ("chats", chats::samples()),
        ("options", options::samples()),
        ("search", search::samples()),
        ("settings", settings::samples()),
        ("sheet", sheet::samples()),
        ("tuning", tuning::samples()),
        ("error", error::samples()),
    ];
    let named = |(page, samples): (&str, Vec<(&str, Markup)>)| {
        samples.into_iter().map(|(name, markup)| (format!("{page}-{name}"), markup)).collect::<Vec<_>>()
    };
    groups.into_iter().flat_map(named).collect()
}
