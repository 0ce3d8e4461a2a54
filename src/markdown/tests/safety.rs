//! What a browser's parser makes of our output, held against the list of what may be there.

use scraper::{Html, Node};

const ELEMENTS: &[&str] = &[
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "html",
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
/// MathML Core, as far as formulas are written in it.
const MATHML: &[&str] = &[
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
];
const MATHML_ATTRIBUTES: &[&str] = &[
    "accent",
    "accentunder",
    "columnspan",
    "depth",
    "displaystyle",
    "fence",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "rowspan",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "voffset",
    "width",
];
const CLASSES: &[&str] = &[
    "center",
    "code",
    "cont",
    "display",
    "footnotes",
    "image",
    "l",
    "left",
    "math",
    "plain",
    "right",
    "table",
    "task",
];

/// Panics if anything in `html` is not allowed. Returns how many elements stand at the top.
pub(super) fn check(html: &str) -> usize {
    raw(html);
    let page = Html::parse_fragment(html);
    for node in page.root_element().descendants() {
        match node.value() {
            Node::Element(element) => {
                let name = element.name();
                // The parser's own namespace: a MathML name that it takes for HTML is none.
                let mathml = &*element.name.ns == "http://www.w3.org/1998/Math/MathML";
                let list = if mathml { MATHML } else { ELEMENTS };
                assert!(list.contains(&name), "element {name} in {html}");
                for (attribute, value) in element.attrs() {
                    allowed(name, attribute, value, html);
                }
            }
            Node::Text(text) => assert!(!text.contains(reorders), "bidi control in {html}"),
            Node::Document | Node::Fragment => {}
            other => panic!("{other:?} in {html}"),
        }
    }
    let top = page.root_element().children();
    top.filter(|n| {
        assert!(n.value().is_element(), "bare text at the top of {html}");
        true
    })
    .count()
}

/// [`check`] for one unit, which must be one element of its kind.
pub(super) fn check_unit(html: &str) {
    raw(html);
    let wrapped = match html.get(..3).unwrap() {
        "<tr" => format!("<table><tbody>{html}</tbody></table>"),
        "<li" => format!("<ul>{html}</ul>"),
        _ => format!("<p>{html}</p>"),
    };
    assert_eq!(check(&wrapped), 1, "{html}");
    let inner = wrapped.find(html).unwrap();
    assert_eq!(&wrapped[inner..inner + html.len()], html);
}

fn allowed(element: &str, attribute: &str, value: &str, html: &str) {
    match (element, attribute) {
        ("a", "rel") => assert_eq!(value, "noopener noreferrer nofollow ugc"),
        ("a", "href") => {
            let lower = value.to_ascii_lowercase();
            let scheme = ["http://", "https://", "mailto:"].iter().any(|s| lower.starts_with(s));
            assert!(scheme, "address {value} in {html}");
            assert!(!value.contains(reorders) && !value.contains(char::is_control), "{html}");
        }
        ("ol", "start") => assert!(value.bytes().all(|b| b.is_ascii_digit()), "{html}"),
        ("math", "display") => assert_eq!(value, "block"),
        ("annotation", "encoding") => assert_eq!(value, "application/x-tex"),
        (element, attribute) if MATHML.contains(&element) && MATHML_ATTRIBUTES.contains(&attribute) => {
            assert!(
                value.len() <= 16 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.%".contains(&b)),
                "{html}"
            );
        }
        (_, "class") => {
            for class in value.split(' ') {
                let paint = class.len() == 3 && class.starts_with("h-");
                let drawn = MATHML.contains(&element) && class.starts_with("m-");
                let known = drawn || CLASSES.contains(&class) || (element == "span" && paint);
                let language = class.strip_prefix("language-").is_some_and(|l| {
                    element == "code"
                        && l.len() <= 32
                        && l.bytes().all(|b| b.is_ascii_alphanumeric() || b"+#._-".contains(&b))
                });
                assert!(known || language, "class {class} in {html}");
            }
        }
        _ => panic!("attribute {element}[{attribute}={value}] in {html}"),
    }
}

fn raw(html: &str) {
    let lower = html.to_ascii_lowercase();
    for never in ["<hx-", "<script", "<img", "<template", "\r", "\0", "\u{FDD0}", "\u{FDD1}", "\u{FDD2}"] {
        assert!(!lower.contains(never), "{never:?} in {html}");
    }
}

fn reorders(c: char) -> bool {
    crate::markdown::source::is_bidi_control(c)
}
