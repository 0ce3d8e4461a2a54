//! The one way into the parser: fixed extensions, tamed text, and a step budget.

use std::cell::Cell;
use std::sync::LazyLock;

use comrak::arena_tree::NodeEdge;
use comrak::nodes::NodeValue;
use comrak::{Arena, Node, Options, try_parse_document};

use super::source::{MAX_COLUMNS, MAX_NESTING};

/// Whether footnotes gather at the end (a finished text) or stay where they are (one that still grows).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notes {
    Gathered,
    InPlace,
}

static FINISHED: LazyLock<Options<'static>> = LazyLock::new(|| options(Notes::Gathered));
static GROWING: LazyLock<Options<'static>> = LazyLock::new(|| options(Notes::InPlace));

/// Parses text that went through [`super::source::guard`]. `None` if the parser needs far more steps than text of
/// this length deserves; the caller then shows the source.
pub(super) fn parse<'a>(arena: &'a Arena<'a>, text: &str, notes: Notes) -> Option<Node<'a>> {
    super::work::parsed(text.len());
    // The parser asks every 256 steps; ordinary text takes well under two steps a byte.
    let questions = Cell::new(64 + text.len() / 32);
    let over_budget = || {
        questions.set(questions.get().saturating_sub(1));
        questions.get() == 0
    };
    let options = match notes {
        Notes::Gathered => &*FINISHED,
        Notes::InPlace => &*GROWING,
    };
    let root = try_parse_document(arena, text, options, &over_budget).ok()?;
    if notes == Notes::InPlace {
        unnumber(root);
    }
    Some(root)
}

/// A piece of a text can't know a note's number: its first one may be the whole text's third.
fn unnumber(root: Node<'_>) {
    for node in root.descendants() {
        if let NodeValue::FootnoteReference(note) = &mut node.data_mut().value {
            note.ix = 0;
        }
    }
}

/// Whether a top-level node stays within the limits of nesting and columns.
pub(super) fn is_modest(node: Node<'_>) -> bool {
    let (mut containers, mut inlines) = (0_usize, 0_usize);
    for edge in node.traverse() {
        let (node, entering) = match edge {
            NodeEdge::Start(node) => (node, true),
            NodeEdge::End(node) => (node, false),
        };
        let data = node.data();
        let depth = match &data.value {
            NodeValue::Table(table) if table.num_columns > MAX_COLUMNS => return false,
            NodeValue::BlockQuote
            | NodeValue::Item(_)
            | NodeValue::TaskItem(_)
            | NodeValue::FootnoteDefinition(_) => &mut containers,
            value if value.block() => continue,
            _ => &mut inlines,
        };
        if entering {
            *depth += 1;
        } else {
            *depth -= 1;
        }
        if *depth > MAX_NESTING {
            return false;
        }
    }
    true
}

fn options(notes: Notes) -> Options<'static> {
    let mut options = Options::default();
    let ext = &mut options.extension;
    ext.strikethrough = true;
    ext.table = true;
    ext.autolink = true;
    ext.tasklist = true;
    ext.footnotes = true;
    // Not rendered as formulas yet, but known: what is between dollars is not emphasis.
    ext.math_dollars = true;
    ext.math_latex = true;
    options.parse.leave_footnote_definitions = notes == Notes::InPlace;
    options
}
