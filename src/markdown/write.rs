//! The parsed tree as HTML: blocks here, what is inside a paragraph in [`super::inline`].
//!
//! Everything of the text is escaped here; the sanitiser runs after. What depends on later text is left out on purpose
//! (a list looks the same loose or tight: the first paragraph of an item is bare), so that fewer closed blocks change.

use comrak::Node;
use comrak::nodes::{ListType, NodeList, NodeTable, NodeValue, TableAlignment};

use super::block::{Block, NOTES_END};
use super::clean::{CODE_SLOT, clean, clean_row, fill};
use super::code::{self, Ink};
use super::math::{self, Formula, Place};
use super::parse::is_modest;
use super::source::{CARRY, GUARD, INERT, is_bidi_control};

/// How the outermost element of a block is written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shape {
    /// It goes on with a block shown above (class `cont`).
    pub(super) continues: bool,
    /// Number of the first item of an ordered list, if not the one in the source.
    pub(super) start: Option<usize>,
}

/// The text a tree was parsed from, by line.
pub(super) struct Source<'s> {
    text: &'s str,
    starts: Vec<usize>,
}

impl<'s> Source<'s> {
    pub(super) fn new(text: &'s str) -> Source<'s> {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        Source { text, starts }
    }

    /// The lines a node stands on.
    fn of(&self, node: Node<'_>) -> &'s str {
        let at = node.data().sourcepos;
        let offset = |line: usize| self.starts.get(line).copied().unwrap_or(self.text.len());
        let start = offset(at.start.line.saturating_sub(1));
        self.text[start..offset(at.end.line).max(start)].trim_end()
    }
}

/// A top-level node as one block; `None` if it shows nothing.
pub(super) fn block(node: Node<'_>, source: &Source<'_>, ink: &mut Ink<'_>, shape: Shape) -> Option<Block> {
    match &node.data().value {
        NodeValue::List(list) => Some(list_block(list, node, source, ink, shape)),
        NodeValue::Table(table) if is_modest(node) => Some(table_block(table, node, ink, shape)),
        NodeValue::CodeBlock(code) if !is_formula(&code.info) => {
            Some(code::figure(&code.info, &code.literal, ink))
        }
        NodeValue::FootnoteDefinition(_) => notes(std::slice::from_ref(&node), source, ink),
        NodeValue::Paragraph if is_carry(node) => None,
        _ => Some(Block::whole(fragment(node, source, ink, |w| w.block(node, shape)))),
    }
}

/// Footnote definitions as one block.
pub(super) fn notes(nodes: &[Node<'_>], source: &Source<'_>, ink: &mut Ink<'_>) -> Option<Block> {
    let mut block = notes_open();
    for &node in nodes {
        block.push(&note(node, source, ink));
    }
    (!nodes.is_empty()).then_some(block)
}

/// A block for footnotes, without any.
pub(super) fn notes_open() -> Block {
    Block::container("<section class=\"footnotes\"><ol>".into(), NOTES_END)
}

/// One footnote definition as a unit.
pub(super) fn note(node: Node<'_>, source: &Source<'_>, ink: &mut Ink<'_>) -> String {
    as_item(fragment(node, source, ink, |w| w.item_like("<li>", node)))
}

/// One list item as a unit.
pub(super) fn item(node: Node<'_>, source: &Source<'_>, ink: &mut Ink<'_>) -> String {
    as_item(fragment(node, source, ink, |w| w.item(node)))
}

/// The body rows of a table as units.
pub(super) fn rows(table: &NodeTable, node: Node<'_>, ink: &mut Ink<'_>) -> Vec<String> {
    let body = node.children().filter(|row| matches!(row.data().value, NodeValue::TableRow(false)));
    body.map(|row| {
        let mut writer = Writer::new(ink);
        writer.row(table, row);
        writer.finish(clean_row)
    })
    .collect()
}

/// A paragraph's inside as a unit of a paragraph that goes on.
pub(super) fn run(node: Node<'_>, source: &Source<'_>, ink: &mut Ink<'_>) -> String {
    let html = modest_fragment(node, ink, |w| {
        w.html.push_str("<span>");
        w.inlines(node);
        w.html.push_str("</span>");
    });
    html.unwrap_or_else(|| {
        let mut raw = String::from("<span>");
        escape(source.of(node), &mut raw);
        raw.push_str("</span>");
        clean(&raw)
    })
}

/// Source shown instead of an item needs the item around it.
fn as_item(html: String) -> String {
    if html.starts_with("<li") { html } else { format!("<li>{html}</li>") }
}

/// Opening tag of a list block without items.
pub(super) fn list_block_open(list: &NodeList, shape: Shape) -> Block {
    let mut open = String::new();
    list_open(list, shape, &mut open);
    Block::container(clean_open(&open), if ordered(list) { "</ol>" } else { "</ul>" })
}

/// Text with everything special escaped and everything invisible dropped.
pub(super) fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\0' => html.push('\u{FFFD}'),
            '\r' | GUARD | CARRY | INERT => {}
            c if is_bidi_control(c) => {}
            c => html.push(c),
        }
    }
}

