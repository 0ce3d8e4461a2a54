//! Every failure that has a code is known to the pages: with words of its own, or as one of a kind. A new code fails this
//! test until somebody has decided which.

use std::{collections::BTreeSet, fs, path::Path};

use super::pages::notice_for;
use crate::error::Error;

/// What a person can come to only by a request that no page makes, or by a program: the words of its kind are enough.
const OF_ITS_KIND: &[&str] = &[
    "bad_amount",
    "bad_cursor",
    "bad_day",
    "bad_format",
    "bad_group",
    "bad_id",
    "bad_key",
    "bad_models",
    "bad_request",
    "bad_span",
    "cross_origin",
    "invalid_body",
    "invalid_query",
    "key_changed",
    "malformed_body",
    "malformed_json",
    "max_tokens_out_of_range",
    "method_not_allowed",
    "no_budgets",
    "not_a_websocket",
    "not_acceptable",
    "not_allowed",
    "not_continuable",
    "not_editable",
    "not_supported",
    "own_keys_off",
    "parent_given",
    "temperature_out_of_range",
    "text_too_long",
    "too_many_subscriptions",
    "unknown_choice",
    "unknown_reasoning_effort",
    "unknown_subprotocol",
    "unknown_type",
    "unsupported_media_type",
    "wrong_credentials",
    "wrong_host",
];

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

fn read(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    found
}

/// The literals behind each of `openings`.
fn literals(source: &str, openings: &[&str]) -> BTreeSet<String> {
    let behind = openings.iter().flat_map(|opening| source.split(opening).skip(1));
    let literal = |rest: &str| {
        let (code, then) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        // The reason of a reply's end is told apart in `present`; this file holds the openings themselves.
        let is_code = code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        (is_code && !then.starts_with(".into()")).then(|| code.to_owned())
    };
    behind.filter_map(literal).collect()
}

#[test]
fn every_code_has_words_or_is_of_its_kind() {
    let made = ["Error::field(", "Error::conflict(", " code: "];
    let codes: BTreeSet<String> = read("src").iter().flat_map(|source| literals(source, &made)).collect();
    assert!(codes.len() > 40, "the scan still finds them: {codes:?}");
    // Forms say what is wrong with their own fields.
    let pages = read("src/web/pages").concat();
    let has_words = |code: &str| {
        let error = Error::Invalid { code: code.to_owned().leak(), field: None, detail: String::new() };
        notice_for(&error).is_some() || pages.contains(&format!("\"{code}\""))
    };
    let without: Vec<_> = codes.iter().map(String::as_str).filter(|code| !has_words(code)).collect();
    assert_eq!(without, OF_ITS_KIND);
}
