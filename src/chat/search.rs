//! Finding what was said: titles and complete texts, the newest first.
//!
//! A text is indexed in the transaction that completes it: a person's message when it is sent, an answer when it ends.
//! What got in otherwise (before there was an index, or by an older version beside this one) is indexed by
//! [`catch_up`]. Only the owner's own conversations that are not deleted are searched.

mod snippet;
mod wanted;
mod words;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use snippet::Piece;
use wanted::{Wanted, owner_word};
pub(super) use words::folded;

use super::{
    Page, Role,
    store::{conversations, search as store},
};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    platform::db::Tx,
};

/// Hits on one page, at most.
pub const PAGE_LIMIT: i64 = 50;
/// Bytes of a text that are indexed.
const INDEXED: usize = 128 << 10;
/// Rows that are caught up with in one step.
const STEP: i64 = 50;
/// Bytes of words that are stored in one transaction, about.
const STEP_BYTES: usize = 256 << 10;

/// A place where all the words stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The conversation.
    pub conversation: Uuid,
    /// Its title.
    pub title: String,
    /// Whether it is archived.
    pub archived: bool,
    /// The message and who wrote it; without one it is the title that matches.
    pub message: Option<(Uuid, Role)>,
    /// When the message was written, or the conversation last used.
    pub at: DateTime<Utc>,
    /// The words with what stands around them.
    pub snippet: Vec<Piece>,
}

/// Where `query` is found. `cursor` is what an earlier page gave.
///
/// # Errors
/// A cursor that no page gave.
pub async fn find(
    app: &App,
    actor: &Actor,
    query: &str,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<Hit>> {
    let limit = limit.clamp(1, PAGE_LIMIT);
    let behind = match cursor {
        None => i64::MAX,
        Some(text) => {
            text.parse().map_err(|_| Error::field("bad_cursor", "cursor", "no search gave this cursor"))?
        }
    };
    let wanted = Wanted::read(query);
    if wanted.is_empty() {
        return Ok(Page { items: Vec::new(), next_cursor: None });
    }
    let owner = actor.user.0;
    let text = if app.db.is_embedded() { wanted.for_sqlite(owner) } else { wanted.for_postgres(owner) };
    let mut rows = store::find(&app.db, owner, &text, wanted.phrases(), behind, limit + 1).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next_cursor = rows.last().filter(|_| more).map(|last| last.id.to_string());
    let hits = move || rows.into_iter().map(|row| hit(&wanted, row)).collect();
    let items = tokio::task::spawn_blocking(hits).await.map_err(|error| Error::Internal(error.into()))?;
    Ok(Page { items, next_cursor })
}

fn hit(wanted: &Wanted, row: store::Found) -> Hit {
    let role = row.role.as_deref().map(|role| if role == "user" { Role::User } else { Role::Assistant });
    Hit {
        conversation: row.conversation_id,
        snippet: snippet::around(head(row.text.as_deref().unwrap_or(&row.title)), wanted),
        archived: row.archived_at.is_some(),
        message: row.message_id.zip(role),
        at: row.created_at.unwrap_or(row.updated_at),
        title: row.title,
    }
}

/// The words of a text, cut and folded. That takes a while where the text is long, so it is done before the transaction
/// that stores them: on SQLite every other writer would wait.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words(String);

impl Words {
    /// Those of `text`, each behind a blank.
    pub fn of(text: &str) -> Self {
        Self(words::words(head(text)).iter().fold(String::new(), |line, word| line + " " + &word.text))
    }

    /// As they are stored; empty for a text without any.
    fn of_owner(&self, owner: Uuid) -> String {
        if self.0.is_empty() { String::new() } else { format!(" {}{} ", owner_word(owner), self.0) }
    }
}

/// Indexes a text that is complete now.
pub(crate) async fn add_in(
    tx: &mut Tx,
    conversation: Uuid,
    message: Uuid,
    words: &Words,
) -> sqlx::Result<()> {
    let Some(owner) = conversations::owner_in(tx, conversation).await? else { return Ok(()) };
    store::add(tx, conversation, Some(message), &words.of_owner(owner)).await
}

/// Indexes a title in place of the one before.
pub(super) async fn retitle_in(
    tx: &mut Tx,
    conversation: Uuid,
    owner: Uuid,
    title: &str,
) -> sqlx::Result<()> {
    store::drop_title(tx, conversation).await?;
    store::add(tx, conversation, None, &Words::of(title).of_owner(owner)).await
}

/// Indexes what is not indexed yet, the oldest first. Gives how much that was.
///
/// Words are made outside of transactions, and only a few texts are stored in one: on SQLite every answer that is being
/// written waits meanwhile. Of two who catch up at once, the second finds that the first has done it.
///
/// # Errors
/// The database failed.
pub async fn catch_up(app: &App) -> Result<usize> {
    let mut done = 0;
    loop {
        let texts = store::texts_to_index(&app.db, STEP).await?;
        let titles = store::titles_to_index(&app.db, STEP).await?;
        if texts.is_empty() && titles.is_empty() || app.stopping.is_cancelled() {
            return Ok(done);
        }
        done += texts.len() + titles.len();
        let (mut ready, mut bytes) = (Vec::new(), 0);
        for (message, conversation, owner, text) in texts {
            let words = Words::of(&text).of_owner(owner);
            bytes += words.len();
            ready.push((conversation, message, words));
            if bytes > STEP_BYTES {
                store_all(app, std::mem::take(&mut ready)).await?;
                bytes = 0;
            }
            tokio::task::yield_now().await;
        }
        store_all(app, ready).await?;
        let mut tx = app.db.begin().await?;
        for (conversation, owner, title) in &titles {
            if store::hold_title(&mut tx, *conversation, title).await? {
                retitle_in(&mut tx, *conversation, *owner, title).await?;
            }
        }
        tx.commit().await?;
    }
}

async fn store_all(app: &App, ready: Vec<(Uuid, Uuid, String)>) -> sqlx::Result<()> {
    let mut tx = app.db.begin().await?;
    for (conversation, message, words) in &ready {
        store::add(&mut tx, *conversation, Some(*message), words).await?;
    }
    tx.commit().await
}

/// What of a text is indexed.
fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(INDEXED)]
}