/// [`escape`], fit for a value between double quotes.
pub(super) fn escape_attribute(text: &str, html: &mut String) {
    let start = html.len();
    escape(text, html);
    if html[start..].contains(['"', '\'']) {
        let quoted = html[start..].replace('"', "&quot;").replace('\'', "&#39;");
        html.truncate(start);
        html.push_str(&quoted);
    }
}

/// Source as it is, for what is beyond the limits.
pub(super) fn plain(source: &str, continues: bool) -> String {
    let mut html =
        String::from(if continues { "<pre class=\"plain cont\">" } else { "<pre class=\"plain\">" });
    escape(source, &mut html);
    html.push_str("</pre>");
    html
}

/// Writes with `with` and sanitises; the plain source instead if the node is beyond the limits.
fn fragment(
    node: Node<'_>,
    source: &Source<'_>,
    ink: &mut Ink<'_>,
    with: impl FnOnce(&mut Writer<'_, '_>),
) -> String {
    modest_fragment(node, ink, with).unwrap_or_else(|| clean(&plain(source.of(node), false)))
}

/// Writes with `with` and sanitises; `None` if the node is beyond the limits.
fn modest_fragment(
    node: Node<'_>,
    ink: &mut Ink<'_>,
    with: impl FnOnce(&mut Writer<'_, '_>),
) -> Option<String> {
    if !is_modest(node) {
        return None;
    }
    let mut writer = Writer::new(ink);
    with(&mut writer);
    (!writer.hostile).then(|| writer.finish(clean))
}

fn list_block(
    list: &NodeList,
    node: Node<'_>,
    source: &Source<'_>,
    ink: &mut Ink<'_>,
    shape: Shape,
) -> Block {
    let mut block = list_block_open(list, shape);
    for child in node.children() {
        block.push(&item(child, source, ink));
    }
    block
}

fn table_block(table: &NodeTable, node: Node<'_>, ink: &mut Ink<'_>, shape: Shape) -> Block {
    let mut writer = Writer::new(ink);
    writer.html.push_str(if shape.continues {
        "<div class=\"table cont\"><table>"
    } else {
        "<div class=\"table\"><table>"
    });
    if let Some(head) = node.first_child().filter(|_| !shape.continues) {
        writer.html.push_str("<thead>");
        writer.row(table, head);
        writer.html.push_str("</thead>");
    }
    const REST: &str = "<tbody></tbody></table></div>";
    const CLOSE: &str = "</tbody></table></div>";
    writer.html.push_str(REST);
    let safe = writer.finish(clean);
    let Some(open) = safe.strip_suffix(CLOSE) else { return Block::whole(safe) };
    let mut block = Block::container(open.to_owned(), CLOSE);
    for row in rows(table, node, ink) {
        block.push(&row);
    }
    block
}

/// Whether a fence holds a formula.
pub(super) fn is_formula(info: &str) -> bool {
    info.split_whitespace().next() == Some("math")
}

fn ordered(list: &NodeList) -> bool {
    list.list_type == ListType::Ordered
}

fn list_open(list: &NodeList, shape: Shape, html: &mut String) {
    html.push_str(if ordered(list) { "<ol" } else { "<ul" });
    if shape.continues {
        html.push_str(" class=\"cont\"");
    }
    let start = shape.start.unwrap_or(list.start);
    if ordered(list) && start != 1 {
        html.push_str(&format!(" start=\"{start}\""));
    }
    html.push('>');
}

/// A lone opening tag through the sanitiser.
fn clean_open(open: &str) -> String {
    let safe = clean(open);
    safe.rfind("</").map_or(String::new(), |end| safe[..end].to_owned())
}

fn is_carry(paragraph: Node<'_>) -> bool {
    let only = paragraph.first_child().filter(|first| first.next_sibling().is_none());
    only.is_some_and(|text| matches!(&text.data().value, NodeValue::Text(t) if t.chars().all(|c| c == CARRY)))
}

/// Writes raw HTML for one fragment. Code blocks are kept aside; see [`CODE_SLOT`].
pub(super) struct Writer<'w, 'm> {
    pub(super) html: String,
    code: Vec<Block>,
    pub(super) formulas: Vec<Formula>,
    ink: &'w mut Ink<'m>,
    /// A guard was seen: the text wanted to be deeper than it may be.
    pub(super) hostile: bool,
}

impl<'w, 'm> Writer<'w, 'm> {
    fn new(ink: &'w mut Ink<'m>) -> Writer<'w, 'm> {
        Writer { html: String::new(), code: Vec::new(), formulas: Vec::new(), ink, hostile: false }
    }

