//! What programs are told of a conversation, before it takes the form of a transport.

use std::{sync::Arc, time::Duration};

use async_stream::stream;
use futures::Stream;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{
    accounts::Actor,
    app::App,
    chat::{Event, snapshot},
    platform::bus::Aside,
    stream::{Cursor, Entry, Next, Subscription},
};

/// Pause before the log is read again after the database failed.
const PAUSE: Duration = Duration::from_millis(500);

/// One event.
pub(in crate::web) enum Told {
    /// An entry of the log.
    Entry(Cursor, Arc<Entry>),
    /// Something beside the log: it moves no cursor and is not repeated.
    Aside(Arc<Aside>),
    /// The state at a cursor, for a reader that can't go on from its own.
    Reset(Cursor, String),
    /// The conversation is gone; nothing follows.
    Deleted,
}

impl Told {
    pub fn name(&self) -> &str {
        match self {
            Self::Entry(_, entry) => &entry.name,
            Self::Aside(aside) => &aside.name,
            Self::Reset(..) => "reset",
            Self::Deleted => "chat.deleted",
        }
    }

    /// One JSON object on one line.
    pub fn data(&self) -> &str {
        match self {
            Self::Entry(_, entry) => &entry.data,
            Self::Aside(aside) => &aside.data,
            Self::Reset(_, data) => data,
            Self::Deleted => "{}",
        }
    }

    /// Where a reader is that has taken this in.
    pub fn cursor(&self) -> Option<Cursor> {
        match self {
            Self::Entry(cursor, _) | Self::Reset(cursor, _) => Some(*cursor),
            Self::Aside(_) | Self::Deleted => None,
        }
    }
}

/// Everything that `watch` gives, open-ended. The actor's right to see it was checked by the caller.
pub(in crate::web) fn everything(
    app: App,
    actor: Actor,
    conversation: Uuid,
    watch: Subscription,
) -> impl Stream<Item = Told> + Send + 'static {
    tell(app, actor, conversation, watch, |_| true, Vec::new())
}

/// As [`everything`], for one who watches many: of those that share `turns` at most so many hold a snapshot at once, from
/// before it is read until the next thing is asked for.
pub(in crate::web) fn everything_in_turn(
    app: App,
    actor: Actor,
    conversation: Uuid,
    watch: Subscription,
    turns: Arc<Semaphore>,
) -> impl Stream<Item = Told> + Send + 'static {
    go_on(app, actor, conversation, watch, |_| true, Vec::new(), Some(turns))
}

/// What is `wanted`, up to the end of the last of the replies `until`; without any, open-ended.
pub(super) fn tell(
    app: App,
    actor: Actor,
    conversation: Uuid,
    watch: Subscription,
    wanted: impl Fn(&Event<'_>) -> bool + Send + 'static,
    until: Vec<Uuid>,
) -> impl Stream<Item = Told> + Send + 'static {
    go_on(app, actor, conversation, watch, wanted, until, None)
}

fn go_on(
    app: App,
    actor: Actor,
    conversation: Uuid,
    mut watch: Subscription,
    wanted: impl Fn(&Event<'_>) -> bool + Send + 'static,
    mut until: Vec<Uuid>,
    turns: Option<Arc<Semaphore>>,
) -> impl Stream<Item = Told> + Send + 'static {
    let ends = !until.is_empty();
    stream! {
        loop {
            match watch.next().await {
                Ok(Next::Entry(cursor, entry)) => {
                    let (is_wanted, is_end) = {
                        let event = Event::read(&entry);
                        if let Event::ReplyEnded(ended) = &event {
                            until.retain(|reply| *reply != ended.reply);
                        }
                        (wanted(&event), ends && until.is_empty())
                    };
                    if is_wanted {
                        yield Told::Entry(cursor, entry);
                    }
                    if is_end {
                        return;
                    }
                }
                Ok(Next::Aside(aside)) => {
                    if !ends {
                        yield Told::Aside(aside);
                    }
                }
                Ok(Next::Reset) => {
                    let _turn = match &turns {
                        Some(turns) => turns.acquire().await.ok(),
                        None => None,
                    };
                    match snapshot::read(&app, &actor, conversation).await {
                        Ok(snapshot) => {
                            let cursor = snapshot.chat.cursor;
                            let data = serde_json::json!({ "snapshot": snapshot }).to_string();
                            drop(snapshot);
                            yield Told::Reset(cursor, data);
                            if ends {
                                return;
                            }
                            watch.continue_from(cursor);
                        }
                        Err(crate::error::Error::NotFound) => {
                            yield Told::Deleted;
                            return;
                        }
                        Err(_) => tokio::time::sleep(PAUSE).await,
                    }
                }
                Ok(Next::Gone) => {
                    yield Told::Deleted;
                    return;
                }
                Err(error) => {
                    // Those who write say aloud that the database is away; a thousand viewers need not.
                    tracing::debug!(%error, "a log could not be read; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}
