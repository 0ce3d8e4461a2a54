//! One file per page: Props, a function, samples.

pub mod chat;
pub mod chats;
pub mod dashboard;
pub mod error;
pub mod gallery;
pub mod help;
pub mod landing;
pub mod login;
pub mod models;
pub mod offline;
pub mod options;
pub mod register;
pub mod search;
pub mod settings;
pub mod sheet;
pub mod tuning;
pub mod turn;

use maud::Markup;

/// Every page with every sample, by a name that can be a file's: `chat-streaming`.
#[must_use]
pub fn samples() -> Vec<(String, Markup)> {
    let groups: [(&str, Vec<(&str, Markup)>); 16] = [
        ("landing", landing::samples()),
        ("dashboard", dashboard::samples()),
        ("help", help::samples()),
        ("register", register::samples()),
        ("login", login::samples()),
        ("chat", chat::samples()),
        ("chats", chats::samples()),
        ("options", options::samples()),
        ("search", search::samples()),
        ("settings", settings::samples()),
        ("page", offline::samples()),
        ("models", models::samples()),
        ("sheet", sheet::samples()),
        ("turn", turn::samples()),
        ("tuning", tuning::samples()),
        ("error", error::samples()),
    ];
    let named = |(page, samples): (&str, Vec<(&str, Markup)>)| {
        samples.into_iter().map(|(name, markup)| (format!("{page}-{name}"), markup)).collect::<Vec<_>>()
    };
    groups.into_iter().flat_map(named).collect()
}
