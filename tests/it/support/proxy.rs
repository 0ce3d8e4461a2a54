//! A TCP proxy that breaks connections on purpose. It stands between any two parts: client and instance, instance and
//! PostgreSQL, Redis or provider. What goes up comes from who connected, what goes down from the target.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// How a COMMIT looks on the wire of PostgreSQL: a simple query of eleven bytes.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
/// Slices of a second in which a throttled connection is served.
const SLICES: u64 = 20;

/// What holds for every connection, those that are open included.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// New connections are reset.
    pub refuse: bool,
    /// Nothing goes up.
    pub stall_up: bool,
    /// Nothing comes down.
    pub stall_down: bool,
    /// Each piece is this late.
    pub delay: Duration,
    /// Bytes a second, in each direction.
    pub rate: Option<u64>,
}

/// What happens to all connections that are open now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blow {
    /// None yet.
    None,
    /// Both ends see an orderly end.
    Cut,
    /// Both ends see a reset.
    Reset,
    /// Who connected sees an orderly end, the target does not.
    Halve,
    /// Nobody sees anything, for ever.
    Swallow,
}

/// A running proxy. Its connections end when it is dropped.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    inner: Arc<Inner>,
    accepting: JoinHandle<()>,
}

struct Inner {
    target: SocketAddr,
    rule: watch::Sender<Rule>,
    blow: watch::Sender<(u64, Blow)>,
    /// Commits of transactions in which one of these words was seen lose their answer.
    trap: Mutex<Option<&'static str>>,
    sprung: AtomicU64,
    /// Bytes that may still come down before everything is reset.
    budget: Mutex<Option<u64>>,
}

impl Proxy {
    /// One in front of a loopback port.
    pub async fn before(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner {
            target: (Ipv4Addr::LOCALHOST, port).into(),
            rule: watch::channel(Rule::default()).0,
            blow: watch::channel((0, Blow::None)).0,
            trap: Mutex::default(),
            sprung: AtomicU64::default(),
            budget: Mutex::default(),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&inner)));
        Self { address, inner, accepting }
    }

    /// `http://…` of this proxy.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Changes what holds from now on.
    pub fn rules(&self, change: impl FnOnce(&mut Rule)) {
        self.inner.rule.send_modify(change);
    }

    /// No rule holds any more and no trap is set. What was broken stays broken.
    pub fn heal(&self) {
        *self.inner.trap.lock() = None;
        *self.inner.budget.lock() = None;
        self.inner.rule.send_replace(Rule::default());
    }

    /// Ends all open connections in an orderly way.
    pub fn cut(&self) {
        self.strike(Blow::Cut);
    }

    /// Resets all open connections.
    pub fn reset(&self) {
        self.strike(Blow::Reset);
    }

    /// Ends all open connections towards those who connected, and leaves the targets in the belief that they go on.
    pub fn halve(&self) {
        self.strike(Blow::Halve);
    }

    /// Passes nothing on any more on the connections that are open now, and tells nobody: as a firewall that has forgotten
    /// them, or a machine that is gone. New connections are fine.
    pub fn swallow(&self) {
        self.strike(Blow::Swallow);
    }

    /// Resets everything once so many more bytes have come down.
    pub fn reset_after(&self, bytes: u64) {
        *self.inner.budget.lock() = Some(bytes);
    }

    /// The next COMMIT of a transaction in which `word` went up is passed on, and then both sides are hung up on: the
    /// answer is lost.
    pub fn lose_the_answer_of_a_commit_after(&self, word: &'static str) {
        *self.inner.trap.lock() = Some(word);
    }

    /// How often such a trap has closed.
    pub fn commits_lost(&self) -> u64 {
        self.inner.sprung.load(Ordering::SeqCst)
    }

    fn strike(&self, blow: Blow) {
        self.inner.blow.send_modify(|(count, last)| {
            *count += 1;
            *last = blow;
        });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, inner: Arc<Inner>) {
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        if inner.rule.borrow().refuse {
            let _ = client.set_zero_linger();
            continue;
        }
        // Seen before the connection is made, so that no blow falls between.
        let blows = inner.blow.subscribe();
        tokio::spawn(connect(client, Arc::clone(&inner), blows));
    }
}

