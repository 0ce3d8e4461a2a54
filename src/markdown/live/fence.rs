//! A fence that is still open: every whole line becomes a unit at once, painted from the state of the line before.

use comrak::nodes::NodeCodeBlock;

use super::{Live, Open};
use crate::markdown::Update;
use crate::markdown::block::Block;
use crate::markdown::code;
use crate::markdown::highlight::Budget;
use crate::markdown::language::Language;
use crate::markdown::worker::RemotePainter;

/// An open top-level fence.
#[derive(Debug)]
pub(super) struct Fence {
    info: String,
    language: Language,
    mark: u8,
    length: usize,
    offset: usize,
    /// The code so far, as the parser will see it.
    literal: String,
    /// The line under way is long and its first pieces are units already.
    in_line: bool,
    budget: Budget,
    painter: Option<RemotePainter>,
}

impl Fence {
    pub(super) fn open(node: &NodeCodeBlock) -> Fence {
        let language = Language::of(&node.info);
        let painter = language.grammar().map(|_| RemotePainter::new(language.clone()));
        Fence {
            info: node.info.clone(),
            mark: node.fence_char,
            length: node.fence_length,
            offset: node.fence_offset,
            literal: String::new(),
            in_line: false,
            budget: Budget::of(&language),
            painter,
            language,
        }
    }

    /// The figure without lines.
    pub(super) fn block(&self) -> Block {
        code::opening(&self.language)
    }

    /// What is shown below the closed lines: the line under way, unless it may be the closing fence.
    pub(super) fn tail(&self, rest: &str) -> String {
        let line = self.strip(rest);
        let marks = |b: u8| b == self.mark || b == b' ';
        if line.is_empty() || (!self.in_line && line.bytes().all(marks)) {
            return String::new();
        }
        code::growing(&self.language, line)
    }

    fn closes(&self, line: &str) -> bool {
        let rest = line.trim_start_matches(' ');
        let marks = rest.bytes().take_while(|&b| b == self.mark).count();
        !self.in_line
            && line.len() - rest.len() <= 3
            && marks >= self.length
            && rest[marks..].trim().is_empty()
    }

    /// A line of code without the indentation that the fence itself has.
    fn strip<'t>(&self, line: &'t str) -> &'t str {
        let offset = if self.in_line { 0 } else { self.offset };
        let blank = line.bytes().take(offset).take_while(|&b| b == b' ').count();
        &line[blank..]
    }

    /// Units for one whole line; a line that may be painted is queued as text first.
    fn line(&mut self, line: &str, units: &mut Vec<Unit>) {
        let line = self.strip(line);
        self.literal.push_str(line);
        self.literal.push('\n');
        let painted = !std::mem::take(&mut self.in_line) && self.painter.is_some();
        if painted && self.budget.allows(line) {
            units.push(Unit::Paint(format!("{line}\n")));
        } else {
            code::pieces(line, |html| units.push(Unit::Plain(html)));
        }
    }

    /// Takes the first piece of a line that is too long to wait for its end. Returns how much of `rest` it took.
    fn piece(&mut self, rest: &str, units: &mut Vec<Unit>) -> usize {
        let line = self.strip(rest);
        let Some(piece) = code::first_piece(line) else { return 0 };
        self.literal.push_str(piece);
        units.push(Unit::Plain(code::plain(piece)));
        self.in_line = true;
        rest.len() - line.len() + piece.len()
    }

    /// Paints what is to be painted, all at once, and keeps the order.
    fn finish(&self, units: Vec<Unit>) -> Vec<String> {
        let lines: Vec<String> = units
            .iter()
            .filter_map(|u| if let Unit::Paint(line) = u { Some(line.clone()) } else { None })
            .collect();
        crate::markdown::work::highlighted(lines.iter().map(String::len).sum());
        let painted =
            if lines.is_empty() { None } else { self.painter.as_ref().and_then(|p| p.lines(lines)) };
        let mut painted = painted.unwrap_or_default().into_iter();
        let html = |unit| match unit {
            Unit::Plain(html) => html,
            Unit::Paint(line) => {
                painted.next().map_or_else(|| code::plain(&line), |spans| code::span(&spans))
            }
        };
        units.into_iter().map(html).collect()
    }
}

enum Unit {
    Plain(String),
    Paint(String),
}

impl Live {
    /// Turns whole lines of the open fence into units. True if the fence closed.
    pub(super) fn settle_fence(&mut self, ended: bool, updates: &mut Vec<Update>) -> bool {
        let Open::Fence(fence) = &mut self.open else { return false };
        let mut units = Vec::new();
        let (mut at, mut closed) = (0, false);
        while !closed && at < self.rest.len() {
            let rest = &self.rest[at..];
            match rest.find('\n') {
                None if !ended => {
                    let taken = fence.piece(rest, &mut units);
                    at += taken;
                    if taken == 0 {
                        break;
                    }
                }
                end => {
                    let line = &rest[..end.unwrap_or(rest.len())];
                    closed = fence.closes(line);
                    if !closed {
                        fence.line(line, &mut units);
                    }
                    at += end.map_or(rest.len(), |end| end + 1);
                }
            }
        }
        let done = fence.finish(units);
        self.drop_rest(at);
        for unit in done {
            self.grow(unit, updates);
        }
        if closed || ended {
            self.close_fence();
        }
        closed
    }

    fn close_fence(&mut self) {
        if let Open::Fence(fence) = std::mem::take(&mut self.open)
            && let Some(block) = self.blocks.last()
        {
            self.memory.insert_code(&fence.info, &fence.literal, block.clone());
        }
    }
}
