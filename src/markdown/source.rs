//! Taming the text before the parser sees it: line ends, control characters, and the shapes that make a parser slow.
//!
//! Hostile lines are not cut: a [`GUARD`] character goes in front of the place where nesting would become too deep, so
//! that the rest of the line is ordinary text. The writer drops the character and shows such a block as plain source.

use std::borrow::Cow;

use super::display::{Display, Openings};

/// Stands in front of what must not be parsed as structure. Never part of the text itself.
pub(super) const GUARD: char = '\u{FDD0}';
/// Stands for text that was rendered before, where a block goes on after a cut. Never part of the text itself.
pub(super) const CARRY: char = '\u{FDD1}';
/// Stands in a formula: in front of a line that would begin a block, and at the end of one that is still open. Never part
/// of the text itself.
pub(super) const INERT: char = '\u{FDD2}';
/// Deepest nesting of quotes, items and footnotes, and of inline markup, that is still rendered.
pub(super) const MAX_NESTING: usize = 32;
/// Most columns of a table that is still rendered as one.
pub(super) const MAX_COLUMNS: usize = 64;

/// Container markers on one line before the rest counts as text; above [`MAX_NESTING`], so that such a block is seen.
const MAX_MARKERS: usize = 40;
/// Columns of blank before the rest of a line counts as text: nesting by indentation stays bounded.
const MAX_INDENT: usize = 128;
/// Cells a table may leave out before it counts as text: the parser would make every one of them.
const MAX_MISSING_CELLS: usize = 20_000;

/// Characters that reorder what is read: dropped everywhere, in text and in addresses.
pub(super) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Makes line ends `\n`, replaces NUL and the private markers, drops bidi controls. Keeps state over pieces.
#[derive(Debug, Default, Clone)]
pub(super) struct Normaliser {
    after_cr: bool,
}

impl Normaliser {
    /// Appends the normal form of `piece` to `out`.
    pub(super) fn feed(&mut self, piece: &str, out: &mut String) {
        out.reserve(piece.len());
        for c in piece.chars() {
            let follows_cr = std::mem::replace(&mut self.after_cr, c == '\r');
            match c {
                '\n' if follows_cr => {}
                '\r' => out.push('\n'),
                '\0' | GUARD | CARRY | INERT => out.push('\u{FFFD}'),
                c if is_bidi_control(c) => {}
                c => out.push(c),
            }
        }
    }
}

/// The normal form of a whole text.
pub(super) fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    Normaliser::default().feed(text, &mut out);
    out
}

/// The text with [`GUARD`]s in front of everything that would nest too deep or make too wide a table, and [`INERT`]s in
/// formulas. Same lines.
pub(super) fn guard(text: &str) -> Cow<'_, str> {
    let points = guard_points(text);
    if points.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + points.len() * GUARD.len_utf8());
    let mut copied = 0;
    for (point, mark) in points {
        out.push_str(&text[copied..point]);
        out.push(mark);
        copied = point;
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// What would close the formula that is still open at the end of a text.
pub(super) fn open_formula(text: &str) -> Option<&'static str> {
    let mut display = Display::default();
    for line in text.split_inclusive('\n') {
        display.line(line, Look::at(line).content);
    }
    display.closing()
}

/// A delimiter row seen above: how wide it is, where it is, how many cells its rows left out so far.
struct Grid {
    columns: usize,
    missing: usize,
    source: usize,
}

fn guard_points(text: &str) -> Vec<(usize, char)> {
    let mut points = Vec::new();
    let mut grid: Option<Grid> = None;
    let mut display = Display::default();
    let mut openings = Openings::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let look = Look::at(line);
        points.extend(display.line(line, look.content).map(|offset| (at + offset, INERT)));
        points.extend(look.hostile.map(|offset| (at + offset, GUARD)));
        points.extend(openings.line(line).into_iter().map(|offset| (at + offset, GUARD)));
        if let Some(columns) = look.columns {
            grid = Some(Grid { columns, missing: 0, source: at + look.content });
        } else if line.trim().is_empty() {
            grid = None;
        } else if let Some(seen) = &mut grid {
            let cells = line.bytes().filter(|&b| b == b'|').count() + 1;
            seen.missing += seen.columns.saturating_sub(cells);
            if seen.missing > MAX_MISSING_CELLS {
                // The rows before are accepted already: the delimiter row itself becomes text, so none is a table.
                points.push((seen.source, GUARD));
                grid = None;
            }
        }
        at += line.len();
    }
    points.sort_unstable();
    points
}

/// What one line could do to the parser.
struct Look {
    /// Where the guard goes, if the line is hostile.
    hostile: Option<usize>,
    /// Where the containers' markers end.
    content: usize,
    /// Columns, if the content can be the delimiter row of a table.
    columns: Option<usize>,
}

impl Look {
    fn at(line: &str) -> Look {
        let b = line.as_bytes();
        let (mut i, mut indent, mut markers) = (0, 0, 0);
        loop {
            while let Some(b' ' | b'\t') = b.get(i) {
                indent += if b[i] == b'\t' { 4 } else { 1 };
                i += 1;
            }
            let Some(width) = container_marker(&b[i..]) else { break };
            if indent > MAX_INDENT || (markers >= MAX_MARKERS && !is_rule(&b[i..])) {
                return Look { hostile: Some(i), content: i, columns: None };
            }
            if markers >= MAX_MARKERS {
                break;
            }
            markers += 1;
            i += width;
        }
        let columns = delimiter_columns(&b[i..]);
        let hostile = indent > MAX_INDENT || columns.is_some_and(|n| n > MAX_COLUMNS);
        let visible = b.get(i).is_some_and(|&c| c != b'\n');
        Look { hostile: (hostile && visible).then_some(i), content: i, columns: columns.filter(|_| !hostile) }
    }
}

/// Length of the quote, item or footnote marker that the rest of a line begins with.
pub(super) fn container_marker(rest: &[u8]) -> Option<usize> {
    let ends = |i: usize| matches!(rest.get(i), None | Some(b' ' | b'\t' | b'\n'));
    match *rest.first()? {
        b'>' => Some(1),
        b'-' | b'+' | b'*' if ends(1) => Some(1),
        b'0'..=b'9' => {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let delimiter = matches!(rest.get(digits), Some(b'.' | b')'));
            (digits <= 9 && delimiter && ends(digits + 1)).then_some(digits + 1)
        }
        b'[' if rest.get(1) == Some(&b'^') => {
            let close = rest.iter().take(1_100).position(|&b| b == b']')?;
            (rest.get(close + 1) == Some(&b':')).then_some(close + 2)
        }
        _ => None,
    }
}

/// `* * * *` is a rule, however long, and nests nothing.
fn is_rule(rest: &[u8]) -> bool {
    let mark = rest[0];
    matches!(mark, b'-' | b'*') && rest.iter().all(|&b| b == mark || matches!(b, b' ' | b'\t' | b'\n'))
}

fn delimiter_columns(rest: &[u8]) -> Option<usize> {
    let grid = rest.iter().all(|b| matches!(b, b'|' | b'-' | b':' | b' ' | b'\t' | b'\n'));
    let bars = if grid { rest.iter().filter(|&&b| b == b'|').count() } else { 0 };
    (bars > 0 && rest.contains(&b'-')).then(|| bars.saturating_sub(1).max(1))
}
