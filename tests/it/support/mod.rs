//! The suite's own vocabulary.
//!
//! A [`TestApp`] is a whole server in this process, with a database of its own and the simulated provider behind a real
//! socket. An [`Api`] is somebody who uses the JSON API, a [`Browser`] somebody who uses the pages.

mod api;
mod browser;
mod database;
pub mod history;
mod instance;
mod page;
mod postgres;
mod process;
mod proxy;
mod redis;
mod refusal;
mod socket;
pub mod verdict;
mod visitor;
mod watch;

use std::net::SocketAddr;

use freshet::{
    app::{App, Nature},
    config::Config,
    web::{server::Server, simulate},
};
use rand::RngExt as _;
use tempfile::TempDir;

pub use api::{Accepted, Api, client};
pub use browser::{Browser, PASSWORD};
pub use database::Database;
pub use instance::Instance;
pub use page::{Page, Reader};
pub use postgres::Postgres;
pub use process::Process;
pub use proxy::Proxy;
pub use redis::Redis;
pub use refusal::{Refusal, refusal};
pub use socket::Socket;
pub use visitor::{Document, Visitor};
pub use watch::{Seen, Watch};

/// A running server. Stops and cleans up when dropped.
pub struct TestApp {
    /// Its inside, for what can't be seen from outside.
    pub app: App,
    /// `http://127.0.0.1:<port>`.
    pub base: String,
    /// The simulated provider's address, `http://127.0.0.1:<port>`.
    pub simulator: String,
    server: Option<Server>,
    database: Database,
    _folder: TempDir,
}

impl TestApp {
    /// A server with the defaults.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// A server with some settings.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_on(Database::new().await, settings, Nature::default()).await
    }

    /// A server on a given database.
    pub async fn start_on(database: Database, settings: &[(&str, &str)], nature: Nature) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let simulator = simulator().await;
        let mut all: Vec<(String, String)> = vec![
            ("PORT".into(), "0".into()),
            ("FRESHET_DATA_DIR".into(), folder.path().display().to_string()),
            ("DATABASE_URL".into(), database.url.clone()),
            ("FRESHET_SIMULATED_URL".into(), format!("{simulator}/v1")),
            ("FRESHET_GATHER_MS".into(), "5".into()),
            ("FRESHET_DRAIN_SECONDS".into(), "5".into()),
            // A title comes when it comes; tests of the log want to know what comes next.
            ("FRESHET_TITLE_MODEL".into(), "off".into()),
            // One person is a crowd in some tests.
            ("FRESHET_STREAMS_PER_USER".into(), "100000".into()),
        ];
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let config = Config::read(all).unwrap_or_else(|errors| panic!("{errors:?}"));
        let server = Server::start(config, nature).await.unwrap();
        let base = format!("http://{}", server.address);
        Self { app: server.app.clone(), base, simulator, server: Some(server), database, _folder: folder }
    }

    /// Stops as after SIGTERM and starts again on the same data.
    pub async fn restart(mut self) -> Self {
        self.server.take().unwrap().stop().await;
        let database = self.database.clone();
        Self::start_on(database, &[], Nature::default()).await
    }

    /// Stops as after SIGTERM.
    pub async fn stops(mut self) {
        self.server.take().unwrap().stop().await;
    }

    /// Somebody new who signed up.
    pub async fn signed_up(&self, name: &str) -> Api {
        Api::sign_up(&self.base, name).await
    }

    /// Somebody nobody knows, with a browser that runs no scripts.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.base)
    }

    /// Somebody who has just signed up by the form, as `name@example.org`.
    pub async fn visitor_of(&self, name: &str) -> Visitor {
        Visitor::signed_up(&self.base, name).await
    }

    /// What the simulated provider has counted.
    pub async fn upstream(&self) -> serde_json::Value {
        reqwest::get(format!("{}/_sim/stats", self.simulator)).await.unwrap().json().await.unwrap()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app.draining.cancel();
        self.app.stopping.cancel();
    }
}

/// The simulated provider on a socket of its own.
pub async fn simulator() -> String {
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(simulate::simulate_server(listener));
    format!("http://{address}")
}

/// A port of the loopback interface that is free now. It lies below the range that the kernel hands out for outgoing
/// connections, so that a server that is stopped finds it free when it is started again.
pub fn free_port() -> u16 {
    loop {
        let port = rand::rng().random_range(15_000..30_000);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
