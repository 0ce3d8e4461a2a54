//! From what rooms say to what templates show.

use freshet_templates::{
    Locale, SafeHtml,
    pages::{search::Piece, settings::Sum},
    parts::message::{
        AssistantMessage, Details, Failure, FailureReason, Message as Shown, ReplyState, Siblings, Thinking,
        ToolCall, UserMessage,
    },
};
use uuid::Uuid;

use super::reader::Reader;
use crate::{
    accounts::sessions::Listed,
    chat::{self, Message, Reply, ReplyError, Role, Status, search},
    markdown,
    providers::catalog,
    usage::report::Line,
};

/// A message whose text is complete, or as complete as it will be on this page.
pub fn message(reader: Reader, message: &Message) -> Shown {
    match message.role {
        Role::User => Shown::User(user(reader, message)),
        Role::Assistant => {
            Shown::Assistant(AssistantMessage { blocks: blocks(&message.text), ..assistant(reader, message) })
        }
    }
}

/// A person's message.
pub fn user(reader: Reader, message: &Message) -> UserMessage {
    UserMessage {
        id: message.id.to_string(),
        text: message.text.clone(),
        at: reader.clock(message.created_at),
        siblings: message.siblings.as_ref().map(siblings),
    }
}

/// A model's message without its blocks.
pub fn assistant(reader: Reader, message: &Message) -> AssistantMessage {
    let reply = message.reply.as_ref();
    AssistantMessage {
        id: message.id.to_string(),
        state: reply.map_or(ReplyState::Streaming, state),
        thinking: thinking(message),
        blocks: Vec::new(),
        tail: None,
        model: reply.map(|reply| model_label(&reply.model)).unwrap_or_default(),
        at: reader.clock(message.created_at),
        // Of two that stand next to each other nobody has to go to the other one.
        siblings: message
            .siblings
            .as_ref()
            .filter(|_| message.beside_id.is_none())
            .map(siblings)
            .map(Box::new),
        details: Box::new(reply.map(|reply| details(reply, message.text.len() as u64)).unwrap_or_default()),
        beside: reply.filter(|_| message.beside_id.is_some()).map(|reply| reply.id.to_string()),
        can_go_on: message.can_go_on(),
        calls: reply.map(|reply| calls(&reply.tool_calls)).unwrap_or_default(),
    }
}

fn siblings(of: &chat::Siblings) -> Siblings {
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    Siblings {
        index: count(of.index),
        count: count(of.count),
        previous: of.previous.map(|id| id.to_string()),
        next: of.next.map(|id| id.to_string()),
    }
}

/// What is known about an answer of so many bytes.
fn details(reply: &Reply, length: u64) -> Details {
    let count = |ms: Option<i64>| ms.and_then(|ms| u64::try_from(ms).ok());
    let usage = reply.usage.unwrap_or_default();
    // One that broke off before it came to where the other ended has nothing of its own.
    let begun = reply.seams.iter().filter(|seam| seam.to < length);
    let begun: Vec<String> = begun.map(|seam| model_label(&seam.model)).collect();
    Details {
        asked: reply.model.clone(),
        answered: reply.course.answered_by.clone(),
        stepped_in: reply.course.stepped_in.clone(),
        left_out: count(reply.course.left_out),
        begun: (!begun.is_empty()).then(|| begun.join(", ")),
        took_ms: count(reply.course.took_ms),
        first_ms: count(reply.course.first_ms),
        thought_ms: count(reply.thinking_ms),
        input: usage.input,
        cached: usage.cached,
        output: usage.output,
        reasoning: usage.reasoning,
        cost: reply.course.cost_usd.clone(),
        estimated: reply.course.estimated,
    }
}

/// The tools that were asked for, with what they are given laid out; broken JSON stays as it is.
pub fn calls(calls: &[chat::ToolCall]) -> Vec<ToolCall> {
    let laid_out = |text: &str| {
        let parsed: Option<serde_json::Value> = serde_json::from_str(text).ok();
        parsed.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| text.to_owned())
    };
    let shown =
        |call: &chat::ToolCall| ToolCall { name: call.name.clone(), arguments: laid_out(&call.arguments) };
    calls.iter().map(shown).collect()
}

