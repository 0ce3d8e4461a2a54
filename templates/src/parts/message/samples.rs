//! Messages in every state, for the gallery and the tests.

use maud::Markup;

use super::{
    AssistantMessage, Details, Failure, FailureReason, Message, ReplyState, Siblings, Thinking, ToolCall,
    UserMessage, message,
};
use crate::{Locale, Moment, SafeHtml};

/// Blocks of every kind that the markdown engine makes.
#[must_use]
pub fn sample_blocks() -> Vec<SafeHtml> {
    [
        "<p>A river carries sediment in <strong>three ways</strong>, and the current decides which one wins. The idea goes back \
         to <em>Hjulström</em>, who drew it as one curve; see <a href=\"https://example.org/\">his paper</a>.</p>",
        "<h2>What moves when</h2>",
        "<div class=\"table\"><table><thead><tr><th>Load</th><th>Grain</th><th class=\"right\">Speed</th></tr></thead><tbody>\
         <tr><td>Dissolved</td><td>ions</td><td class=\"right\">any</td></tr>\
         <tr><td>Suspended</td><td>silt, clay</td><td class=\"right\">0.2 m/s</td></tr>\
         <tr><td>Bed load</td><td>sand, gravel</td><td class=\"right\">1.0 m/s</td></tr></tbody></table></div>",
        "<p>The grain settles once its fall speed beats the turbulence, <code>w &gt; κ·u*</code>:</p>",
        "<figure class=\"code\"><figcaption>rust</figcaption><pre><code>\
         <span class=\"l\"><span class=\"h-c\">/// Rouse number: how a grain travels.</span>\n</span>\
         <span class=\"l\"><span class=\"h-k\">fn</span> <span class=\"h-f\">rouse</span>(<span class=\"h-v\">fall</span>: <span class=\"h-t\">f64</span>, <span class=\"h-v\">shear</span>: <span class=\"h-t\">f64</span>) <span class=\"h-o\">-&gt;</span> <span class=\"h-t\">f64</span> {\n</span>\
         <span class=\"l\">    <span class=\"h-k\">const</span> <span class=\"h-l\">KAPPA</span>: <span class=\"h-t\">f64</span> <span class=\"h-o\">=</span> <span class=\"h-n\">0.41</span>;\n</span>\
         <span class=\"l\">    <span class=\"h-m\">println!</span>(<span class=\"h-s\">\"above 2.5 it rolls<span class=\"h-e\">\\n</span>\"</span>);\n</span>\
         <span class=\"l\">    fall <span class=\"h-o\">/</span> (<span class=\"h-l\">KAPPA</span> <span class=\"h-o\">*</span> shear) <span class=\"h-c\">// above 2.5 it rolls along the bed, however long this comment may be</span>\n</span>\
         <span class=\"l\">}\n</span></code></pre></figure>",
        "<ul><li>Above 2.5: <strong>bed load</strong></li><li>Between 0.8 and 2.5: suspended<ul><li>and often both</li></ul></li><li>Below: wash load</li><li class=\"task\">\u{2611} measured</li></ul>",
        "<blockquote><p>A freshet is the flood of a river from heavy rain or melted snow.</p></blockquote>",
        "<ol><li>Measure the shear speed.</li><li>Look up the fall speed.</li></ol>",
    ]
    .into_iter()
    .map(|html| SafeHtml(html.to_owned()))
    .collect()
}

/// A finished answer with thoughts.
#[must_use]
pub fn sample_answer() -> AssistantMessage {
    let text = "The user asks about sediment.\nA short table and one formula will do.".to_owned();
    AssistantMessage {
        id: "2".into(),
        thinking: Some(Thinking { text, seconds: Some(12) }),
        blocks: sample_blocks(),
        model: "Essay".into(),
        at: Moment::new("14:05", "2026-03-01T14:05:00Z"),
        details: Box::new(Details {
            asked: "simulated/essay".into(),
            answered: Some("essay-2026".into()),
            stepped_in: Some("simulated/fast".into()),
            left_out: Some(12),
            took_ms: Some(4_210),
            first_ms: Some(310),
            thought_ms: Some(12_000),
            input: Some(1200),
            cached: Some(1024),
            output: Some(350),
            reasoning: Some(120),
            cost: Some("0.0042".into()),
            estimated: true,
            ..Details::default()
        }),
        ..AssistantMessage::default()
    }
}

