//! What pages are made of; the live stream sends some of them too.

pub mod code_theme;
pub mod composer;
pub mod field;
pub mod icon;
pub mod language;
pub mod menu;
pub mod message;
pub mod palette;
pub mod shortcut;
pub mod sidebar;
pub mod theme;
pub mod toast;
pub mod welcome;

use maud::Markup;

/// Every part with every sample, by a name that can be a file's: `toast-undo`.
#[must_use]
pub fn samples() -> Vec<(String, Markup)> {
    let groups: [(&str, Vec<(&str, Markup)>); 7] = [
        ("message", message::samples()),
        ("composer", composer::samples()),
        ("menu", menu::samples()),
        ("field", field::samples()),
        ("palette", palette::samples()),
        ("toast", toast::samples()),
        ("fragment", crate::fragments::samples()),
    ];
    let named = |(part, samples): (&str, Vec<(&str, Markup)>)| {
        samples.into_iter().map(|(name, markup)| (format!("{part}-{name}"), markup)).collect::<Vec<_>>()
    };
    groups.into_iter().flat_map(named).collect()
}