/// A snippet as templates show it.
pub fn pieces(snippet: Vec<search::Piece>) -> Vec<Piece> {
    snippet.into_iter().map(|search::Piece { text, hit }| Piece { text, hit }).collect()
}

/// A finished text as blocks.
pub fn blocks(text: &str) -> Vec<SafeHtml> {
    markdown::full::render(text).into_iter().map(SafeHtml).collect()
}

/// The part of a model's name that a person knows it by.
pub fn model_label(name: &str) -> String {
    name.split_once('/').map_or(name, |(_, id)| id).to_owned()
}

/// How a reply stands, in the page's words.
pub fn state(reply: &Reply) -> ReplyState {
    ended_state(reply.status, reply.error.as_ref(), &reply.model)
}

/// How a reply that ended like this stands.
pub fn ended_state(status: Status, error: Option<&ReplyError>, model: &str) -> ReplyState {
    match status {
        Status::Running => ReplyState::Streaming,
        Status::Complete => ReplyState::Complete,
        Status::Stopped => ReplyState::Stopped,
        // The provider hung up: that is not the server's going away.
        Status::Interrupted if error.is_none_or(|error| !error.code.starts_with("provider_")) => {
            ReplyState::Interrupted
        }
        Status::Interrupted | Status::Failed => ReplyState::Failed(Failure {
            reason: reason(error.map(|error| error.code.as_str()).unwrap_or_default()),
            provider: provider_label(model),
            request_id: None,
        }),
    }
}

fn thinking(message: &Message) -> Option<Thinking> {
    let seconds = message.reply.as_ref().and_then(|reply| reply.thinking_ms).map(seconds);
    let over = message.reply.as_ref().is_none_or(|reply| reply.status != Status::Running);
    (!message.thinking.is_empty()).then(|| Thinking {
        text: message.thinking.replace('\r', ""),
        seconds: seconds.or(over.then_some(0)),
    })
}

/// The address at which what runs in a conversation can be stopped.
pub fn stoppable(conversation: Uuid, running: &[Uuid]) -> Option<String> {
    match running {
        [] => None,
        [reply] => Some(format!("/replies/{reply}")),
        _ => Some(format!("/c/{conversation}")),
    }
}

/// What some calls came to.
pub fn sum(l: Locale, line: &Line) -> Sum {
    let count = |n: i64| u64::try_from(n).unwrap_or_default();
    Sum {
        calls: count(line.calls),
        tokens: count(line.input + line.output),
        // Nothing costs nothing; what only models of unknown price have said costs nobody knows what.
        cost: (line.calls == 0 || line.cost > 0 || line.unpriced < line.calls).then(|| money(l, line.cost)),
        estimated: line.estimated > 0,
    }
}

/// Billionths of a US dollar for people: whole cents, or of less than a dollar hundredths of one.
pub fn money(l: Locale, nanos: i64) -> String {
    let digits = if nanos >= 1_000_000_000 { 2 } else { 4 };
    let unit = 10_i64.pow(9 - digits);
    let rounded = (nanos + unit / 2) / unit;
    if rounded == 0 && nanos > 0 {
        return format!("< {}", money(l, unit));
    }
    let scale = 10_i64.pow(digits);
    let (whole, rest) = (rounded / scale, rounded % scale);
    let rest = format!("{rest:0width$}", width = digits as usize);
    let rest = if digits > 2 { rest.strip_suffix("00").unwrap_or(&rest) } else { &rest };
    let whole = l.number(u64::try_from(whole).unwrap_or_default());
    match l {
        Locale::En => format!("${whole}.{rest}"),
        Locale::De => format!("{whole},{rest}\u{a0}$"),
    }
}

/// Milliseconds as the seconds that a person is told.
pub fn seconds(ms: i64) -> u64 {
    u64::try_from((ms + 500) / 1000).unwrap_or(0)
}

