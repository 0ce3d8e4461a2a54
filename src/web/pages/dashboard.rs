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
    chat::{Conversation, conversations},
    error::Result,
    replies,
};

/// Conversations shown as recent.
const RECENT: i64 = 6;

/// What `/` shows.
pub(super) async fn page(app: &App, actor: &Actor, visit: &Visit) -> Result<Markup> {
    let base = chat::props(app, actor, visit, None, Composer::default(), None, None).await?;
    let (now, reader) = (app.clock.now(), visit.reader);
    let talk = |chat: &Conversation| Talk {
        id: chat.id.to_string(),
        title: chat.title.clone(),
        at: match reader.today(chat.updated_at) == reader.today(now) {
            true => reader.clock(chat.updated_at),
            false => reader.date(chat.updated_at),
        },
    };
    let busy = replies::places(app, actor).await?;
    let recent = conversations::list(app, actor, None, None, RECENT + busy.len() as i64).await?.items;
    let (running, recent): (Vec<_>, Vec<_>) = recent.iter().partition(|chat| busy.contains(&chat.id));
    Ok(page::page(&Dashboard {
        shell: base.shell,
        sidebar: base.sidebar,
        composer: base.composer,
        running: running.into_iter().map(talk).collect(),
        pinned: Vec::new(),
        recent: recent.into_iter().take(RECENT as usize).map(talk).collect(),
    }))
}
