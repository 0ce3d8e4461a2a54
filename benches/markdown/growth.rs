//! Streams one text of a given shape and length through the live renderer, for a profiler:
//! `valgrind --tool=callgrind target/debug/examples/markdown_growth prose 20000 30`.
//! Arguments: shape, bytes, bytes per push, and `open` to leave out the final render.

use freshet::markdown::live::Live;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let number = |i: usize, default: usize| args.get(i).and_then(|a| a.parse().ok()).unwrap_or(default);
    let shape = args.get(1).map_or("prose", String::as_str);
    let text = text(shape, number(2, 20_000));
    let size = number(3, 30);
    let mut live = Live::new();
    let mut updates = 0;
    let mut left = text.as_str();
    while !left.is_empty() {
        let (piece, rest) = left.split_at(left.floor_char_boundary(size.max(4)));
        updates += live.push(piece).len();
        left = rest;
    }
    if args.get(4).is_none() {
        updates += live.finish().len();
    }
    println!("{shape}: {} bytes, {} blocks, {updates} updates", text.len(), live.blocks());
}

fn text(shape: &str, size: usize) -> String {
    let mut text = String::with_capacity(size + 200);
    let mut i = 0;
    while text.len() < size {
        text.push_str(&piece(shape, i));
        i += 1;
    }
    text
}

fn piece(shape: &str, i: usize) -> String {
    match shape {
        "empty" => " ".repeat(1_000),
        "list" => format!("- item {i} with **bold** text\n"),
        "loose" => format!("{}. item {i}\n\n   and a second paragraph\n\n", i + 1),
        "nested" if i == 0 => "- item with text\n".into(),
        "nested" => format!("{}- item {i} with text\n", "  ".repeat(1 + i % 4)),
        "table" if i == 0 => "| a | b |\n|---|---|\n".into(),
        "table" => format!("| cell {i} | *value* |\n"),
        "paragraph" => format!("Sentence {i} of one paragraph goes on, with *some* markup. "),
        "line" => "x".into(),
        "fence" if i == 0 => "```rust\n".into(),
        "fence" => format!("    let x{i} = f(\"text\", {i}); // why\n"),
        "text-fence" if i == 0 => "```\n".into(),
        "text-fence" => format!("    let x{i} = f(\"text\", {i}); // why\n"),
        "fences" => {
            format!("Here it is:\n\n```rust\nfn f{i}(x: &str) -> usize {{\n    x.len() + {i}\n}}\n```\n\n")
        }
        "quote" => format!("> quoted line {i} with some text\n"),
        "html" => format!("<div class=x{i}>text\n"),
        "indented" => format!("    code {i} line\n"),
        _ => format!(
            "Paragraph {i} has *some* text, a `word` of code and [a link](https://a.example/{i}). And more.\n\n"
        ),
    }
}
