//! Every example of the specifications beside what the parser's own writer makes of it. Where the two differ, the
//! difference is one of those in docs/MARKDOWN.md; how many of each is fixed here, so that a new one is seen.

use std::collections::BTreeMap;

use comrak::Options;
use scraper::node::Node;
use scraper::{ElementRef, Html};

use crate::markdown::clean::clean;
use crate::markdown::full::to_html;

pub(super) const COMMONMARK: &str = include_str!("../../../tests/fixtures/markdown/commonmark-0.31.2.json");
pub(super) const GFM: &str = include_str!("../../../tests/fixtures/markdown/gfm-0.29.json");

/// Section and Markdown.
pub(super) fn examples(json: &str) -> Vec<(String, String)> {
    serde_json::from_str(json).unwrap()
}

/// The differences that are meant, by the names under which docs/MARKDOWN.md explains them.
const DIFFERENCES: &[&str] = &["code", "html", "images", "items", "links", "tables", "tasks"];

/// What the parser's own writer makes of it, with raw HTML as text, through our sanitiser.
fn theirs(markdown: &str) -> String {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.render.escape = true;
    let mut html = comrak::markdown_to_html(markdown, &options);
    // The sanitiser would drop pictures and boxes without a trace.
    while let Some(start) = html.find("<img ") {
        let end = start + html[start..].find('>').unwrap() + 1;
        let part = |name: &str| {
            let rest = html[start..end].split(&format!(" {name}=\"")).nth(1).unwrap_or_default();
            rest.split('"').next().unwrap_or_default().to_owned()
        };
        let (alt, address) = (part("alt"), part("src"));
        let link = if address.starts_with("http") {
            format!("<a href=\"{address}\">{address}</a>")
        } else {
            String::new()
        };
        html.replace_range(start..end, &format!("<span class=\"image\">{alt} {link}</span>"));
    }
    clean(&html.replace("<input ", "<span class=\"image\">☐</span><input "))
}

/// The page as a list of tags and words; without the `meant` differences.
fn outline(html: &str, meant: &[&str]) -> String {
    let page = Html::parse_fragment(html);
    let mut out = String::new();
    walk(page.root_element(), meant, false, &mut out);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn walk(parent: ElementRef<'_>, meant: &[&str], in_code: bool, out: &mut String) {
    for child in parent.children() {
        match child.value() {
            Node::Text(text) if in_code => out.push_str(&text.replace('\n', " ⏎ ").replace(' ', "·")),
            Node::Text(text) => out.push_str(text),
            Node::Element(element) => {
                let Some(it) = ElementRef::wrap(child) else { continue };
                let (name, class) = (element.name(), element.attr("class").unwrap_or_default());
                let is = |difference| meant.contains(&difference);
                let bare = match name {
                    "figcaption" if is("code") => continue,
                    "figure" if is("code") => true,
                    "span" if class == "image" && is("tasks") && it.text().eq(["☐"]) => continue,
                    "span" if class == "image" && is("images") => true,
                    "span" => in_code && is("code"),
                    "p" => is("items") && parent.value().name() == "li",
                    "em" | "strong" => is("images"),
                    "a" => element.attr("href").is_none() && is("links"),
                    "pre" => class == "plain" && is("html"),
                    "div" => is("tables"),
                    "tbody" => is("tables"),
                    _ => false,
                };
                if !bare {
                    out.push_str(&format!(" <{name}"));
                    if let Some(address) = element.attr("href") {
                        out.push(' ');
                        out.push_str(&address.replace("%60", "`").replace("%5B", "[").replace("%5D", "]"));
                    }
                    if let Some(start) = element.attr("start").filter(|start| *start != "1") {
                        out.push_str(&format!(" {start}"));
                    }
                    out.push_str("> ");
                } else if matches!(name, "pre" | "p") {
                    out.push(' ');
                }
                walk(it, meant, in_code || (name == "code" && parent.value().name() == "pre"), out);
                if !bare {
                    out.push_str(&format!(" </{name}> "));
                } else if matches!(name, "pre" | "p") {
                    out.push(' ');
                }
            }
            _ => {}
        }
    }
}

fn equal(ours: &str, theirs: &str, meant: &[&str]) -> bool {
    let strip = |html: &str| {
        if meant.contains(&"tasks") { html.replace(['\u{2610}', '\u{2611}'], " ") } else { html.to_owned() }
    };
    let (mut ours, mut theirs) = (outline(&strip(ours), meant), outline(theirs, meant));
    if meant.contains(&"html") || meant.contains(&"images") {
        // Where the blanks stand around source shown as text is not looked at.
        ours.retain(|c| !c.is_whitespace() && c != '·');
        theirs.retain(|c| !c.is_whitespace() && c != '·');
    }
    ours == theirs
}

/// The fewest differences that explain an example; none if nothing does.
fn explained(ours: &str, theirs: &str) -> Option<Vec<&'static str>> {
    let mut needed = DIFFERENCES.to_vec();
    if !equal(ours, theirs, &needed) {
        return None;
    }
    for difference in DIFFERENCES {
        let fewer: Vec<_> = needed.iter().copied().filter(|d| d != difference).collect();
        if equal(ours, theirs, &fewer) {
            needed = fewer;
        }
    }
    Some(needed)
}

/// How many examples are the same, how often each difference is needed, and the numbers of examples it all can't explain.
fn compare(json: &str) -> (usize, BTreeMap<&'static str, usize>, Vec<usize>) {
    let (mut same, mut differences, mut unexplained) = (0, BTreeMap::new(), Vec::new());
    for (i, (section, markdown)) in examples(json).into_iter().enumerate() {
        let (ours, theirs) = (to_html(&markdown), theirs(&markdown));
        match explained(&ours, &theirs) {
            Some(needed) if needed.is_empty() => same += 1,
            Some(needed) => needed.into_iter().for_each(|d| *differences.entry(d).or_default() += 1),
            None => {
                eprintln!("{} {section}: {markdown:?}\n  {ours}\n  {theirs}", i + 1);
                unexplained.push(i + 1);
            }
        }
    }
    (same, differences, unexplained)
}

#[test]
fn every_difference_to_commonmark_is_one_that_is_meant() {
    let (same, differences, others) = compare(COMMONMARK);
    // 12: what stands between `\[` and `\]` is a formula. 20 and 603: an address with a backslash is no link.
    assert_eq!(others, [12, 20, 603]);
    assert_eq!((same, differences), (0, BTreeMap::from([])));
}

#[test]
fn every_difference_to_gfm_is_one_that_is_meant() {
    let (same, differences, others) = compare(GFM);
    assert!(others.is_empty(), "{others:?}");
    assert_eq!((same, differences), (15, BTreeMap::from([("tables", 8), ("tasks", 2)])));
}
