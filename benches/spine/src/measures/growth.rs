//! The law of growth: an answer twenty times as long may cost twenty times as much, and hardly more.

use std::{sync::Arc, time::Duration};

use super::{Bench, Who};
use crate::{
    budget::Budget,
    face::Face,
    load::{Outcome, Plan, median},
    report::{Report, Row},
};

/// How much longer the long one is.
const TIMES: usize = 20;
/// Above 20, as a start and an end are paid once.
const BUDGET: Budget = Budget::AtMost(22.0);

/// An answer that is one block from start to end.
const SHAPES: [(&str, &str, &str); 4] = [
    ("list", "", "- the river carries **small** stones over the meadow\n"),
    ("table", "| river | stones | meadow |\n|---|---|---|\n", "| water | *silver* light | quiet valley |\n"),
    ("paragraph", "", "the river carries **small** stones over the quiet meadow "),
    ("fence", "```rust\n", "let river = stones.iter().map(|stone| stone.weight() + 1).sum();\n"),
];

/// The essay for all targets, and the four shapes.
pub async fn all(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    essay(bench, report).await?;
    let shapes = if bench.options.quick { &SHAPES[..1] } else { &SHAPES[..] };
    let size = if bench.options.quick { 2_000 } else { 6_000 };
    for (name, head, line) in shapes {
        let mut grown = [0.0; 4];
        for (index, times) in [1, TIMES].into_iter().enumerate() {
            let prompt = format!("{head}{}", line.repeat(size * times / line.len()));
            let plan = plan("echo:ms=1,seed=3", &prompt, prompt.as_str().into(), prompt.len());
            let outcome = one(bench, &plan, Who::Html, report).await?;
            (grown[index], grown[2 + index]) = (outcome.cpu, outcome.bytes);
        }
        told(report, &format!("one {name} of {} KB", size * TIMES / 1000), grown);
    }
    Ok(())
}

async fn essay(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    let mut outcomes = Vec::new();
    for times in [1, TIMES] {
        let text = bench.text(&format!("essay:repeat={times},ms=0"), "go").await?;
        let plan = plan(&format!("essay:repeat={times},ms=1"), "go", text.clone(), text.len());
        outcomes.push(bench.rounds(&plan, &[Who::Pass, Who::Html], bench.options.rounds, report).await?);
    }
    let [short, long] = &outcomes[..] else { return Ok(()) };
    let figure = |of: &[Outcome], what: fn(&Outcome) -> f64| median(&of.iter().map(what).collect::<Vec<_>>());
    for (target, name) in [(0, "pass"), (1, "freshet")] {
        let grown = [
            figure(&short[target], |outcome| outcome.cpu),
            figure(&long[target], |outcome| outcome.cpu),
            figure(&short[target], |outcome| outcome.bytes),
            figure(&long[target], |outcome| outcome.bytes),
        ];
        match name {
            "pass" => eprintln!(
                "    pass grows by {:.1} in CPU, {:.1} in bytes",
                grown[1] / grown[0],
                grown[3] / grown[2]
            ),
            _ => told(report, "essay of 125 KB", grown),
        }
    }
    if bench.options.quick {
        return Ok(());
    }
    // One stream, once: it takes a minute of CPU and sends more than a gigabyte.
    let mut naive = Vec::new();
    for times in [1, TIMES] {
        let plan =
            Plan { streams: 1, ..plan(&format!("essay:repeat={times},ms=1"), "go", "".into(), 200_000) };
        naive.push(one(bench, &plan, Who::Naive, report).await?);
    }
    let grown = [naive[0].cpu, naive[1].cpu, naive[0].bytes, naive[1].bytes];
    eprintln!("    naive grows by {:.0} in CPU, {:.0} in bytes", grown[1] / grown[0], grown[3] / grown[2]);
    report.about.push(format!(
        "naive rendering of the essay, {TIMES} × the length: {:.0} × the CPU, {:.0} × the bytes",
        grown[1] / grown[0],
        grown[3] / grown[2]
    ));
    Ok(())
}

fn plan(model: &str, prompt: &str, text: Arc<str>, length: usize) -> Plan {
    Plan {
        // Several, so that a short answer's cost is more than a few ticks of the kernel's clock.
        streams: 8,
        face: Face::Html,
        model: model.to_owned(),
        prompt: prompt.to_owned(),
        pace: Duration::ZERO,
        spread: Duration::from_millis(40),
        tokens: None,
        text: Some(text),
        limit: Duration::from_secs(30) + Duration::from_millis(length as u64),
    }
}

async fn one(bench: &Bench<'_>, plan: &Plan, who: Who, report: &mut Report) -> anyhow::Result<Outcome> {
    let mut outcomes = bench.rounds(plan, &[who], 1, report).await?;
    outcomes.pop().and_then(|mut outcomes| outcomes.pop()).ok_or_else(|| anyhow::anyhow!("nothing was run"))
}

fn told(report: &mut Report, what: &str, [cpu, cpu_long, bytes, bytes_long]: [f64; 4]) {
    let row = |what: String, unit, short: f64, long: f64| Row {
        ratio: Some(long / short),
        ..Row::new(what, unit, long, BUDGET)
    };
    report.add(row(format!("{TIMES} × longer: {what}, CPU"), " s", cpu, cpu_long));
    report.add(row(format!("{TIMES} × longer: {what}, bytes"), " MB", bytes / 1e6, bytes_long / 1e6));
}
