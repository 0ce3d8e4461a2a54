//! The measures, in the order of the table.

mod growth;
mod memory;
mod scale;
mod streams;

use std::{path::PathBuf, sync::Arc};

use anyhow::Context as _;

use crate::{
    Options,
    budget::Budget,
    client::{Ask, Client},
    face::Face,
    freshet::Freshet,
    load::{self, Outcome, Plan},
    process::Process,
    report::{Report, Row},
    target::{self, Target},
};

/// What `--only` may name.
pub const NAMES: &[&str] = &[
    "tokens20",
    "tokens200",
    "starts",
    "growth",
    "capacity",
    "memory",
    "start",
    "size",
    "active",
    "viewers",
    "instances",
];
/// Those that a run takes which names none. The others are `just bench-scale`.
const USUAL: usize = 8;

/// What every measure needs.
pub struct Bench<'a> {
    pub options: &'a Options,
    /// The simulated provider's address, as `http://…/v1`.
    pub simulator: String,
    simulator_process: Arc<Target>,
}

/// Which target of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The simulator itself: what the driver and the provider alone are late.
    Direct,
    /// The bare proxy.
    Pass,
    /// Naive rendering.
    Naive,
    /// Freshet, watched as a page does.
    Html,
    /// Freshet, watched as an API client does.
    Json,
}

/// Takes all measures that were asked for.
pub async fn all(options: &Options) -> anyhow::Result<Report> {
    let process = Process::start(&options.freshet, &["simulate", "--port", "0"], &[])?;
    let simulator = format!("http://{}/v1", process.address);
    let simulator_process = Arc::new(Target::Proxy(process, Face::OpenAi));
    let bench = Bench { options, simulator, simulator_process };
    let mut report = Report::default();
    report.about = about(options);
    let usual = &NAMES[..USUAL];
    let wanted = |name: &&&str| match options.only.is_empty() {
        true => usual.contains(name),
        false => options.only.iter().any(|only| only == **name),
    };
    for name in NAMES.iter().filter(wanted) {
        eprintln!("{name} …");
        let took = match *name {
            "tokens20" => streams::tokens(&bench, &mut report, 20).await,
            "tokens200" => streams::tokens(&bench, &mut report, 200).await,
            "starts" => streams::starts(&bench, &mut report).await,
            "growth" => growth::all(&bench, &mut report).await,
            "capacity" => streams::capacity(&bench, &mut report).await,
            "memory" => memory::all(&bench, &mut report).await,
            "start" => memory::start(&bench, &mut report),
            "active" => scale::active(&bench, &mut report).await,
            "viewers" => scale::viewers(&bench, &mut report).await,
            "instances" => scale::instances(&bench, &mut report).await,
            _ => size(&bench, &mut report),
        };
        // One measure that breaks must not take the others with it.
        if let Err(error) = took {
            report.troubles.push(format!("{name}: {error:#}"));
        }
    }
    Ok(report)
}

impl Bench<'_> {
    /// Starts a target; the simulator is there already.
    pub async fn start(&self, who: Who) -> anyhow::Result<Arc<Target>> {
        let me = std::env::current_exe()?;
        let proxy = |way: &str, face| {
            let process = Process::start(&me, &[way, &self.simulator], &[])?;
            anyhow::Ok(Arc::new(Target::Proxy(process, face)))
        };
        match who {
            Who::Direct => Ok(Arc::clone(&self.simulator_process)),
            Who::Pass => proxy("pass", Face::OpenAi),
            Who::Naive => proxy("naive", Face::Naive),
            Who::Html | Who::Json => {
                let Options { freshet, variables, .. } = self.options;
                Ok(Arc::new(Target::Freshet(Box::new(
                    Freshet::start(freshet, &self.simulator, variables).await?,
                ))))
            }
        }
    }

    /// Every target's outcomes, taken in rotation; `plan` gets the face set.
    pub async fn rounds(
        &self,
        plan: &Plan,
        who: &[Who],
        rounds: usize,
        report: &mut Report,
    ) -> anyhow::Result<Vec<Vec<Outcome>>> {
        let mut targets = Vec::new();
        for one in who {
            targets.push(self.start(*one).await?);
        }
        let mut outcomes: Vec<Vec<Outcome>> = who.iter().map(|_| Vec::new()).collect();
        for round in 0..rounds {
            for turn in 0..who.len() {
                let index = (turn + round) % who.len();
                let plan = Plan { face: who[index].face(), ..plan.clone() };
                let outcome = load::run(&targets[index], &plan).await?;
                report.check(who[index], &plan, &outcome);
                outcomes[index].push(outcome);
            }
        }
        Ok(outcomes)
    }

    /// What the provider says, all of it at once.
    pub async fn text(&self, model: &str, prompt: &str) -> anyhow::Result<Arc<str>> {
        let mut client = Client::connect(self.simulator_process.process().address).await?;
        let body = target::openai(model, prompt, false);
        let answer = client.json(Ask::post("/v1/chat/completions", &body)).await?;
        let text = answer["choices"][0]["message"]["content"].as_str().context("no text")?;
        Ok(text.into())
    }
}

impl Who {
    fn face(self) -> Face {
        match self {
            Self::Json => Face::Json,
            Self::Naive => Face::Naive,
            Self::Html => Face::Html,
            Self::Direct | Self::Pass => Face::OpenAi,
        }
    }
}

impl Report {
    /// Notes what went wrong in a run.
    fn check(&mut self, who: Who, plan: &Plan, outcome: &Outcome) {
        if outcome.failed + outcome.wrong > 0 {
            self.troubles.push(format!(
                "{who:?}, {} streams of {}: {} failed, {} with another text than the provider's",
                plan.streams, plan.model, outcome.failed, outcome.wrong
            ));
        }
    }
}

fn size(bench: &Bench<'_>, report: &mut Report) -> anyhow::Result<()> {
    let bytes = std::fs::metadata(&bench.options.freshet)?.len();
    report.add(Row::new("release binary", " MB", bytes as f64 / 1e6, Budget::AtMost(60.0)));
    Ok(())
}

fn about(options: &Options) -> Vec<String> {
    let read = |path: &str| std::fs::read_to_string(PathBuf::from(path)).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = read("/proc/loadavg");
    let mode = if options.quick { "quick" } else { "full" };
    vec![
        format!(
            "{mode} run, medians of {}, {cores} cores ({}), driver, provider and target on them",
            options.rounds, model.1
        ),
        format!("load before: {}", load.split(' ').take(3).collect::<Vec<_>>().join(" ")),
    ]
}
