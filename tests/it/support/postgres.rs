//! A PostgreSQL for one test: the real server, as processes on a port of its own, that can be stopped, crashed and
//! frozen. (Tests that leave it alone share the suite's: [`Database`](super::Database).)

use std::{
    fs::{self, File},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

/// Longer than a start takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// A PostgreSQL server that loses nothing when its processes die (power cuts are not tested). Killed when dropped.
pub struct Postgres {
    folder: TempDir,
    port: u16,
    server: Option<Child>,
}

impl Postgres {
    /// Starts a fresh one and waits until it answers.
    pub async fn start() -> Self {
        let template = template();
        // Not in the usual place: the server's own user must be able to walk there.
        let folder = tempfile::Builder::new().prefix("freshet-pg-").tempdir().unwrap();
        run(Command::new("cp").args(["-a", "--reflink=auto"]).arg(template.join("data")).arg(folder.path()));
        own(folder.path());
        let mut postgres = Self { folder, port: super::free_port(), server: None };
        postgres.start_again().await;
        postgres
    }

    /// What `DATABASE_URL` should say.
    pub fn url(&self) -> String {
        format!("postgres://freshet:freshet@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Starts it (again) on the same data, and waits until it answers.
    pub async fn start_again(&mut self) {
        assert!(self.server.is_none(), "it runs already");
        let begun = Instant::now();
        loop {
            self.spawn();
            while begun.elapsed() < PATIENCE {
                if let Ok(connection) = PgConnection::connect(&self.url()).await {
                    let _ = connection.close().await;
                    return;
                }
                if self.server.as_mut().unwrap().try_wait().unwrap().is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // What a crash left behind may hold its memory or the port for a moment.
            self.server = None;
            assert!(begun.elapsed() < PATIENCE, "PostgreSQL does not start: {}", self.said());
        }
    }

    /// Ends it in an orderly way: sessions are told (57P01), nothing is lost.
    pub async fn stop(&mut self) {
        self.end("INT").await;
    }

    /// Ends it at once, as the out-of-memory killer would: the next start recovers from the log.
    pub async fn crash(&mut self) {
        self.end("QUIT").await;
    }

    /// Stops the clocks of all its processes: connections stay open and nothing answers.
    pub fn freeze(&self) {
        // The parent first, so that no child is born meanwhile.
        let parent = self.server.as_ref().expect("it runs").id();
        signal(parent, "STOP");
        children(parent).into_iter().for_each(|child| signal(child, "STOP"));
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        let parent = self.server.as_ref().expect("it runs").id();
        children(parent).into_iter().for_each(|child| signal(child, "CONT"));
        signal(parent, "CONT");
    }

    /// Runs one statement.
    pub async fn runs(&self, statement: &str) {
        let mut connection = PgConnection::connect(&self.url()).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(statement.to_owned())).await.unwrap();
        let _ = connection.close().await;
    }

    /// Asks for one number.
    pub async fn counts(&self, question: &str) -> i64 {
        let mut connection = PgConnection::connect(&self.url()).await.unwrap();
        let question = sqlx::AssertSqlSafe(question.to_owned());
        let (number,) = sqlx::query_as::<_, (i64,)>(question).fetch_one(&mut connection).await.unwrap();
        let _ = connection.close().await;
        number
    }

    async fn end(&mut self, name: &str) {
        let Some(mut server) = self.server.take() else { return };
        signal(server.id(), name);
        let begun = Instant::now();
        while server.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "PostgreSQL does not stop: {}", self.said());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn spawn(&mut self) {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut command = as_server();
        // setpriv becomes the program it starts, and has the kernel end it when the test process dies.
        command.args(["setpriv", "--pdeathsig", "QUIT"]).arg(programs().join("postgres"));
        command.arg("-D").arg(self.folder.path().join("data")).args(["-p", &self.port.to_string()]);
        // A commit that was answered must survive a crash of the processes: only the disk is not waited for.
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=100",
            "fsync=off",
            "full_page_writes=off",
            "autovacuum=off",
            "jit=off",
            "shared_buffers=32MB",
            "log_min_messages=fatal",
            "restart_after_crash=off",
        ] {
            command.args(["-c", setting]);
        }
        command.current_dir(self.folder.path());
        let server = command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn();
        self.server = Some(server.expect("setpriv and PostgreSQL are installed"));
    }

    fn said(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            self.server = None;
            let parent = server.id();
            let children = children(parent);
            signal(parent, "QUIT");
            children.into_iter().for_each(|child| signal(child, "CONT"));
            signal(parent, "CONT");
            let _ = server.wait();
        }
    }
}

/// An empty data folder, made once and copied by every test.
fn template() -> PathBuf {
    let uid = fs::metadata("/proc/self").unwrap().uid();
    let version = programs().display().to_string().replace('/', "-");
    let folder = std::env::temp_dir().join(format!("freshet-pg-template{version}-{uid}-1"));
    let _ = fs::DirBuilder::new().mode(0o755).create(&folder);
    assert_eq!(fs::metadata(&folder).unwrap().uid(), uid, "{} is somebody else's", folder.display());
    // Tests are processes of their own: one makes it, the others wait.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    if !folder.join("data").exists() {
        let making = folder.join("making");
        let _ = fs::remove_dir_all(&making);
        fs::create_dir(&making).unwrap();
        fs::write(making.join("password"), "freshet").unwrap();
        own(&making);
        let mut initdb = as_server();
        initdb.arg(programs().join("initdb")).arg("--pgdata").arg(making.join("data"));
        initdb.arg("--pwfile").arg(making.join("password")).args(["--username=freshet", "--auth=password"]);
        initdb.args(["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]);
        run(initdb.current_dir(&making).stdout(Stdio::null()));
        fs::rename(making.join("data"), folder.join("data")).unwrap();
        let _ = fs::remove_dir_all(&making);
    }
    folder
}

/// Where Debian hides PostgreSQL's programs; the newest version wins.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("scripts/install-tools installs PostgreSQL");
    let newest = versions.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse::<u32>().ok()).max();
    Path::new("/usr/lib/postgresql").join(newest.unwrap().to_string()).join("bin")
}

/// PostgreSQL refuses to run as root.
fn as_server() -> Command {
    if !is_root() {
        return Command::new("env");
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"]);
    command
}

fn own(folder: &Path) {
    if is_root() {
        run(Command::new("chown").args(["-R", "postgres:postgres"]).arg(folder));
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}

fn signal(process: u32, name: &str) {
    let _ =
        Command::new("kill").args([&format!("-{name}"), &process.to_string()]).stderr(Stdio::null()).status();
}

/// The processes whose parent is `parent`.
fn children(parent: u32) -> Vec<u32> {
    let path = format!("/proc/{parent}/task/{parent}/children");
    fs::read_to_string(path)
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .collect()
}
