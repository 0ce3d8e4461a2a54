//! A converter's tree as one that browsers draw well: MathML Core only, no inline styles, no colours, no far moves.
//!
//! Colours go since a formula must be readable in every theme; `style` goes since the page forbids it, and comes back
//! as a class where it says something about the form.

use super::letters;
use super::table;
use super::tree::{Element, Node};

/// How many children an element must have, or it is not drawn as what it is.
const ARITY: &[(&str, usize)] = &[
    ("mfrac", 2),
    ("mroot", 2),
    ("msub", 2),
    ("msup", 2),
    ("munder", 2),
    ("mover", 2),
    ("msubsup", 3),
    ("munderover", 3),
];

/// Values that mean the same wherever they stand.
const SWITCHES: &[&str] = &[
    "accent",
    "accentunder",
    "displaystyle",
    "fence",
    "largeop",
    "movablelimits",
    "separator",
    "stretchy",
    "symmetric",
];
const LENGTHS: &[&str] =
    &["depth", "height", "linethickness", "lspace", "maxsize", "minsize", "rspace", "voffset", "width"];

/// The children of `<math>` as they are written; `None` if they are none of ours.
pub(super) fn tidy(nodes: Vec<Node>) -> Option<Vec<Node>> {
    let mut tidied = Vec::with_capacity(nodes.len());
    for each in nodes {
        tidied.extend(node(each)?);
    }
    Some(tidied)
}

/// `Some(None)`: nothing to write. `None`: refuse all.
fn node(node: Node) -> Option<Option<Node>> {
    match node {
        Node::Text(text) => text.trim().is_empty().then_some(None),
        Node::Element(tree) => element(tree),
    }
}

fn element(mut it: Element) -> Option<Option<Node>> {
    // How the second converter marks a command that it was not trusted with.
    if it.attributes.get("mathcolor").is_some_and(|colour| colour == "#cc0000") {
        return None;
    }
    match it.name {
        "annotation" => return Some(None),
        "semantics" => it.name = "mrow",
        "menclose" => enclose(&mut it),
        "mtable" => table::spread(&mut it),
        _ => {}
    }
    if it.is_token() {
        if it.children.iter().all(|child| matches!(child, Node::Text(_))) {
            letters::restyle(&mut it);
            attributes(&mut it);
            return Some(Some(Node::Element(it)));
        }
        // An operator that wraps a layout; inside of a token a browser would read HTML.
        it.name = "mrow";
    }
    attributes(&mut it);
    it.children = tidy(std::mem::take(&mut it.children))?;
    let arity = ARITY.iter().find(|(name, _)| *name == it.name);
    if arity.is_some_and(|(_, children)| it.children.len() != *children) {
        return None;
    }
    Some(Some(Node::Element(it)))
}

fn enclose(it: &mut Element) {
    it.name = "mrow";
    let notation = it.take("notation").unwrap_or_default();
    let up = notation.contains("updiagonalstrike");
    let down = notation.contains("downdiagonalstrike");
    let class = match (notation.contains("box"), up, down) {
        (true, ..) => "m-box",
        (_, true, true) => "m-up m-down",
        (_, true, _) => "m-up",
        (_, _, true) => "m-down",
        _ => return,
    };
    it.attributes.insert("class", class.into());
}

/// Keeps what may be there, in a form that is surely harmless.
fn attributes(it: &mut Element) {
    let style = it.take("style").unwrap_or_default();
    let given = it.take("class").unwrap_or_default();
    it.attributes.retain(|name, value| match *name {
        name if SWITCHES.contains(&name) => matches!(value.as_str(), "true" | "false"),
        name if LENGTHS.contains(&name) => is_length(value),
        "form" => matches!(value.as_str(), "prefix" | "infix" | "postfix"),
        "mathvariant" => value == "normal",
        "scriptlevel" => matches!(value.as_str(), "0" | "1" | "2" | "+1" | "-1"),
        "columnspan" | "rowspan" => value.parse::<u8>().is_ok_and(|n| (1..=64).contains(&n)),
        _ => false,
    });
    let mut classes: Vec<&str> =
        table::CLASSES.iter().copied().filter(|c| given.split(' ').any(|g| g == *c)).collect();
    classes.extend(style.split(';').filter_map(table::class_of));
    classes.sort_unstable();
    classes.dedup();
    if !classes.is_empty() {
        it.attributes.insert("class", classes.join(" "));
    }
}

/// A length that stays near: a formula may not be drawn over what stands around it.
fn is_length(value: &str) -> bool {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let number: f64 = match digits.parse() {
        Ok(number) => number,
        Err(_) => return false,
    };
    let (low, high) = match &value[digits.len()..] {
        "em" => (-2.0, 20.0),
        "ex" => (-4.0, 40.0),
        "px" | "pt" => (-24.0, 240.0),
        "%" => (0.0, 100.0),
        "" => (0.0, 0.0),
        _ => return false,
    };
    (low..=high).contains(&number)
}