    /// Sanitises with `clean`, then puts the formulas and the code blocks into their slots.
    fn finish(self, clean: impl FnOnce(&str) -> String) -> String {
        let mut safe = clean(&self.html);
        if !self.formulas.is_empty() {
            let formulas = self.ink.memory.formulas(&self.formulas);
            safe = fill(safe, math::SLOT, formulas.iter().map(String::as_str));
        }
        fill(safe, CODE_SLOT, self.code.iter().map(Block::html))
    }

    fn block(&mut self, node: Node<'_>, shape: Shape) {
        match &node.data().value {
            NodeValue::Paragraph if is_carry(node) => {}
            NodeValue::Paragraph => {
                self.around(if shape.continues { "<p class=\"cont\">" } else { "<p>" }, "</p>", node)
            }
            NodeValue::Heading(heading) => {
                let level = heading.level.clamp(1, 6);
                self.around(&format!("<h{level}>"), &format!("</h{level}>"), node);
            }
            NodeValue::ThematicBreak => self.html.push_str("<hr>"),
            NodeValue::BlockQuote => {
                let open = if shape.continues { "<blockquote class=\"cont\">" } else { "<blockquote>" };
                self.html.push_str(open);
                self.blocks(node);
                self.html.push_str("</blockquote>");
            }
            NodeValue::List(list) => {
                list_open(list, shape, &mut self.html);
                for child in node.children() {
                    self.item(child);
                }
                self.html.push_str(if ordered(list) { "</ol>" } else { "</ul>" });
            }
            NodeValue::Table(table) => self.table(table, node),
            NodeValue::CodeBlock(code) if is_formula(&code.info) => {
                self.html.push_str("<p>");
                if code.closed || self.ink.painted {
                    self.formula(Formula::new(&code.literal, Place::Display));
                } else {
                    self.draft(&code.literal);
                }
                self.html.push_str("</p>");
            }
            NodeValue::CodeBlock(code) => {
                self.html.push_str(CODE_SLOT);
                self.code.push(code::figure(&code.info, &code.literal, self.ink));
            }
            NodeValue::HtmlBlock(block) => {
                self.html.push_str(&plain(block.literal.trim_end(), shape.continues))
            }
            _ => self.blocks(node),
        }
    }

    fn blocks(&mut self, parent: Node<'_>) {
        for child in parent.children() {
            self.block(child, Shape::default());
        }
    }

    fn item(&mut self, node: Node<'_>) {
        let symbol = match &node.data().value {
            NodeValue::TaskItem(task) => Some(task.symbol),
            _ => None,
        };
        match symbol {
            Some(None) => self.item_like("<li class=\"task\">\u{2610} ", node),
            Some(Some(_)) => self.item_like("<li class=\"task\">\u{2611} ", node),
            None => self.item_like("<li>", node),
        }
    }

    /// An item or a footnote: its first paragraph is bare.
    fn item_like(&mut self, open: &str, node: Node<'_>) {
        self.html.push_str(open);
        for (i, child) in node.children().enumerate() {
            if i == 0 && matches!(child.data().value, NodeValue::Paragraph) {
                self.inlines(child);
            } else {
                self.block(child, Shape::default());
            }
        }
        self.html.push_str("</li>");
    }

    fn table(&mut self, table: &NodeTable, node: Node<'_>) {
        self.html.push_str("<div class=\"table\"><table>");
        for (i, row) in node.children().enumerate() {
            self.html.push_str(match i {
                0 => "<thead>",
                1 => "</thead><tbody>",
                _ => "",
            });
            self.row(table, row);
        }
        let body = node.children().nth(1).is_some();
        self.html.push_str(if body { "</tbody>" } else { "</thead><tbody></tbody>" });
        self.html.push_str("</table></div>");
    }

    /// Cells the source left out are not written beyond its own length: a row of one byte may not become 64 cells.
    fn row(&mut self, table: &NodeTable, row: Node<'_>) {
        let data = row.data();
        let (tag, head) =
            if matches!(data.value, NodeValue::TableRow(true)) { ("th", true) } else { ("td", false) };
        let at = data.sourcepos;
        let length =
            if head { usize::MAX } else { (at.end.column + 1).saturating_sub(at.start.column).max(1) };
        self.html.push_str("<tr>");
        for (cell, alignment) in row.children().zip(&table.alignments).take(length) {
            self.html.push('<');
            self.html.push_str(tag);
            self.html.push_str(match alignment {
                TableAlignment::None => ">",
                TableAlignment::Left => " class=\"left\">",
                TableAlignment::Center => " class=\"center\">",
                TableAlignment::Right => " class=\"right\">",
            });
            self.inlines(cell);
            self.html.push_str("</");
            self.html.push_str(tag);
            self.html.push('>');
        }
        self.html.push_str("</tr>");
    }

    fn around(&mut self, open: &str, close: &str, node: Node<'_>) {
        self.html.push_str(open);
        self.inlines(node);
        self.html.push_str(close);
    }
}
