//! From the log to HTML frames: once per conversation, reader and instance, shared as bytes by everybody who watches it
//! in the same language and time zone.
//!
//! A renderer starts with its first viewer and ends a while after the last one. Viewers attach to a broadcast of frames;
//! one that falls behind attaches again with its own cursor and gets what it lacks.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::body::Bytes;
use parking_lot::Mutex;
use tokio::{
    sync::{Mutex as AsyncMutex, broadcast},
    time::Instant,
};
use uuid::Uuid;

pub use super::screen::Written;
use super::{catch_up, frame::Frame, screen::Screen};
use crate::{
    accounts::Actor,
    app::App,
    chat::{Event, snapshot},
    error::{Error, Result},
    platform::metrics,
    stream::{Cursor, Entry, Next, Subscription},
    web::reader::Reader,
};

/// Frames a viewer may fall behind. The buffer is allocated for every watched conversation.
const BEHIND: usize = 32;
/// How long a renderer without viewers is kept, so that a reload finds it warm.
const LINGER: Duration = Duration::from_secs(20);

/// Readers that a conversation is rendered for; further ones get its times in UTC.
const READERS: usize = 8;

/// The renderers of this instance. Cheap to clone.
#[derive(Clone)]
pub struct Renderers {
    rooms: Arc<Mutex<HashMap<Key, Arc<Renderer>>>>,
    linger: Arc<Mutex<Duration>>,
}

impl Default for Renderers {
    fn default() -> Self {
        Self { rooms: Arc::default(), linger: Arc::new(Mutex::new(LINGER)) }
    }
}

/// What frames are made for: whoever reads the same conversation in the same language and time zone shares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    conversation: Uuid,
    reader: Reader,
}

struct Renderer {
    key: Key,
    frames: broadcast::Sender<Arc<Sent>>,
    /// `None` until the first viewer has read the snapshot.
    screen: AsyncMutex<Option<Screen>>,
}

/// A frame on its way to viewers.
pub(super) struct Sent {
    pub seq: i64,
    pub bytes: Bytes,
    /// Nothing comes after it.
    pub last: bool,
}

/// A viewer's end.
pub(super) struct View {
    pub frames: broadcast::Receiver<Arc<Sent>>,
    pub start: Start,
}

/// Where a viewer begins.
pub(super) enum Start {
    /// With what it lacks, up to the cursor.
    CatchUp(Cursor, Frame),
    /// Its cursor can't be continued.
    Resync(Cursor),
}

/// The running replies of a conversation at one moment.
#[derive(Default)]
pub struct Capture {
    /// Where the stream has to go on.
    pub cursor: Option<Cursor>,
    /// By message.
    pub written: HashMap<Uuid, Written>,
}

impl Renderers {
    /// The running replies as they are on screen now, for a page load. The actor's right was checked by the caller.
    ///
    /// # Errors
    /// The conversation went away, or the database failed.
    pub async fn capture(
        &self,
        app: &App,
        actor: &Actor,
        conversation: Uuid,
        reader: Reader,
    ) -> Result<Capture> {
        let (renderer, _frames) = self.find(Key { conversation, reader });
        let screen = self.ready(app, actor, &renderer).await?;
        let Some(screen) = screen.as_ref() else { return Ok(Capture::default()) };
        Ok(Capture { cursor: Some(screen.cursor), written: screen.written() })
    }

    /// Attaches a viewer that has everything up to `after`.
    pub(super) async fn attach(
        &self,
        app: &App,
        actor: &Actor,
        conversation: Uuid,
        reader: Reader,
        after: Option<Cursor>,
    ) -> Result<View> {
        let (renderer, frames) = self.find(Key { conversation, reader });
        let (at, behind) = {
            let screen = self.ready(app, actor, &renderer).await?;
            let Some(screen) = screen.as_ref() else { return Err(Error::NotFound) };
            let lacking = after.filter(|after| after.seq < screen.cursor.seq);
            (screen.cursor, lacking.map(|after| screen.catch_up(after.seq)).unwrap_or_default())
        };
        let reader = renderer.key.reader;
        let start = catch_up::start(app, actor, (conversation, reader), after, at, behind).await?;
        Ok(View { frames, start })
    }

    /// The renderer of a conversation for a reader, with a receiver that keeps it alive.
    fn find(&self, mut key: Key) -> (Arc<Renderer>, broadcast::Receiver<Arc<Sent>>) {
        let mut rooms = self.rooms.lock();
        // A browser may name any zone it likes, another one with every request.
        let others = || rooms.keys().filter(|other| other.conversation == key.conversation).count();
        if !rooms.contains_key(&key) && others() >= READERS {
            key.reader.zone = chrono_tz::Tz::UTC;
        }
        let renderer = rooms.entry(key).or_insert_with(|| {
            let frames = broadcast::channel(BEHIND).0;
            Arc::new(Renderer { key, frames, screen: AsyncMutex::new(None) })
        });
        (Arc::clone(renderer), renderer.frames.subscribe())
    }

