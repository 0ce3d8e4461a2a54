//! What many cost: streams at once, viewers of one answer, a second instance.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::task::JoinSet;

use super::{Bench, Who, streams};
use crate::{
    budget::Budget,
    client::{Ask, Client},
    face::{Face, Screen},
    freshet::Freshet,
    load::{self, Plan, quantile},
    process,
    report::{Report, Row},
    target::{Target, follow, watch},
};

/// The key that lets instances read each other's secrets. Not a secret: what it protects lives as long as the run.
const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// Opens `/metrics` for the run.
const METRICS: &str = "bench-metrics-token";

/// 500 running answers at 20 ms per token, each with a viewer: what is added to each token's time.
pub async fn active(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    let count = if bench.options.quick { 200 } else { 500 };
    let plan = streams::plan(bench, count, 200).await?;
    let outcomes = bench.rounds(&plan, &[Who::Direct, Who::Pass, Who::Html], 1, report).await?;
    let figures = |part: f64, of: fn(&load::Outcome) -> &Vec<f64>| {
        outcomes
            .iter()
            .map(|one| one.first().map_or(f64::NAN, |one| quantile(of(one), part)))
            .collect::<Vec<_>>()
    };
    for (part, name) in [(0.5, "p50"), (0.99, "p99")] {
        let late = figures(part, |outcome| &outcome.late);
        let what = format!("lateness of a token beyond the driver's own, {name}, {count} streams");
        let row = Row::new(what, " ms", late[2] - late[0], Budget::AtMost(250.0));
        report.add(Row { pass: Some(late[1] - late[0]), ..row });
        let first = figures(part, |outcome| &outcome.first);
        let what = format!("added to the first token, {name}, {count} streams");
        let row = Row::new(what, " ms", first[2] - first[0], Budget::None);
        report.add(Row { pass: Some(first[1] - first[0]), ..row });
    }
    Ok(())
}

/// One answer with one viewer and with a thousand: they share what was rendered.
pub async fn viewers(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    let many = if bench.options.quick { 200 } else { 1_000 };
    let freshet = start(bench, &[]).await?;
    let mut figures = Vec::new();
    for count in [1, many] {
        let (cpu, renders) = (freshet.process.cpu(), rendered(&freshet).await?);
        let seen = watched(&freshet, count).await?;
        anyhow::ensure!(seen == count, "{} of {count} viewers did not see the whole answer", count - seen);
        figures.push((freshet.process.cpu() - cpu, rendered(&freshet).await? - renders));
    }
    let [(alone, once), (crowd, renders)] = figures[..] else { return Ok(()) };
    let what = format!("frames rendered for {many} viewers, against one viewer");
    // Frames are cut by time, so that two runs differ by a few.
    report.add(Row { ratio: Some(renders / once), ..Row::new(what, "", renders, Budget::AtMost(1.2)) });
    let each = (crowd - alone) * 1e6 / (many - 1) as f64 / renders;
    report.add(Row::new("CPU for one more viewer, for each frame", " µs", each, Budget::None));
    Ok(())
}

