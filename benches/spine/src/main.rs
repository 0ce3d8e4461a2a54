//! `just bench`: Freshet beside a bare proxy and beside naive rendering, against the same simulated provider.
//!
//! Every target is a process of its own on loopback, the provider too; this process drives the load, reads what each
//! target costs from `/proc`, and prints ratios. Nothing here fails because a machine is slow: budgets are judged by
//! ratio, count or bytes, and only told. `docs/PERFORMANCE.md` says how to read the table.

mod budget;
mod client;
mod face;
mod forward;
mod freshet;
mod load;
mod measures;
mod process;
mod report;
mod sse;
mod target;

use std::path::PathBuf;

use anyhow::{Context as _, bail};

/// What was asked for.
pub struct Options {
    /// The release binary under test.
    pub freshet: PathBuf,
    /// Where the figures go as JSON.
    pub out: Option<PathBuf>,
    /// Less of everything: under two minutes.
    pub quick: bool,
    /// Only measures whose name contains one of these; empty: all.
    pub only: Vec<String>,
    /// Times each measure is taken; the median counts.
    pub rounds: usize,
    /// Settings of Freshet on top of the defaults.
    pub variables: Vec<(String, String)>,
}

fn main() -> anyhow::Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("pass") => forward::serve(forward::Way::Pass, upstream(&arguments)?),
        Some("naive") => forward::serve(forward::Way::Naive, upstream(&arguments)?),
        _ => {
            let options = parse(&mut arguments)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            // Interrupted, the measures are dropped, and with them every process they started.
            let report = runtime.block_on(async {
                tokio::select! {
                    report = measures::all(&options) => report,
                    () = interrupted() => bail!("interrupted"),
                }
            })?;
            report.print();
            if let Some(out) = &options.out {
                std::fs::write(out, format!("{:#}\n", report.to_json())).context("writing the JSON")?;
                println!("\nas JSON: {}", out.display());
            }
            Ok(())
        }
    }
}

async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn upstream(arguments: &[String]) -> anyhow::Result<String> {
    arguments.get(1).cloned().context("the upstream's address is missing")
}

fn parse(arguments: &mut Vec<String>) -> anyhow::Result<Options> {
    let mut options = Options {
        freshet: PathBuf::new(),
        out: None,
        quick: false,
        only: Vec::new(),
        rounds: 3,
        variables: Vec::new(),
    };
    let mut words = arguments.drain(..);
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--quick" => options.quick = true,
            "--freshet" => options.freshet = value()?.into(),
            "--out" => options.out = Some(value()?.into()),
            "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
            "--rounds" => options.rounds = value()?.parse().context("--rounds is a number")?,
            "--set" => {
                let setting = value()?;
                let (name, value) = setting.split_once('=').context("--set takes NAME=VALUE")?;
                options.variables.push((name.to_owned(), value.to_owned()));
            }
            _ => bail!(
                "usage: scripts/bench [--quick] [--only MEASURE,…] [--rounds N] [--set NAME=VALUE]; measures: {}",
                measures::NAMES.join(", ")
            ),
        }
    }
    if !options.freshet.is_file() {
        bail!("--freshet must name the release binary (scripts/bench builds it)");
    }
    if options.quick {
        options.rounds = 1;
    }
    options.rounds = options.rounds.clamp(1, 9);
    Ok(options)
}
