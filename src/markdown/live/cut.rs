//! Cutting what gets too long to render again at every push.
//!
//! A long paragraph is cut between sentences into runs of one block. Anything else is closed where it is and goes on
//! as a new block: the chain of containers around the cut (quotes, items, a nested fence) is written anew as
//! `context`, a line of source in front of the rest, so that the parser is where it would have been.

use comrak::nodes::{ListDelimType, ListType, NodeList, NodeValue};
use comrak::{Arena, Node};

use super::{Live, Open};
use crate::markdown::Update;
use crate::markdown::block::Block;
use crate::markdown::code::Ink;
use crate::markdown::parse::{Notes, parse};
use crate::markdown::source::{CARRY, MAX_NESTING};
use crate::markdown::write::{self, Source};

/// A paragraph longer than this is cut at the end of a sentence, if one is found.
const SENTENCE: usize = 1024;
/// From here a paragraph is cut at any blank, anything else at a line.
pub(super) const LINE: usize = 1536;
/// From here everything is cut, between characters if need be.
const ANYWHERE: usize = 2 * 1024;

impl Live {
    /// Cuts once if the rest is too long. True if it did.
    pub(super) fn cut(&mut self, updates: &mut Vec<Update>) -> bool {
        if self.rest.len() <= SENTENCE {
            return false;
        }
        let arena = Arena::new();
        let input = self.input(self.rest.len());
        let nodes: Vec<_> = match parse(&arena, &input, Notes::InPlace) {
            Some(root) => root.children().collect(),
            None => Vec::new(),
        };
        match nodes.as_slice() {
            [only] if matches!(only.data().value, NodeValue::Paragraph) => self.cut_paragraph(updates),
            _ => self.cut_block(updates),
        }
    }

    fn cut_paragraph(&mut self, updates: &mut Vec<Update>) -> bool {
        let Some(end) = paragraph_cut(&self.rest) else { return false };
        let arena = Arena::new();
        let input = self.input(end);
        let Some(root) = parse(&arena, &input, Notes::InPlace) else { return self.cut_block(updates) };
        let source = Source::new(&input);
        let Some(node) = root.first_child() else { return false };
        let unit = write::run(node, &source, &mut Ink::lasting(&mut self.memory));
        if matches!(self.open, Open::Paragraph) {
            self.grow(unit, updates);
        } else {
            let open = if self.context.is_empty() { "<p>" } else { "<p class=\"cont\">" };
            let mut block = Block::container(open.into(), "</p>");
            block.push(&unit);
            self.append(block, updates);
            self.open = Open::Paragraph;
        }
        self.context = CARRY.into();
        self.drop_rest(end);
        true
    }

    fn cut_block(&mut self, updates: &mut Vec<Update>) -> bool {
        let len = self.rest.len();
        let line = self.rest.rfind('\n').map_or(0, |i| i + 1);
        let end = match line {
            0 if len > ANYWHERE => blank_before(&self.rest, ANYWHERE),
            0 => return false,
            _ if len <= LINE => return false,
            line => line,
        };
        let arena = Arena::new();
        let input = self.input(end);
        let mut context = String::new();
        if let Some(root) = parse(&arena, &input, Notes::InPlace) {
            let source = Source::new(&input);
            context = chain(root).unwrap_or_default();
            for node in root.children() {
                self.close(node, &source, updates);
            }
        } else {
            self.append(Block::whole(write::plain(&self.rest[..end], false)), updates);
        }
        self.open = Open::Nothing;
        if !context.is_empty() && self.rest[..end].ends_with('\n') {
            context.push('\n');
        }
        self.context = context;
        self.drop_rest(end);
        true
    }
}

/// The containers that are open at the end of the tree, as one line of source.
fn chain(root: Node<'_>) -> Option<String> {
    let mut line = String::new();
    let mut depth = 0;
    let mut at = root.last_child()?;
    loop {
        match &at.data().value {
            NodeValue::BlockQuote => line.push_str("> "),
            NodeValue::Item(item) => {
                let mark = marker(item);
                line.extend(std::iter::repeat_n(' ', item.marker_offset));
                line.push_str(&mark);
                line.extend(std::iter::repeat_n(' ', item.padding.saturating_sub(mark.len())));
            }
            // A task item keeps no marker of its own; the usual one comes close enough.
            NodeValue::TaskItem(_) => line.push_str("- "),
            NodeValue::List(_) => {}
            NodeValue::CodeBlock(code) if code.fenced && !code.closed && depth > 0 => {
                line.extend(std::iter::repeat_n(char::from(code.fence_char), code.fence_length));
                line.push_str(code.info.get(..code.info.len().min(64)).unwrap_or_default());
                return Some(line);
            }
            _ => break,
        }
        depth += 1;
        match at.last_child() {
            Some(child) => at = child,
            None => break,
        }
    }
    (depth > 0 && depth <= 2 * MAX_NESTING).then(|| {
        line.push(CARRY);
        line
    })
}

/// The marker of an item as it is written in source.
fn marker(list: &NodeList) -> String {
    match (list.list_type, list.delimiter) {
        (ListType::Bullet, _) => char::from(list.bullet_char).to_string(),
        (ListType::Ordered, ListDelimType::Period) => format!("{}.", list.start),
        (ListType::Ordered, ListDelimType::Paren) => format!("{})", list.start),
    }
}

/// Where to cut a long paragraph: after a sentence outside of any markup; later at any blank; at last anywhere.
fn paragraph_cut(text: &str) -> Option<usize> {
    let window = &text[..text.floor_char_boundary(ANYWHERE)];
    if let Some(end) = sentence_end(window) {
        return Some(end);
    }
    if text.len() > LINE {
        let blank = window.rfind([' ', '\n']).filter(|&i| i > SENTENCE / 2);
        if blank.is_some() {
            return blank;
        }
    }
    (text.len() > ANYWHERE).then_some(window.len())
}

/// The last end of a sentence where no markup is open. The blank after it stays with what follows.
fn sentence_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut marks = [0_usize; 6];
    let mut depth = 0_i32;
    let mut found = None;
    for (i, &b) in bytes.iter().enumerate() {
        match b {
            b'`' => marks[0] += 1,
            b'*' => marks[1] += 1,
            b'_' => marks[2] += 1,
            b'~' => marks[3] += 1,
            b'$' => marks[4] += 1,
            b'"' => marks[5] += 1,
            b'[' | b'(' | b'<' => depth += 1,
            b']' | b')' | b'>' => depth -= 1,
            b' ' | b'\n' if i > SENTENCE / 2 => {
                let ends = matches!(bytes[i - 1], b'.' | b'!' | b'?' | b':' | b';');
                if ends && depth == 0 && marks.iter().all(|n| n % 2 == 0) {
                    found = Some(i);
                }
            }
            _ => {}
        }
    }
    found
}

/// The last blank before `limit`, or `limit` itself, between characters.
fn blank_before(text: &str, limit: usize) -> usize {
    let limit = text.floor_char_boundary(limit);
    text[..limit].rfind(' ').filter(|&i| i > 0).unwrap_or(limit)
}
