//! The list of conversations beside every chat.

use chrono::{DateTime, NaiveDate, Utc};
use freshet_templates::parts::sidebar::{Age, Group, Item, Sidebar};
use uuid::Uuid;

use crate::{
    accounts::Actor,
    app::App,
    chat::{Conversation, conversations},
    error::Result,
    web::reader::Reader,
};

/// Conversations shown before somebody asks for more.
const FIRST: i64 = 50;
/// Conversations shown at most.
const MOST: i64 = 1000;

/// The sidebar of a page that shows `current`, with at least `wanted` conversations if there are so many.
pub(super) async fn sidebar(
    app: &App,
    actor: &Actor,
    reader: Reader,
    current: Option<Uuid>,
    wanted: Option<i64>,
) -> Result<Sidebar> {
    let wanted = wanted.unwrap_or(FIRST).clamp(1, MOST);
    let mut chats = Vec::new();
    let mut cursor = None;
    loop {
        let left = wanted - chats.len() as i64;
        let page = conversations::list(app, actor, cursor.as_deref(), None, left).await?;
        chats.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() || chats.len() as i64 >= wanted {
            break;
        }
    }
    let more = cursor.filter(|_| wanted < MOST).map(|_| {
        let path = current.map_or_else(|| "/c/new".to_owned(), |id| format!("/c/{id}"));
        format!("{path}?chats={}", (wanted * 4).min(MOST))
    });
    Ok(grouped(reader, app.clock.now(), &chats, current, more))
}

fn grouped(
    reader: Reader,
    now: DateTime<Utc>,
    chats: &[Conversation],
    current: Option<Uuid>,
    more: Option<String>,
) -> Sidebar {
    let mut sidebar = Sidebar { current: current.map(|id| id.to_string()), more, ..Sidebar::default() };
    let mut groups: Vec<(Age, Group)> = Vec::new();
    for chat in chats {
        let item = Item { id: chat.id.to_string(), title: chat.title.clone(), answering: false };
        let age = age(reader.today(now), reader.today(chat.updated_at));
        if age == Age::Today {
            sidebar.today.push(item);
            continue;
        }
        match groups.last_mut().filter(|(last, _)| *last == age) {
            Some((_, group)) => group.items.push(item),
            None => groups.push((age, Group { label: age.label(reader.locale), items: vec![item] })),
        }
    }
    sidebar.groups = groups.into_iter().map(|(_, group)| group).collect();
    sidebar
}

fn age(today: NaiveDate, then: NaiveDate) -> Age {
    match (today - then).num_days() {
        ..=0 => Age::Today,
        1 => Age::Yesterday,
        2..=7 => Age::Week,
        8..=30 => Age::Month,
        _ => Age::Older,
    }
}
