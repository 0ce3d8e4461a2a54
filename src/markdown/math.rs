//! Formulas: LaTeX in, MathML out, or the source where that can't be had.
//!
//! The rule is the room's: nothing of the text survives as markup except what this room writes itself. [`guard`] counts
//! before anything parses, [`worker`] lets two converters try on a thread with a deep stack, [`tree`] reads what they
//! wrote and takes only what is on a list, [`tidy`] and [`write`] write it anew. Formulas do not pass the sanitiser: a
//! placeholder does, and is exchanged afterwards, as with code.

mod guard;
mod letters;
mod table;
mod tidy;
mod tree;
mod worker;
mod write;

use super::source::{CARRY, GUARD, INERT};
use super::write::escape;

/// Where a formula goes; text can never spell it, as text never holds a bare `<`.
pub(super) const SLOT: &str = "<code class=\"math\"></code>";

/// How a formula stands in the text: in a line, or on lines of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Inline,
    Display,
}

/// One formula as the parser found it, without its delimiters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Formula {
    pub(super) latex: String,
    pub(super) place: Place,
}

impl Formula {
    /// Drops what was put into the text for the parser only.
    pub(super) fn new(latex: &str, place: Place) -> Formula {
        Formula { latex: latex.replace([GUARD, CARRY, INERT], "").trim().to_owned(), place }
    }

    /// The source, between dollars (the parser does not tell `\(` from `$`).
    pub(super) fn source(&self) -> String {
        let (open, mark) = match self.place {
            Place::Inline => ("<code class=\"math\">", "$"),
            Place::Display => ("<code class=\"math display\">", "$$"),
        };
        let mut html = format!("{open}{mark}");
        escape(&self.latex, &mut html);
        html.push_str(mark);
        html.push_str("</code>");
        html
    }
}

/// Formulas as HTML, in order: MathML, or their source.
pub(super) fn html(formulas: &[Formula]) -> Vec<String> {
    super::work::formulated(formulas.iter().map(|formula| formula.latex.len()).sum());
    let fit: Vec<Formula> = formulas.iter().filter(|f| guard::allows(&f.latex)).cloned().collect();
    let mut made = worker::convert(&fit).into_iter();
    let html = |formula: &Formula| {
        let made = guard::allows(&formula.latex).then(|| made.next().flatten()).flatten();
        made.unwrap_or_else(|| formula.source())
    };
    formulas.iter().map(html).collect()
}

/// A formula on this thread, which must have a deep stack: the first converter that makes something of it.
fn convert(formula: &Formula, converters: &worker::Converters) -> Option<String> {
    let latex = guard::plain_names(&formula.latex);
    let first = converters.first(&latex, formula.place);
    let row = first.as_deref().and_then(read).or_else(|| {
        let second = converters.second(&latex, formula.place);
        second.as_deref().and_then(read)
    })?;
    row.iter().any(tree::Node::shows).then(|| write::formula(&row, formula))
}

fn read(markup: &str) -> Option<Vec<tree::Node>> {
    tidy::tidy(tree::read(markup)?)
}
