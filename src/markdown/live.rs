//! A text that grows as HTML that grows: closed blocks, rendered once, and one small tail, rendered at every push.
//!
//! The parser itself says what is closed: of the nodes in the tail all but the last. A list, a table, a fence or a
//! long paragraph is closed unit by unit ([`Open`]); anything else that gets too long is cut ([`cut`]) and goes on as
//! a new block. Only whole lines close anything. What a growing text cannot know (late link targets, footnotes, the
//! pieces of a cut) [`Live::finish`] repairs, so that the blocks equal [`super::full::render`] in the end.

mod cut;
mod fence;

use comrak::nodes::{ListDelimType, ListType, NodeCodeBlock, NodeTable, NodeValue};
use comrak::{Arena, Node};

use self::fence::Fence;
use super::Update;
use super::block::Block;
use super::code::{Ink, Memory};
use super::full;
use super::parse::{Notes, parse};
use super::source::{CARRY, Normaliser, guard};
use super::write::{self, Shape, Source};

/// A push is taken in slices of this many bytes, so that one huge push costs no more than many small ones.
const SLICE: usize = 2 * 1024;

/// One growing text. `push` and `finish` return what viewers need to follow; the state can be read at any time.
#[derive(Debug, Default)]
pub struct Live {
    text: String,
    normaliser: Normaliser,
    blocks: Vec<Block>,
    open: Open,
    /// Source that puts the parser where the tail goes on; see [`cut`]. Shows nothing itself.
    context: String,
    /// Normal source that is in no closed block yet.
    rest: String,
    /// How much of `rest` was looked at by [`Live::settle`] in vain.
    settled: usize,
    tail: String,
    memory: Memory,
    finished: bool,
}

/// What the last block is, if it takes more units.
#[derive(Debug, Default)]
enum Open {
    #[default]
    Nothing,
    List {
        /// Number of the next item.
        next: usize,
    },
    Table,
    Paragraph,
    Fence(Box<Fence>),
}

impl Live {
    /// An empty text.
    pub fn new() -> Live {
        Live::default()
    }

    /// Adds text (any piece of valid UTF-8). After [`Live::finish`] it changes nothing.
    pub fn push(&mut self, text: &str) -> Vec<Update> {
        let mut updates = Vec::new();
        if self.finished {
            return updates;
        }
        self.text.push_str(text);
        let mut left = text;
        while !left.is_empty() {
            let (slice, later) = left.split_at(left.floor_char_boundary(SLICE));
            self.normaliser.feed(slice, &mut self.rest);
            self.settle(false, &mut updates);
            left = later;
        }
        let tail = self.render_tail();
        if tail != self.tail {
            self.tail.clone_from(&tail);
            updates.push(Update::Tail { html: tail });
        }
        updates
    }

    /// Ends the text: closes what is open, then repairs every block that the whole text shows otherwise.
    pub fn finish(&mut self) -> Vec<Update> {
        let mut updates = Vec::new();
        if self.finished {
            return updates;
        }
        self.finished = true;
        self.settle(true, &mut updates);
        let last = full::blocks(&self.text, &mut self.memory);
        self.memory = Memory::default();
        for (index, block) in last.iter().enumerate() {
            let html = block.html();
            match self.blocks.get(index) {
                Some(shown) if shown.html() == html => {}
                Some(_) => updates.push(Update::Replace { index, html: html.to_owned() }),
                None => updates.push(Update::Append { index, html: html.to_owned() }),
            }
        }
        if last.len() < self.blocks.len() {
            updates.push(Update::Trim { len: last.len() });
        }
        self.blocks = last;
        self.tail.clear();
        updates.push(Update::Tail { html: String::new() });
        updates
    }

    /// How many blocks are closed.
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// A closed block with all its units so far; empty if there is no such block.
    pub fn block_html(&self, index: usize) -> String {
        self.blocks.get(index).map_or_else(String::new, |block| block.html().to_owned())
    }

    /// How many units a closed block has; 0 for one that is no container.
    pub fn units(&self, index: usize) -> usize {
        self.blocks.get(index).map_or(0, Block::units)
    }

    /// The HTML after the closed blocks.
    pub fn tail(&self) -> &str {
        &self.tail
    }

    /// The text as it was pushed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Closes all that is surely closed, and what is too long. `ended`: no more text will come.
    fn settle(&mut self, ended: bool, updates: &mut Vec<Update>) {
        loop {
            let more = match &mut self.open {
                Open::Fence(_) => self.settle_fence(ended, updates),
                _ => self.settle_lines(ended, updates) || self.cut(updates),
            };
            if !more {
                break;
            }
        }
    }

