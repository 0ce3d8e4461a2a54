//! Many streams at once, and what they cost.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use tokio::task::JoinSet;

use crate::{
    face::{Face, Screen},
    target::{Ready, Target},
};

/// What to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Streams at once.
    pub streams: usize,
    /// How Freshet is watched.
    pub face: Face,
    /// The simulated model with its options.
    pub model: String,
    /// What is asked.
    pub prompt: String,
    /// Time between two tokens, for lateness; zero where none is measured.
    pub pace: Duration,
    /// The streams begin within this time.
    pub spread: Duration,
    /// Tokens of the answer, if they are counted.
    pub tokens: Option<usize>,
    /// The answer's text, if it is known.
    pub text: Option<Arc<str>>,
    /// A stream that takes longer has failed.
    pub limit: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// CPU seconds of the target.
    pub cpu: f64,
    /// Bytes that viewers read.
    pub bytes: f64,
    /// Tokens that viewers saw.
    pub tokens: f64,
    /// From the send to the first token, in ms, one per stream.
    pub first: Vec<f64>,
    /// How late each token was against the stream's best one, in ms.
    pub late: Vec<f64>,
    /// Streams that broke, ended badly or took too long.
    pub failed: usize,
    /// Streams whose text was not what the provider had said.
    pub wrong: usize,
    /// The target's resident memory before and at most, in bytes.
    pub resident: (f64, f64),
}

struct Seen {
    first: f64,
    late: Vec<f64>,
    bytes: usize,
    tokens: usize,
    failed: bool,
}

/// Prepares all streams, then measures from the first send to the last end.
pub async fn run(target: &Arc<Target>, plan: &Plan) -> anyhow::Result<Outcome> {
    let ready: Vec<Ready> = stream::iter(0..plan.streams)
        .map(|_| target.prepare(plan.face, &plan.model, &plan.prompt))
        .buffer_unordered(32)
        .try_collect()
        .await?;
    let before = target.process().resident();
    let (cpu, done) = (target.process().cpu(), Arc::new(AtomicBool::new(false)));
    let mut watch = JoinSet::new();
    watch.spawn(peak(Arc::clone(target), Arc::clone(&done)));
    let mut streams = JoinSet::new();
    for (index, ready) in ready.into_iter().enumerate() {
        let wait = plan.spread.mul_f64(index as f64 / plan.streams as f64);
        streams.spawn(one(ready, plan.clone(), wait));
    }
    let all = streams.join_all().await;
    let mut outcome = Outcome { cpu: target.process().cpu() - cpu, ..Outcome::default() };
    done.store(true, Ordering::Relaxed);
    let highest = watch.join_all().await.into_iter().fold(before, f64::max);
    outcome.resident = (before, highest);
    for (mut ready, seen) in all {
        outcome.bytes += seen.bytes as f64;
        outcome.tokens += seen.tokens as f64;
        outcome.first.push(seen.first);
        outcome.late.extend(seen.late);
        outcome.failed += usize::from(seen.failed);
        let short = plan.tokens.is_some_and(|tokens| tokens != seen.tokens);
        let stored = ready.stored(target).await?;
        let other = stored.zip(plan.text.as_ref()).is_some_and(|(stored, text)| *stored != **text);
        outcome.wrong += usize::from(!seen.failed && (short || other));
    }
    Ok(outcome)
}

async fn one(mut ready: Ready, plan: Plan, wait: Duration) -> (Ready, Seen) {
    tokio::time::sleep(wait).await;
    let began = Instant::now();
    let pace = plan.pace.as_secs_f64() * 1e3;
    let (mut have, mut first, mut late) = (0, f64::INFINITY, Vec::new());
    let note = |screen: &Screen| {
        if screen.tokens > have {
            let now = began.elapsed().as_secs_f64() * 1e3;
            first = first.min(now);
            if pace > 0.0 {
                late.extend((have..screen.tokens).map(|token| now - token as f64 * pace));
            }
            have = screen.tokens;
        }
    };
    let screen = tokio::time::timeout(plan.limit, ready.run(note)).await;
    let best = late.iter().copied().fold(f64::INFINITY, f64::min);
    late.iter_mut().for_each(|late| *late -= best);
    let (bytes, tokens, failed) = match screen {
        Ok(Ok(screen)) => (screen.bytes, screen.tokens, screen.failed),
        _ => (0, have, true),
    };
    (ready, Seen { first, late, bytes, tokens, failed })
}

async fn peak(target: Arc<Target>, done: Arc<AtomicBool>) -> f64 {
    let mut highest = 0.0_f64;
    while !done.load(Ordering::Relaxed) {
        highest = highest.max(target.process().resident());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    highest
}

/// The value below which `part` of the values lie.
pub fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted: Vec<f64> = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * part).round() as usize).copied().unwrap_or(f64::NAN)
}

/// The middle value.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}
