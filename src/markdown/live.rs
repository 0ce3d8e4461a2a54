//! A text that grows as HTML that grows: closed blocks, rendered once, and one small tail, rendered at every push.
//!
//! The parser itself says what is closed: of the nodes in the tail all but the last. A list, a table, a fence or a
//! long paragraph is closed unit by unit ([`Open`]); anything else that gets too long is cut ([`cut`]) and goes on as
//! a new block. Only whole lines close anything. What a growing text cannot know (late link targets, footnotes, the
//! pieces of a cut) [`Live::finish`] repairs, so that the blocks equal [`super::full::render`] in the end.

mod cut;
mod fence;
mod settle;
mod tail;

use comrak::Node;

use self::fence::Fence;
use super::Update;
use super::block::Block;
use super::full;
use super::memory::Memory;
use super::source::{Normaliser, guard};
use super::write;

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
    /// Footnotes that something else came behind: they stand at the end, when there is one.
    notes: Option<Block>,
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

    /// Ends the text as it was shown: closes what is open and repairs nothing, for whom can't take anything back.
    pub fn seal(&mut self) {
        if self.finished {
            return;
        }
        self.finished = true;
        let mut updates = Vec::new();
        self.settle(true, &mut updates);
        if !self.rest.trim().is_empty() {
            let rest = std::mem::take(&mut self.rest);
            self.append(Block::whole(write::plain(rest.trim_end(), false)), &mut updates);
        }
        if let Some(notes) = self.notes.take() {
            self.blocks.push(notes);
        }
        self.tail.clear();
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

    /// Whether taking `more` in may convert formulas, which can take longer than an async thread has: `more`, or the text
    /// that may still change, holds what looks like one, or the first half of such a sign.
    pub fn may_convert(&self, more: &str) -> bool {
        const SIGNS: [&str; 5] = ["$", "\\(", "\\[", "```", "~~~"];
        let texts = [self.context.as_str(), self.rest.as_str(), more];
        self.rest.ends_with(['\\', '`', '~'])
            || texts.iter().any(|text| SIGNS.iter().any(|sign| text.contains(sign)))
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

    /// Footnotes give their place to what comes behind them, so that no block has to move when all gather at the end.
    fn append(&mut self, block: Block, updates: &mut Vec<Update>) {
        if let Some(notes) = self.blocks.pop_if(|last| last.is_notes()) {
            updates.push(Update::Replace { index: self.blocks.len(), html: block.html().to_owned() });
            self.blocks.push(block);
            self.notes = Some(notes);
            return;
        }
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
}