async fn connect(mut client: TcpStream, inner: Arc<Inner>, mut blows: watch::Receiver<(u64, Blow)>) {
    let Ok(mut target) = TcpStream::connect(inner.target).await else {
        let _ = client.set_zero_linger();
        return;
    };
    let _ = (client.set_nodelay(true), target.set_nodelay(true));
    let blow = {
        let (from_client, to_client) = client.split();
        let (from_target, to_target) = target.split();
        let both = async {
            let mut up = pin!(pass_up(&inner, from_client, to_target));
            let mut down = pin!(pass_down(&inner, from_target, to_client));
            tokio::select! {
                lost = &mut up => {
                    if !lost {
                        down.await;
                    }
                    lost
                }
                () = &mut down => up.await,
            }
        };
        tokio::select! {
            lost = both => if lost { Blow::Cut } else { Blow::None },
            _ = blows.changed() => blows.borrow().1,
        }
    };
    match blow {
        Blow::None | Blow::Cut => {}
        Blow::Reset => {
            let _ = (client.set_zero_linger(), target.set_zero_linger());
        }
        Blow::Swallow => {
            let _ = blows.changed().await;
        }
        Blow::Halve => {
            drop(client);
            // The target talks into the void until it is struck again, or gives up.
            let mut void = vec![0; 16 << 10];
            loop {
                tokio::select! {
                    read = target.read(&mut void) => if read.is_ok_and(|read| read > 0) { continue } else { break },
                    _ = blows.changed() => break,
                }
            }
        }
    }
}

/// True when a COMMIT was passed on whose answer is to be lost.
async fn pass_up(inner: &Inner, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> bool {
    let mut rule = inner.rule.subscribe();
    let mut buffer = vec![0; 16 << 10];
    // What went up since the last COMMIT, as far as a trap wants to know it.
    let mut said: Vec<u8> = Vec::new();
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let piece = &buffer[..read];
        let _ = rule.wait_for(|rule| !rule.stall_up).await;
        if send(&rule, piece, &mut to).await.is_err() {
            break;
        }
        let word = *inner.trap.lock();
        if let Some(word) = word {
            said.extend_from_slice(piece);
            if contains(&said, COMMIT) {
                if contains(&said, word.as_bytes()) && inner.trap.lock().take().is_some() {
                    inner.sprung.fetch_add(1, Ordering::SeqCst);
                    return true;
                }
                said.clear();
            }
        } else {
            said.clear();
        }
    }
    let _ = to.shutdown().await;
    false
}

async fn pass_down(inner: &Inner, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) {
    let mut rule = inner.rule.subscribe();
    let mut buffer = vec![0; 16 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let _ = rule.wait_for(|rule| !rule.stall_down).await;
        let allowed = inner.allowed(read);
        if send(&rule, &buffer[..allowed], &mut to).await.is_err() {
            break;
        }
        if allowed < read {
            inner.blow.send_modify(|(count, last)| {
                *count += 1;
                *last = Blow::Reset;
            });
            // Nothing that comes behind what was held back may slip through before the blow falls.
            return std::future::pending().await;
        }
    }
    let _ = to.shutdown().await;
}

async fn send(rule: &watch::Receiver<Rule>, bytes: &[u8], to: &mut WriteHalf<'_>) -> io::Result<()> {
    let (delay, rate) = {
        let rule = rule.borrow();
        (rule.delay, rule.rate)
    };
    if delay > Duration::ZERO {
        tokio::time::sleep(delay).await;
    }
    let Some(rate) = rate else { return to.write_all(bytes).await };
    let slice = usize::try_from((rate / SLICES).max(1)).unwrap();
    for piece in bytes.chunks(slice) {
        to.write_all(piece).await?;
        // A rule that is taken away in the middle ends the waiting.
        if rule.borrow().rate.is_some() {
            tokio::time::sleep(Duration::from_millis(1000 / SLICES)).await;
        }
    }
    Ok(())
}

impl Inner {
    fn allowed(&self, wanted: usize) -> usize {
        let mut budget = self.budget.lock();
        let Some(left) = budget.as_mut() else { return wanted };
        let allowed = wanted.min(usize::try_from(*left).unwrap_or(usize::MAX));
        *left -= allowed as u64;
        if allowed < wanted {
            *budget = None;
        }
        allowed
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}
