//! What a converter wrote, read by a strict reader: known elements with known attributes, well nested, or nothing.
//!
//! Strict on purpose. A converter that lets a tag of the text through, forgets a quote or an escape writes something
//! this reader refuses; the formula is then tried by the next one or shown as source.

use std::collections::BTreeMap;

/// Elements a converter may write.
const ELEMENTS: &[&str] = &[
    "math",
    "semantics",
    "annotation",
    "mrow",
    "mstyle",
    "mi",
    "mn",
    "mo",
    "mtext",
    "ms",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mprescripts",
    "none",
    "mtable",
    "mtr",
    "mtd",
    "mphantom",
    "mpadded",
    "menclose",
];
/// Attributes a converter may write; which of them remain is decided by [`super::tidy`].
const ATTRIBUTES: &[&str] = &[
    "xmlns",
    "display",
    "encoding",
    "class",
    "style",
    "id",
    "mathcolor",
    "mathbackground",
    "mathsize",
    "mathvariant",
    "displaystyle",
    "scriptlevel",
    "form",
    "fence",
    "separator",
    "stretchy",
    "symmetric",
    "largeop",
    "movablelimits",
    "accent",
    "accentunder",
    "lspace",
    "rspace",
    "minsize",
    "maxsize",
    "width",
    "height",
    "depth",
    "voffset",
    "linethickness",
    "columnspan",
    "rowspan",
    "columnalign",
    "columnspacing",
    "columnlines",
    "rowlines",
    "rowspacing",
    "side",
    "notation",
];
/// Elements that hold text and nothing else.
const TOKENS: &[&str] = &["mi", "mn", "mo", "mtext", "ms"];
/// Deepest tree that is read.
const MAX_DEPTH: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

impl Node {
    /// Whether there is anything to see.
    pub(super) fn shows(&self) -> bool {
        match self {
            Node::Text(text) => !text.trim().is_empty(),
            Node::Element(element) => element.name == "mspace" || element.children.iter().any(Node::shows),
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: &'static str,
    /// Sorted, so that the same formula is the same text every time.
    pub(super) attributes: BTreeMap<&'static str, String>,
    pub(super) children: Vec<Node>,
}

impl Element {
    pub(super) fn is_token(&self) -> bool {
        TOKENS.contains(&self.name)
    }

    pub(super) fn take(&mut self, attribute: &str) -> Option<String> {
        self.attributes.remove(attribute)
    }

    pub(super) fn elements(&mut self) -> impl Iterator<Item = &mut Element> {
        self.children.iter_mut().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }
}

/// Reads the `<math>` element of a converter's output and returns what is in it.
pub(super) fn read(markup: &str) -> Option<Vec<Node>> {
    let start = markup.find("<math")?;
    let end = markup.rfind("</math>")? + "</math>".len();
    let mut reader = Reader { rest: markup.get(start..end)? };
    let mut open: Vec<Element> = Vec::new();
    while !reader.rest.is_empty() {
        let done = match reader.next()? {
            Token::Open(element) => {
                open.push(element);
                None
            }
            Token::Empty(element) => Some(element),
            Token::Close(name) => Some(open.pop().filter(|element| element.name == name)?),
            Token::Text(text) => {
                open.last_mut()?.children.push(Node::Text(text));
                None
            }
        };
        if open.len() > MAX_DEPTH {
            return None;
        }
        if let Some(element) = done {
            match open.last_mut() {
                Some(parent) => parent.children.push(Node::Element(element)),
                // Anything after the formula's own end is not the converter's.
                None => {
                    return (element.name == "math" && reader.rest.is_empty()).then_some(element.children);
                }
            }
        }
    }
    None
}

enum Token {
    Open(Element),
    Empty(Element),
    Close(&'static str),
    Text(String),
}

struct Reader<'m> {
    rest: &'m str,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<Token> {
        if let Some(rest) = self.rest.strip_prefix("</") {
            let (name, rest) = rest.split_once('>')?;
            self.rest = rest;
            return Some(Token::Close(known(ELEMENTS, name)?));
        }
        if let Some(rest) = self.rest.strip_prefix('<') {
            let name = rest.bytes().take_while(u8::is_ascii_lowercase).count();
            let mut element = Element { name: known(ELEMENTS, &rest[..name])?, ..Element::default() };
            self.rest = &rest[name..];
            loop {
                self.rest = self.rest.trim_start_matches(' ');
                if let Some(rest) = self.rest.strip_prefix("/>") {
                    self.rest = rest;
                    return Some(Token::Empty(element));
                }
                if let Some(rest) = self.rest.strip_prefix('>') {
                    self.rest = rest;
                    return Some(Token::Open(element));
                }
                let (name, rest) = self.rest.split_once("=\"")?;
                let (value, rest) = rest.split_once('"')?;
                if value.contains(['<', '&']) || element.attributes.contains_key(name) {
                    return None;
                }
                element.attributes.insert(known(ATTRIBUTES, name)?, value.to_owned());
                self.rest = rest;
            }
        }
        let end = self.rest.find('<').unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(Token::Text(unescape(text)?))
    }
}

fn known(list: &[&'static str], name: &str) -> Option<&'static str> {
    list.iter().find(|known| **known == name).copied()
}

fn unescape(text: &str) -> Option<String> {
    const NAMED: &[(&str, &str)] = &[
        ("amp;", "&"),
        ("lt;", "<"),
        ("gt;", ">"),
        ("quot;", "\""),
        ("apos;", "'"),
        ("nbsp;", "\u{A0}"),
        ("#x27;", "'"),
        ("#39;", "'"),
        ("#34;", "\""),
    ];
    let mut parts = text.split('&');
    let mut plain = parts.next()?.to_owned();
    for part in parts {
        let (name, character) = NAMED.iter().find(|(name, _)| part.starts_with(name))?;
        plain.push_str(character);
        plain.push_str(&part[name.len()..]);
    }
    Some(plain)
}
