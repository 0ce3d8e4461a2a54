//! From settings to a listening server, and down again without losing anything.
//!
//! `accept` is the door, `limits` says how many may come in, `connection` serves one of them, `wire` and `body` see to it
//! that nobody keeps us waiting (`timeouts`), `vital` watches over the tasks that must not end.

mod accept;
mod body;
mod connection;
mod limits;
mod timeouts;
mod vital;
mod wire;

use std::{fs::File, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub(in crate::web) use connection::SUPERVISORS;
pub use limits::{Limits, StreamGuard, Transport};
pub use timeouts::Timeouts;

use crate::{
    accounts,
    app::{App, Nature},
    config::{Config, DatabaseUrl},
    platform::{metrics, process},
    replies, routes,
};
use connection::House;

/// How long the door stays open when the server goes down: proxies look about once a second whether it is ready, and what
/// they send until they know should not meet a closed door.
const STILL_OPEN: Duration = Duration::from_millis(1_500);
/// How long tasks may take to notice that everything stops.
const LAST_MOMENT: Duration = Duration::from_secs(2);
/// How often measured times are put into their buckets; until then each takes some bytes.
const COUNTED: Duration = Duration::from_secs(5);

/// A server that listens.
pub struct Server {
    /// What it serves.
    pub app: App,
    /// Where it listens.
    pub address: SocketAddr,
    /// Cancelled when something broke that it can't do without.
    pub broken: CancellationToken,
    connections: TaskTracker,
    closing: CancellationToken,
    cut: CancellationToken,
    journal_stop: CancellationToken,
    _only_one: Option<File>,
}

impl Server {
    /// Builds everything, ends what an earlier life left running, and listens.
    ///
    /// # Errors
    /// What stops a start: settings, key, database, an address in use, another server on the same file.
    pub async fn start(config: Config, nature: Nature) -> anyhow::Result<Self> {
        metrics::install();
        let times = nature.timeouts.clone();
        config.make_data_dir().context("making the data directory")?;
        let only_one = only_one(&config)?;
        let app = App::build(config, nature).await?;
        let ended = replies::recover(&app).await?;
        if ended > 0 {
            tracing::info!(ended, "replies that an earlier life left running are marked as interrupted");
        }
        let (journal_stop, broken) = (CancellationToken::new(), CancellationToken::new());
        start_tasks(&app, &journal_stop, &broken);
        let wanted = app.config.listen();
        let listener = accept::bind(wanted).with_context(|| format!("listening on {wanted}"))?;
        let address = listener.local_addr()?;
        let connections = TaskTracker::new();
        let (closing, cut) = (CancellationToken::new(), CancellationToken::new());
        let house = House {
            router: routes::router(app.clone()),
            times,
            draining: app.draining.clone(),
            closing: closing.clone(),
            cut: cut.clone(),
        };
        open(&app, listener, house, &connections);
        Ok(Self { app, address, broken, connections, closing, cut, journal_stop, _only_one: only_one })
    }

    /// Says goodbye to streams, lets running replies finish until the drain time is over, then stops everything.
    pub async fn stop(self) {
        let app = self.app;
        app.draining.cancel();
        let deadline = Instant::now() + app.config.server.drain;
        no_replies_until(&app, deadline).await;
        self.closing.cancelled().await;
        app.stopping.cancel();
        // Those that are cut now still write their last words, for which they need the journal.
        no_replies_until(&app, Instant::now() + LAST_MOMENT).await;
        self.journal_stop.cancel();
        app.tasks.close();
        if tokio::time::timeout(LAST_MOMENT, app.tasks.wait()).await.is_err() {
            tracing::warn!(left = app.tasks.len(), "some tasks did not stop in time");
        }
        // Somebody may still read a long answer, or read nothing at all; the process ends anyway.
        no_connections_until(&app, Instant::now() + LAST_MOMENT).await;
        self.cut.cancel();
        self.connections.close();
        self.connections.wait().await;
        app.db.close().await;
    }
}

fn start_tasks(app: &App, journal_stop: &CancellationToken, broken: &CancellationToken) {
    let (journal, stop) = (app.journal.clone(), journal_stop.clone());
    // What it had taken in hand when it broke is lost to the writers, which would wait for ever.
    let journal = async move { journal.run(stop).await };
    app.tasks.spawn(vital::or_bust("journal", journal, broken.clone()));
    let own = app.clone();
    app.tasks.spawn(vital::again("housekeeping", move || replies::keep_house(own.clone())));
    let own = app.clone();
    app.tasks.spawn(vital::again("bus", move || replies::keep_in_touch(own.clone())));
    let own = app.clone();
    app.tasks.spawn(vital::again("metrics", move || keep_counting(own.clone())));
    let (broken, draining) = (broken.clone(), app.draining.clone());
    let stopping = app.stopping.clone();
    app.tasks.spawn(async move {
        tokio::select! {
            // Nobody may take this server for one that is ready.
            () = broken.cancelled() => draining.cancel(),
            () = stopping.cancelled() => {}
        }
    });
}

async fn keep_counting(app: App) {
    let mut every = tokio::time::interval(COUNTED);
    loop {
        tokio::select! {
            () = app.stopping.cancelled() => return,
            _ = every.tick() => metrics::install().run_upkeep(),
        }
    }
}

/// Opens the door, until a moment after the server begins to go down. Not one of the app's tasks: those
/// must end before connections are waited for.
fn open(app: &App, listener: TcpListener, house: House, connections: &TaskTracker) {
    let (draining, closing) = (house.draining.clone(), house.closing.clone());
    let moment = STILL_OPEN.min(app.config.server.drain);
    let closed = async move {
        draining.cancelled().await;
        tokio::time::sleep(moment).await;
        closing.cancel();
    };
    let door = accept::accept(listener, app.limits.clone(), Arc::new(house), connections.clone());
    connections.spawn(door);
    connections.spawn(closed);
}

/// Waits until no reply runs here any more, or the time is over.
async fn no_replies_until(app: &App, deadline: Instant) {
    while app.replies.count() > 0 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until nobody is connected any more, a WebSocket neither, or the time is over.
async fn no_connections_until(app: &App, deadline: Instant) {
    while app.limits.connections().0 > 0 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Runs until SIGTERM or SIGINT; a second signal ends at once.
///
/// # Errors
/// As [`Server::start`]; or a part of it broke that it can't do without.
pub async fn run(config: Config) -> anyhow::Result<()> {
    // Before anybody is told that we are ready, so that whoever hears it may stop us at once.
    let mut signals = Signals::listen()?;
    process::raise_max_files();
    let server = Server::start(config, Nature::default()).await?;
    let url = server.app.config.origin(server.address);
    if let Some(token) = accounts::setup_token_if_needed(&server.app).await? {
        eprintln!("The first account becomes the administrator: {url}/register?setup_token={token}");
    }
    // The contract: one line on standard output when ready.
    println!("listening on {url}");
    tokio::select! {
        () = signals.next() => {}
        // Nothing can be finished any more; whoever starts us again begins with what is stored.
        () = server.broken.cancelled() => anyhow::bail!("a part that the server can't do without broke"),
    }
    tracing::info!("stopping: running replies may finish");
    tokio::select! {
        () = server.stop() => {}
        () = signals.next() => {}
    }
    Ok(())
}

/// The signals that end a server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Two servers on one SQLite file would end each other's replies. The lock is held as long as the file is open.
///
/// # Errors
/// Another process holds it, or it can't be made.
pub fn only_one(config: &Config) -> anyhow::Result<Option<File>> {
    let DatabaseUrl::Sqlite(path) = config.database() else { return Ok(None) };
    let mut name = path.into_os_string();
    name.push(".lock");
    let file = File::create(&name).with_context(|| format!("making {}", name.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => {
            anyhow::bail!("another freshet serve uses this database (the lock {} is held)", name.display())
        }
        Err(std::fs::TryLockError::Error(error)) => Err(error).context("locking the database"),
    }
}

#[cfg(test)]
mod tests;
