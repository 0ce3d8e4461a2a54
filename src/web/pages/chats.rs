//! Conversations as things: all of them on pages, and what can be done with one. Each action works by form and redirect;
//! with scripts the page that asked is changed in place.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use freshet_templates::{
    fragments,
    pages::{
        chats::{self as page, Chats, Show},
        options::{self, Options},
    },
    parts::{sidebar as parts, toast::Notice},
};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    shell::{Visit, with_notice, with_notice_about},
    sidebar::{grouped, item, piece, sidebar},
};
use crate::{
    accounts::Actor,
    app::App,
    chat::{Change, Conversation, Filter, conversations},
    error::{Error, Result},
    replies,
    web::extract::{Form, Path, Query},
};

/// Conversations on one page.
const PAGE: i64 = 50;

#[derive(Debug, Deserialize)]
pub(super) struct ListQuery {
    show: Option<String>,
    cursor: Option<String>,
    current: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AnsweringQuery {
    #[serde(default)]
    ids: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct RenameForm {
    #[serde(default)]
    title: String,
}

/// `GET /chats`: all conversations, a page at a time.
pub(super) async fn list(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Query(query): Query<ListQuery>,
) -> Result<Response> {
    let show = Show::parse(query.show.as_deref().unwrap_or_default());
    let filter = Filter {
        pinned: (show == Show::Pinned).then_some(true),
        archived: show == Show::Archived,
        query: None,
    };
    let found = conversations::list(&app, &actor, &filter, query.cursor.as_deref(), PAGE).await?;
    let answering = replies::places(&app, &actor).await?;
    let props = Chats {
        groups: grouped(visit.reader, app.clock.now(), &found.items, &answering, None),
        shell: visit.shell(Some(&actor)),
        show,
        is_later: query.cursor.is_some(),
        more: found.next_cursor,
    };
    Ok(visit.page(page::page(&props)))
}

/// `GET /chats/list`: the sidebar's list anew, or, with a cursor, the piece behind it.
pub(super) async fn fragment(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Query(query): Query<ListQuery>,
) -> Result<Markup> {
    let (l, current) = (visit.locale(), query.current.and_then(|id| Uuid::try_parse(&id).ok()));
    Ok(match query.cursor {
        Some(cursor) => parts::next(l, &piece(&app, &actor, visit.reader, current, &cursor).await?),
        None => parts::list(l, &sidebar(&app, &actor, visit.reader, current).await?),
    })
}

/// `GET /chats/answering`: how it stands with conversations whose lines say that they are being answered.
pub(super) async fn answering(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Query(query): Query<AnsweringQuery>,
) -> Result<Markup> {
    let running = replies::places(&app, &actor).await?;
    let asked = query.ids.split(',').filter_map(|id| Uuid::try_parse(id).ok()).take(replies::PLACES);
    let (going_on, ended): (Vec<Uuid>, Vec<Uuid>) = asked.partition(|id| running.contains(id));
    let mut done = Vec::with_capacity(ended.len());
    for id in ended {
        match conversations::get(&app, &actor, id).await {
            Ok(chat) => done.push(item(&chat, &[])),
            // Deleted meanwhile; its line goes by other ways.
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    let going_on: Vec<String> = going_on.iter().map(Uuid::to_string).collect();
    Ok(fragments::answering(visit.locale(), &done, &going_on))
}

/// `GET /c/{id}/menu`.
pub(super) async fn menu(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let chat = conversations::get(&app, &actor, id).await?;
    Ok(visit.page(options::page(&visit.shell(Some(&actor)), &shown(&chat))))
}

/// `GET /c/{id}/rename`.
pub(super) async fn rename_form(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let chat = conversations::get(&app, &actor, id).await?;
    Ok(visit.page(options::rename(&visit.shell(Some(&actor)), &shown(&chat), None)))
}

/// `POST /c/{id}/rename`.
pub(super) async fn rename(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
    Form(form): Form<RenameForm>,
) -> Result<Response> {
    let change = Change { title: Some(form.title.clone()), ..Change::default() };
    match conversations::update(&app, &actor, id, change).await {
        Ok(chat) => {
            let l = visit.locale();
            let item = item(&chat, &replies::places(&app, &actor).await?);
            let line = fragments::sidebar_item_in_place(l, &item, current(&visit).as_deref());
            Ok(done(&visit, &chat, line))
        }
        Err(error) if error.code() == "title_empty" => {
            let chat = conversations::get(&app, &actor, id).await?;
            let shown = Options { title: form.title, ..shown(&chat) };
            let problem = Some(visit.locale().t("field-title-empty").into_owned());
            let page = options::rename(&visit.shell(Some(&actor)), &shown, problem);
            Ok((error.status(), visit.page(page)).into_response())
        }
        Err(error) => Err(error),
    }
}

/// `POST /c/{id}/pin`.
pub(super) async fn pin(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    arrange(&app, &actor, &visit, id, Change { pinned: Some(true), ..Change::default() }).await
}

/// `POST /c/{id}/unpin`.
pub(super) async fn unpin(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    arrange(&app, &actor, &visit, id, Change { pinned: Some(false), ..Change::default() }).await
}

/// `POST /c/{id}/archive`.
pub(super) async fn archive(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    arrange(&app, &actor, &visit, id, Change { archived: Some(true), ..Change::default() }).await
}

/// `POST /c/{id}/unarchive`.
pub(super) async fn unarchive(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    arrange(&app, &actor, &visit, id, Change { archived: Some(false), ..Change::default() }).await
}

async fn arrange(app: &App, actor: &Actor, visit: &Visit, id: Uuid, change: Change) -> Result<Response> {
    let put_away = change.archived == Some(true);
    let chat = conversations::update(app, actor, id, change).await?;
    let l = visit.locale();
    let words = if put_away {
        let toast = Notice::ChatArchived.toast_about(l, &id.to_string());
        html! { (fragments::sidebar_item_gone(&id.to_string())) (fragments::toast(l, &toast)) }
    } else if chat.pinned_at.is_some() {
        let item = item(&chat, &replies::places(app, actor).await?);
        fragments::sidebar_item_pinned(l, &item, current(visit).as_deref())
    } else {
        // Where it belongs among the others only the list knows.
        html! { (fragments::sidebar_list(l, &sidebar(app, actor, visit.reader, visit.open_chat()).await?)) (undone(&id)) }
    };
    let response = done(visit, &chat, words);
    // Where nobody could see the toast of the answer, the next page shows it.
    let by_redirect = put_away && !visit.has_sidebar();
    Ok(if by_redirect { with_notice_about(response, Notice::ChatArchived, id) } else { response })
}

/// `GET /c/{id}/delete`.
pub(super) async fn delete_form(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let chat = conversations::get(&app, &actor, id).await?;
    let minutes = app.config.chats.undo.as_secs().div_ceil(60);
    Ok(visit.page(options::delete(&visit.shell(Some(&actor)), &shown(&chat), minutes)))
}

/// `POST /c/{id}/delete`.
pub(super) async fn delete(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    replies::delete(&app, &actor, id).await?;
    let l = visit.locale();
    if visit.has_sidebar() && visit.open_chat() != Some(id) {
        let toast = Notice::ChatDeleted.toast_about(l, &id.to_string());
        let gone = fragments::sidebar_item_gone(&id.to_string());
        return Ok(html! { (gone) (fragments::toast(l, &toast)) }.into_response());
    }
    Ok(with_notice_about(visit.done(visit.from_list().unwrap_or("/c/new")), Notice::ChatDeleted, id))
}

/// `POST /c/{id}/restore`.
pub(super) async fn restore(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let l = visit.locale();
    match conversations::restore(&app, &actor, id).await {
        Ok(_) if visit.has_sidebar() => {
            let list =
                fragments::sidebar_list(l, &sidebar(&app, &actor, visit.reader, visit.open_chat()).await?);
            let toast = fragments::toast(l, &Notice::ChatRestored.toast(l));
            Ok(html! { (list) (undone(&id)) (toast) }.into_response())
        }
        Ok(_) => Ok(visit.done(&format!("/c/{id}"))),
        Err(Error::NotFound) if visit.by_script => {
            Ok(html! { (undone(&id)) (fragments::toast(l, &Notice::ChatGone.toast(l))) }.into_response())
        }
        Err(Error::NotFound) => Ok(with_notice(Redirect::to("/c/new").into_response(), Notice::ChatGone)),
        Err(error) => Err(error),
    }
}

/// What an action on a conversation that goes on is answered with: `words` for a page with the list beside it.
fn done(visit: &Visit, chat: &Conversation, words: Markup) -> Response {
    if visit.has_sidebar() {
        return words.into_response();
    }
    visit.done(visit.from_list().unwrap_or(&format!("/c/{}", chat.id)))
}

/// Takes away the toast that offered to undo.
fn undone(id: &Uuid) -> Markup {
    html! { hx-partial hx-target={ ".toast:has([action^='/c/" (id) "/'])" } hx-swap="delete" {} }
}

fn current(visit: &Visit) -> Option<String> {
    visit.open_chat().map(|id| id.to_string())
}

fn shown(chat: &Conversation) -> Options {
    Options {
        id: chat.id.to_string(),
        title: chat.title.clone(),
        pinned: chat.pinned_at.is_some(),
        archived: chat.archived_at.is_some(),
    }
}
