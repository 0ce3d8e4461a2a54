//! The program itself, as a process.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
    time::Duration,
};

/// Longer than any command takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const PROGRAM: &str = env!("CARGO_BIN_EXE_freshet");

/// A running `freshet`. Killed when dropped.
pub struct Process {
    /// Where it listens.
    pub base: String,
    child: Child,
    stdout: Option<BufReader<std::process::ChildStdout>>,
    /// Read from the first line on: one that logs more than a pipe holds would wait for a reader.
    complaints: Option<JoinHandle<String>>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl Process {
    /// Starts a server and waits until it says where it listens.
    pub fn serve(folder: &Path, settings: &[(&str, &str)]) -> Self {
        Self::begin(command(folder, settings, &[]))
    }

    /// The same, with so few file descriptors.
    pub fn serve_with_files(folder: &Path, settings: &[(&str, &str)], files: usize) -> Self {
        let wrapped = format!("ulimit -n {files} && exec \"$0\"");
        Self::begin(command_of(Command::new("sh"), folder, settings, &["-c", &wrapped, PROGRAM]))
    }

    /// The same, begun by another program that becomes it, such as `env` or `prlimit`.
    pub fn serve_by(starter: &[&str], folder: &Path, settings: &[(&str, &str)]) -> Self {
        let words: Vec<&str> = starter[1..].iter().copied().chain([PROGRAM]).collect();
        let mut command = command_of(Command::new(starter[0]), folder, settings, &words);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        Self::begin(command)
    }

    fn begin(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let complaints = complaints(&mut child);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let Some(base) = line.trim().strip_prefix("listening on ") else {
            panic!("the server did not start: {line}{}", complaints.join().unwrap());
        };
        Self { base: base.to_owned(), child, stdout: Some(stdout), complaints: Some(complaints) }
    }

    /// Runs a command to its end.
    pub fn run(folder: &Path, settings: &[(&str, &str)], words: &[&str]) -> Ended {
        let mut child = command(folder, settings, words).spawn().unwrap();
        let complaints = Some(complaints(&mut child));
        Self { base: String::new(), child, stdout: None, complaints }.waited_for()
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until it ends by itself.
    pub fn waited_for(mut self) -> Ended {
        let mut ended = Ended { code: None, stdout: String::new(), stderr: String::new() };
        // One watchdog instead of a poll: a process that hangs is killed and seen as ended by a signal.
        let (done, waiting) = std::sync::mpsc::channel::<()>();
        let id = self.child.id().to_string();
        let watchdog = std::thread::spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                let _ = Command::new("kill").args(["-KILL", &id]).status();
            }
        });
        let stdout = self.stdout.take();
        let mut stdout = stdout.unwrap_or_else(|| BufReader::new(self.child.stdout.take().unwrap()));
        stdout.read_to_string(&mut ended.stdout).unwrap();
        ended.stderr = self.complaints.take().unwrap().join().unwrap();
        ended.code = self.child.wait().unwrap().code();
        drop(done);
        watchdog.join().unwrap();
        ended
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn complaints(child: &mut Child) -> JoinHandle<String> {
    let mut stderr = child.stderr.take().unwrap();
    std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).unwrap();
        text
    })
}

fn command(folder: &Path, settings: &[(&str, &str)], words: &[&str]) -> Command {
    command_of(Command::new(PROGRAM), folder, settings, words)
}

fn command_of(mut command: Command, folder: &Path, settings: &[(&str, &str)], words: &[&str]) -> Command {
    command.args(words).env_clear().env("PORT", "0").env("FRESHET_DATA_DIR", folder).env("LOG_LEVEL", "warn");
    command.envs(settings.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
