//! A client that follows a conversation as docs/STREAM-PROTOCOL.md says and comes back after every break, to whichever
//! instance is next. It notes everything and believes nothing.

use std::{sync::Arc, time::Duration};

use eventsource_stream::Eventsource as _;
use futures::StreamExt as _;
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::Value;
use tokio::{sync::watch, task::JoinHandle};

use crate::support::{
    Api,
    history::{History, What},
};

/// Silence after which a connection counts as dead.
pub(super) const SILENCE: Duration = Duration::from_secs(40);
/// How long the head of an answer may take.
pub(super) const HEAD: Duration = Duration::from_secs(5);
/// The pauses between attempts: shorter than the protocol asks for, since tests are in a hurry.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(20), Duration::from_millis(100), Duration::from_millis(400)];
/// How a history begins to tell of an event that could not be read.
pub const UNREADABLE: &str = "unreadable:";
/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a client watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `GET …/events`.
    Events,
    /// A WebSocket.
    Socket,
}

/// Where a client connects to.
#[derive(Debug, Clone)]
pub struct Door {
    /// The instance.
    pub side: usize,
    /// Its address, or a proxy's.
    pub base: String,
    /// How.
    pub way: Way,
}

/// A running client. It stops when dropped.
pub struct Follower {
    notes: Arc<Mutex<History>>,
    changed: watch::Receiver<()>,
    task: JoinHandle<()>,
}

/// What the client's task works with.
pub(super) struct Work {
    pub who: Api,
    doors: Vec<Door>,
    pub chat: String,
    notes: Arc<Mutex<History>>,
    changed: watch::Sender<()>,
}

/// Why a connection is over.
pub(super) enum Over {
    /// Come back.
    Broken(String),
    /// Never come back.
    Ever,
}

impl Follower {
    /// Goes on from what it knows (nothing: with a snapshot) at the first of the doors.
    pub fn start(who: &Api, doors: Vec<Door>, known: History) -> Self {
        let chat = known.chat.clone();
        let notes = Arc::new(Mutex::new(known));
        let (sender, changed) = watch::channel(());
        let work = Work { who: who.clone(), doors, chat, notes: Arc::clone(&notes), changed: sender };
        Self { notes, changed, task: tokio::spawn(work.run()) }
    }

    /// A copy of everything it has noted.
    pub fn history(&self) -> History {
        self.notes.lock().clone()
    }

    /// Whether something holds of what it has noted so far.
    pub fn sees(&self, holds: impl Fn(&History) -> bool) -> bool {
        holds(&self.notes.lock())
    }

    /// Waits until something holds of what it has noted.
    pub async fn until(&self, what: &str, holds: impl Fn(&History) -> bool) {
        let mut changed = self.changed.clone();
        let waiting = changed.wait_for(|()| holds(&self.notes.lock()));
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) if self.sees(&holds) => {}
            _ => panic!("in vain: {what}; last: {:?}", self.notes.lock().lines.last()),
        }
    }

    /// Waits until it has so many bytes of an answer.
    pub async fn until_bytes(&self, reply: &str, bytes: usize) {
        self.until(&format!("{bytes} bytes"), |history| history.answer(reply).len() >= bytes).await;
    }

    /// Waits for the end of a reply; gives its status.
    pub async fn until_end_of(&self, reply: &str) -> String {
        self.until("the end of the reply", |history| history.ended.contains_key(reply)).await;
        self.notes.lock().ended[reply].clone()
    }

    /// Leaves for good; gives what it has noted.
    pub fn leaves(self) -> History {
        self.task.abort();
        self.history()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Work {
    async fn run(self) {
        let mut failures = 0;
        for door in self.doors.iter().cycle() {
            let before = self.notes.lock().events();
            let over = match door.way {
                Way::Events => self.connect(door).await,
                Way::Socket => self.connect_socket(door).await,
            };
            match over {
                Over::Ever => {
                    let mut notes = self.notes.lock();
                    if !notes.over {
                        notes.note(What::Gone);
                    }
                    drop(notes);
                    self.changed.send_replace(());
                    return;
                }
                Over::Broken(why) => self.notes.lock().note(What::Left(why)),
            }
            failures = if self.notes.lock().events() > before { 0 } else { failures + 1 };
            tokio::time::sleep(PAUSES[failures.min(PAUSES.len() - 1)]).await;
        }
    }

    /// The cursor to come back with; empty when there is none.
    pub fn cursor(&self) -> String {
        self.notes.lock().cursor()
    }

    /// A connection has come about.
    pub fn connected(&self, door: &Door) {
        self.notes.lock().note(What::Connected(door.side));
    }

    /// Takes an event; says when the connection is over because of it.
    pub fn takes(&self, name: &str, id: &str, data: &Value) -> Option<Over> {
        let (whole, over) = {
            let mut notes = self.notes.lock();
            (notes.take(name, id, data), notes.over)
        };
        self.changed.send_replace(());
        match (whole, over) {
            (_, true) => Some(Over::Ever),
            (false, _) => Some(Over::Broken("a byte is missing".into())),
            (true, false) => None,
        }
    }

    async fn connect(&self, door: &Door) -> Over {
        let cursor = self.cursor();
        let mut request =
            self.who.at(&door.base).request(Method::GET, &format!("/chats/{}/events", self.chat));
        if !cursor.is_empty() {
            request = request.header("last-event-id", cursor);
        }
        let answer = match tokio::time::timeout(HEAD, request.send()).await {
            Err(_) => return Over::Broken("no head".into()),
            Ok(Err(error)) => return Over::Broken(format!("{error:?}")),
            Ok(Ok(answer)) => answer,
        };
        match answer.status().as_u16() {
            200 => {}
            401 | 403 | 404 => return Over::Ever,
            status => return Over::Broken(format!("status {status}")),
        }
        self.connected(door);
        let mut events = std::pin::pin!(answer.bytes_stream().eventsource());
        loop {
            let event = match tokio::time::timeout(SILENCE, events.next()).await {
                Err(_) => return Over::Broken("silence".into()),
                Ok(None) => return Over::Broken("end".into()),
                Ok(Some(Err(error))) => return Over::Broken(format!("{error:?}")),
                Ok(Some(Ok(event))) => event,
            };
            let data: Value = match serde_json::from_str(&event.data) {
                Ok(data) => data,
                Err(error) => return unreadable(&event.event, &event.data, &error),
            };
            if let Some(over) = self.takes(&event.event, &event.id, &data) {
                return over;
            }
        }
    }
}

/// An event that is no JSON: nobody should ever get one.
fn unreadable(name: &str, data: &str, error: &serde_json::Error) -> Over {
    let (head, tail): (String, String) =
        (data.chars().take(80).collect(), data.chars().rev().take(80).collect());
    let tail: String = tail.chars().rev().collect();
    Over::Broken(format!("{UNREADABLE} {name} of {} bytes, {error}: {head:?} … {tail:?}", data.len()))
}
