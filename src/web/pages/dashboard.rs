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
    chat::{Conversation, Filter, conversations},
    error::Result,
    replies,
};

/// Conversations shown as pinned, and as recent.
const SHOWN: i64 = 6;

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
    let list = async |pinned| {
        let filter = Filter { pinned: Some(pinned), ..Filter::default() };
        conversations::list(app, actor, &filter, None, SHOWN + busy.len() as i64).await
    };
    let all = [list(true).await?.items, list(false).await?.items].concat();
    let (running, still): (Vec<_>, Vec<_>) = all.iter().partition(|chat| busy.contains(&chat.id));
    let (pinned, recent): (Vec<_>, Vec<_>) = still.into_iter().partition(|chat| chat.pinned_at.is_some());
    let some = |chats: Vec<&Conversation>| chats.into_iter().take(SHOWN as usize).map(talk).collect();
    Ok(page::page(&Dashboard {
        shell: base.shell,
        sidebar: base.sidebar,
        composer: base.composer,
        running: running.into_iter().map(talk).collect(),
        pinned: some(pinned),
        recent: some(recent),
    }))
}
