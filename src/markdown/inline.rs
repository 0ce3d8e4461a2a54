//! What is inside a paragraph: text, emphasis, links. Links go to http, https and mailto only; an image elsewhere is
//! named, never loaded, since loading it would tell its server what the model was made to say.

use comrak::Node;
use comrak::nodes::{NodeFootnoteReference, NodeMath, NodeValue};
use url::Url;

use super::source::{CARRY, GUARD, is_bidi_control};
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
            NodeValue::Math(math) => self.math(math),
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

    /// The formula in source, between dollars (the parser does not tell `\\(` from `$`).
    fn math(&mut self, math: &NodeMath) {
        let mark = if math.display_math { "$$" } else { "$" };
        self.html.push_str(if math.display_math {
            "<code class=\"math display\">"
        } else {
            "<code class=\"math\">"
        });
        self.html.push_str(mark);
        self.leaf("", &math.literal, mark);
        self.html.push_str("</code>");
    }

    fn note(&mut self, note: &NodeFootnoteReference) {
        if note.ix == 0 {
            self.leaf("<sup>", &note.name, "</sup>");
        } else {
            self.leaf("<sup>", &note.ix.to_string(), "</sup>");
        }
    }
}

/// The address if it leads to the web or to a mailbox, without characters that make it read as another one.
fn web_address(written: &str) -> Option<String> {
    let hidden = |c: char| is_bidi_control(c) || matches!(c, GUARD | CARRY);
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
