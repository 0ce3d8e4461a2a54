//! Code blocks: a figure with the language above and one `span.l` per line.
//!
//! They are written here from escaped text and classes of our own and never contain foreign markup, so they do not
//! pass the sanitiser: inside other blocks a placeholder does, and is exchanged afterwards.

use super::block::Block;
use super::highlight::{Budget, Painter};
use super::language::Language;
use super::memory::Memory;
use super::source::{CARRY, GUARD, INERT};
use super::write::{escape, escape_attribute};

/// Longest unit; a longer line comes in pieces, so that it can grow in view.
const MAX_PIECE: usize = 2 * 1024;
const CLOSE: &str = "</code></pre></figure>";

/// How what is dear comes out: painted, or as escaped text while it may still change. Formulas are the same in both.
#[derive(Debug)]
pub(super) struct Ink<'m> {
    pub(super) memory: &'m mut Memory,
    pub(super) painted: bool,
}

impl<'m> Ink<'m> {
    /// For what is closed.
    pub(super) fn lasting(memory: &'m mut Memory) -> Ink<'m> {
        Ink { memory, painted: true }
    }

    /// For what may still change.
    pub(super) fn passing(memory: &'m mut Memory) -> Ink<'m> {
        Ink { memory, painted: false }
    }
}

/// A whole code block. `literal` is what the parser found between the fences.
pub(super) fn figure(info: &str, literal: &str, ink: &mut Ink<'_>) -> Block {
    let clean;
    let literal = if literal.contains([GUARD, CARRY, INERT]) {
        clean = literal.replace([GUARD, CARRY, INERT], "");
        &clean
    } else {
        literal
    };
    if !ink.painted {
        return lines(info, literal, false);
    }
    if let Some(known) = ink.memory.code(info, literal) {
        return known.clone();
    }
    let block = lines(info, literal, true);
    ink.memory.insert_code(info, literal, block.clone());
    block
}

fn lines(info: &str, literal: &str, paint: bool) -> Block {
    let language = Language::of(info);
    let mut block = opening(&language);
    let mut painter = language.grammar().filter(|_| paint).map(Painter::new);
    let mut budget = Budget::of(&language);
    for line in literal.split_terminator('\n') {
        match &mut painter {
            Some(painter) if budget.allows(line) => {
                super::work::highlighted(line.len() + 1);
                block.push(&span(&painter.line(&format!("{line}\n"))));
            }
            _ => pieces(line, |piece| block.push(&piece)),
        }
    }
    block
}

/// The figure before its first line.
pub(super) fn opening(language: &Language) -> Block {
    let mut open = String::from("<figure class=\"code\"><figcaption>");
    escape(&language.label(), &mut open);
    open.push_str("</figcaption>");
    open.push_str(&pre(language));
    Block::container(open, CLOSE)
}

/// `<pre><code …>`; its other end is the end of every figure.
pub(super) fn pre(language: &Language) -> String {
    let mut open = String::from("<pre><code");
    if let Some(class) = language.class() {
        open.push_str(" class=\"language-");
        escape_attribute(class, &mut open);
        open.push('"');
    }
    open.push('>');
    open
}

/// The figure of a line that is still growing below a fence.
pub(super) fn growing(language: &Language, line: &str) -> String {
    let mut html = format!("<figure class=\"code cont\">{}", pre(language));
    html.push_str(&plain(line));
    html.push_str(CLOSE);
    html
}

/// One unit around finished spans.
pub(super) fn span(inner: &str) -> String {
    format!("<span class=\"l\">{inner}</span>")
}

/// One unit of plain text.
pub(super) fn plain(text: &str) -> String {
    let mut inner = String::with_capacity(text.len() + 24);
    escape(text, &mut inner);
    span(&inner)
}

/// A line without its end as plain units: one, or several if it is very long.
pub(super) fn pieces(mut line: &str, mut unit: impl FnMut(String)) {
    while let Some(piece) = first_piece(line) {
        unit(plain(piece));
        line = &line[piece.len()..];
    }
    unit(plain(&format!("{line}\n")));
}

/// The first piece of a line too long for one unit.
pub(super) fn first_piece(line: &str) -> Option<&str> {
    (line.len() > MAX_PIECE).then(|| &line[..line.floor_char_boundary(MAX_PIECE)])
}