/// A question and answers in every state, from right to left too, and one with a very long word.
#[must_use]
pub fn samples() -> Vec<(&'static str, Markup)> {
    let l = Locale::En;
    let at = Moment::new("14:04", "2026-03-01T14:04:00Z");
    let question = UserMessage {
        id: "1".into(),
        text: "How do rivers carry sediment?\nShow me the numbers.".into(),
        at,
        siblings: None,
    };
    let long = UserMessage { id: "3".into(), text: "Donaudampfschifffahrt".repeat(20), ..question.clone() };
    let hebrew = UserMessage {
        id: "4".into(), text: "איך נהרות נושאים סחף?".into(), ..question.clone()
    };
    let hebrew_blocks = vec![SafeHtml("<p>נהר נושא סחף בשלוש דרכים, והזרם קובע איזו מהן גוברת.</p>".into())];
    let base =
        AssistantMessage { blocks: vec![sample_blocks()[0].clone()], thinking: None, ..sample_answer() };
    let answer = |id: &str, state: ReplyState| AssistantMessage { id: id.into(), state, ..base.clone() };
    let failed = |reason| {
        ReplyState::Failed(Failure {
            reason,
            provider: "OpenAI".into(),
            request_id: Some("req-0197f3a2".into()),
        })
    };
    let tail = Some(SafeHtml("<p>The current decides which of them</p>".into()));
    let thinking = Some(Thinking { text: "Let me see".into(), seconds: None });
    let mut empty = answer("9", failed(FailureReason::RateLimited));
    empty.blocks.clear();
    let second = |next: Option<&str>| {
        Some(Siblings { index: 2, count: 3, previous: Some("1".into()), next: next.map(str::to_owned) })
    };
    let call = ToolCall { name: "add".into(), arguments: "{\n  \"a\": 1\n}".into() };
    let go_on = |state| AssistantMessage { can_go_on: true, ..answer("17", state) };
    let beside = |id: &str, state| AssistantMessage { beside: Some("r".into()), ..answer(id, state) };
    let mut continued = answer("18", ReplyState::Complete);
    continued.details.begun = Some("fast".into());
    let messages = vec![
        (
            "versions-user",
            Message::User(UserMessage { id: "13".into(), siblings: second(None), ..question.clone() }),
        ),
        (
            "versions",
            Message::Assistant(AssistantMessage {
                siblings: second(Some("3")).map(Box::new),
                ..answer("14", ReplyState::Complete)
            }),
        ),
        (
            "tool",
            Message::Assistant(AssistantMessage { calls: vec![call], ..answer("15", ReplyState::Complete) }),
        ),
        ("stopped-midway", Message::Assistant(go_on(ReplyState::Stopped))),
        ("cut-midway", Message::Assistant(go_on(failed(FailureReason::Cut)))),
        ("beside-running", Message::Assistant(beside("19", ReplyState::Streaming))),
        ("beside-ended", Message::Assistant(beside("20", ReplyState::Complete))),
        ("continued", Message::Assistant(continued)),
        ("user", Message::User(question)),
        ("complete", Message::Assistant(sample_answer())),
        ("user-long", Message::User(long)),
        ("user-rtl", Message::User(hebrew)),
        (
            "rtl",
            Message::Assistant(AssistantMessage {
                blocks: hebrew_blocks,
                ..answer("5", ReplyState::Complete)
            }),
        ),
        ("stopped", Message::Assistant(answer("6", ReplyState::Stopped))),
        ("interrupted", Message::Assistant(answer("7", ReplyState::Interrupted))),
        ("failed-midway", Message::Assistant(answer("8", failed(FailureReason::Cut)))),
        ("failed-before", Message::Assistant(empty)),
        (
            "waiting",
            Message::Assistant(AssistantMessage { blocks: vec![], ..answer("10", ReplyState::Streaming) }),
        ),
        (
            "thinking",
            Message::Assistant(AssistantMessage {
                blocks: vec![],
                thinking,
                ..answer("11", ReplyState::Streaming)
            }),
        ),
        ("streaming", Message::Assistant(AssistantMessage { tail, ..answer("12", ReplyState::Streaming) })),
    ];
    messages.iter().map(|(name, props)| (*name, message(l, props))).collect()
}
