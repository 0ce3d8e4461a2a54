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
                assert!(ELEMENTS.contains(&name), "element {name} in {html}");
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
        (_, "class") => {
            for class in value.split(' ') {
                let paint = class.len() == 3 && class.starts_with("h-");
                let known = CLASSES.contains(&class) || (element == "span" && paint);
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
    for never in ["<hx-", "<script", "<img", "<template", "\r", "\0", "\u{FDD0}", "\u{FDD1}"] {
        assert!(!lower.contains(never), "{never:?} in {html}");
    }
}

fn reorders(c: char) -> bool {
    crate::markdown::source::is_bidi_control(c)
}
