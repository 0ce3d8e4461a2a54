//! The command line: what was asked for, with which settings, and how it ends.
//!
//! Exit codes: 0 it worked, 1 it failed, 2 the command line or a setting is wrong (one line for each on standard
//! error, before anything is touched). Results go to standard output, the log and complaints to standard error.

pub mod doctor;
mod healthcheck;
mod keys;
pub mod logging;

use crate::{
    app,
    config::{self, Config},
    platform::{crypto, redis::Redis},
    providers::Accounts,
    web,
};
use clap::{Parser, Subcommand};
use std::{
    io::{self, ErrorKind, Write},
    net::IpAddr,
    process::ExitCode,
};

/// The exit code of a wrong command line or setting; clap ends with the same.
const WRONG_SETTING: u8 = 2;

/// A self-hosted AI chat server.
#[derive(Debug, Parser)]
#[command(name = "freshet", version)]
struct Args {
    /// Without one: serve.
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT (the default).
    Serve,
    /// Bring the database's schema up to date and end.
    Migrate,
    /// Serve the simulated provider in OpenAI's dialect, for tests and benchmarks that must cross a socket.
    Simulate {
        /// Where to listen.
        #[arg(long, default_value = "127.0.0.1")]
        host: IpAddr,
        /// On which port; 0 lets the system pick one.
        #[arg(long, default_value_t = 4010)]
        port: u16,
    },
    /// Print the description of the JSON API (OpenAPI 3.1).
    Openapi,
    /// Show the settings in force, or print pages about them.
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// Check that everything the server needs is there and works.
    Doctor {
        /// Print a JSON object instead of lines.
        #[arg(long)]
        json: bool,
    },
    /// Look after what is sealed in the database.
    Keys {
        #[command(subcommand)]
        what: KeysCommand,
    },
    /// Ask the server on this machine whether it is ready (exit code 0 or 1), for containers and supervisors.
    Healthcheck,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Seal everything anew under the current master key; safe to end and to run again.
    Rotate {
        /// Make a new key in the data folder first; the server must not run.
        #[arg(long)]
        new: bool,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Every setting with its value and where it came from; secrets are masked.
    Show {
        /// Print a JSON array instead of columns.
        #[arg(long)]
        json: bool,
    },
    /// Print `docs/CONFIGURATION.md`.
    #[command(hide = true)]
    Docs,
    /// Print `.env.example`.
    #[command(hide = true)]
    EnvExample,
}

/// Does what the command line of this process asks for.
pub fn run() -> ExitCode {
    let args = Args::parse();
    crypto::install_tls_provider();
    match args.command.unwrap_or(Command::Serve) {
        Command::Serve => with_config(|config| failed_or_fine(serve(config))),
        Command::Migrate => with_config(|config| failed_or_fine(migrate(config))),
        Command::Simulate { host, port } => failed_or_fine(simulate(host, port)),
        Command::Openapi => print(&web::api::openapi_json()),
        Command::Config { what: ConfigCommand::Docs } => print(&config::reference()),
        Command::Config { what: ConfigCommand::EnvExample } => print(&config::env_example()),
        Command::Config { what: ConfigCommand::Show { json } } => with_config(|config| show(config, json)),
        Command::Doctor { json } => diagnose(json),
        Command::Keys { what: KeysCommand::Rotate { new } } => {
            with_config(|config| failed_or_fine(keys::rotate(config, new)))
        }
        Command::Healthcheck => with_config(|config| failed_or_fine(healthcheck::ask(config.listen()))),
    }
}

/// A runtime with as many threads as the settings say; else one for every two cores (docs/PERFORMANCE.md has the
/// measurement).
///
/// # Errors
/// When the system gives no threads.
pub fn runtime(config: &Config) -> io::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    builder.worker_threads(match config.server.workers {
        0 => cores.div_ceil(2),
        wanted => wanted,
    });
    builder.enable_all().build()
}

/// Goes on with valid settings, or tells what is wrong with them and ends with exit code 2.
fn with_config(go_on: impl FnOnce(&Config) -> ExitCode) -> ExitCode {
    match Config::from_process() {
        Ok(config) => go_on(&config),
        Err(errors) => {
            errors.iter().for_each(|error| complain(&error.to_string()));
            ExitCode::from(WRONG_SETTING)
        }
    }
}

fn serve(config: &Config) -> anyhow::Result<()> {
    logging::start(&config.log.level, config.log.format);
    config.warnings().iter().for_each(|warning| tracing::warn!("{warning}"));
    let runtime = runtime(config)?;
    let served = runtime.block_on(web::server::run(config.clone()));
    // Whatever still computes (a hash, a long text) computes for nobody; dropping the runtime would wait for it.
    runtime.shutdown_background();
    served
}

