//! Keys that are not good. What follows a provider's own beginning says what is wrong: `sk-poor-1`, `sk-ant-bad`.

use crate::providers::simulated::Refusal;

/// How keys of the providers begin; the longer ones first.
const BEGINNINGS: &[&str] =
    &["sk-ant-api03-", "sk-or-v1-", "sk-proj-", "sk-ant-", "sk-", "AIza", "AQ.", "xai-", "v1:", "LLM|"];

/// What a key gets instead of an answer. It is echoed, as real providers do.
pub fn refusal(key: &str) -> Option<Refusal> {
    let kind = BEGINNINGS.iter().find_map(|start| key.strip_prefix(start)).unwrap_or(key);
    let is = |word: &str| kind.starts_with(word);
    if is("bad") {
        let why = format!("Incorrect API key provided: {key}.");
        Some(Refusal::new(401, "invalid_api_key", why))
    } else if is("banned") {
        Some(Refusal::new(401, "account_deactivated", "The account behind this key was switched off."))
    } else if is("limited") {
        Some(Refusal::new(403, "missing_scope", "You have insufficient permissions for this operation."))
    } else if is("broken") {
        Some(Refusal::new(500, "server_error", "Something broke."))
    } else if is("slow") {
        let retry_after = Some("7".to_owned());
        Some(Refusal { retry_after, ..Refusal::new(429, "rate_limit_exceeded", "Slow down, please.") })
    } else {
        is("poor").then(|| Refusal::new(429, "insufficient_quota", "You exceeded your current quota."))
    }
}

/// What a key gets instead of a list of models. None of the providers proves by that that there is money.
pub fn listing_refusal(key: &str) -> Option<Refusal> {
    refusal(key).filter(|refusal| refusal.code != "insufficient_quota")
}
