//! Lines of code to spans with a dozen short classes; themes are style sheets, never inline styles.
//!
//! A [`Painter`] keeps the grammar's state from line to line, so each line is read once. [`Budget`] decides what is
//! painted at all; it looks only at the text before, so a growing fence and a finished one come out the same.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference};

use super::language::{GRAMMARS, Language};
use super::write::escape;

/// Bytes of one fence that are painted; what follows is plain.
const MAX_FENCE: usize = 64 * 1024;
/// Longest line that is painted. Patterns of many grammars look back or ahead over the whole line: 8 KB of one letter
/// in lines of 2 KB took over a second in six of fifty languages.
const MAX_PAINTED: usize = 512;
/// Sum of the squares of painted lines' lengths, as time grows with them. Code in lines of 80 stays below.
const MAX_SQUARES: usize = MAX_FENCE * 100;
/// Deepest indentation that is painted: the INI grammar takes time cubic in a run of blanks (seconds for 2 KB).
const MAX_INDENT: usize = 96;
/// Sum of the squares of the runs of blanks inside a painted line: one of 32, or five of 14.
const MAX_BLANKS: usize = 1_024;
/// The same where scripts may be embedded: one of 9. The JavaScript grammar doubles its time with each blank.
const MAX_BLANKS_IN_SCRIPTS: usize = 81;

/// Whether the next line of a fence may be painted.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    used: usize,
    squares: usize,
    max_blanks: usize,
}

impl Budget {
    pub(super) fn of(language: &Language) -> Budget {
        let max_blanks = if language.embeds_scripts() { MAX_BLANKS_IN_SCRIPTS } else { MAX_BLANKS };
        Budget { used: 0, squares: 0, max_blanks }
    }

    /// Asks for one line without its line end. A refused line is plain and the next one is painted as if it were not
    /// there; once the budget is used up every answer is no.
    pub(super) fn allows(&mut self, line: &str) -> bool {
        let code = line.trim_start();
        if line.len() > MAX_PAINTED || line.len() - code.len() > MAX_INDENT || blanks(code) > self.max_blanks
        {
            return false;
        }
        self.used += line.len() + 1;
        self.squares += line.len() * line.len();
        self.used <= MAX_FENCE && self.squares <= MAX_SQUARES
    }
}

fn blanks(line: &str) -> usize {
    let runs = line.split(|c: char| !c.is_whitespace());
    runs.map(|run| run.len() * run.len()).sum()
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
