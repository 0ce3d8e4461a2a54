//! The one door for ready-made HTML.

use maud::{Markup, PreEscaped, Render};

/// HTML that its maker vouches for: the output of `markdown`'s sanitiser, nothing else. Model text, names and
/// messages are plain `String`s and are escaped by Maud.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeHtml(pub String);

impl Render for SafeHtml {
    fn render(&self) -> Markup {
        PreEscaped(self.0.clone())
    }

    fn render_to(&self, buffer: &mut String) {
        buffer.push_str(&self.0);
    }
}
