//! The start page of somebody who is signed in.

use freshet_templates::{
    pages::dashboard::{self as page, Dashboard, Talk},
    parts::composer::Composer,
};
use maud::Markup;

use super::{Visit, chat};
use crate::{
    accounts::Actor,
    app::App,
    chat::{
        Conversation,
        conversations::{self, Filter},
    },
    error::Result,
    replies,
};

/// Conversations shown as recent.
const RECENT: i64 = 6;
/// Pinned ones; the others stand in the list beside them.
const PINNED: i64 = 4;

/// What `/` shows.
pub(super) async fn page(app: &App, actor: &Actor, visit: &Visit) -> Result<Markup> {
    let base = chat::props(app, actor, visit, None, Composer::default(), None).await?;
    let (reader, now) = (visit.reader, app.clock.now());
    let talk = |chat: &Conversation| Talk {
        id: chat.id.to_string(),
        title: chat.title.clone(),
        at: match reader.today(chat.updated_at) == reader.today(now) {
            true => reader.clock(chat.updated_at),
            false => reader.date(chat.updated_at),
        },
    };
    let busy = replies::places(app, actor).await?;
    let filter = |pinned| Filter { pinned: Some(pinned), ..Filter::default() };
    let pinned = conversations::list(app, actor, &filter(true), None, PINNED).await?.items;
    let many = RECENT + busy.len() as i64;
    let recent = conversations::list(app, actor, &filter(false), None, many).await?.items;
    let (running, rest): (Vec<_>, Vec<_>) =
        pinned.iter().chain(&recent).partition(|chat| busy.contains(&chat.id));
    let (pinned, recent): (Vec<_>, Vec<_>) = rest.into_iter().partition(|chat| chat.pinned_at.is_some());
    Ok(page::page(&Dashboard {
        shell: base.shell,
        sidebar: base.sidebar,
        composer: base.composer,
        simulated: base.simulated,
        running: running.into_iter().map(talk).collect(),
        pinned: pinned.into_iter().map(talk).collect(),
        recent: recent.into_iter().take(RECENT as usize).map(talk).collect(),
    }))
}
