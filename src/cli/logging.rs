//! The log on standard error: one event, one line, whatever the event holds.
//!
//! Names, user agents and error texts come from outside. A line break in one would forge a line, an escape sequence
//! would act on the terminal of whoever reads it, so every control character is written as `\u001b`. That form is
//! valid in JSON too, where such characters only stand inside strings. There are no colours for the same reason.

use crate::config::{LogFilter, LogFormat};
use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
};
use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, util::SubscriberInitExt};

/// Starts the log of this process. Calling it again is harmless and changes nothing.
pub fn start(level: &LogFilter, format: LogFormat) {
    let json = match format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !io::stderr().is_terminal(),
    };
    // The error says that a log runs already, which is what was asked for.
    drop(if json {
        json_lines(level, io::stderr).try_init()
    } else {
        text_lines(level, io::stderr).try_init()
    });
}

/// The text with every character that could start a new line or act on a terminal written as `\u001b`.
pub fn without_controls(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) { safe += &format!("\\u{:04x}", c as u32) } else { safe.push(c) }
    }
    Cow::Owned(safe)
}

/// Control characters, line and paragraph separators, and the marks that turn the direction of writing round.
fn acts(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The Redis client warns of each connection that it loses, and so do we, once. A setting for `fred` wins.
fn filter(level: &LogFilter) -> EnvFilter {
    EnvFilter::new(format!("fred=error,{}", level.as_str()))
}

fn text_lines<W>(level: &LogFilter, to: W) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let fmt = tracing_subscriber::fmt().with_env_filter(filter(level));
    fmt.with_ansi(false).with_writer(OneLine(to)).finish()
}

fn json_lines<W>(level: &LogFilter, to: W) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let fmt = tracing_subscriber::fmt().with_env_filter(filter(level));
    fmt.json().flatten_event(true).with_ansi(false).with_writer(OneLine(to)).finish()
}

/// Makes writers that keep every event on one line.
struct OneLine<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = OneLineWriter<W::Writer>;
    fn make_writer(&'a self) -> Self::Writer {
        OneLineWriter(self.0.make_writer())
    }
}

/// Relies on the subscriber writing an event, with its line break, in one piece.
struct OneLineWriter<W>(W);

impl<W: Write> Write for OneLineWriter<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = without_controls(text.strip_suffix('\n').unwrap_or(&text));
        self.0.write_all(format!("{line}\n").as_bytes())?;
        Ok(event.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use parking_lot::Mutex;
    use std::sync::Arc;

    const HOSTILE: &str = "a\r\nb\u{1b}[2Jc\0d\u{9b}e\u{2028}f\u{202e}g";

    fn logged(json: bool, event: impl FnOnce()) -> String {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let copy = Arc::clone(&lines);
        let writer = move || Copy(Arc::clone(&copy));
        let level = Config::default().log.level;
        if json {
            tracing::subscriber::with_default(json_lines(&level, writer), event);
        } else {
            tracing::subscriber::with_default(text_lines(&level, writer), event);
        }
        let text = lines.lock().clone();
        String::from_utf8(text).unwrap()
    }

    struct Copy(Arc<Mutex<Vec<u8>>>);

    impl Write for Copy {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_hostile_value_stays_on_its_line_in_either_form() {
        for json in [false, true] {
            let text = logged(json, || {
                tracing::info!(user_agent = %HOSTILE, name = HOSTILE, "hello {HOSTILE}");
                tracing::info_span!("request", path = %HOSTILE).in_scope(|| tracing::warn!("second"));
            });
            assert_eq!(text.lines().count(), 2, "{text}");
            assert!(!text.trim_end_matches('\n').lines().any(|line| line.contains(acts)), "{text:?}");
        }
    }

    #[test]
    fn a_hostile_value_comes_out_of_json_as_it_went_in() {
        let text = logged(true, || tracing::info!(name = HOSTILE, "hello"));
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((event["name"].as_str(), event["message"].as_str()), (Some(HOSTILE), Some("hello")));
    }

    #[test]
    fn the_level_holds_back_what_is_below_it() {
        assert_eq!(logged(false, || tracing::debug!("quiet")), "");
        assert_eq!(logged(false, || tracing::warn!(target: "fred::router", "quiet")), "");
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        assert!(matches!(without_controls("größer, 日本語, “quoted”"), Cow::Borrowed(_)));
    }
}
