//! A process under measurement: started on a free port, read from `/proc`, killed when dropped.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::Context as _;

/// Clock ticks per second in `/proc/<pid>/stat`: 100 on every Linux that user space is told about.
const TICKS: f64 = 100.0;
/// A start that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub struct Process {
    child: Child,
    /// Where it listens, as its first line on standard output said.
    pub address: SocketAddr,
    /// From the start to that line.
    pub ready: Duration,
}

impl Process {
    /// Starts `program` and waits for a line with `http://ADDRESS` in it.
    pub fn start(program: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> anyhow::Result<Self> {
        let began = Instant::now();
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let out = child.stdout.take().context("no standard output")?;
        let (say, heard) = mpsc::channel();
        // Reads on until the end, so that the process never waits for us.
        std::thread::spawn(move || {
            BufReader::new(out).lines().map_while(Result::ok).for_each(|line| drop(say.send(line)));
        });
        let line = heard.recv_timeout(PATIENCE);
        let mut process = Self { child, address: ([127, 0, 0, 1], 0).into(), ready: began.elapsed() };
        let line = line.with_context(|| format!("{} {arguments:?} did not start", program.display()))?;
        let address = line.split_once("http://").map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
        process.address = address
            .and_then(|address| address.trim().parse().ok())
            .with_context(|| format!("no address in {line:?}"))?;
        Ok(process)
    }

    /// CPU seconds used so far, in the kernel and out of it, by all its threads.
    pub fn cpu(&self) -> f64 {
        cpu_of(self.child.id())
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> f64 {
        let status = self.read("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kilobytes.unwrap_or(0.0) * 1024.0
    }

    /// Asks it to end, and makes it when it doesn't.
    pub fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        let deadline = Instant::now() + Duration::from_secs(5);
        while asked.as_ref().is_ok_and(|status| status.success()) && Instant::now() < deadline {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn read(&self, what: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{what}", self.child.id())).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Either may fail because the process is gone already, which is the aim.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// CPU seconds that a process has used so far, in the kernel and out of it, by all its threads; 0 when it is gone.
pub fn cpu_of(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in brackets may hold spaces; fields are counted behind it.
    let behind = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = |field: usize| behind.split_whitespace().nth(field).and_then(|text| text.parse::<f64>().ok());
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / TICKS
}

/// A folder that goes away with its owner.
pub struct Folder(pub std::path::PathBuf);

impl Folder {
    /// A new folder under the system's temporary one.
    pub fn new() -> anyhow::Result<Self> {
        let unique = format!("freshet-bench-{}-{:x}", std::process::id(), next());
        let path = std::env::temp_dir().join(unique);
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn next() -> u64 {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}
