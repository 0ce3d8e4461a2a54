//! Conversations: create, list, rename, delete.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    events::ChatUpdated,
    settings::{self, Settings},
    store,
};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    platform::db::Tx,
    stream::{Cursor, lease},
};

/// Characters of a title; longer ones are cut.
const TITLE_LENGTH: usize = 120;
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
    /// When something was last said or changed.
    pub updated_at: DateTime<Utc>,
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
    let model = usable_model(app, new.model.as_deref()).await?;
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
        model: new.model.unwrap_or_else(|| app.providers.default_model()),
        leaf_id: None,
        created_at: now,
        updated_at: now,
        cursor: Cursor { epoch: epoch(), seq: 0 },
    };
    app.log.create(tx, conversation.id, conversation.cursor.epoch).await?;
    store::add(tx, actor.user.0, &conversation).await?;
    settings::set_in(tx, conversation.id, &new.settings).await?;
    Ok(conversation)
}

/// The conversation, if the actor may see it.
///
/// # Errors
/// [`Error::NotFound`] also when it is somebody else's.
pub async fn get(app: &App, actor: &Actor, id: Uuid) -> Result<Conversation> {
    store::find(&app.db, actor.user.0, id).await?.ok_or(Error::NotFound)
}

/// The actor's conversations, last used first. `cursor` is what an earlier page gave; `query` matches titles.
///
/// # Errors
/// A cursor that no page gave.
pub async fn list(
    app: &App,
    actor: &Actor,
    cursor: Option<&str>,
    query: Option<&str>,
    limit: i64,
) -> Result<Page<Conversation>> {
    let limit = limit.clamp(1, PAGE_LIMIT);
    let behind = cursor.map(parse_cursor).transpose()?;
    let like = query.map(str::trim).filter(|q| !q.is_empty()).map(like_pattern);
    let mut items = store::list(&app.db, actor.user.0, behind, like.as_deref(), limit + 1).await?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next_cursor = items
        .last()
        .filter(|_| more)
        .map(|last| format!("{}_{}", last.updated_at.timestamp_micros(), last.id.simple()));
    Ok(Page { items, next_cursor })
}

/// Changes title or model.
///
/// # Errors
/// Not the actor's, an empty title, a model that can't be used.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: Uuid,
    title: Option<String>,
    model: Option<String>,
) -> Result<Conversation> {
    get(app, actor, id).await?;
    let title = title.map(|title| tidy_title(&title));
    if title.as_ref().is_some_and(String::is_empty) {
        return Err(Error::field("title_empty", "title", "the title is empty"));
    }
    let model = match model {
        Some(model) => Some(usable_model(app, Some(&model)).await?),
        None => None,
    };
    let mut tx = app.db.begin().await?;
    store::lock_conversation(&mut tx, actor.user.0, id, app.clock.now()).await?.ok_or(Error::NotFound)?;
    store::update(&mut tx, id, title.as_deref(), model.as_deref(), None).await?;
    let fact = ChatUpdated { title, model, ..ChatUpdated::default() };
    let entries = app.log.append(&mut tx, id, vec![fact.entry(None)]).await?;
    let conversation = store::find_in(&mut tx, actor.user.0, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    app.log.publish(id, &entries);
    Ok(conversation)
}

/// Deletes a conversation. Running replies lose their lease with it and end; nothing can bring a row back.
///
/// # Errors
/// Not the actor's.
pub async fn delete(app: &App, actor: &Actor, id: Uuid) -> Result<()> {
    let mut tx = app.db.begin().await?;
    store::lock_conversation(&mut tx, actor.user.0, id, app.clock.now()).await?.ok_or(Error::NotFound)?;
    // Leases before everything else, as writers take them; otherwise each would wait for the other.
    lease::drop_all_on(&mut tx, id).await?;
    store::remove(&mut tx, id).await?;
    app.log.remove(&mut tx, id).await?;
    tx.commit().await?;
    app.log.announce_removal(id);
    Ok(())
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

/// The full name of a model that can be used now, or of the default one.
///
/// # Errors
/// An unknown or ambiguous name.
pub(crate) async fn usable_model(app: &App, name: Option<&str>) -> Result<String> {
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        None => Ok(app.providers.default_model()),
        Some(name) => match app.providers.resolve(name).await {
            Ok(model) => Ok(model.name),
            Err(error) => Err(Error::field("unknown_model", "model", error.to_string())),
        },
    }
}

fn like_pattern(query: &str) -> String {
    let escaped = query.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

fn parse_cursor(text: &str) -> Result<(DateTime<Utc>, Uuid)> {
    let parsed = text.split_once('_').and_then(|(at, id)| {
        Some((DateTime::from_timestamp_micros(at.parse().ok()?)?, Uuid::try_parse(id).ok()?))
    });
    parsed.ok_or_else(|| Error::field("bad_cursor", "cursor", "no list gave this cursor"))
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
    fn a_search_takes_wildcards_literally() {
        assert_eq!(like_pattern("50%_\\"), "%50\\%\\_\\\\%");
    }
}
