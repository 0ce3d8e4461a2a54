//! Every sample of every page, read as a browser with our content security policy would.

use freshet_templates::{assets, pages, parts};

fn all() -> Vec<(String, String)> {
    pages::samples().into_iter().chain(parts::samples()).map(|(name, html)| (name, html.0)).collect()
}

/// The values of attribute `name`, in order. Maud always quotes and escapes them.
fn values<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    html.split(opening.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_word_is_in_the_catalogue() {
    for (name, html) in all() {
        assert!(!html.contains('⟦'), "{name} shows a missing key");
    }
}

#[test]
fn every_link_leads_somewhere() {
    for (name, html) in all() {
        for href in values(&html, "href").iter().chain(&values(&html, "action")) {
            assert!(!href.is_empty() && *href != "#", "{name} has an empty link");
        }
    }
}

#[test]
fn ids_are_unique_on_a_page() {
    for (name, page) in pages::samples() {
        let mut ids = values(&page.0, "id");
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name} uses an id twice");
    }
}

#[test]
fn labels_and_descriptions_point_at_something() {
    for (name, page) in pages::samples() {
        let ids = values(&page.0, "id");
        for attribute in ["for", "aria-labelledby", "aria-describedby", "popovertarget"] {
            for target in values(&page.0, attribute).iter().flat_map(|value| value.split(' ')) {
                assert!(ids.contains(&target), "{name}: {attribute} names {target}, which is not there");
            }
        }
    }
}

#[test]
fn nothing_is_inline_that_the_policy_would_block() {
    for (name, html) in all() {
        assert!(!html.contains("<style"), "{name} has an inline style sheet");
        assert!(!html.contains(" style=\""), "{name} has a style attribute");
        let handler = |rest: &str| {
            rest.split_once("=\"").is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_lowercase()))
        };
        assert!(!html.split(" on").skip(1).any(handler), "{name} has an inline handler");
        for script in html.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/assets/"), "{name} has an inline script");
        }
    }
}

#[test]
fn the_application_is_two_files_and_small() {
    let names: Vec<_> = assets().iter().map(|asset| asset.name).collect();
    assert!(names.contains(&"app.css") && names.contains(&"app.js"));
    for asset in assets() {
        assert!(asset.url.starts_with("/assets/") && asset.url.ends_with(asset.name), "{}", asset.url);
        assert!(asset.bytes.len() < 100_000, "{} has {} bytes", asset.name, asset.bytes.len());
    }
}
