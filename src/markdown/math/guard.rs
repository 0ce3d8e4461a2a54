//! What may be given to the converters at all: they recurse, and a stack that overflows ends the server.

use std::borrow::Cow;

/// Longest formula that is converted.
const MAX_BYTES: usize = 4 * 1024;
/// Deepest nesting of braces, `\left` and `\begin`.
const MAX_NESTING: usize = 24;
/// Most commands and scripts: `\sqrt\sqrt\sqrt…` nests without a brace.
const MAX_COMMANDS: usize = 512;
/// The same for a formula that defines macros, and the longest of these: what they expand to is bounded with them.
const MAX_COMMANDS_WITH_MACROS: usize = 64;
const MAX_BYTES_WITH_MACROS: usize = 1024;

/// Commands that lead out of the formula (addresses, classes of the page, the server's terminal), or loop.
const REFUSED: &[&str] = &[
    "href",
    "url",
    "includegraphics",
    "htmlClass",
    "htmlId",
    "htmlStyle",
    "htmlData",
    "class",
    "cssId",
    "style",
    "message",
    "errmessage",
    "show",
    "let",
    "futurelet",
    "expandafter",
    "noexpand",
    "char",
    "verb",
];
const DEFINING: &[&str] =
    &["def", "gdef", "edef", "xdef", "global", "long", "newcommand", "renewcommand", "providecommand"];

/// Names of environments and commands under which the converters know what was written.
const NAMES: &[(&str, &str)] = &[
    ("{split}", "{aligned}"),
    ("{eqnarray}", "{aligned}"),
    ("{eqnarray*}", "{aligned}"),
    ("\\mathds{", "\\mathbb{"),
    ("\\mathbbm{", "\\mathbb{"),
];
/// Numbered in print. In a chat a formula has a number only if somebody gave it one.
const NUMBERED: &[(&str, &str)] =
    &[("{align}", "{align*}"), ("{gather}", "{gather*}"), ("{equation}", "{equation*}")];

/// Whether the formula is small and flat enough, counted before anything parses it.
pub(super) fn allows(latex: &str) -> bool {
    if latex.is_empty() || latex.len() > MAX_BYTES {
        return false;
    }
    let (mut depth, mut deepest, mut commands) = (0_usize, 0_usize, 0_usize);
    let mut defines = false;
    let mut at = 0;
    let bytes = latex.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => {
                commands += 1;
                let name = command(&latex[at + 1..]);
                if REFUSED.contains(&name) {
                    return false;
                }
                defines |= DEFINING.contains(&name);
                match name {
                    "begin" | "left" => depth += 1,
                    "end" | "right" => depth = depth.saturating_sub(1),
                    _ => {}
                }
                // An escaped brace is no brace.
                at += name.len().max(usize::from(bytes.get(at + 1).is_some_and(u8::is_ascii)));
            }
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'^' | b'_' | b'\'' => commands += 1,
            _ => {}
        }
        deepest = deepest.max(depth);
        at += 1;
    }
    let (most, longest) =
        if defines { (MAX_COMMANDS_WITH_MACROS, MAX_BYTES_WITH_MACROS) } else { (MAX_COMMANDS, MAX_BYTES) };
    deepest <= MAX_NESTING && commands <= most && latex.len() <= longest
}

/// The letters after a backslash.
fn command(rest: &str) -> &str {
    &rest[..rest.bytes().take_while(u8::is_ascii_alphabetic).count()]
}

/// The formula in words that the converters know.
pub(super) fn plain_names(latex: &str) -> Cow<'_, str> {
    if !latex.contains('\\') {
        return Cow::Borrowed(latex);
    }
    let mut text = Cow::Borrowed(latex);
    let tagged = latex.contains("\\tag");
    for (from, to) in NAMES.iter().chain(NUMBERED.iter().filter(|_| !tagged)) {
        if text.contains(from) {
            text = Cow::Owned(text.replace(from, to));
        }
    }
    without_labels(text)
}

/// `\label{…}` names a place that nothing here can refer to.
fn without_labels(mut text: Cow<'_, str>) -> Cow<'_, str> {
    while let Some(start) = text.find("\\label{") {
        let Some(end) = text[start..].find('}') else { break };
        text.to_mut().replace_range(start..=start + end, "");
    }
    text
}
