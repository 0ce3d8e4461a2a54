//! A tidy tree as HTML, with the LaTeX beside it: `annotation` is what copying a formula gives
//! (js/copy.js), except where it says no more than the letters do.

use super::tree::{Element, Node};
use super::{Formula, Place};
use crate::markdown::write::{escape, escape_attribute};

/// A longer formula in a line gets a box that scrolls: a formula does not wrap, and must not widen the page.
const MAX_BARE: usize = 24;

/// The whole formula.
pub(super) fn formula(row: &[Node], formula: &Formula) -> String {
    let mut html = String::with_capacity(formula.latex.len() * 12 + 120);
    let boxed = formula.place == Place::Display || formula.latex.len() > MAX_BARE;
    html.push_str(match formula.place {
        Place::Display => "<span class=\"math display\"><math display=\"block\">",
        Place::Inline if boxed => "<span class=\"math\"><math>",
        Place::Inline => "<math>",
    });
    let named = formula.latex.contains(['\\', '^', '_', '\'', '{', '&']);
    if named {
        html.push_str("<semantics>");
    }
    // One child, and then the annotations.
    if let [only @ Node::Element(_)] = row {
        node(only, &mut html);
    } else {
        html.push_str("<mrow>");
        row.iter().for_each(|child| node(child, &mut html));
        html.push_str("</mrow>");
    }
    if named {
        html.push_str("<annotation encoding=\"application/x-tex\">");
        escape(&formula.latex, &mut html);
        html.push_str("</annotation></semantics>");
    }
    html.push_str("</math>");
    if boxed {
        html.push_str("</span>");
    }
    html
}

fn node(node: &Node, html: &mut String) {
    match node {
        Node::Text(text) => escape(text, html),
        Node::Element(it) if is_bare(it) => it.children.iter().for_each(|child| self::node(child, html)),
        Node::Element(it) => {
            html.push('<');
            html.push_str(it.name);
            for (name, value) in &it.attributes {
                html.push(' ');
                html.push_str(name);
                html.push_str("=\"");
                escape_attribute(value, html);
                html.push('"');
            }
            html.push('>');
            it.children.iter().for_each(|child| self::node(child, html));
            html.push_str("</");
            html.push_str(it.name);
            html.push('>');
        }
    }
}

/// A row around a single element, which changes nothing.
fn is_bare(it: &Element) -> bool {
    matches!(it.name, "mrow" | "mstyle")
        && it.attributes.is_empty()
        && matches!(it.children.as_slice(), [Node::Element(_)])
}
