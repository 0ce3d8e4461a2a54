//! From settings to a listening server, and down again without losing anything.

use std::{fs::File, net::SocketAddr, time::Duration};

use anyhow::Context as _;
use axum::serve::ListenerExt as _;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    accounts,
    app::{App, Nature},
    config::{Config, DatabaseUrl},
    replies, routes,
};

/// How long tasks may take to notice that everything stops.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// A server that listens.
pub struct Server {
    /// What it serves.
    pub app: App,
    /// Where it listens.
    pub address: SocketAddr,
    serving: JoinHandle<std::io::Result<()>>,
    journal_stop: CancellationToken,
    _only_one: Option<File>,
}

impl Server {
    /// Builds everything, ends what an earlier life left running, and listens.
    ///
    /// # Errors
    /// What stops a start: settings, key, database, an address in use, another server on the same file.
    pub async fn start(config: Config, nature: Nature) -> anyhow::Result<Self> {
        config.make_data_dir().context("making the data directory")?;
        let only_one = only_one(&config)?;
        let app = App::build(config, nature).await?;
        let ended = replies::recover(&app).await?;
        if ended > 0 {
            tracing::info!(ended, "replies that an earlier life left running are marked as interrupted");
        }
        let journal = app.journal.clone();
        let journal_stop = CancellationToken::new();
        let closing = journal_stop.clone();
        app.tasks.spawn(async move { journal.run(closing).await });
        app.tasks.spawn(replies::keep_house(app.clone()));
        let wanted = app.config.listen();
        let listener = TcpListener::bind(wanted).await.with_context(|| format!("listening on {wanted}"))?;
        let address = listener.local_addr()?;
        let serving = serve(&app, listener);
        Ok(Self { app, address, serving, journal_stop, _only_one: only_one })
    }

    /// Says goodbye to streams, lets running replies finish until the drain time is over, then stops everything.
    ///
    /// # Errors
    /// The listener failed before.
    pub async fn stop(self) -> anyhow::Result<()> {
        let app = self.app;
        app.draining.cancel();
        let deadline = Instant::now() + app.config.server.drain;
        no_replies_until(&app, deadline).await;
        app.stopping.cancel();
        // Those that are cut now still write their last words, for which they need the journal.
        no_replies_until(&app, Instant::now() + LAST_MOMENT).await;
        self.journal_stop.cancel();
        app.tasks.close();
        if tokio::time::timeout(LAST_MOMENT, app.tasks.wait()).await.is_err() {
            tracing::warn!(left = app.tasks.len(), "some tasks did not stop in time");
        }
        let served = tokio::time::timeout(LAST_MOMENT, self.serving).await;
        app.db.close().await;
        match served {
            Ok(joined) => Ok(joined??),
            // Somebody still reads a long answer; the process ends anyway.
            Err(_) => Ok(()),
        }
    }
}

/// Waits until no reply runs here any more, or the time is over.
async fn no_replies_until(app: &App, deadline: Instant) {
    while app.replies.count() > 0 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Runs until SIGTERM or SIGINT; a second signal ends at once.
///
/// # Errors
/// As [`Server::start`].
pub async fn run(config: Config) -> anyhow::Result<()> {
    // Before anybody is told that we are ready, so that whoever hears it may stop us at once.
    let mut signals = Signals::listen()?;
    let server = Server::start(config, Nature::default()).await?;
    let url = server.app.config.origin(server.address);
    if let Some(token) = accounts::setup_token_if_needed(&server.app).await? {
        eprintln!("The first account becomes the administrator: {url}/register?setup_token={token}");
    }
    // The contract: one line on standard output when ready.
    println!("listening on {url}");
    signals.next().await;
    tracing::info!("stopping: running replies may finish");
    tokio::select! {
        stopped = server.stop() => stopped,
        () = signals.next() => Ok(()),
    }
}

fn serve(app: &App, listener: TcpListener) -> JoinHandle<std::io::Result<()>> {
    let draining = app.draining.clone();
    let listener = listener.tap_io(|socket| {
        // Small frames must not wait for each other.
        let _ = socket.set_nodelay(true);
    });
    let service = routes::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let serving =
        axum::serve(listener, service).with_graceful_shutdown(async move { draining.cancelled().await });
    // Not one of the app's tasks: those must end before this one is waited for.
    #[expect(clippy::disallowed_methods, reason = "the server itself is what waits for `app.tasks`")]
    tokio::spawn(serving.into_future())
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

/// Two servers on one SQLite file would end each other's replies.
fn only_one(config: &Config) -> anyhow::Result<Option<File>> {
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
