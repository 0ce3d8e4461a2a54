//! Painting lines of a fence that is still open, on threads of its own.
//!
//! A grammar's state may not move between threads, but the reply that owns the fence does (its task is stolen from
//! core to core). So the state stays on a small painting thread and only text travels. Waiting for the answer costs
//! about as much as painting one line; it is asked once per push, for all new lines together.
//!
//! A thread's queue has a bound, and who finds it full waits: a line that went unpainted would differ from the same line
//! after a reload.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::highlight::Painter;
use super::language::Language;

enum Job {
    Paint { fence: u64, language: Language, lines: Vec<String>, answer: SyncSender<Vec<String>> },
    Forget { fence: u64 },
}

/// What waits for one painting thread. Callers wait for their answer, so more than this comes together only in a crowd.
const WAITING: usize = 64;

static THREADS: LazyLock<Vec<SyncSender<Job>>> = LazyLock::new(|| {
    let count = thread::available_parallelism().map_or(1, |n| n.get().min(4));
    (0..count).filter_map(start).collect()
});
static NEXT: AtomicU64 = AtomicU64::new(0);

/// One open fence's place on a painting thread. Forgotten there when dropped.
#[derive(Debug)]
pub(super) struct RemotePainter {
    fence: u64,
    language: Language,
}

impl RemotePainter {
    pub(super) fn new(language: Language) -> RemotePainter {
        RemotePainter { fence: NEXT.fetch_add(1, Ordering::Relaxed), language }
    }

    /// The spans of the next lines, each ending with `\n`; `None` if the painting thread is gone.
    pub(super) fn lines(&self, lines: Vec<String>) -> Option<Vec<String>> {
        let (answer, painted) = sync_channel(1);
        let job = Job::Paint { fence: self.fence, language: self.language.clone(), lines, answer };
        self.thread()?.send(job).ok()?;
        painted.recv().ok()
    }

    fn thread(&self) -> Option<&'static SyncSender<Job>> {
        let count = u64::try_from(THREADS.len()).unwrap_or(1).max(1);
        THREADS.get(usize::try_from(self.fence % count).unwrap_or(0))
    }
}

impl Drop for RemotePainter {
    fn drop(&mut self) {
        if let Some(thread) = self.thread() {
            // A thread that is gone has forgotten already.
            let _ = thread.send(Job::Forget { fence: self.fence });
        }
    }
}

fn start(number: usize) -> Option<SyncSender<Job>> {
    let (jobs, inbox) = sync_channel(WAITING);
    thread::Builder::new().name(format!("painter-{number}")).spawn(move || run(&inbox)).ok()?;
    Some(jobs)
}

fn run(inbox: &Receiver<Job>) {
    let mut painters: HashMap<u64, Painter> = HashMap::new();
    while let Ok(job) = inbox.recv() {
        match job {
            Job::Forget { fence } => drop(painters.remove(&fence)),
            Job::Paint { fence, language, lines, answer } => {
                let Some(grammar) = language.grammar() else { continue };
                let painter = painters.entry(fence).or_insert_with(|| Painter::new(grammar));
                // The reply may have been dropped while it waited.
                let _ = answer.send(lines.iter().map(|line| painter.line(line)).collect());
            }
        }
    }
}
