//! The list of conversations beside every chat: the pinned ones, the newest, and the rest in pieces.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use freshet_templates::parts::sidebar::{Age, Group, Item, Sidebar};
use uuid::Uuid;

use crate::{
    accounts::Actor,
    app::App,
    chat::{Conversation, Filter, conversations},
    error::Result,
    replies,
    web::reader::Reader,
};

/// Pinned conversations in the list, at most.
const PINNED: i64 = 10;
/// Conversations in the list of a page, and in each piece that comes behind.
const PIECE: i64 = 30;

/// The list of a page that shows `current`.
pub(super) async fn sidebar(
    app: &App,
    actor: &Actor,
    reader: Reader,
    current: Option<Uuid>,
) -> Result<Sidebar> {
    let filter = |pinned| Filter { pinned: Some(pinned), ..Filter::default() };
    let pinned = conversations::list(app, actor, &filter(true), None, PINNED).await?;
    let left = PIECE - pinned.items.len() as i64;
    let page = conversations::list(app, actor, &filter(false), None, left).await?;
    let answering = replies::places(app, actor).await?;
    let now = app.clock.now();
    let mut groups = grouped(reader, now, &page.items, &answering, None);
    let has_today =
        page.items.first().is_some_and(|newest| reader.today(newest.updated_at) >= reader.today(now));
    let today = if has_today { groups.remove(0).items } else { Vec::new() };
    Ok(Sidebar {
        pinned: pinned.items.iter().map(|chat| item(chat, &answering)).collect(),
        more_pinned: pinned.next_cursor.is_some(),
        today,
        groups,
        current: current.map(|id| id.to_string()),
        more: page.next_cursor,
    })
}

/// The piece of the list behind `cursor`.
pub(super) async fn piece(
    app: &App,
    actor: &Actor,
    reader: Reader,
    current: Option<Uuid>,
    cursor: &str,
) -> Result<Sidebar> {
    let filter = Filter { pinned: Some(false), ..Filter::default() };
    let page = conversations::list(app, actor, &filter, Some(cursor), PIECE).await?;
    let answering = replies::places(app, actor).await?;
    let before = conversations::moment_of(cursor);
    let groups = grouped(reader, app.clock.now(), &page.items, &answering, before);
    let current = current.map(|id| id.to_string());
    Ok(Sidebar { groups, current, more: page.next_cursor, ..Sidebar::default() })
}

/// Conversations, the newest first, by how long ago they were written in. A group that goes on from `before` has no label.
pub(super) fn grouped(
    reader: Reader,
    now: DateTime<Utc>,
    chats: &[Conversation],
    answering: &[Uuid],
    before: Option<DateTime<Utc>>,
) -> Vec<Group> {
    let mut last = before.map(|before| age(reader.today(now), reader.today(before)));
    let mut groups: Vec<Group> = Vec::new();
    for chat in chats {
        let age = age(reader.today(now), reader.today(chat.updated_at));
        match groups.last_mut().filter(|_| last == Some(age)) {
            Some(group) => group.items.push(item(chat, answering)),
            None => {
                let label = if last == Some(age) { String::new() } else { age.label(reader.locale) };
                groups.push(Group { label, items: vec![item(chat, answering)] });
            }
        }
        last = Some(age);
    }
    groups
}

/// A conversation as a line; `answering` are those in which a reply runs.
pub(super) fn item(chat: &Conversation, answering: &[Uuid]) -> Item {
    Item { id: chat.id.to_string(), title: chat.title.clone(), answering: answering.contains(&chat.id) }
}

fn age(today: NaiveDate, then: NaiveDate) -> Age {
    match (today - then).num_days() {
        ..=0 => Age::Today,
        1 => Age::Yesterday,
        2..=7 => Age::Week,
        8..=30 => Age::Month,
        _ => Age::In(then.year(), then.month()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;
    use crate::stream::Cursor;

    fn at(day: u32, month: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, month, day, 12, 0, 0).unwrap()
    }

    fn chat(then: DateTime<Utc>) -> Conversation {
        let cursor = Cursor { epoch: 1, seq: 0 };
        let (id, title, model) = (Uuid::nil(), String::new(), String::new());
        let (created_at, updated_at) = (then, then);
        Conversation {
            id,
            title,
            model,
            leaf_id: None,
            created_at,
            updated_at,
            pinned_at: None,
            archived_at: None,
            forked_from: None,
            cursor,
        }
    }

    #[test]
    fn groups_are_days_then_months_and_go_on_over_pages() {
        let chats: Vec<_> = [at(20, 6), at(19, 6), at(14, 6), at(1, 6), at(2, 5), at(1, 5)].map(chat).into();
        let reader = Reader::default();
        let labels = |before| {
            let groups = grouped(reader, at(20, 6), &chats, &[], before);
            groups.iter().map(|group| format!("{} {}", group.label, group.items.len())).collect::<Vec<_>>()
        };
        let all = ["Today 1", "Yesterday 1", "Last 7 days 1", "Last 30 days 1", "May 2026 2"];
        assert_eq!(labels(None), all);
        assert_eq!(labels(Some(at(20, 6)))[0], " 1");
        assert_eq!(labels(Some(at(20, 6)))[1..], all[1..]);
    }
}