    /// The screen, locked; started if this is the first viewer.
    async fn ready<'a>(
        &self,
        app: &App,
        actor: &Actor,
        renderer: &'a Arc<Renderer>,
    ) -> Result<tokio::sync::MutexGuard<'a, Option<Screen>>> {
        let mut screen = renderer.screen.lock().await;
        if screen.is_none() {
            // Also when this future is dropped while it reads: nobody would ever take the renderer off the list.
            let mut unlisted = Unlisted { rooms: self, renderer: Some(renderer) };
            let Key { conversation: id, reader } = renderer.key;
            let snapshot = snapshot::read(app, actor, id).await?;
            let cursor = snapshot.chat.cursor;
            let watch = app.log.subscribe(id, Some(cursor)).await;
            let started =
                tokio::task::spawn_blocking(move || Screen::new(&snapshot.chat, reader, &snapshot.messages));
            *screen = Some(started.await.map_err(|error| Error::Internal(error.into()))?);
            app.tasks.spawn(Arc::clone(renderer).run(app.clone(), self.clone(), watch));
            unlisted.renderer = None;
        }
        Ok(screen)
    }

    /// Forgets a renderer that nobody watches. Under the lock that new viewers take, so that none is left behind.
    fn forget(&self, renderer: &Renderer) -> bool {
        let mut rooms = self.rooms.lock();
        let unwatched = renderer.frames.receiver_count() == 0;
        if unwatched && rooms.get(&renderer.key).is_some_and(|it| std::ptr::eq(Arc::as_ptr(it), renderer)) {
            rooms.remove(&renderer.key);
        }
        unwatched
    }

    /// Forgets a renderer that ends; its viewers attach to a new one.
    fn drop_now(&self, renderer: &Renderer) {
        let mut rooms = self.rooms.lock();
        if rooms.get(&renderer.key).is_some_and(|it| std::ptr::eq(Arc::as_ptr(it), renderer)) {
            rooms.remove(&renderer.key);
        }
    }

    /// Lets every viewer attach to a new renderer, which starts from what is stored now.
    pub fn forget_all(&self) {
        self.rooms.lock().clear();
    }

    /// Keeps renderers without viewers for another time than usual.
    pub fn keep_for(&self, linger: Duration) {
        *self.linger.lock() = linger;
    }

    /// How many conversations are rendered now, each once for every language and time zone that it is read in.
    pub fn count(&self) -> usize {
        self.rooms.lock().len()
    }
}

/// Takes a renderer off the list again unless it was started.
struct Unlisted<'a> {
    rooms: &'a Renderers,
    renderer: Option<&'a Renderer>,
}

impl Drop for Unlisted<'_> {
    fn drop(&mut self) {
        if let Some(renderer) = self.renderer {
            self.rooms.drop_now(renderer);
        }
    }
}

/// Takes a renderer off the list when its task ends, also by a panic: its viewers attach to a new one.
struct Leaving<'a>(&'a Renderers, &'a Renderer);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.drop_now(self.1);
    }
}

impl Renderer {
    async fn run(self: Arc<Self>, app: App, rooms: Renderers, mut watch: Subscription) {
        let _leaving = Leaving(&rooms, &self);
        let mut unwatched_since = None;
        loop {
            let linger = *rooms.linger.lock();
            // A reply that goes on keeps nobody's renderer alive, so this is looked at after each entry, too.
            unwatched_since = match self.frames.receiver_count() {
                0 => unwatched_since.or_else(|| Some(Instant::now())),
                _ => None,
            };
            let silence =
                linger.saturating_sub(unwatched_since.map_or(Duration::ZERO, |since| since.elapsed()));
            if silence.is_zero() && rooms.forget(&self) {
                return;
            }
            let next = tokio::select! {
                () = app.stopping.cancelled() => break,
                () = tokio::time::sleep(silence) => {
                    if rooms.forget(&self) {
                        return;
                    }
                    continue;
                }
                next = watch.next() => next,
            };
            match next {
                Ok(Next::Entry(cursor, entry)) => match self.show(cursor, entry).await {
                    Ok(()) => {}
                    Err(error) => {
                        tracing::error!(%error, conversation.id = %self.key.conversation, "rendering broke; starting afresh");
                        break;
                    }
                },
                // Pages show nothing of it yet.
                Ok(Next::Aside(_)) => {}
                Ok(Next::Reset) => break,
                Ok(Next::Gone) => {
                    let mut frame = Frame::default();
                    frame.event("fx:bye", "deleted");
                    let _ = self.frames.send(Arc::new(Sent {
                        seq: i64::MAX,
                        bytes: frame.into_bytes(),
                        last: true,
                    }));
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, "a log could not be read; trying again");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
        }
    }

    /// Takes an entry in and tells the viewers.
    async fn show(&self, cursor: Cursor, entry: Arc<Entry>) -> Result<(), tokio::task::JoinError> {
        let mut screen = self.screen.lock().await;
        let Some(mut state) = screen.take() else { return Ok(()) };
        let (state, frame) = if !state.is_heavy(&entry) {
            let frame = state.apply(cursor, &Event::read(&entry));
            (state, frame)
        } else {
            tokio::task::spawn_blocking(move || {
                let frame = state.apply(cursor, &Event::read(&entry));
                (state, frame)
            })
            .await?
        };
        *screen = Some(state);
        metrics::rendered();
        // An error says that nobody watches just now.
        let _ = self.frames.send(Arc::new(Sent { seq: cursor.seq, bytes: frame.into_bytes(), last: false }));
        Ok(())
    }
}
