//! Failures on demand: the prompt is the script. Each is something a real provider has really done.
//!
//! `name key=value …`, for example `cut after=200`. With `times=2` only the first two identical requests fail.

use std::time::Duration;

use super::{
    Refusal,
    cast::say,
    score::{Beat, Cut, Fragment, Part},
};

/// What a script comes to.
pub enum Fault {
    /// A response that is no stream.
    Refuse(Refusal),
    /// A stream, well or not.
    Play(Vec<Beat>),
}

const CARRIER: &str = "The answer begins as planned, word after word, and nothing seems to be wrong with it. Then, on \
                       purpose, something happens that a program must be ready for. ";

const HTML: &str =
    "<!doctype html><title>Bad gateway</title><h1>502</h1><p>The upstream is having a day off.</p>";

const HELP: &str = "I fail on demand. Write one of these as your message:\n\n\
    | script | what happens |\n|---|---|\n\
    | `cut after=200` | the connection breaks in the middle of a chunk |\n\
    | `stall after=100 ms=60000` | silence, then the rest |\n\
    | `first ms=5000` | silence before the first word |\n\
    | `dribble ms=2000 n=30` | one byte at a time, without a line end |\n\
    | `line bytes=10485760` | a line that never ends |\n\
    | `malformed after=50` | half a JSON object, then on as if nothing were |\n\
    | `status 429 retry_after=2` | an error status, any of them |\n\
    | `quota` · `context` · `key` | errors with the provider's own codes |\n\
    | `html200` · `json200` · `empty` | a success that is none |\n\
    | `error_chunk after=50 code=…` | an error inside the stream |\n\
    | `no_finish` · `no_done` · `no_usage` · `late_usage ms=500` | endings that lack something |\n\
    | `finish reason=content_filter` | another ending |\n\
    | `huge chunk=5000000` · `tiny n=100000` | very large, very small |\n\
    | `slow_thinking ms=500` | long thoughts |\n\
    | `tool call name=add` | a tool call in fragments; with `think=1` after a thought |\n\
    | `utf8` · `surrogate` · `invalid` · `noise` | text and events that are hard to read |\n\n\
    Add `times=1` to fail only the first time.";

/// The words of a script.
struct Script<'a> {
    name: &'a str,
    words: Vec<&'a str>,
}

impl<'a> Script<'a> {
    fn parse(prompt: &'a str) -> Self {
        let mut words = prompt.lines().next().unwrap_or("").split_whitespace();
        Self { name: words.next().unwrap_or(""), words: words.collect() }
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }

    fn number(&self, key: &str, usual: u64) -> u64 {
        self.text(key).and_then(|value| value.parse().ok()).unwrap_or(usual)
    }

    fn time(&self, key: &str, usual: u64) -> Duration {
        Duration::from_millis(self.number(key, usual).min(3_600_000))
    }

    /// The text before the fault, of exactly `after` bytes.
    fn before(&self, usual: u64) -> Beat {
        let length = usize::try_from(self.number("after", usual).min(4_000_000)).unwrap_or(0);
        let text: String = CARRIER.chars().cycle().take(length).collect();
        say(text, Cut::Words, Duration::ZERO)
    }
}

/// How often a prompt's fault is to happen; `None` is always.
pub fn times(prompt: &str) -> Option<u64> {
    Script::parse(prompt).text("times").and_then(|times| times.parse().ok())
}

/// Reads a prompt as a script. What is no script is answered with the list of scripts.
pub fn read(prompt: &str) -> Fault {
    let script = Script::parse(prompt);
    if let Some(refusal) = refusal(&script) {
        return Fault::Refuse(refusal);
    }
    let mut beats = stream(&script).unwrap_or_else(|| vec![say(HELP, Cut::Words, Duration::from_millis(5))]);
    let ended = beats.iter().any(|beat| matches!(beat, Beat::Finish(_) | Beat::Done | Beat::Break));
    if !ended && script.name != "empty" {
        beats.extend([Beat::Finish("stop"), Beat::Usage, Beat::Done]);
    }
    Fault::Play(beats)
}

fn refusal(script: &Script<'_>) -> Option<Refusal> {
    Some(match script.name {
        "status" => {
            let status = script
                .words
                .first()
                .and_then(|word| word.parse().ok())
                .filter(|code| (400..600).contains(code));
            let status = status.unwrap_or(500);
            let retry_after = script.text("retry_after").map(str::to_owned);
            Refusal { retry_after, ..Refusal::new(status, code_of(status), "a failure you asked for") }
        }
        "quota" => Refusal::new(429, "insufficient_quota", "You exceeded your current quota."),
        "context" => {
            Refusal::new(400, "context_length_exceeded", "This model's maximum context length is 10 tokens.")
        }
        "key" => Refusal::new(401, "invalid_api_key", "Incorrect API key provided."),
        "model" => Refusal::new(404, "model_not_found", "The model does not exist."),
        "html200" => Refusal { html: true, ..Refusal::new(200, "", HTML) },
        "json200" => Refusal::new(200, "server_error", "an error in disguise"),
        _ => return None,
    })
}

