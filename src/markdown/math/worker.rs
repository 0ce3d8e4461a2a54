//! The threads on which formulas are converted.
//!
//! The converters recurse with the formula: a debug build needs some 64 KiB for each level, and macros of the second
//! one may nest [`MAX_EXPANSIONS`] deep on top of what [`super::guard`] allows. So they run here, on a stack that holds
//! the worst of it, never on an async thread. Only text travels, some formulas at a time, so that a text with very many
//! of them takes turns with everybody else's.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, LazyLock};
use std::thread;

use katex::{KatexContext, OutputFormat, Settings};
use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use parking_lot::Mutex;

use super::{Formula, Place};

/// Touched only as far as a formula needs it.
const STACK: usize = 64 * 1024 * 1024;
/// Steps of macros, the built-in ones too, before a formula is given up.
const MAX_EXPANSIONS: usize = 200;

/// Formulas that one thread takes at a time.
const TURN: usize = 16;
/// Turns that wait for a thread; who comes with one more waits for a place.
const QUEUE: usize = 64;

struct Job {
    formulas: Vec<Formula>,
    answer: SyncSender<Vec<Option<String>>>,
}

static THREADS: LazyLock<Option<SyncSender<Job>>> = LazyLock::new(|| {
    let (jobs, inbox) = sync_channel(QUEUE);
    let inbox = Arc::new(Mutex::new(inbox));
    let count = thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4));
    let start = |number: usize| {
        let (inbox, thread) = (Arc::clone(&inbox), thread::Builder::new().name(format!("formulas-{number}")));
        thread.stack_size(STACK).spawn(move || run(&inbox)).is_ok()
    };
    ((0..count).filter(|number| start(*number)).count() > 0).then_some(jobs)
});

/// What each formula became, in order; nothing where no converter could read it.
pub(super) fn convert(formulas: &[Formula]) -> Vec<Option<String>> {
    let turn = |some: &[Formula]| {
        let (answer, converted) = sync_channel(1);
        let sent = THREADS.as_ref().and_then(|jobs| jobs.send(Job { formulas: some.to_vec(), answer }).ok());
        sent.and_then(|()| converted.recv().ok()).unwrap_or_else(|| vec![None; some.len()])
    };
    formulas.chunks(TURN).flat_map(turn).collect()
}

fn run(inbox: &Mutex<Receiver<Job>>) {
    let mut converters = Converters::new();
    loop {
        // The lock is held while this one waits: the others have nothing to do then.
        let next = inbox.lock().recv();
        let Ok(Job { formulas, answer }) = next else { return };
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
