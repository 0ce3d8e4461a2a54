//! One closed block: a single element, which may be a container that takes more units at its end.

use super::Update;

/// What a block of footnotes ends with, and no other.
pub(super) const NOTES_END: &str = "</ol></section>";

/// Invariant: `html` ends with `close`, and `units` counts the unit elements right before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block {
    html: String,
    close: &'static str,
    units: usize,
}

impl Block {
    /// A block that never grows.
    pub(super) fn whole(html: String) -> Block {
        Block { html, close: "", units: 0 }
    }

    /// An empty container between `open` and `close`.
    pub(super) fn container(open: String, close: &'static str) -> Block {
        let mut html = open;
        html.push_str(close);
        Block { html, close, units: 0 }
    }

    /// Puts one unit element at the end of the container.
    pub(super) fn push(&mut self, unit: &str) {
        self.html.truncate(self.html.len() - self.close.len());
        self.html.push_str(unit);
        self.html.push_str(self.close);
        self.units += 1;
    }

    /// Like [`Block::push`], and tells the viewers.
    pub(super) fn grow(&mut self, index: usize, html: String, updates: &mut Vec<Update>) {
        let unit = self.units;
        self.push(&html);
        updates.push(Update::Grow { index, unit, html });
    }

    pub(super) fn html(&self) -> &str {
        &self.html
    }

    pub(super) fn into_html(self) -> String {
        self.html
    }

    /// Whether it holds footnotes.
    pub(super) fn is_notes(&self) -> bool {
        self.close == NOTES_END
    }

    pub(super) fn units(&self) -> usize {
        self.units
    }
}
