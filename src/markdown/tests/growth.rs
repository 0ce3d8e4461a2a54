//! Twenty times the text is at most twenty-two times the work, whatever the text is.

use super::model::stream;
use crate::markdown::work;

pub(super) fn reset() {
    work::take();
}

pub(super) fn taken() -> (u64, u64, u64, u64) {
    work::take()
}

/// Texts of one shape that can be any length.
pub(super) fn shape(name: &str, size: usize) -> String {
    let piece = |i: usize| match name {
        "prose" => format!(
            "Paragraph {i} has *some* text, a `word` of code and [a link](https://a.example/{i}). And more of it.\n\n"
        ),
        "list" => format!("- item {i} with **bold** text\n"),
        "loose" => format!("{}. item {i}\n\n   and a second paragraph\n\n", i + 1),
        "nested" => format!("{}- item {i} with text\n", "  ".repeat(if i == 0 { 0 } else { 1 + i % 4 })),
        "table" if i == 0 => "| a | b |\n|---|---|\n".into(),
        "table" => format!("| cell {i} | *value* |\n"),
        "paragraph" => format!("Sentence {i} of one paragraph goes on, with *some* markup. "),
        "wall" => "word and word, ".into(),
        "line" => "x".into(),
        "fence" if i == 0 => "```rust\n".into(),
        "fence" => format!("    let x{i} = f(\"text\", {i}); // why\n"),
        "quote" => format!("> quoted line {i} with some text\n"),
        "html" => format!("<div class=x{i}>text\n"),
        "indented" => format!("    code {i} line\n"),
        "defs" => format!("[a{i}]: https://a.example/{i}\n"),
        "item" if i == 0 => "- one item".into(),
        "item" => format!(" that never ends {i},"),
        "formulas" => {
            format!("Here $x_{{{i}}}$ is \\(\\frac{{{i}}}{{2}}\\), so\n\n$$\ny = {i}^2\n+ z\n$$\n\n")
        }
        "formula" if i == 0 => "$$\n".into(),
        "formula" => format!("a_{{{i}}} + \n"),
        "same formula" => "and $a^2$ again, ".into(),
        other => panic!("no shape {other}"),
    };
    let mut text = String::with_capacity(size + 100);
    let mut i = 0;
    while text.len() < size {
        text.push_str(&piece(i));
        i += 1;
    }
    text
}

pub(super) const SHAPES: &[&str] = &[
    "prose",
    "list",
    "loose",
    "nested",
    "table",
    "paragraph",
    "wall",
    "line",
    "fence",
    "quote",
    "html",
    "indented",
    "defs",
    "item",
    "formulas",
    "formula",
    "same formula",
];

#[test]
fn work_and_bytes_grow_with_the_length_and_no_faster() {
    for name in SHAPES {
        let cost = |size| {
            work::take();
            let viewer = stream(&shape(name, size), 30, false);
            let (parsed, cleaned, highlighted, formulated) = work::take();
            [parsed, cleaned, highlighted, formulated, viewer.received as u64]
        };
        let (small, large) = (cost(10_000), cost(200_000));
        eprintln!("{name}: {small:?} -> {large:?}");
        for (s, l) in small.into_iter().zip(large) {
            assert!(l <= s.max(1_000) * 22, "{name}: {small:?} -> {large:?}");
        }
    }
}

#[test]
fn single_characters_cost_a_constant_factor() {
    for name in SHAPES {
        let text = shape(name, 6_000);
        work::take();
        let viewer = stream(&text, 1, false);
        let (parsed, cleaned, highlighted, _) = work::take();
        let n = text.len() as u64;
        eprintln!(
            "{name}: {} {} {} {}",
            parsed / n,
            cleaned / n,
            highlighted / n,
            viewer.received as u64 / n
        );
        assert!(parsed <= 6_000 * n && cleaned <= 6_000 * n && highlighted <= 3 * n, "{name}");
    }
}

#[test]
fn finishing_does_not_paint_code_again() {
    let text = shape("fence", 30_000) + "```\n";
    work::take();
    stream(&text, 30, false);
    let (_, _, highlighted, _) = work::take();
    assert!(highlighted <= text.len() as u64, "{highlighted} of {}", text.len());
}
