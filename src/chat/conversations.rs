//! Conversations: create, list, rename, pin, archive, delete and restore.
//!
//! A deleted one is out of sight for everybody at once, with its log closed; for a while its owner can bring it back, then
//! the housekeeper removes it. Deleting lives in [`crate::replies`], since what runs in it has to end first.

use chrono::{DateTime, Datelike as _, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    events::ChatUpdated,
    search,
    settings::{self, Settings},
    store::conversations::{self as store, Which},
};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    keys, models,
    platform::db::Tx,
    providers::{self, Accounts},
    stream::Cursor,
};

pub use super::removal::{purge, remove};

/// Characters of a title; longer ones are cut.
const TITLE_LENGTH: usize = 120;
/// Characters of what is looked for in titles; the rest is not looked at.
const QUERY_LENGTH: usize = 300;
/// Conversations whose titles are looked at at once.
const TITLES: i64 = 500;
/// Conversations on one page of a list, at most.
pub const PAGE_LIMIT: i64 = 100;

/// A conversation, without its messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Conversation {
    /// Its id, also of its log.
    pub id: Uuid,
    /// What the sidebar shows; empty until the first message.
    pub title: String,
    /// The model for coming messages, `<provider>/<id>`.
    pub model: String,
    /// The last message of the branch that is shown.
    pub leaf_id: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When something was last said.
    pub updated_at: DateTime<Utc>,
    /// Since when it stands above the others, if it does.
    pub pinned_at: Option<DateTime<Utc>>,
    /// Since when it is put away, if it is.
    pub archived_at: Option<DateTime<Utc>>,
    /// The message of another conversation that it was forked from.
    pub forked_from: Option<Uuid>,
    /// Where its log stands: what `Last-Event-ID` or `?after=` takes.
    #[schema(value_type = String)]
    pub cursor: Cursor,
}

/// What a new conversation may be told.
#[derive(Debug, Clone, Default)]
pub struct NewConversation {
    /// Its title; else the first message makes one.
    pub title: Option<String>,
    /// Its model; else the default one.
    pub model: Option<String>,
    /// What its model is told besides the messages.
    pub settings: Settings,
}

/// Which conversations to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only pinned ones, or only others; both if absent.
    pub pinned: Option<bool>,
    /// Archived ones instead of the others.
    pub archived: bool,
    /// What the title holds.
    pub query: Option<String>,
}

/// What changes about a conversation; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Its title; no model changes one that a person gave.
    pub title: Option<String>,
    /// The model for coming messages.
    pub model: Option<String>,
    /// Whether it stands above the others; a pinned one is not archived.
    pub pinned: Option<bool>,
    /// Whether it is put away; an archived one is not pinned.
    pub archived: Option<bool>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What to ask for the next page with; `None` at the end.
    pub next_cursor: Option<String>,
}

/// Makes a conversation.
///
/// # Errors
/// A model that this actor can't use.
pub async fn create(app: &App, actor: &Actor, new: NewConversation) -> Result<Conversation> {
    let model = usable_model(app, actor, new.model.as_deref()).await?;
    let mut tx = app.db.begin().await?;
    let conversation = create_in(app, &mut tx, actor, NewConversation { model: Some(model), ..new }).await?;
    tx.commit().await?;
    Ok(conversation)
}

/// As [`create`], inside a transaction; the model is taken as it is.
pub(crate) async fn create_in(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    new: NewConversation,
) -> Result<Conversation> {
    let now = app.clock.now();
    let conversation = Conversation {
        id: app.ids.next(),
        title: new.title.as_deref().map(tidy_title).unwrap_or_default(),
        model: new.model.unwrap_or_else(|| app.providers.default_model(&Accounts::none())),
        leaf_id: None,
        created_at: now,
        updated_at: now,
        pinned_at: None,
        archived_at: None,
        forked_from: None,
        cursor: Cursor { epoch: epoch(), seq: 0 },
    };
    app.log.create(tx, conversation.id, conversation.cursor.epoch).await?;
    store::add(tx, actor.user.0, &conversation).await?;
    settings::set_in(tx, conversation.id, &new.settings).await?;
    if !conversation.title.is_empty() {
        search::retitle_in(tx, conversation.id, actor.user.0, &conversation.title).await?;
    }
    Ok(conversation)
}