fn code_of(status: u16) -> &'static str {
    match status {
        401 => "invalid_api_key",
        404 => "model_not_found",
        429 => "rate_limit_exceeded",
        503 => "server_is_overloaded",
        500.. => "server_error",
        _ => "bad_request",
    }
}

fn stream(script: &Script<'_>) -> Option<Vec<Beat>> {
    Some(match script.name {
        // The short wait lets the half chunk leave the socket's buffer before the connection goes.
        "cut" => vec![
            script.before(200),
            Beat::Half { closed: false },
            Beat::Wait(Duration::from_millis(10)),
            Beat::Break,
        ],
        "stall" => vec![script.before(100), Beat::Wait(script.time("ms", 60_000)), script.before(100)],
        "first" => vec![Beat::Wait(script.time("ms", 5_000)), script.before(100)],
        "dribble" => {
            let length = usize::try_from(script.number("n", 30).min(100_000)).unwrap_or(0);
            vec![script.before(20), Beat::Dribble { length, every: script.time("ms", 2_000) }]
        }
        "line" => vec![script.before(20), endless(script.number("bytes", 10 << 20))],
        "malformed" => vec![script.before(50), Beat::Half { closed: true }, script.before(50)],
        "empty" => Vec::new(),
        "no_finish" => vec![script.before(100), Beat::Done],
        "no_done" => vec![script.before(100), Beat::Finish("stop")],
        "no_usage" => vec![script.before(100), Beat::Finish("stop"), Beat::Done],
        "finish" => vec![script.before(100), Beat::Finish(reason(script)), Beat::Usage, Beat::Done],
        "error_chunk" => {
            let code = script.text("code").unwrap_or("server_error");
            vec![script.before(50), Beat::Error(code.to_owned()), Beat::Done]
        }
        "huge" => vec![say(carrier(script.number("chunk", 5_000_000)), Cut::Whole, Duration::ZERO)],
        "tiny" => vec![say(carrier(script.number("n", 100_000)), Cut::Chars(1), Duration::ZERO)],
        "slow_thinking" => vec![
            Beat::Say {
                part: Part::Thinking,
                text: CARRIER.into(),
                cut: Cut::Words,
                every: script.time("ms", 500),
            },
            say("That took a while.", Cut::Words, Duration::ZERO),
        ],
        "tool" => tool(script),
        "utf8" => vec![Beat::Shred("Grüße, 👩‍👩‍👧‍👦 and 한글, naïve café, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 — ✓")],
        "surrogate" => vec![Beat::Escaped(br"wave \ud83c\udf0a, half \ud83c!")],
        // A byte that is never UTF-8, and a character that lacks its end.
        "invalid" => vec![Beat::Escaped(b"good \xff bad \xe2\x82 good")],
        "late_usage" => {
            let wait = Beat::Wait(script.time("ms", 500));
            vec![script.before(100), Beat::Finish("stop"), wait, Beat::Usage, Beat::Done]
        }
        "noise" => vec![Beat::Noise, script.before(100)],
        _ => return None,
    })
}

fn reason(script: &Script<'_>) -> &'static str {
    match script.text("reason").unwrap_or("content_filter") {
        "length" => "length",
        "tool_calls" => "tool_calls",
        "error" => "error",
        "eos" => "eos",
        _ => "content_filter",
    }
}

fn tool(script: &Script<'_>) -> Vec<Beat> {
    let name = script.text("name").unwrap_or("add").to_owned();
    let thought = script.text("think").map(|_| Beat::Say {
        part: Part::Thinking,
        text: CARRIER.into(),
        cut: Cut::Words,
        every: Duration::ZERO,
    });
    let call =
        |opens, arguments: &str| Beat::Call(Fragment { index: 0, opens, arguments: arguments.to_owned() });
    let calls = [
        call(Some(("call_1".to_owned(), name)), ""),
        call(None, "{\"a\":"),
        call(None, " 1}"),
        Beat::Finish("tool_calls"),
        Beat::Usage,
        Beat::Done,
    ];
    thought.into_iter().chain(calls).collect()
}

fn carrier(bytes: u64) -> String {
    CARRIER.chars().cycle().take(usize::try_from(bytes.min(20_000_000)).unwrap_or(0)).collect()
}

fn endless(bytes: u64) -> Beat {
    let line = vec![b'x'; usize::try_from(bytes.min(64 << 20)).unwrap_or(0)];
    Beat::Raw { bytes: line.into(), step: 64 << 10, every: Duration::ZERO }
}
