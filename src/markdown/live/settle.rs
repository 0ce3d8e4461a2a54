//! What is surely closed: of the nodes in the whole lines of the rest, all but the last, and the last one's units.

use comrak::nodes::{NodeCodeBlock, NodeTable, NodeValue};
use comrak::{Arena, Node};

use super::fence::Fence;
use super::{Live, Open, cut};
use crate::markdown::Update;
use crate::markdown::block::Block;
use crate::markdown::code::Ink;
use crate::markdown::parse::{Notes, is_modest, parse};
use crate::markdown::write::{self, Shape, Source};

impl Live {
    /// Parses the whole lines of the rest and closes what they close. True if a fence opened or everything may go on.
    pub(super) fn settle_lines(&mut self, ended: bool, updates: &mut Vec<Update>) -> bool {
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
            // Blank lines and definitions: nothing to show, now or later.
            self.drop_rest(whole);
            return false;
        };
        let all = ended || is_closed(last, blank_end);
        let closed = if all { nodes.len() } else { nodes.len() - 1 };
        // Read off before anything below changes the context.
        let open_at = nodes.get(closed).map_or(whole, |node| self.offset_of(node));
        let last_item = last.last_child().map_or(open_at, |item| self.offset_of(item));
        for node in &nodes[..closed] {
            self.close(node, &source, updates);
        }
        if closed > 0 {
            self.open = Open::Nothing;
            self.context.clear();
        }
        let Some(node) = nodes.get(closed) else {
            self.drop_rest(whole);
            return false;
        };
        match &node.data().value {
            NodeValue::List(_) => self.advance_list(node, &source, open_at, last_item, updates),
            NodeValue::Table(table) => self.advance_table(table, node, whole, open_at, updates),
            NodeValue::CodeBlock(code)
                if code.fenced && self.context.is_empty() && !write::is_formula(&code.info) =>
            {
                self.open_fence(code, open_at, updates);
                return true;
            }
            _ => self.drop_rest(open_at),
        }
        false
    }

    /// The last node is a list: all its items but the last are complete.
    fn advance_list(
        &mut self,
        node: Node<'_>,
        source: &Source<'_>,
        open_at: usize,
        last_item: usize,
        updates: &mut Vec<Update>,
    ) {
        let items: Vec<_> = node.children().collect();
        let [done @ .., _] = items.as_slice() else { return };
        for item in done {
            self.close_item(node, item, source, updates);
        }
        if done.is_empty() {
            self.drop_rest(open_at);
        } else {
            self.context.clear();
            self.drop_rest(last_item);
        }
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
    ) {
        if matches!(self.open, Open::Table) {
            self.close_rows(table, node, updates);
            self.drop_rest(whole);
            return;
        }
        let head: usize = self.rest[open_at..whole].split_inclusive('\n').take(2).map(str::len).sum();
        // Head and first row come together: they decide how wide the columns are (prose.css).
        let lacks_row = node.children().nth(1).is_none();
        if lacks_row || !self.context.is_empty() || head > cut::LINE || !is_modest(node) {
            self.drop_rest(open_at);
            return;
        }
        let context = self.rest[open_at..open_at + head].to_owned();
        if let Some(block) =
            write::block(node, &Source::new(""), &mut Ink::passing(&mut self.memory), Shape::default())
        {
            self.append(block, updates);
            self.open = Open::Table;
            self.context = context;
            self.drop_rest(whole);
        }
    }

    /// A node that is complete becomes a block, or the last units of the block it goes on with.
    pub(super) fn close(&mut self, node: Node<'_>, source: &Source<'_>, updates: &mut Vec<Update>) {
        match (&node.data().value, &self.open) {
            (NodeValue::List(_), Open::List { .. }) => {
                for item in node.children() {
                    self.close_item(node, item, source, updates);
                }
            }
            (NodeValue::Table(table), Open::Table) => self.close_rows(table, node, updates),
            (NodeValue::FootnoteDefinition(_), _) => self.close_note(node, source, updates),
            (NodeValue::Paragraph, Open::Paragraph) => {
                let run = write::run(node, source, &mut Ink::lasting(&mut self.memory));
                self.grow(run, updates);
            }
            _ => {
                let shape = Shape { continues: !self.context.is_empty(), start: None };
                let block = write::block(node, source, &mut Ink::lasting(&mut self.memory), shape);
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
        let unit = write::item(item, source, &mut Ink::lasting(&mut self.memory));
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

    fn close_note(&mut self, node: Node<'_>, source: &Source<'_>, updates: &mut Vec<Update>) {
        let note = write::note(node, source, &mut Ink::lasting(&mut self.memory));
        if self.blocks.last().is_some_and(Block::is_notes) {
            self.grow(note, updates);
        } else {
            let mut notes = self.notes.take().unwrap_or_else(write::notes_open);
            notes.push(&note);
            self.append(notes, updates);
        }
    }

    fn close_rows(&mut self, table: &NodeTable, node: Node<'_>, updates: &mut Vec<Update>) {
        for row in write::rows(table, node, &mut Ink::lasting(&mut self.memory)) {
            self.grow(row, updates);
        }
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
