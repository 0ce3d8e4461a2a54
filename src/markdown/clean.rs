//! The second fence: every fragment the writer made is sanitised against our own list before it leaves the room.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Where a code block goes; text can never spell it, as text never holds a bare `<`.
pub(super) const CODE_SLOT: &str = "<figure class=\"code\"></figure>";

const TAGS: &[&str] = &[
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "span",
    "strong",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

const CLASSES: &[(&str, &[&str])] = &[
    ("code", &["math", "display"]),
    ("div", &["table", "cont"]),
    ("figure", &["code"]),
    ("li", &["task", "cont"]),
    ("ol", &["cont"]),
    ("p", &["cont"]),
    ("pre", &["plain", "cont"]),
    ("blockquote", &["cont"]),
    ("section", &["footnotes", "cont"]),
    ("span", &["image"]),
    ("td", &["left", "center", "right"]),
    ("th", &["left", "center", "right"]),
    ("ul", &["cont"]),
];

/// Kept: making one costs more than cleaning a small block.
static RULES: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut rules = Builder::empty();
    rules
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(["script", "style"].into())
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))]))
        .allowed_classes(CLASSES.iter().map(|(tag, names)| (*tag, names.iter().copied().collect())).collect())
        .generic_attributes(HashSet::new())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow ugc"))
        .strip_comments(true);
    rules
});

/// Sanitises a fragment.
pub(super) fn clean(raw: &str) -> String {
    super::work::cleaned(raw.len());
    RULES.clean(raw).to_string()
}

/// Puts what did not pass the sanitiser into its slots, in order.
pub(super) fn fill<'h>(
    safe: String,
    slot: &str,
    made: impl ExactSizeIterator<Item = &'h str> + Clone,
) -> String {
    if made.len() == 0 {
        return safe;
    }
    let mut html = String::with_capacity(safe.len() + made.clone().map(str::len).sum::<usize>());
    let mut made = made;
    for (i, part) in safe.split(slot).enumerate() {
        if i > 0 {
            html.push_str(made.next().unwrap_or_default());
        }
        html.push_str(part);
    }
    html
}

/// Sanitises one table row, which no parser accepts outside a table.
pub(super) fn clean_row(raw: &str) -> String {
    const OPEN: &str = "<table><tbody>";
    const CLOSE: &str = "</tbody></table>";
    let safe = clean(&format!("{OPEN}{raw}{CLOSE}"));
    safe.strip_prefix(OPEN).and_then(|s| s.strip_suffix(CLOSE)).unwrap_or("<tr></tr>").to_owned()
}
