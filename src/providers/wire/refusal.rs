//! What a provider means when it does not answer.
//!
//! Status codes alone lie (Gemini and xAI answer 400 to a bad key, OpenAI 429 to an empty purse), so the body's own
//! words count too, in all the shapes seen: object, bare string, list, numeric code, HTML.

use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;

use crate::providers::Error;

/// How much of an error body is read.
pub const MAX_BODY: usize = 64 << 10;

/// An answer with a status other than 2xx.
pub fn from_response(status: u16, headers: &HeaderMap, body: &[u8]) -> Error {
    let tree = serde_json::from_slice::<Value>(&body[..body.len().min(MAX_BODY)]).unwrap_or_default();
    classify(status, retry_after(headers).or_else(|| told_delay(&tree, 0)), &words_of(&tree))
}

/// An `error` object, or string, inside a stream or a 200 body.
pub fn from_error(error: &Value) -> Error {
    from_error_and_code(error, None)
}

/// The same with a code beside it, as xAI says it.
pub fn from_error_and_code(error: &Value, code: Option<&Value>) -> Error {
    let (mut words, delay) = (words_of(error), told_delay(error, 0));
    code.into_iter().for_each(|code| collect(code, &mut words, 0));
    let status = error.get("code").or_else(|| error.get("status")).and_then(Value::as_u64);
    let status = status.and_then(|code| u16::try_from(code).ok()).filter(|code| (400..600).contains(code));
    match status {
        Some(status) => classify(status, delay, &words),
        None => by_words(&words, delay).unwrap_or(Error::Upstream { status: None }),
    }
}

fn classify(status: u16, retry_after: Option<Duration>, words: &str) -> Error {
    if let Some(error) = by_words(words, retry_after).filter(|_| status < 500 || status == 503) {
        return error;
    }
    match status {
        401 => Error::Unauthorized,
        402 => Error::Quota,
        403 => Error::Forbidden,
        404 => Error::ModelNotFound,
        408 | 504 | 524 => Error::Timeout,
        413 => Error::ContextLength,
        429 => Error::RateLimited { retry_after },
        503 | 529 => Error::Overloaded { retry_after },
        400..=499 => Error::BadRequest { status },
        _ => Error::Upstream { status: Some(status) },
    }
}

/// What providers say when they have switched off an account, an organisation, a project or a key.
const BANNED: &[&str] = &[
    "account_deactivated",
    "organization_on_hold",
    "organization has been disabled",
    "consumer_suspended",
    "team_blocked",
    "api_key_blocked",
    "api_key_disabled",
    "key is blocked",
    "team is blocked",
    "key is disabled",
];

/// Words that say more than the status. Ordered: money before rate, since both come as 429.
fn by_words(words: &str, retry_after: Option<Duration>) -> Option<Error> {
    let says = |any: &[&str]| any.iter().any(|word| words.contains(word));
    if says(BANNED) {
        Some(Error::Banned)
    } else if says(&[
        "insufficient_quota",
        "credit_balance",
        "credit balance",
        "spend_limit",
        "usage_limit_exceeded",
        "billing_error",
        "insufficient credits",
        "out of credits",
        "used all available credits",
        // Of Gemini's quotas: tomorrow is too late for a person who waits.
        "perday",
    ]) {
        Some(Error::Quota)
    } else if says(&["invalid_api_key", "api_key_invalid", "incorrect api key", "authentication_error"])
        || says(&["unauthorized_error", "invalid api key", "unauthenticated"])
    {
        Some(Error::Unauthorized)
    } else if says(&[
        "context_length_exceeded",
        "maximum context length",
        "prompt is too long",
        "string_above_max_length",
        "input token count",
        "exceeds the context length",
        "request_too_large",
    ]) {
        Some(Error::ContextLength)
    } else if says(&["permission_error", "permission_denied", "failed_precondition"]) {
        Some(Error::Forbidden)
    } else if says(&["model_not_found", "not_found_error"]) {
        Some(Error::ModelNotFound)
    } else if says(&["content_policy", "moderation_blocked", "flagged_input", "invalid_prompt"]) {
        Some(Error::ContentBlocked)
    } else if says(&["overloaded", "slow_down"]) {
        Some(Error::Overloaded { retry_after })
    } else if says(&["rate_limit", "resource_exhausted"]) {
        Some(Error::RateLimited { retry_after })
    } else if says(&["timeout_error", "deadline_exceeded"]) {
        Some(Error::Timeout)
    } else {
        None
    }
}

/// All short strings of an error body in lower case; nothing for a body that is not JSON.
fn words_of(tree: &Value) -> String {
    let mut words = String::new();
    collect(tree, &mut words, 0);
    words
}

/// Gemini says in the body how long to wait: `"retryDelay": "46s"`.
fn told_delay(tree: &Value, depth: usize) -> Option<Duration> {
    match tree {
        _ if depth > 6 => None,
        Value::Array(items) => items.iter().find_map(|item| told_delay(item, depth + 1)),
        Value::Object(fields) => match fields.get("retryDelay").and_then(Value::as_str) {
            Some(delay) => {
                let seconds = delay.strip_suffix('s')?.parse::<f64>().ok().filter(|n| *n >= 0.0)?;
                Some(Duration::from_secs_f64(seconds.min(3600.0)))
            }
            None => fields.values().find_map(|item| told_delay(item, depth + 1)),
        },
        _ => None,
    }
}

fn collect(tree: &Value, words: &mut String, depth: usize) {
    if depth > 6 || words.len() > 8192 {
        return;
    }
    match tree {
        Value::String(text) => {
            words.extend(text.chars().take(1000).flat_map(char::to_lowercase));
            words.push(' ');
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, words, depth + 1)),
        Value::Object(fields) => fields.values().for_each(|item| collect(item, words, depth + 1)),
        _ => {}
    }
}

/// `retry-after-ms`, or `retry-after` in seconds; at most an hour, since we would otherwise wait for ever on a
/// stranger's word. The date form is ignored: it needs two clocks to agree.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number =
        |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok().filter(|n| *n >= 0.0);
    let seconds = number("retry-after-ms").map(|ms| ms / 1000.0).or_else(|| number("retry-after"))?;
    Some(Duration::from_secs_f64(seconds.min(3600.0)))
}

/// How keys begin.
const KEYS: &[&str] = &["sk-", "AIza", "AQ.", "xai-", "v1:", "LLM|", "ya29.", "Bearer "];

/// The provider's words for the debug log: short, one line, without the key.
pub fn for_the_log(body: &[u8], key: &str) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(2048)]);
    let mut text = if key.is_empty() { text.into_owned() } else { text.replace(key, "****") };
    // Providers echo keys shortened, too (`sk-ab***yz`): anything that looks like one goes.
    for start in KEYS {
        let mut from = 0;
        while let Some(at) = text[from..].find(start).map(|at| from + at) {
            let inside =
                text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_');
            let length = text[at..].find(|c: char| c.is_whitespace() || "\"'<>,}".contains(c));
            let end = length.map_or(text.len(), |length| at + length);
            // `task-` is a word, and so is a beginning with nothing behind it.
            if inside || end - at < start.len() + 3 {
                from = at + start.len();
            } else {
                text.replace_range(at..end, "****");
                from = at + 4;
            }
        }
    }
    text.retain(|c| !c.is_control());
    super::text::head(&text, 500).to_owned()
}
