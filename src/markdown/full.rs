//! A finished text as HTML, one string per top-level block.

use comrak::Arena;
use comrak::nodes::NodeValue;

use super::block::Block;
use super::code::{self, Ink};
use super::language::Language;
use super::memory::Memory;
use super::parse::{Notes, parse};
use super::source::{guard, normalise};
use super::write::{self, Shape, Source};

/// The blocks of `text` in order, each exactly one element. Footnotes, if any, are the last block.
pub fn render(text: &str) -> Vec<String> {
    blocks(text, &mut Memory::default()).into_iter().map(Block::into_html).collect()
}

/// A block of code by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The figure.
    pub html: String,
    /// The name of the grammar that painted it.
    pub grammar: Option<&'static str>,
    /// The language in small letters, if there is a grammar for it.
    pub language: Option<String>,
    /// What stands above the code.
    pub label: String,
}

/// `code` as a figure, painted by the grammar for `language`, a word as it stands after a fence.
pub fn code(code: &str, language: &str) -> Code {
    let mut memory = Memory::default();
    let block = code::figure(language, &normalise(code), &mut Ink::lasting(&mut memory));
    let language = Language::of(language);
    let grammar = language.grammar().map(|grammar| grammar.name.as_str());
    let known = language.class().filter(|_| grammar.is_some()).map(str::to_owned);
    Code { html: block.into_html(), grammar, language: known, label: language.label().into_owned() }
}

/// All blocks of `text` as one string.
pub fn to_html(text: &str) -> String {
    render(text).concat()
}

/// [`render`], without making again what `memory` holds.
pub(super) fn blocks(text: &str, memory: &mut Memory) -> Vec<Block> {
    memory.count_anew();
    let normal = normalise(text);
    let tame = guard(&normal);
    let arena = Arena::new();
    let Some(root) = parse(&arena, &tame, Notes::Gathered) else {
        return vec![Block::whole(write::plain(normal.trim_end(), false))];
    };
    let source = Source::new(&tame);
    let mut ink = Ink::lasting(memory);
    let (notes, nodes): (Vec<_>, Vec<_>) =
        root.children().partition(|node| matches!(node.data().value, NodeValue::FootnoteDefinition(_)));
    let mut blocks: Vec<Block> = nodes
        .into_iter()
        .filter_map(|node| write::block(node, &source, &mut ink, Shape::default()))
        .collect();
    blocks.extend(write::notes(&notes, &source, &mut ink));
    blocks
}
