//! A Redis for one test: the real server, as a process on a port of its own, that can be stopped, frozen and emptied.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Longer than a start takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A Redis server without persistence: whoever starts it again finds it empty. Killed when dropped.
pub struct Redis {
    port: u16,
    server: Option<Child>,
    /// Where its certificates are, if it speaks TLS.
    tls: Option<PathBuf>,
}

impl Redis {
    /// Starts one and waits until it answers.
    pub fn start() -> Self {
        let mut redis = Self::absent();
        redis.start_again();
        redis
    }

    /// One that does not run yet, at an address where nobody answers.
    pub fn absent() -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        Self { port: free.local_addr().unwrap().port(), server: None, tls: None }
    }

    /// Starts one that speaks TLS only and wants a certificate of `ca.pem` in this folder; its own is `server.pem`.
    pub fn start_tls(folder: &Path) -> Self {
        let mut redis = Self::absent();
        redis.tls = Some(folder.to_owned());
        redis.start_again();
        redis
    }

    /// What `REDIS_URL` should say.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "rediss" } else { "redis" };
        format!("{scheme}://127.0.0.1:{}/0", self.port)
    }

    /// Its port on the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts it (again) at the same address, empty, and waits until it answers.
    pub fn start_again(&mut self) {
        assert!(self.server.is_none(), "it runs already");
        let port = self.port.to_string();
        let (plain, secure) = if self.tls.is_some() { ("0", port.as_str()) } else { (port.as_str(), "0") };
        // setpriv becomes the program it starts, and has the kernel kill it when the test process dies.
        let server = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "redis-server", "--bind", "127.0.0.1", "--port", plain])
            .args(["--tls-port", secure])
            .args(self.tls.iter().flat_map(|folder| {
                let file = |name: &str| folder.join(name).display().to_string();
                ["--tls-ca-cert-file".into(), file("ca.pem"), "--tls-cert-file".into(), file("server.pem")]
                    .into_iter()
                    .chain(["--tls-key-file".into(), file("server.key")])
            }))
            .args(["--save", "", "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("scripts/install-tools installs redis-server");
        self.server = Some(server);
        let begun = Instant::now();
        while !self.answers() {
            assert!(begun.elapsed() < PATIENCE, "Redis does not answer on port {port}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn answers(&self) -> bool {
        match self.tls {
            // It hears us; that it wants more than that is the point.
            Some(_) => TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok(),
            None => self.try_command(&["PING"]).is_some(),
        }
    }

    /// Ends it at once: connections break, everything in it is gone.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
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

    /// Sends a command; gives the raw answer (RESP).
    pub fn command(&self, words: &[&str]) -> String {
        self.try_command(words).expect("Redis answers")
    }

    fn try_command(&self, words: &[&str]) -> Option<String> {
        let mut socket = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok()?;
        socket.set_read_timeout(Some(PATIENCE)).ok()?;
        let mut text = format!("*{}\r\n", words.len());
        for word in words {
            text.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        socket.write_all(text.as_bytes()).ok()?;
        let mut answer = [0; 4096];
        let read = socket.read(&mut answer).ok().filter(|read| *read > 0)?;
        Some(String::from_utf8_lossy(&answer[..read]).into_owned())
    }

    fn signal(&self, name: &str) {
        let id = self.server.as_ref().expect("it runs").id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}
