//! One instance of several: the program itself, on a port that it keeps, to be killed, frozen, stopped and started.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Longer than a start takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);
/// Lines of its log that a failed test shows.
const LINES: usize = 40;

/// A `freshet` process. Killed when dropped; then its log is shown if the test has failed.
pub struct Instance {
    /// Its port, the same after every start.
    pub port: u16,
    name: String,
    folder: TempDir,
    settings: Vec<(String, String)>,
    child: Option<(Child, ChildStdout)>,
}

impl Instance {
    /// One that does not run yet.
    pub fn new(name: &str, settings: Vec<(String, String)>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { port: super::free_port(), name: name.to_owned(), folder, settings, child: None }
    }

    /// Starts it and waits until it says that it listens.
    pub async fn start(&mut self) {
        let begun = Instant::now();
        loop {
            match self.try_start().await {
                Ok(()) => return,
                // The database may still be coming up, and the old sockets of the port going down.
                Err(_) if begun.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(said) => panic!("{} does not start: {said}", self.name),
            }
        }
    }

    /// Starts it once.
    ///
    /// # Errors
    /// It ended instead of listening; what it said.
    pub async fn try_start(&mut self) -> Result<(), String> {
        assert!(self.child.is_none(), "it runs already");
        let log = File::options().create(true).append(true).open(self.log_path()).unwrap();
        let before = log.metadata().unwrap().len();
        // setpriv becomes the program it starts, and has the kernel kill it when the test process dies.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", env!("CARGO_BIN_EXE_freshet")]).env_clear();
        command.env("PORT", self.port.to_string()).env("FRESHET_DATA_DIR", self.folder.path());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        // Spawned by this thread and not by one of a pool: the kernel watches the thread, not the process.
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let reading = tokio::task::spawn_blocking(move || {
            let mut stdout = BufReader::new(stdout);
            let mut line = String::new();
            let _ = stdout.read_line(&mut line);
            (line, stdout.into_inner())
        });
        let read = tokio::time::timeout(PATIENCE, reading).await;
        let Ok(Ok((line, stdout))) = read else {
            let _ = (child.kill(), child.wait());
            return Err(format!("no word within {PATIENCE:?}\n{}", self.log_from(before)));
        };
        if !line.starts_with("listening on ") {
            let _ = (child.kill(), child.wait());
            return Err(self.log_from(before));
        }
        self.child = Some((child, stdout));
        Ok(())
    }

    /// SIGKILL: no destructor, no flush, no goodbye.
    pub fn kill(&mut self) {
        if let Some((mut child, _)) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Stops its clock: connections stay open and nothing answers.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Waits until it ends by itself; gives the exit code, `None` after a signal.
    pub async fn ended(&mut self) -> Option<i32> {
        let (mut child, _) = self.child.take().expect("it runs");
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status.code();
            }
            if begun.elapsed() > PATIENCE {
                let _ = (child.kill(), child.wait());
                panic!("{} does not end\n{}", self.name, self.log_from(0));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Whether it was started and not yet killed or seen to end.
    pub fn runs(&self) -> bool {
        self.child.is_some()
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.log_from(0)
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn log_from(&self, byte: u64) -> String {
        let all = std::fs::read(self.log_path()).unwrap_or_default();
        let new = all.get(usize::try_from(byte).unwrap()..).unwrap_or_default();
        String::from_utf8_lossy(new).into_owned()
    }

    fn signal(&self, name: &str) {
        let id = self.child.as_ref().expect("it runs").0.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().rev().take(LINES).collect();
            let lines: Vec<&str> = lines.into_iter().rev().collect();
            eprintln!("--- {} said last:\n{}", self.name, lines.join("\n"));
        }
    }
}
