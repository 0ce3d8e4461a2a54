//! Paced streams: CPU per token, latency, bytes, and how many at once.

use std::{sync::Arc, time::Duration};

use super::{Bench, Who};
use crate::{
    budget::Budget,
    face::Face,
    load::{self, Outcome, Plan, median, quantile},
    report::{Report, Row},
    target::Target,
};

/// Between two tokens.
const PACE: Duration = Duration::from_millis(20);
/// Beyond these, streams count as too many.
const LATE_MS: f64 = 250.0;
const FIRST_MS: f64 = 1000.0;
/// Nobody gets further here: the driver needs two handles a stream, and has twenty thousand.
const MOST: usize = 4096;

/// Streams of so many tokens at 20 ms, checked against what the provider says.
pub async fn plan(bench: &Bench<'_>, streams: usize, tokens: usize) -> anyhow::Result<Plan> {
    let text = bench.text(&format!("tokens:n={tokens},ms=0,seed=7"), "go").await?;
    let lasts = PACE * u32::try_from(tokens)?;
    Ok(Plan {
        streams,
        face: Face::OpenAi,
        model: format!("tokens:n={tokens},ms={},first=0,seed=7", PACE.as_millis()),
        prompt: "go".to_owned(),
        pace: PACE,
        spread: Duration::from_secs(if streams > 50 { 2 } else { 1 }),
        tokens: Some(tokens),
        text: Some(text),
        limit: lasts * 2 + Duration::from_secs(20),
    })
}

/// CPU, latency and bytes per token at this many streams.
pub async fn tokens(bench: &Bench<'_>, report: &mut Report, streams: usize) -> anyhow::Result<()> {
    let quick = bench.options.quick;
    let tokens = match (quick, streams > 50) {
        (false, false) => 500,
        (true, true) => 100,
        _ => 200,
    };
    let plan = plan(bench, streams, tokens).await?;
    let who = [Who::Pass, Who::Html, Who::Json, Who::Naive, Who::Direct];
    let outcomes = bench.rounds(&plan, &who, bench.options.rounds, report).await?;
    let [pass, html, json, naive, direct] = &outcomes[..] else { return Ok(()) };
    let cost = |outcome: &Outcome| outcome.cpu / outcome.tokens * 1e6;
    let budget = Budget::AtMost(if streams > 50 { 1.5 } else { 2.0 });
    let said = format!("{streams} streams of {tokens} tokens");
    report.add(compared(
        &format!("CPU per 1,000 tokens, {said}, page"),
        " ms",
        cost,
        pass,
        html,
        naive,
        budget,
    ));
    report.add(compared(
        &format!("CPU per 1,000 tokens, {said}, JSON"),
        " ms",
        cost,
        pass,
        json,
        naive,
        Budget::None,
    ));
    if streams > 50 {
        return Ok(());
    }
    for (part, name, bound) in [(0.5, "p50", 5.0), (0.99, "p99", 15.0)] {
        let alone = median(&all(direct, |outcome| quantile(&outcome.first, part)));
        let first = |outcome: &Outcome| quantile(&outcome.first, part) - alone;
        let what = format!("added to the first token, {name}, {streams} streams");
        report.add(Row {
            ratio: None,
            ..compared(&what, " ms", first, pass, html, naive, Budget::AtMost(bound))
        });
    }
    for (part, name, budget) in [(0.5, "p50", Budget::None), (0.99, "p99", Budget::AtMost(50.0))] {
        let late = |outcome: &Outcome| quantile(&outcome.late, part);
        let what = format!("lateness of a token, {name}, {streams} streams");
        report.add(Row { ratio: None, ..compared(&what, " ms", late, pass, html, naive, budget) });
    }
    let bytes = |outcome: &Outcome| outcome.bytes / outcome.tokens;
    let row = compared("bytes per token, page", " B", bytes, pass, html, naive, Budget::AtMost(250.0));
    report.add(Row { ratio: None, ..row });
    let row = compared("bytes per token, JSON", " B", bytes, pass, json, naive, Budget::AtMost(250.0));
    report.add(Row { ratio: None, ..row });
    Ok(())
}

