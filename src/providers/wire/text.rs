//! Repairs for text that strict JSON or UTF-8 would throw away whole.

use std::borrow::Cow;

/// The bytes as text; U+FFFD stands only for truly bad bytes, since an event is whole when it comes here.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Replaces `\uD8xx`-style escapes that lack their other half by `\ufffd`. `None` when there is nothing to mend.
pub fn mend_surrogates(json: &str) -> Option<String> {
    if !json.contains("\\u") {
        return None;
    }
    let bytes = json.as_bytes();
    let mut mended = String::with_capacity(json.len());
    let (mut at, mut copied, mut changed) = (0, 0, false);
    while at < bytes.len() {
        let step = match escape_at(bytes, at) {
            Some(0xD800..=0xDBFF) if matches!(escape_at(bytes, at + 6), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                mended.push_str(&json[copied..at]);
                mended.push_str("\\ufffd");
                copied = at + 6;
                changed = true;
                6
            }
            Some(_) => 6,
            None if bytes[at] == b'\\' => 2,
            None => 1,
        };
        at += step;
    }
    mended.push_str(&json[copied..]);
    changed.then_some(mended)
}

/// The code unit of a `\uXXXX` that starts here.
fn escape_at(bytes: &[u8], at: usize) -> Option<u16> {
    let escape = bytes.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u").filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// The longest piece of at most `limit` bytes that ends between two characters; at least one character.
pub fn head(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = text.floor_char_boundary(limit);
    if end > 0 { &text[..end] } else { &text[..text.chars().next().map_or(0, char::len_utf8)] }
}