/// Two instances on one PostgreSQL and one Redis: what a viewer elsewhere costs.
#[expect(
    clippy::disallowed_methods,
    reason = "the scripts around a bench say in its environment where the servers are"
)]
pub async fn instances(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    let from = |name: &str| {
        std::env::var(name).with_context(|| format!("{name} is missing: run `just bench-scale`"))
    };
    let database = ("DATABASE_URL".to_owned(), from("FRESHET_TEST_DATABASE_URL")?);
    let redis = ("REDIS_URL".to_owned(), from("FRESHET_TEST_REDIS_URL")?);
    let redis_process: u32 = from("FRESHET_TEST_REDIS_PID")?.parse().context("FRESHET_TEST_REDIS_PID")?;
    let plan = Plan { face: Face::Json, ..streams::plan(bench, 20, 300).await? };
    let mut costs = Vec::new();

    let alone = start(bench, std::slice::from_ref(&database)).await?;
    let (alone, cost) = cost_of(alone, &plan, report, || 0.0).await?;
    costs.push(cost);

    let both = settings(bench, &[database, redis]);
    // The same person, who is signed in wherever the database is the same.
    let mut here = alone.beside(&bench.options.freshet, &bench.simulator, &both).await?;
    drop(alone);
    let there = here.beside(&bench.options.freshet, &bench.simulator, &both).await?.process;
    for remote in [false, true] {
        here.viewers_at = remote.then_some(there.address);
        let elsewhere = || there.cpu() + process::cpu_of(redis_process);
        let (back, cost) = cost_of(here, &plan, report, elsewhere).await?;
        here = back;
        costs.push(cost);
    }
    for (cost, what, budget) in [
        (costs[0], "one instance, no Redis", Budget::None),
        (costs[1], "two instances, viewers beside the writer, Redis included", Budget::None),
        (costs[2], "two instances, viewers on the other one, Redis included", Budget::AtMost(3.0)),
    ] {
        let row = Row::new(format!("CPU per 1,000 tokens on PostgreSQL, {what}"), " ms", cost * 1e6, budget);
        report.add(Row { ratio: Some(cost / costs[0]), ..row });
    }
    Ok(())
}

/// CPU seconds for each token, with what `elsewhere` has used.
async fn cost_of(
    freshet: Freshet,
    plan: &Plan,
    report: &mut Report,
    elsewhere: impl Fn() -> f64,
) -> anyhow::Result<(Freshet, f64)> {
    let (target, before) = (Arc::new(Target::Freshet(Box::new(freshet))), elsewhere());
    let outcome = load::run(&target, plan).await?;
    report.check(Who::Json, plan, &outcome);
    let cost = (outcome.cpu + elsewhere() - before) / outcome.tokens;
    match Arc::into_inner(target) {
        Some(Target::Freshet(freshet)) => Ok((*freshet, cost)),
        _ => anyhow::bail!("a load that is over still holds its target"),
    }
}

fn settings(bench: &Bench<'_>, more: &[(String, String)]) -> Vec<(String, String)> {
    let own = [("ENCRYPTION_KEY", KEY), ("METRICS_TOKEN", METRICS)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    [&bench.options.variables[..], &own, more].concat()
}

async fn start(bench: &Bench<'_>, more: &[(String, String)]) -> anyhow::Result<Freshet> {
    Freshet::start(&bench.options.freshet, &bench.simulator, &settings(bench, more)).await
}

/// How many frames of HTML the server has made so far.
async fn rendered(freshet: &Freshet) -> anyhow::Result<f64> {
    let mut client = Client::connect(freshet.process.address).await?;
    let token = format!("Bearer {METRICS}");
    let headers = [("authorization", token.as_str())];
    let (_, text) = client.read(Ask::get("/metrics").with(&headers)).await?;
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().find_map(|line| line.strip_prefix("freshet_frames_rendered_total "));
    line.and_then(|figure| figure.trim().parse().ok()).context("no freshet_frames_rendered_total in /metrics")
}

/// One answer, watched by `count` pages; gives how many saw it whole.
async fn watched(freshet: &Freshet, count: usize) -> anyhow::Result<usize> {
    let mut control = Client::connect(freshet.process.address).await?;
    let chat = freshet.chat(&mut control, "tokens:n=300,ms=20,first=0,seed=7").await?;
    let mut viewers = JoinSet::new();
    for _ in 0..count {
        let mut body = watch(freshet, Face::Html, &chat.id, &chat.cursor).await?;
        viewers.spawn(async move {
            let mut screen = Screen::new(Face::Html);
            let whole = follow(&mut body, &mut screen, &mut |_| {}).await.is_ok();
            whole && !screen.failed && screen.tokens == 300
        });
    }
    // Viewers may still be reading their snapshot.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let path = format!("/api/v1/chats/{}/messages", chat.id);
    let headers = [("authorization", freshet.bearer.as_str())];
    control.read(Ask::post(&path, r#"{"content":"go"}"#).with(&headers)).await?;
    let all = tokio::time::timeout(Duration::from_secs(60), viewers.join_all())
        .await
        .context("viewers that hang")?;
    Ok(all.into_iter().filter(|whole| *whole).count())
}