/// CPU to start a chat: for Freshet its making, the send and the answer's way back over the session's rights.
pub async fn starts(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    let mut one = plan(bench, 20, 1).await?;
    one.spread = Duration::ZERO;
    let batches = if bench.options.quick { 15 } else { 40 };
    let who = [Who::Pass, Who::Html, Who::Json];
    let mut targets = Vec::new();
    for who in who {
        targets.push(bench.start(who).await?);
    }
    let mut costs = [const { Vec::new() }; 3];
    for round in 0..bench.options.rounds {
        for turn in 0..who.len() {
            let index = (turn + round) % who.len();
            let plan = Plan { face: who[index].face(), ..one.clone() };
            let before = targets[index].process().cpu();
            for _ in 0..batches {
                let outcome = load::run(&targets[index], &plan).await?;
                report.check(who[index], &plan, &outcome);
            }
            let chats = (batches * plan.streams) as f64;
            costs[index].push((targets[index].process().cpu() - before) / chats * 1e3);
        }
    }
    let [pass, html, json] = &costs;
    for (costs, face, budget) in
        [(html, "page stream", Budget::AtMost(4.0)), (json, "JSON stream", Budget::None)]
    {
        let ratios: Vec<f64> = costs.iter().zip(pass).map(|(mine, pass)| mine / pass).collect();
        report.add(Row {
            pass: Some(median(pass)),
            ratio: Some(median(&ratios)),
            ..Row::new(
                format!("CPU to start a chat: make, watch, send, one token, read back ({face})"),
                " ms",
                median(costs),
                budget,
            )
        });
    }
    Ok(())
}

/// How many streams at once before tokens come late.
pub async fn capacity(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    let mut most = [0.0; 2];
    for (index, who) in [Who::Pass, Who::Html].into_iter().enumerate() {
        most[index] = search(bench, who).await? as f64;
    }
    let row = |what, budget| Row { pass: Some(most[0]), ..Row::new(what, "", most[1], budget) };
    report.add(row("20 ms streams at once, until p99 is 250 ms late", Budget::AtLeast(1100.0)));
    report.add(Row { ratio: Some(most[1] / most[0]), ..row("the same against pass", Budget::AtLeast(0.4)) });
    Ok(())
}

/// Doubles until it breaks, then halves the gap until it is below an eighth. At most a dozen tries.
async fn search(bench: &Bench<'_>, who: Who) -> anyhow::Result<usize> {
    let target = bench.start(who).await?;
    let tokens = if bench.options.quick { 100 } else { 300 };
    let (mut good, mut bad) = (0, MOST + 1);
    let mut next = if bench.options.quick { 512 } else { 256 };
    for _ in 0..12 {
        let kept = holds(bench, &target, who, next, tokens).await?;
        if kept {
            good = next
        } else {
            bad = next
        }
        if good >= MOST || (bad <= MOST && (bad - good) * 8 <= bad) {
            break;
        }
        next = if bad > MOST { (good * 2).min(MOST) } else { (good + bad) / 2 };
    }
    Ok(good)
}

async fn holds(
    bench: &Bench<'_>,
    target: &Arc<Target>,
    who: Who,
    streams: usize,
    tokens: usize,
) -> anyhow::Result<bool> {
    let plan = Plan { face: who.face(), ..plan(bench, streams, tokens).await? };
    let outcome = load::run(target, &plan).await?;
    let (late, first) = (quantile(&outcome.late, 0.99), quantile(&outcome.first, 0.99));
    let broken = outcome.failed + outcome.wrong;
    eprintln!("    {who:?} {streams}: late p99 {late:.0} ms, first p99 {first:.0} ms, {broken} broken");
    Ok(broken == 0 && late <= LATE_MS && first <= FIRST_MS)
}

fn all(outcomes: &[Outcome], figure: impl Fn(&Outcome) -> f64) -> Vec<f64> {
    outcomes.iter().map(figure).collect()
}

/// A row of medians, with the median of the ratios within each round.
fn compared(
    what: &str,
    unit: &'static str,
    figure: impl Fn(&Outcome) -> f64,
    pass: &[Outcome],
    freshet: &[Outcome],
    naive: &[Outcome],
    budget: Budget,
) -> Row {
    let ratios: Vec<f64> = pass.iter().zip(freshet).map(|(pass, mine)| figure(mine) / figure(pass)).collect();
    Row {
        pass: Some(median(&all(pass, &figure))),
        naive: Some(median(&all(naive, &figure))),
        ratio: Some(median(&ratios)),
        ..Row::new(what, unit, median(&all(freshet, &figure)), budget)
    }
}