    /// Parses the whole lines of the rest and closes what they close. True if a fence opened or everything may go on.
    fn settle_lines(&mut self, ended: bool, updates: &mut Vec<Update>) -> bool {
        let whole = if ended { self.rest.len() } else { self.rest.rfind('\n').map_or(0, |i| i + 1) };
        if whole == 0 || (whole <= self.settled && !ended) {
            return false;
        }
        self.settled = whole;
        let arena = Arena::new();
        let input = self.input(whole);
        let Some(root) = parse(&arena, &input, Notes::InPlace) else { return false };
        let source = Source::new(&input);
        let nodes: Vec<_> = root.children().collect();
        let blank_end = self.rest[..whole].lines().next_back().is_none_or(|line| line.trim().is_empty());
        let Some(last) = nodes.last() else {
            if ended || blank_end {
                self.drop_rest(whole);
            }
            return false;
        };
        let all = ended || is_closed(last, blank_end);
        let closed = if all { nodes.len() } else { nodes.len() - 1 };
        let open_at = nodes.get(closed).map_or(whole, |node| self.offset_of(node));
        for node in &nodes[..closed] {
            self.close(node, &source, updates);
        }
        if closed > 0 {
            self.open = Open::Nothing;
            self.context.clear();
        }
        let more = match nodes.get(closed) {
            Some(node) => self.advance(node, &source, whole, open_at, updates),
            None => {
                self.drop_rest(whole);
                false
            }
        };
        more
    }

    /// The last node stays open; its finished units do not have to. True if the lines have to be read again.
    fn advance(
        &mut self,
        node: Node<'_>,
        source: &Source<'_>,
        whole: usize,
        open_at: usize,
        updates: &mut Vec<Update>,
    ) -> bool {
        match &node.data().value {
            NodeValue::List(_) if node.children().nth(1).is_some() => {
                let items: Vec<_> = node.children().collect();
                let (last, done) = items.split_last().expect("there are two");
                let rest = self.offset_of(last);
                for item in done {
                    self.close_item(node, item, source, updates);
                }
                self.context.clear();
                self.drop_rest(rest);
            }
            NodeValue::Table(table) => return self.advance_table(table, node, whole, open_at, updates),
            NodeValue::CodeBlock(code) if code.fenced && self.context.is_empty() => {
                self.open_fence(code, open_at, updates);
                return true;
            }
            _ => self.drop_rest(open_at),
        }
        false
    }

    fn open_fence(&mut self, code: &NodeCodeBlock, open_at: usize, updates: &mut Vec<Update>) {
        let line = self.rest[open_at..].find('\n').map_or(self.rest.len(), |i| open_at + i + 1);
        let fence = Fence::open(code);
        self.append(fence.block(), updates);
        self.open = Open::Fence(Box::new(fence));
        self.drop_rest(line);
    }

    fn advance_table(
        &mut self,
        table: &NodeTable,
        node: Node<'_>,
        whole: usize,
        open_at: usize,
        updates: &mut Vec<Update>,
    ) -> bool {
        if matches!(self.open, Open::Table) {
            self.close_rows(table, node, updates);
            self.drop_rest(whole);
            return false;
        }
        let head: usize = self.rest[open_at..whole].split_inclusive('\n').take(2).map(str::len).sum();
        if !self.context.is_empty() || head > cut::LINE || !super::parse::is_modest(node) {
            self.drop_rest(open_at);
            return false;
        }
        let context = self.rest[open_at..open_at + head].to_owned();
        if let Some(block) = write::block(node, &Source::new(""), &mut Ink::Plain, Shape::default()) {
            self.append(block, updates);
            self.open = Open::Table;
            self.context = context;
            self.drop_rest(whole);
        }
        false
    }

    /// A node that is complete becomes a block, or the last units of the block it goes on with.
    fn close(&mut self, node: Node<'_>, source: &Source<'_>, updates: &mut Vec<Update>) {
        match (&node.data().value, &self.open) {
            (NodeValue::List(_), Open::List { .. }) => {
                for item in node.children() {
                    self.close_item(node, item, source, updates);
                }
            }
            (NodeValue::Table(table), Open::Table) => self.close_rows(table, node, updates),
            (NodeValue::Paragraph, Open::Paragraph) => self.grow(write::run(node, source), updates),
            _ => {
                let shape = Shape { continues: !self.context.is_empty(), start: None };
                let block = write::block(node, source, &mut Ink::Painted(&mut self.memory), shape);
                if let Some(block) = block {
                    self.append(block, updates);
                }
            }
        }
        self.open = Open::Nothing;
        self.context.clear();
    }