fn migrate(config: &Config) -> anyhow::Result<()> {
    logging::start(&config.log.level, config.log.format);
    config.make_data_dir()?;
    let state = runtime(config)?.block_on(async {
        let db = app::open_database(config).await?;
        db.migrate().await?;
        anyhow::Ok(db.migration_state().await?)
    })?;
    writeln!(io::stdout(), "the schema is at {}", state.applied)?;
    Ok(())
}

fn simulate(host: IpAddr, port: u16) -> anyhow::Result<()> {
    // One thread: a paced token that wakes no second one costs about a third less (measured: 12 instead of 13-18 µs).
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind((host, port)).await?;
        writeln!(io::stdout(), "simulating on http://{}/v1", listener.local_addr()?)?;
        Ok(web::simulate::simulate_server(listener).await?)
    })
}

fn show(config: &Config, json: bool) -> ExitCode {
    let code = print(&if json { format!("{:#}\n", config.to_json()) } else { config.to_table() });
    config.warnings().iter().for_each(|warning| complain(warning));
    code
}

/// Like every command, but wrong settings are findings here and not the end.
fn diagnose(json: bool) -> ExitCode {
    let report = match Config::from_process() {
        Ok(config) => {
            let mut report = doctor::Report::of_this_machine(&config);
            match runtime(&config) {
                Ok(runtime) => runtime.block_on(examine(&config, &mut report)),
                Err(error) => report.add("runtime", doctor::Verdict::Fail, error.to_string()),
            }
            report
        }
        Err(errors) => doctor::Report::of_wrong_settings(&errors),
    };
    print(&if json { format!("{:#}\n", report.to_json()) } else { report.to_text() });
    report.exit_code()
}

/// What needs a runtime: the database and the providers.
async fn examine(config: &Config, report: &mut doctor::Report) {
    use doctor::Verdict;
    if let config::DatabaseUrl::Sqlite(path) = config.database()
        && !path.exists()
    {
        report.add("database", Verdict::Ok, format!("{} is made on the first start", path.display()));
        return;
    }
    examine_redis(config, report).await;
    let state = match app::open_database(config).await {
        Ok(db) => db.migration_state().await,
        Err(error) => Err(error),
    };
    match state {
        Ok(state) if !state.fits() && state.applied > state.known => {
            report.add(
                "database",
                Verdict::Fail,
                format!("schema {} is newer than this program", state.applied),
            );
        }
        Ok(state) if state.applied < state.known => {
            let detail =
                format!("schema {} of {}; the next start brings it up to date", state.applied, state.known);
            report.add("database", Verdict::Warn, detail);
        }
        Ok(state) => report.add("database", Verdict::Ok, format!("schema {}", state.applied)),
        Err(error) => report.add("database", Verdict::Fail, error.to_string()),
    }
    match app::providers(config) {
        Ok(providers) => {
            let models = providers.models(&Accounts::none()).await;
            let verdict = if models.is_empty() { Verdict::Warn } else { Verdict::Ok };
            report.add("models", verdict, format!("{} can be used", models.len()));
        }
        Err(error) => report.add("models", Verdict::Fail, error.to_string()),
    }
}

/// Without it a server works, a little later: never worse than a warning, unless it can't even be looked for.
async fn examine_redis(config: &Config, report: &mut doctor::Report) {
    use doctor::Verdict;
    let (verdict, detail) = match config.redis().map(Redis::new) {
        None => return,
        Some(Err(error)) => (Verdict::Fail, format!("{error:#}")),
        Some(Ok(redis)) if redis.answers().await => (Verdict::Ok, "answers".to_owned()),
        Some(Ok(_)) => (Verdict::Warn, "does not answer; instances hear of each other late".to_owned()),
    };
    report.add("redis", verdict, detail);
}

fn failed_or_fine(result: anyhow::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Writes a result to standard output. A reader that has seen enough (`| head`) is no failure.
fn print(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

/// One line on standard error, with nothing in it that could act on a terminal.
fn complain(line: &str) {
    drop(writeln!(io::stderr(), "freshet: {}", logging::without_controls(line)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn commands_are_read_as_documented() {
        for line in [
            "",
            "serve",
            "migrate",
            "openapi",
            "simulate --port 0",
            "config show",
            "config show --json",
            "config docs",
            "config env-example",
            "doctor --json",
            "keys rotate",
            "keys rotate --new",
        ] {
            let words = std::iter::once("freshet").chain(line.split_whitespace());
            assert!(Args::try_parse_from(words).is_ok(), "{line}");
        }
        assert!(Args::try_parse_from(["freshet", "config", "dance"]).is_err());
    }

    #[test]
    fn the_number_of_threads_is_a_setting() {
        let config = Config::read([("FRESHET_WORKERS", "3")]).unwrap();
        assert_eq!(runtime(&config).unwrap().metrics().num_workers(), 3);
    }
}
