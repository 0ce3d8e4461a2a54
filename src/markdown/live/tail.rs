//! The tail: the rest of the text as HTML, rendered at every push and thrown away at the next.
//!
//! Its first element has the class `cont` where it goes on with the last closed block. Code is not painted here.

use comrak::nodes::NodeValue;
use comrak::{Arena, Node};

use super::{Live, Open};
use crate::markdown::block::Block;
use crate::markdown::code::Ink;
use crate::markdown::parse::{Notes, parse};
use crate::markdown::source::{INERT, open_formula};
use crate::markdown::write::{self, Shape, Source};

impl Live {
    pub(super) fn render_tail(&mut self) -> String {
        if let Open::Fence(fence) = &self.open {
            return fence.tail(&self.rest);
        }
        if self.rest.trim().is_empty() {
            return String::new();
        }
        let arena = Arena::new();
        let mut input = self.input(self.rest.len());
        if let Some(close) = open_formula(&self.rest) {
            // Shown as the source of a formula, not as the Markdown it would be until its end arrives.
            input.push(INERT);
            input.push_str(close);
        }
        let Some(root) = parse(&arena, &input, Notes::InPlace) else {
            return write::plain(&self.rest, false);
        };
        let source = Source::new(&input);
        let mut html = String::new();
        let mut memory = std::mem::take(&mut self.memory);
        for (i, node) in root.children().enumerate() {
            html.push_str(&self.tail_node(node, i == 0, &source, &mut Ink::passing(&mut memory)));
        }
        self.memory = memory;
        html
    }

    fn tail_node(&self, node: Node<'_>, first: bool, source: &Source<'_>, ink: &mut Ink<'_>) -> String {
        let mut shape = Shape { continues: first && !self.context.is_empty(), start: None };
        match (&node.data().value, &self.open) {
            (NodeValue::Table(table), Open::Table) if first => {
                let rows = write::rows(table, node, ink);
                if rows.is_empty() {
                    return String::new();
                }
                return format!(
                    "<div class=\"table cont\"><table><tbody>{}</tbody></table></div>",
                    rows.concat()
                );
            }
            (NodeValue::List(_), Open::List { next }) if first => {
                shape = Shape { continues: true, start: Some(*next) };
            }
            (NodeValue::FootnoteDefinition(_), _)
                if first && self.blocks.last().is_some_and(Block::is_notes) =>
            {
                let (number, note) = (self.units(self.blocks() - 1) + 1, write::note(node, source, ink));
                return format!(
                    "<section class=\"footnotes cont\"><ol start=\"{number}\">{note}</ol></section>"
                );
            }
            (NodeValue::Paragraph, Open::Paragraph) if first => {
                return format!("<p class=\"cont\">{}</p>", write::run(node, source, ink));
            }
            _ => {}
        }
        write::block(node, source, ink, shape).map_or_else(String::new, Block::into_html)
    }
}