/// The conversation, if the actor may see it.
///
/// # Errors
/// [`Error::NotFound`] also when it is somebody else's.
pub async fn get(app: &App, actor: &Actor, id: Uuid) -> Result<Conversation> {
    store::find(&app.db, actor.user.0, id).await?.ok_or(Error::NotFound)
}

/// The actor's conversations, last used first. `cursor` is what an earlier page gave. One that moves to the top
/// meanwhile does not come again, and no other is left out for it.
///
/// # Errors
/// A cursor that no page gave.
pub async fn list(
    app: &App,
    actor: &Actor,
    filter: &Filter,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<Conversation>> {
    let limit = limit.clamp(1, PAGE_LIMIT);
    let behind = cursor.map(parse_cursor).transpose()?;
    let query: String =
        filter.query.iter().flat_map(|query| query.trim().chars()).take(QUERY_LENGTH).collect();
    let wanted = search::folded(&query);
    let which = Which { pinned: filter.pinned, archived: filter.archived };
    let mut items = if wanted.is_empty() {
        store::list(&app.db, actor.user.0, which, behind, limit + 1).await?
    } else {
        with_title(app, actor, which, behind, limit + 1, &wanted).await?
    };
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next_cursor = items
        .last()
        .filter(|_| more)
        .map(|last| format!("{}_{}", last.updated_at.timestamp_micros(), last.id.simple()));
    Ok(Page { items, next_cursor })
}

/// Those whose title holds `wanted`. Compared here, since no two databases agree on what a capital letter is.
async fn with_title(
    app: &App,
    actor: &Actor,
    which: Which,
    mut behind: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
    wanted: &str,
) -> Result<Vec<Conversation>> {
    let mut found = Vec::new();
    loop {
        let some = store::list(&app.db, actor.user.0, which, behind, TITLES).await?;
        behind = some.last().map(|last| (last.updated_at, last.id));
        let last = (some.len() as i64) < TITLES;
        found.extend(some.into_iter().filter(|it| search::folded(&it.title).contains(wanted)));
        if last || found.len() as i64 >= limit {
            found.truncate(limit as usize);
            return Ok(found);
        }
        tokio::task::yield_now().await;
    }
}

/// Changes what a person can change.
///
/// # Errors
/// Not the actor's, an empty title, a model that can't be used.
pub async fn update(app: &App, actor: &Actor, id: Uuid, change: Change) -> Result<Conversation> {
    get(app, actor, id).await?;
    let title = change.title.map(|title| tidy_title(&title));
    if title.as_ref().is_some_and(String::is_empty) {
        return Err(Error::field("title_empty", "title", "the title is empty"));
    }
    let model = match change.model {
        Some(model) => Some(usable_model(app, actor, Some(&model)).await?),
        None => None,
    };
    let mut tx = app.db.begin().await?;
    let before = store::hold_conversation(&mut tx, actor.user.0, id).await?.ok_or(Error::NotFound)?;
    let mut after = before.clone();
    arrange(&mut after, change.pinned, change.archived, app.clock.now());
    after.title = title.clone().unwrap_or(after.title);
    after.model = model.clone().unwrap_or(after.model);
    store::save(&mut tx, &after, title.is_some()).await?;
    if after == before {
        // Nobody needs to hear of it; but the title is a person's now, if they said it.
        tx.commit().await?;
        return Ok(after);
    }
    if title.is_some() {
        search::retitle_in(&mut tx, id, actor.user.0, &after.title).await?;
    }
    let changed = |was: bool, is: bool| (was != is).then_some(is);
    let fact = ChatUpdated {
        title,
        model,
        pinned: changed(before.pinned_at.is_some(), after.pinned_at.is_some()),
        archived: changed(before.archived_at.is_some(), after.archived_at.is_some()),
        ..ChatUpdated::default()
    };
    let entries = app.log.append(&mut tx, id, vec![fact.entry(None)]).await?;
    let conversation = store::find_in(&mut tx, actor.user.0, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    app.log.publish(id, &entries);
    Ok(conversation)
}

/// Above the others, put away, or neither: the later wish undoes the other one.
fn arrange(it: &mut Conversation, pinned: Option<bool>, archived: Option<bool>, now: DateTime<Utc>) {
    match pinned {
        Some(true) => (it.pinned_at, it.archived_at) = (it.pinned_at.or(Some(now)), None),
        Some(false) => it.pinned_at = None,
        None => {}
    }
    match archived {
        Some(true) => (it.archived_at, it.pinned_at) = (it.archived_at.or(Some(now)), None),
        Some(false) => it.archived_at = None,
        None => {}
    }
}

/// Deletes a conversation, with a way back; nothing may run in it any more. Call
/// [`Log::announce_removal`](crate::stream::Log::announce_removal) after the commit.
pub(crate) async fn hide_in(app: &App, tx: &mut Tx, id: Uuid) -> Result<()> {
    store::hide(tx, id, app.clock.now()).await?;
    app.log.close(tx, id).await?;
    Ok(())
}

/// Brings a deleted conversation back, whole. One that is there stays as it is.
///
/// # Errors
/// Not the actor's, or deleted too long ago.
pub async fn restore(app: &App, actor: &Actor, id: Uuid) -> Result<Conversation> {
    let mut tx = app.db.begin().await?;
    if store::unhide(&mut tx, actor.user.0, id, deadline(app)).await? {
        app.log.reopen(&mut tx, id).await?;
    }
    let conversation = store::find_in(&mut tx, actor.user.0, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(conversation)
}

/// What was deleted later can come back.
pub(super) fn deadline(app: &App) -> DateTime<Utc> {
    app.clock.now() - app.config.chats.undo
}

/// A title made of the first words of a message.
pub fn title_from(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let plain = line.trim_start_matches(['#', '>', '-', '*', '`', ' ']);
    let title = tidy_title(plain);
    if title.chars().count() <= 60 {
        return title;
    }
    let cut: String = title.chars().take(60).collect();
    let words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", words.trim_end())
}

/// One line, no control or direction characters, at most [`TITLE_LENGTH`] characters.
pub(super) fn tidy_title(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_direction_mark(*c))
        .take(TITLE_LENGTH)
        .collect();
    clean.trim().to_owned()
}

/// Characters that turn the direction of what follows and can make a text look like another one.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The full name of a model that can be used now, or of the one that this person begins with.
///
/// # Errors
/// An unknown or ambiguous name.
pub(crate) async fn usable_model(app: &App, actor: &Actor, name: Option<&str>) -> Result<String> {
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        None => models::first(app, actor).await,
        Some(name) => {
            let own = keys::accounts_of(app, actor.user.0).await?;
            match models::find(app, actor, &own, name).await {
                Ok(model) => Ok(model.name),
                Err(error @ providers::Error::KeyUnreadable) => {
                    Err(Error::conflict("key_unreadable", error.to_string()))
                }
                Err(error) => Err(Error::field("unknown_model", "model", error.to_string())),
            }
        }
    }
}

fn parse_cursor(text: &str) -> Result<(DateTime<Utc>, Uuid)> {
    let parsed = text.split_once('_').and_then(|(at, id)| {
        Some((DateTime::from_timestamp_micros(at.parse().ok()?)?, Uuid::try_parse(id).ok()?))
    });
    // Far beyond these years a day has no date in every time zone.
    let parsed = parsed.filter(|(at, _)| (1970..=9999).contains(&at.year()));
    parsed.ok_or_else(|| Error::field("bad_cursor", "cursor", "no list gave this cursor"))
}

/// When the last conversation before a cursor was last used, if a list gave it.
pub fn moment_of(cursor: &str) -> Option<DateTime<Utc>> {
    parse_cursor(cursor).ok().map(|(at, _)| at)
}

/// Random and positive: what makes two logs with the same id tell-apart.
fn epoch() -> i64 {
    // 48 bits stay exact in every client's numbers.
    i64::from(rand::random::<u32>()) << 16 | i64::from(rand::random::<u16>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_words_on_one_line() {
        assert_eq!(title_from("\n## Hello,\tworld  \nmore"), "Hello, world");
        assert_eq!(title_from("a\u{202e}b"), "ab");
        let long = title_from(&"word ".repeat(40));
        assert!(long.ends_with("word…") && long.chars().count() <= 61, "{long}");
    }

    #[test]
    fn a_cursor_of_another_age_is_none() {
        let id = Uuid::nil().simple();
        assert!(parse_cursor(&format!("1790000000000000_{id}")).is_ok());
        for at in
            [-1, -8_334_601_228_800_000_000, 8_210_266_876_799_999_999, 253_402_300_800_000_000, i64::MIN]
        {
            assert!(parse_cursor(&format!("{at}_{id}")).is_err(), "{at}");
        }
    }
}