/// Browser and system of a session, in the page's words.
pub fn device(l: Locale, session: &Listed) -> String {
    match (session.browser, session.system) {
        (Some(browser), Some(system)) => {
            l.ta("device", &[("browser", browser.into()), ("system", system.into())])
        }
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => l.t("device-unknown").into_owned(),
    }
}

/// What people call the provider of a model; a name that nobody knows stays as it is.
fn provider_label(model: &str) -> String {
    let provider = model.split_once('/').map_or("", |(provider, _)| provider);
    let row = catalog::ROWS.iter().find(|row| row.name == provider);
    match row.map_or(provider, |row| row.label) {
        "" => "Freshet".to_owned(),
        _ if provider == catalog::SIMULATED.name => "Freshet".to_owned(),
        label => label.to_owned(),
    }
}

/// Whether a key is a person's own or the server's is not noted with a reply, so the words are true of both.
fn reason(code: &str) -> FailureReason {
    match code {
        "provider_rate_limited" => FailureReason::RateLimited,
        "provider_overloaded" => FailureReason::Overloaded,
        "provider_resting" => FailureReason::Resting,
        "provider_unauthorized" | "provider_bad_key" => FailureReason::Unauthorized,
        "provider_forbidden" => FailureReason::Forbidden,
        "provider_not_configured" => FailureReason::KeyMissing,
        "key_unreadable" => FailureReason::KeyUnreadable,
        "provider_banned" => FailureReason::Banned,
        "provider_quota" => FailureReason::OutOfCredit,
        "model_not_found" => FailureReason::ModelMissing,
        "model_ambiguous" => FailureReason::ModelAmbiguous,
        "context_length" => FailureReason::TooLong,
        "content_blocked" => FailureReason::Filtered,
        "provider_cut" | "provider_incomplete" => FailureReason::Cut,
        "provider_timeout" => FailureReason::Stalled,
        "provider_malformed" => FailureReason::Malformed,
        "provider_bad_request" | "provider_unsupported" => FailureReason::Refused,
        "internal" => FailureReason::Internal,
        _ => FailureReason::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes that this source file gives to failures.
    fn codes_in(source: &str) -> impl Iterator<Item = &str> {
        let arms = source.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next());
        arms.filter(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    }

    /// A new failure of providers has to be told apart here, too, or belong to those that are only "not reachable".
    #[test]
    fn every_failure_of_a_provider_has_words_of_its_own() {
        let general: Vec<_> = codes_in(include_str!("../providers/error.rs"))
            .filter(|code| reason(code) == FailureReason::Unavailable)
            .collect();
        assert_eq!(general, ["provider_failed", "provider_unreachable"]);
    }

    #[test]
    fn a_failure_names_the_provider_as_people_do() {
        let name = |model| provider_label(model);
        assert_eq!(name("openai/gpt-5"), "OpenAI");
        assert_eq!(name("simulated/fast"), "Freshet");
        assert_eq!(name("lab/llama"), "lab");
        assert_eq!(name(""), "Freshet");
    }

    #[test]
    fn nothing_costs_nothing_and_an_unknown_price_is_unknown() {
        let cost =
            |calls, unpriced, cost| sum(Locale::En, &Line { calls, unpriced, cost, ..Line::default() }).cost;
        assert_eq!(cost(0, 0, 0).as_deref(), Some("$0.00"));
        assert_eq!(cost(2, 2, 0), None);
        assert_eq!(cost(2, 1, 500_000_000).as_deref(), Some("$0.50"));
    }

    #[test]
    fn money_is_told_as_people_write_it() {
        for (nanos, english, german) in [
            (0, "$0.00", "0,00\u{a0}$"),
            (1, "< $0.0001", "< 0,0001\u{a0}$"),
            (4_230_000, "$0.0042", "0,0042\u{a0}$"),
            (500_000_000, "$0.50", "0,50\u{a0}$"),
            (1_234_567_891_000, "$1,234.57", "1.234,57\u{a0}$"),
        ] {
            assert_eq!((money(Locale::En, nanos), money(Locale::De, nanos)), (english.into(), german.into()));
        }
    }
}
