//! Formulas on lines of their own, while the text is only text.
//!
//! To a Markdown parser `+ b` or `=` on a line of a formula begins a list or ends a heading. So lines between `$$` and
//! `$$`, or `\[` and `\]`, that would begin a block get an [`INERT`](super::source::INERT) character in front; a blank
//! line or a fence ends that in any case. The live tail asks whether a formula is still open, to show it as one.

/// Follows the lines of a text.
#[derive(Debug, Default)]
pub(super) struct Display {
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    close: &'static str,
    /// The formula stands in a quote, whose marks are no part of it.
    quoted: bool,
}

impl Display {
    /// Takes the next line; `content` is where its containers' markers end. Where in the line a block would begin
    /// inside the formula, if one would.
    pub(super) fn line(&mut self, line: &str, content: usize) -> Option<usize> {
        let Some(open) = self.open else {
            let body = line[content..].trim_start_matches([' ', '\t']);
            let (mark, close) = if body.starts_with("$$") { ("$$", "$$") } else { ("\\[", "\\]") };
            if body.strip_prefix(mark).is_some_and(|rest| !rest.contains(close)) {
                self.open = Some(Open { close, quoted: line[..content].contains('>') });
            }
            return None;
        };
        let marks: &[char] = if open.quoted { &[' ', '\t', '>'] } else { &[' ', '\t'] };
        let body = line.trim_start_matches(marks);
        if body.trim().is_empty() || body.starts_with("```") || body.starts_with("~~~") {
            self.open = None;
            return None;
        }
        if body.contains(open.close) {
            self.open = None;
        }
        begins_block(body).then_some(line.len() - body.len())
    }

    /// What would close the formula that is open now.
    pub(super) fn closing(&self) -> Option<&'static str> {
        self.open.map(|open| open.close)
    }
}

fn begins_block(body: &str) -> bool {
    let line = body.trim_end();
    let first = line.as_bytes()[0];
    if matches!(first, b'=' | b'-' | b'*' | b'_') && line.bytes().all(|b| b == first || b == b' ') {
        return true;
    }
    let level = line.bytes().take_while(|&b| b == b'#').count();
    let heading = (1..=6).contains(&level) && matches!(line.as_bytes().get(level), None | Some(b' '));
    heading || super::source::container_marker(body.as_bytes()).is_some()
}

/// Openings of formulas that no end followed so far, in one paragraph: `\(` and `\[`.
///
/// The parser looks for the end from every single one, up to the end of the paragraph.
#[derive(Debug, Default)]
pub(super) struct Openings {
    unmatched: [usize; 2],
}

/// Most that may wait for an end; the next one is no opening.
const MAX_OPENINGS: usize = 64;

impl Openings {
    /// Takes the next line. Where guards go, each behind a backslash, if there are too many.
    pub(super) fn line(&mut self, line: &str) -> Vec<usize> {
        if line.trim().is_empty() {
            *self = Openings::default();
            return Vec::new();
        }
        let mut bytes = line.bytes().enumerate();
        let mut points = Vec::new();
        while let Some((_, byte)) = bytes.next() {
            if byte != b'\\' {
                continue;
            }
            let (at, kind, opens) = match bytes.next() {
                Some((at, b'(')) => (at, 0, true),
                Some((at, b'[')) => (at, 1, true),
                Some((at, b')')) => (at, 0, false),
                Some((at, b']')) => (at, 1, false),
                _ => continue,
            };
            self.unmatched[kind] = if opens { self.unmatched[kind] + 1 } else { 0 };
            if self.unmatched[kind] > MAX_OPENINGS {
                points.push(at);
            }
        }
        points
    }
}
