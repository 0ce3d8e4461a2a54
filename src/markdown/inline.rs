//! What is inside a paragraph: text, emphasis, links. Links go to http, https and mailto only; an image elsewhere is
//! named, never loaded, since loading it would tell its server what the model was made to say.

use comrak::Node;
use comrak::nodes::{NodeFootnoteReference, NodeMath, NodeValue};
use url::Url;

use super::math::{Formula, Place, SLOT};
use super::source::{CARRY, GUARD, INERT, is_bidi_control};
use super::write::{Writer, escape, escape_attribute};

impl Writer<'_, '_> {
    /// Everything inside `parent`.
    pub(super) fn inlines(&mut self, parent: Node<'_>) {
        for child in parent.children() {
            self.inline(child, false);
        }
    }

    fn inline(&mut self, node: Node<'_>, in_link: bool) {
        match &node.data().value {
            NodeValue::Text(text) => {
                self.hostile |= text.contains(GUARD);
                escape(text, &mut self.html);
            }
            NodeValue::HtmlInline(html) => escape(html, &mut self.html),
            NodeValue::SoftBreak => self.html.push('\n'),
            NodeValue::LineBreak => self.html.push_str("<br>"),
            NodeValue::Code(code) => self.leaf("<code>", &code.literal, "</code>"),
            NodeValue::Math(math) => self.math(math, node),
            NodeValue::Emph => self.wrap("<em>", node, "</em>", in_link),
            NodeValue::Strong => self.wrap("<strong>", node, "</strong>", in_link),
            NodeValue::Strikethrough => self.wrap("<del>", node, "</del>", in_link),
            NodeValue::FootnoteReference(note) => self.note(note),
            NodeValue::Link(link) => match web_address(&link.url).filter(|_| !in_link) {
                Some(address) => self.link(&address, |w| w.wrap("", node, "", true)),
                None => self.wrap("", node, "", in_link),
            },
            NodeValue::Image(image) => match web_address(&image.url).filter(|_| !in_link) {
                Some(address) => {
                    self.wrap("<span class=\"image\">", node, " ", true);
                    self.link(&address, |w| escape(&address, &mut w.html));
                    self.html.push_str("</span>");
                }
                None => self.wrap("", node, "", true),
            },
            _ => self.wrap("", node, "", in_link),
        }
    }

    fn wrap(&mut self, open: &str, node: Node<'_>, close: &str, in_link: bool) {
        self.html.push_str(open);
        for child in node.children() {
            self.inline(child, in_link);
        }
        self.html.push_str(close);
    }

    fn leaf(&mut self, open: &str, text: &str, close: &str) {
        self.html.push_str(open);
        escape(text, &mut self.html);
        self.html.push_str(close);
    }

    fn link(&mut self, address: &str, inside: impl FnOnce(&mut Self)) {
        self.html.push_str("<a href=\"");
        escape_attribute(address, &mut self.html);
        self.html.push_str("\">");
        inside(self);
        self.html.push_str("</a>");
    }

    fn math(&mut self, math: &NodeMath, node: Node<'_>) {
        let place = if math.display_math { Place::Display } else { Place::Inline };
        if place == Place::Inline && is_money(math, node) {
            self.leaf("$", &math.literal, "$");
        } else if math.literal.ends_with(INERT) {
            self.draft(&math.literal);
        } else {
            self.formula(Formula::new(&math.literal, place));
        }
    }

    /// A formula that is not written to its end.
    pub(super) fn draft(&mut self, latex: &str) {
        self.leaf("<code class=\"math display\">", latex.trim(), "</code>");
    }

    pub(super) fn formula(&mut self, formula: Formula) {
        self.html.push_str(SLOT);
        self.formulas.push(formula);
    }

    fn note(&mut self, note: &NodeFootnoteReference) {
        if note.ix == 0 {
            // As one whose text has not come yet: it gets its number when the text is complete.
            self.leaf("[^", &note.name, "]");
        } else {
            self.leaf("<sup>", &note.ix.to_string(), "</sup>");
        }
    }
}

/// Whether these dollars are money, or a shell's variables: `$5 off, or 10$`, `$PATH:$HOME`. The parser's own rules (no
/// blank inside of the dollars, no digit after them) leave these.
fn is_money(math: &NodeMath, node: Node<'_>) -> bool {
    let at = node.data().sourcepos;
    let one_line = at.start.line == at.end.line;
    if !one_line || (at.end.column + 1).saturating_sub(at.start.column) != math.literal.len() + 2 {
        return false;
    }
    let text = |node: Option<Node<'_>>, at: fn(&str) -> Option<char>| {
        node.and_then(|node| if let NodeValue::Text(text) = &node.data().value { at(text) } else { None })
    };
    let before = text(node.previous_sibling(), |text| text.chars().next_back());
    let after = text(node.next_sibling(), |text| text.chars().next());
    let in_word = [before, after].into_iter().flatten().any(|c| c.is_ascii_alphanumeric());
    let literal = &math.literal;
    let amount = literal.starts_with(|c: char| c.is_ascii_digit());
    let prose = !literal.contains(['\\', '^', '_', '=', '{', '+', '<', '>', '/', '*']);
    let words =
        literal.split_whitespace().any(|word| word.len() > 1 && word.chars().all(char::is_alphabetic));
    in_word || (amount && prose && words)
}

/// The address if it leads to the web or to a mailbox, without characters that make it read as another one.
fn web_address(written: &str) -> Option<String> {
    let hidden = |c: char| is_bidi_control(c) || matches!(c, GUARD | CARRY | INERT);
    let address: String = written.chars().filter(|&c| !hidden(c)).collect();
    if address.contains(|c: char| c.is_control() || c == '\\') {
        return None;
    }
    let parsed = Url::parse(&address).ok()?;
    match parsed.scheme() {
        "http" | "https" => parsed.host_str().is_some_and(|host| !host.is_empty()).then_some(address),
        "mailto" => Some(address),
        _ => None,
    }
}
