//! Markdown in, safe HTML out: the one room that may vouch for HTML made of foreign text.
//!
//! The rule: text is hostile, so nothing of it survives as markup except what this room writes itself. [`source`]
//! tames the text before the parser sees it (nesting, columns, control characters), [`write`] walks the parsed tree
//! and escapes everything, [`clean`] sanitises the result a second time, [`code`] and [`highlight`] write code blocks, [`math`] formulas.
//! Invariant: after [`live::Live::finish`] the blocks equal [`full::render`] byte for byte. Start reading at
//! [`live::Live::push`], or at [`full::render`] for the plain case.

mod block;
mod clean;
mod code;
mod display;
pub mod full;
mod highlight;
mod inline;
mod language;
pub mod live;
mod math;
mod memory;
mod parse;
mod source;
mod work;
mod worker;
mod write;

#[cfg(test)]
mod tests;

/// One step from the blocks shown so far to the blocks to show now. Indices count closed blocks; each `html` holds
/// exactly one element, except a tail, which may hold none or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// A new closed block; `index` equals the number of blocks before it.
    Append {
        /// Number of the new block.
        index: usize,
        /// The whole block.
        html: String,
    },
    /// One more unit (list item, table row, line of code, run of a paragraph) at the end of a block's container.
    Grow {
        /// Number of the block.
        index: usize,
        /// Number of the new unit; equals the number of units before it.
        unit: usize,
        /// Exactly one unit element.
        html: String,
    },
    /// The block at `index` changed as a whole.
    Replace {
        /// Number of the block.
        index: usize,
        /// The whole new block.
        html: String,
    },
    /// Only the first `len` blocks remain.
    Trim {
        /// How many blocks remain.
        len: usize,
    },
    /// What is shown after the closed blocks, in place of the tail before. At most one per push, always last.
    Tail {
        /// None, one or several elements.
        html: String,
    },
}
