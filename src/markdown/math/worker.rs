//! The thread on which formulas are converted.
//!
//! The converters recurse with the formula: a debug build needs some 64 KiB for each level, and macros of the second
//! one may nest [`MAX_EXPANSIONS`] deep on top of what [`super::guard`] allows. So they run here, on a stack that holds
//! the worst of it, never on an async thread. Only text travels, once for all formulas of a block.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use katex::{KatexContext, OutputFormat, Settings};
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

use super::{Formula, Place};

/// Touched only as far as a formula needs it.
const STACK: usize = 64 * 1024 * 1024;
/// Steps of macros, the built-in ones too, before a formula is given up.
const MAX_EXPANSIONS: usize = 200;

struct Job {
    formulas: Vec<Formula>,
    answer: SyncSender<Vec<Option<String>>>,
}

static THREAD: LazyLock<Option<Sender<Job>>> = LazyLock::new(|| {
    let (jobs, inbox) = channel();
    let thread = thread::Builder::new().name("formulas".into()).stack_size(STACK);
    thread.spawn(move || run(&inbox)).ok()?;
    Some(jobs)
});

/// What each formula became, in order; nothing where no converter could read it.
pub(super) fn convert(formulas: Vec<Formula>) -> Vec<Option<String>> {
    if formulas.is_empty() {
        return Vec::new();
    }
    let (answer, converted) = sync_channel(1);
    let sent = THREAD.as_ref().and_then(|thread| thread.send(Job { formulas, answer }).ok());
    sent.and_then(|()| converted.recv().ok()).unwrap_or_default()
}

fn run(inbox: &Receiver<Job>) {
    let mut converters = Converters::new();
    while let Ok(Job { formulas, answer }) = inbox.recv() {
        let convert = |formula| {
            let tried = catch_unwind(AssertUnwindSafe(|| super::convert(formula, &converters)));
            tried.unwrap_or_else(|_| {
                converters = Converters::new();
                None
            })
        };
        // The reply may have been dropped while it waited.
        let _ = answer.send(formulas.iter().map(convert).collect());
    }
}

/// Both converters, made once.
pub(super) struct Converters {
    first: Option<LatexToMathML>,
    second: KatexContext,
}

impl Converters {
    fn new() -> Converters {
        Converters {
            first: LatexToMathML::new(MathCoreConfig::default()).ok(),
            second: KatexContext::default(),
        }
    }

    /// Quick, and its letters are the right ones.
    pub(super) fn first(&self, latex: &str, place: Place) -> Option<String> {
        let display = match place {
            Place::Inline => MathDisplay::Inline,
            Place::Display => MathDisplay::Block,
        };
        Some(self.first.as_ref()?.convert_with_local_state(latex, display).ok()?.mathml)
    }

    /// Ten times slower, but it knows macros and more commands.
    pub(super) fn second(&self, latex: &str, place: Place) -> Option<String> {
        let settings = Settings::builder()
            .display_mode(place == Place::Display)
            .output(OutputFormat::Mathml)
            .throw_on_error(true)
            .max_expand(MAX_EXPANSIONS)
            .max_size(20.0)
            .build();
        katex::render_to_string(&self.second, latex, &settings).ok()
    }
}
