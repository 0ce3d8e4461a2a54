//! Lines of code to spans with a dozen short classes; themes are style sheets, never inline styles.
//!
//! A [`Painter`] keeps the grammar's state from line to line, so each line is read once. [`Budget`] decides what is
//! painted at all; it looks only at the text before, so a growing fence and a finished one come out the same.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference};

use super::language::GRAMMARS;
use super::write::escape;

/// Bytes of one fence that are painted; what follows is plain.
const MAX_FENCE: usize = 64 * 1024;
/// Longest line that is painted, and the length of the pieces a longer one is shown in. The rest of such a fence is
/// plain, as the grammar's state is unknown after it.
pub(super) const MAX_LINE: usize = 2 * 1024;

/// Whether the next line of a fence may be painted.
#[derive(Debug, Clone, Default)]
pub(super) struct Budget {
    used: usize,
    plain: bool,
}

impl Budget {
    /// A budget for a fence without a grammar.
    pub(super) fn none() -> Budget {
        Budget { used: 0, plain: true }
    }

    /// Asks for one line without its line end. After a refusal every answer is no.
    pub(super) fn allows(&mut self, line: &str) -> bool {
        self.used += line.len() + 1;
        self.plain = self.plain || line.len() > MAX_LINE || self.used > MAX_FENCE;
        !self.plain
    }
}

/// Paints the lines of one fence, in order.
pub(super) struct Painter {
    state: ParseState,
    scopes: ScopeStack,
    broken: bool,
}

impl Painter {
    pub(super) fn new(grammar: &SyntaxReference) -> Painter {
        Painter { state: ParseState::new(grammar), scopes: ScopeStack::new(), broken: false }
    }

    /// The spans of one line, which ends with `\n`. Without markup if the grammar fails here or failed before.
    pub(super) fn line(&mut self, line: &str) -> String {
        if !self.broken {
            // Some grammars hold patterns the engine refuses at run time, with a panic.
            let painted = catch_unwind(AssertUnwindSafe(|| self.paint(line)));
            match painted {
                Ok(Some(html)) => return html,
                Ok(None) | Err(_) => self.broken = true,
            }
        }
        let mut html = String::with_capacity(line.len() + 8);
        escape(line, &mut html);
        html
    }

    fn paint(&mut self, line: &str) -> Option<String> {
        let steps = self.state.parse_line(line, &GRAMMARS).ok()?;
        let mut html = String::with_capacity(line.len() * 3);
        let (mut at, mut open) = (0, "");
        for (offset, step) in steps {
            if offset > at {
                let piece = line.get(at..offset)?;
                // Blanks take the colour around them: fewer spans.
                let class = if piece.trim().is_empty() { open } else { class_of(&self.scopes) };
                switch(&mut open, class, &mut html);
                escape(piece, &mut html);
                at = offset;
            }
            self.scopes.apply(&step).ok()?;
        }
        let rest = line.get(at..)?;
        let class = if rest.trim().is_empty() { "" } else { class_of(&self.scopes) };
        switch(&mut open, class, &mut html);
        escape(rest, &mut html);
        switch(&mut open, "", &mut html);
        Some(html)
    }
}

fn switch(open: &mut &'static str, class: &'static str, html: &mut String) {
    if *open == class {
        return;
    }
    if !open.is_empty() {
        html.push_str("</span>");
    }
    if !class.is_empty() {
        html.push_str("<span class=\"");
        html.push_str(class);
        html.push_str("\">");
    }
    *open = class;
}

/// Scope prefix to class; within one scope the first match wins, an empty class ends the search.
const CLASSES: &[(&str, &str)] = &[
    ("comment", "h-c"),
    ("punctuation.definition.comment", "h-c"),
    ("constant.character.escape", "h-e"),
    ("string", "h-s"),
    ("punctuation.definition.string", "h-s"),
    ("constant.numeric", "h-n"),
    ("constant", "h-l"),
    ("variable.language", "h-l"),
    ("keyword.operator", "h-o"),
    ("keyword", "h-k"),
    ("storage", "h-k"),
    ("entity.name.function", "h-f"),
    ("support.function", "h-f"),
    ("variable.function", "h-f"),
    ("entity.name.tag", "h-g"),
    ("entity.other.attribute-name", "h-a"),
    ("support.macro", "h-m"),
    ("entity.name.macro", "h-m"),
    ("variable.annotation", "h-m"),
    ("meta.preprocessor", "h-m"),
    ("entity.name", "h-t"),
    ("entity.other.inherited-class", "h-t"),
    ("support", "h-t"),
    ("variable.parameter", "h-v"),
    ("markup.inserted", "h-i"),
    ("markup.deleted", "h-d"),
    ("meta.diff.header", "h-m"),
    ("markup.heading", "h-k"),
    ("punctuation.section", ""),
    ("punctuation.separator", ""),
];

static BY_SCOPE: LazyLock<Vec<(Scope, &'static str)>> = LazyLock::new(|| {
    CLASSES.iter().filter_map(|(s, class)| Some((Scope::from_str(s).ok()?, *class))).collect()
});

fn class_of(scopes: &ScopeStack) -> &'static str {
    let class = |scope: &Scope| {
        BY_SCOPE.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, class)| *class)
    };
    scopes.as_slice().iter().rev().find_map(class).unwrap_or("")
}