    fn close_item(&mut self, list: Node<'_>, item: Node<'_>, source: &Source<'_>, updates: &mut Vec<Update>) {
        let NodeValue::List(list) = list.data().value else { return };
        let unit = write::item(item, source, &mut Ink::Painted(&mut self.memory));
        match &mut self.open {
            Open::List { next } => {
                *next += 1;
                self.grow(unit, updates);
            }
            _ => {
                let shape = Shape { continues: !self.context.is_empty(), start: None };
                let mut block = write::list_block_open(&list, shape);
                block.push(&unit);
                self.append(block, updates);
                self.open = Open::List { next: list.start + 1 };
            }
        }
    }

    fn close_rows(&mut self, table: &NodeTable, node: Node<'_>, updates: &mut Vec<Update>) {
        for row in write::rows(table, node) {
            self.grow(row, updates);
        }
    }

    fn append(&mut self, block: Block, updates: &mut Vec<Update>) {
        updates.push(Update::Append { index: self.blocks.len(), html: block.html().to_owned() });
        self.blocks.push(block);
    }

    fn grow(&mut self, unit: String, updates: &mut Vec<Update>) {
        if let Some(index) = self.blocks.len().checked_sub(1) {
            self.blocks[index].grow(index, unit, updates);
        }
    }

    /// The context and the first `length` bytes of the rest, as the parser may see them.
    fn input(&self, length: usize) -> String {
        format!("{}{}", self.context, guard(&self.rest[..length]))
    }

    /// Where in the rest the lines of a node begin.
    fn offset_of(&self, node: Node<'_>) -> usize {
        let before = self.context.matches('\n').count();
        let line = node.data().sourcepos.start.line.saturating_sub(1).saturating_sub(before);
        if line == 0 {
            return 0;
        }
        self.rest.match_indices('\n').nth(line - 1).map_or(self.rest.len(), |(i, _)| i + 1)
    }

    fn drop_rest(&mut self, length: usize) {
        self.rest.drain(..length);
        self.settled = self.settled.saturating_sub(length);
    }

    fn render_tail(&mut self) -> String {
        if let Open::Fence(fence) = &self.open {
            return fence.tail(&self.rest);
        }
        if self.rest.trim().is_empty() {
            return String::new();
        }
        let arena = Arena::new();
        let input = self.input(self.rest.len());
        let Some(root) = parse(&arena, &input, Notes::InPlace) else {
            return write::plain(&self.rest, false);
        };
        let source = Source::new(&input);
        let mut html = String::new();
        for (i, node) in root.children().enumerate() {
            html.push_str(&self.tail_node(node, i == 0, &source));
        }
        html
    }

    fn tail_node(&self, node: Node<'_>, first: bool, source: &Source<'_>) -> String {
        let mut shape = Shape { continues: first && !self.context.is_empty(), start: None };
        match (&node.data().value, &self.open) {
            (NodeValue::Table(table), Open::Table) if first => {
                let rows = write::rows(table, node);
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
            (NodeValue::Paragraph, Open::Paragraph) if first => {
                return format!("<p class=\"cont\">{}</p>", write::run(node, source));
            }
            _ => {}
        }
        write::block(node, source, &mut Ink::Plain, shape).map_or_else(String::new, Block::into_html)
    }
}

/// Whether no later line can belong to this last node. `blank_end`: the line before the next one is blank.
fn is_closed(node: Node<'_>, blank_end: bool) -> bool {
    match node.data().value {
        NodeValue::Heading(_) | NodeValue::ThematicBreak => true,
        NodeValue::Paragraph | NodeValue::Table(_) | NodeValue::BlockQuote => blank_end,
        _ => false,
    }
}

/// The marker of an item as it is written in source.
fn marker(list: &comrak::nodes::NodeList) -> String {
    match (list.list_type, list.delimiter) {
        (ListType::Bullet, _) => char::from(list.bullet_char).to_string(),
        (ListType::Ordered, ListDelimType::Period) => format!("{}.", list.start),
        (ListType::Ordered, ListDelimType::Paren) => format!("{})", list.start),
    }
}
