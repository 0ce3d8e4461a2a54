//! Resident memory, idle viewers, and how fast a start is.

use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::{Bench, Who};
use crate::{
    Options,
    budget::Budget,
    client::Client,
    face::Face,
    freshet::{self, Chat, Freshet},
    load::{self, Plan, median},
    process::Folder,
    report::{Report, Row},
    target::{Target, watch},
};

/// Long enough for what was freed to be given back, and for renderers without viewers to end.
const REST: Duration = Duration::from_secs(25);

/// Memory of a fresh process, per idle viewer, per stream, and after the peak.
pub async fn all(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    idle(bench, report).await?;
    active(bench, report).await
}

async fn idle(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    let Options { freshet: program, variables, .. } = bench.options;
    let folder = Folder::new()?;
    let fresh = freshet::start(program, &folder, &bench.simulator, variables)?.resident() / 1e6;
    report.add(Row::new("RSS just started", " MB", fresh, Budget::AtMost(40.0)));
    let target = bench.start(Who::Html).await?;
    let Target::Freshet(freshet) = target.as_ref() else { return Ok(()) };
    let resident = freshet.process.resident() / 1e6;
    report.add(Row::new("RSS after a sign-up and a sign-in", " MB", resident, Budget::None));
    let most = if bench.options.quick { 1_000 } else { 9_000 };
    let mut client = Client::connect(freshet.process.address).await?;
    let mut chats = Vec::new();
    for _ in 0..most {
        chats.push(freshet.chat(&mut client, "tokens").await?);
    }
    let before = freshet.process.resident();
    let mut viewers = attach(freshet, &chats[..1_000]).await?;
    let each = (freshet.process.resident() - before) / 1e3 / 1_000.0;
    report.add(Row::new(
        "RSS per idle viewer, 1,000, each of its own chat",
        " KB",
        each,
        Budget::AtMost(24.0),
    ));
    let shared: Vec<Chat> = std::iter::repeat_n(chats[0].clone(), 1_000).collect();
    let before = freshet.process.resident();
    viewers.extend(attach(freshet, &shared).await?);
    let each = (freshet.process.resident() - before) / 1e3 / 1_000.0;
    report.add(Row::new("RSS per idle viewer, 1,000 more of one chat", " KB", each, Budget::AtMost(24.0)));
    if most > 1_000 {
        viewers.extend(attach(freshet, &chats[1_000..]).await?);
    }
    let count = viewers.len();
    let (cpu, watched) =
        (freshet.process.cpu(), Duration::from_secs(if bench.options.quick { 5 } else { 30 }));
    tokio::time::sleep(watched).await;
    let busy = (freshet.process.cpu() - cpu) / watched.as_secs_f64() * 100.0;
    let gone = viewers.iter_mut().filter_map(|viewer| ended(viewer).then_some(())).count();
    let resident = freshet.process.resident() / 1e6;
    let budget = if most > 1_000 { Budget::AtMost(300.0) } else { Budget::None };
    report.add(Row::new(format!("RSS with {count} idle viewers"), " MB", resident, budget));
    report.add(Row::new(format!("CPU of {count} idle viewers, pings included"), " %", busy, Budget::None));
    report.add(Row::new(format!("of {count} idle viewers, cut off"), "", gone as f64, Budget::AtMost(0.0)));
    Ok(())
}

async fn attach(freshet: &Freshet, chats: &[Chat]) -> anyhow::Result<Vec<Incoming>> {
    let viewers = stream::iter(chats).map(|chat| watch(freshet, Face::Html, &chat.id, &chat.cursor));
    let viewers = viewers.buffer_unordered(32).try_collect().await?;
    // The last ones may still be reading their snapshot.
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(viewers)
}

/// Reads what is there; true when nothing more will come.
fn ended(viewer: &mut Incoming) -> bool {
    loop {
        match viewer.frame().now_or_never() {
            None => return false,
            Some(Some(Ok(_))) => {}
            Some(None | Some(Err(_))) => return true,
        }
    }
}

async fn active(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    let streams = if bench.options.quick { 200 } else { 500 };
    let plan = Plan {
        streams,
        face: Face::Html,
        model: "tokens:n=200,ms=20,first=0,seed=7".to_owned(),
        prompt: "go".to_owned(),
        pace: Duration::ZERO,
        spread: Duration::from_secs(1),
        tokens: Some(200),
        text: None,
        limit: Duration::from_secs(30),
    };
    let mut figures = [[0.0; 2]; 2];
    for (index, who) in [Who::Pass, Who::Html].into_iter().enumerate() {
        let target = bench.start(who).await?;
        let fresh = target.process().resident();
        let plan = Plan { face: who.face(), ..plan.clone() };
        let outcome = load::run(&target, &plan).await?;
        report.check(who, &plan, &outcome);
        tokio::time::sleep(if bench.options.quick { REST / 10 } else { REST }).await;
        let kept = target.process().resident() - fresh;
        figures[index] = [(outcome.resident.1 - fresh) / 1e3 / streams as f64, kept / 1e6];
    }
    let [pass, mine] = figures;
    let row = Row::new(
        format!("RSS per active stream, {streams} with a viewer each"),
        " KB",
        mine[0],
        Budget::AtMost(100.0),
    );
    report.add(Row { pass: Some(pass[0]), ..row });
    let row = Row::new("RSS kept after that peak, above the start", " MB", mine[1], Budget::None);
    report.add(Row { pass: Some(pass[1]), ..row });
    Ok(())
}

/// From the start of the process to `listening on`.
pub fn start(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    let (mut empty, mut there) = (Vec::new(), Vec::new());
    for _ in 0..bench.options.rounds.max(3) {
        let folder = Folder::new()?;
        for times in [&mut empty, &mut there] {
            let process =
                freshet::start(&bench.options.freshet, &folder, &bench.simulator, &bench.options.variables)?;
            times.push(process.ready.as_secs_f64() * 1e3);
            process.stop();
        }
    }
    report.add(Row::new("start to ready, empty folder", " ms", median(&empty), Budget::AtMost(200.0)));
    report.add(Row::new("start to ready, database there", " ms", median(&there), Budget::AtMost(100.0)));
    Ok(())
}
