//! What a person does to one message: ask again, edit, go on, show another version, keep, fork, read the source, stop.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use freshet_templates::pages::turn::{self, Again, Edit};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    chat::filled,
    choices::model_groups,
    shell::{Visit, notice_for},
};
use crate::{
    accounts::Actor,
    app::App,
    chat::{self, Role, branches},
    error::{Error, Result},
    platform::crypto,
    replies::{self, NewMessage},
    web::extract::{Form, Path},
};

/// The fields of an edited message.
#[derive(Debug, Deserialize)]
pub(super) struct EditForm {
    #[serde(default)]
    content: String,
    key: Option<String>,
}

/// The fields of asking again.
#[derive(Debug, Deserialize)]
pub(super) struct AgainForm {
    model: Option<String>,
}

/// `POST /m/{id}/regenerate`: another answer beside the one that is there.
pub(super) async fn regenerate(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let to = page_of(&app, &actor, id).await?;
    Ok(told(&visit, &to, replies::regenerate(&app, &actor, id, None, None).await))
}

/// `GET /m/{id}/again`: which model is to answer again.
pub(super) async fn again_form(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    again_sheet(&app, &actor, &visit, id, None).await
}

/// `POST /m/{id}/again`.
pub(super) async fn again(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
    Form(form): Form<AgainForm>,
) -> Result<Response> {
    match replies::regenerate(&app, &actor, id, filled(&form.model), None).await {
        Ok(accepted) => Ok(visit.done_live(&page(accepted.conversation))),
        Err(error) => again_sheet(&app, &actor, &visit, id, Some(error)).await,
    }
}

async fn again_sheet(
    app: &App,
    actor: &Actor,
    visit: &Visit,
    id: Uuid,
    error: Option<Error>,
) -> Result<Response> {
    let (conversation, message) = chat::messages::get(app, actor, id).await?;
    let model = match message.reply {
        Some(reply) => reply.model,
        None => chat::conversations::get(app, actor, conversation).await?.model,
    };
    let models = model_groups(app, actor, Some(&model)).await?;
    sheet(visit, error, |problem| {
        let props = Again { id: id.to_string(), back: page(conversation), model, models, problem };
        turn::again(&visit.shell(Some(actor)), &props)
    })
}

/// `GET /m/{id}/edit`: the message's text, to be written anew.
pub(super) async fn edit_form(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let (_, message) = chat::messages::get(&app, &actor, id).await?;
    if message.role != Role::User {
        return Err(Error::NotFound);
    }
    let form = EditForm { content: message.text, key: None };
    edit_sheet(&app, &actor, &visit, id, form, None).await
}

/// `POST /m/{id}/edit`: a new version of the message, with an answer of its own.
pub(super) async fn edit(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
    Form(form): Form<EditForm>,
) -> Result<Response> {
    let text = form.content.replace("\r\n", "\n");
    let new = NewMessage { text, key: filled(&form.key), ..NewMessage::default() };
    match replies::edit(&app, &actor, id, new).await {
        Ok(accepted) => Ok(visit.done_live(&page(accepted.conversation))),
        Err(error) => edit_sheet(&app, &actor, &visit, id, form, Some(error)).await,
    }
}

async fn edit_sheet(
    app: &App,
    actor: &Actor,
    visit: &Visit,
    id: Uuid,
    form: EditForm,
    error: Option<Error>,
) -> Result<Response> {
    let back = page_of(app, actor, id).await?;
    sheet(visit, error, |problem| {
        let key = crypto::random_token();
        let props = Edit { id: id.to_string(), back, text: form.content, key, problem };
        turn::edit(&visit.shell(Some(actor)), &props)
    })
}

/// `POST /m/{id}/continue`: a new answer that begins with the text of this one.
pub(super) async fn go_on(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let to = page_of(&app, &actor, id).await?;
    Ok(told(&visit, &to, replies::go_on(&app, &actor, id, None, None).await))
}

/// `POST /m/{id}/show`: the branch of another version.
pub(super) async fn show(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let (conversation, _) = chat::messages::get(&app, &actor, id).await?;
    Ok(told(&visit, &page(conversation), branches::show(&app, &actor, conversation, id).await))
}

/// `POST /m/{id}/keep`: one of two answers.
pub(super) async fn keep(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let to = page_of(&app, &actor, id).await?;
    Ok(told(&visit, &to, replies::keep(&app, &actor, id).await))
}

/// `POST /m/{id}/fork`: a new conversation that begins as a copy.
pub(super) async fn fork(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let (conversation, _) = chat::messages::get(&app, &actor, id).await?;
    let old = chat::conversations::get(&app, &actor, conversation).await?;
    let title = visit.fork_title(&old.title);
    Ok(match branches::fork(&app, &actor, conversation, id, title).await {
        Ok(new) => visit.done(&page(new.id)),
        Err(error) => visit.refused(error, &page(conversation)),
    })
}

/// `GET /m/{id}/raw`: the text as it is stored.
pub(super) async fn raw(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<Response> {
    let (_, message) = chat::messages::get(&app, &actor, id).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, message.text).into_response())
}

/// `POST /replies/{id}/cancellation`: answered when the text so far is stored.
pub(super) async fn stop(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let (conversation, _) = replies::get(&app, &actor, id).await?;
    Ok(told(&visit, &page(conversation), replies::stop(&app, &actor, id).await))
}

/// `POST /c/{id}/cancellation`: whatever runs in a conversation.
pub(super) async fn stop_all(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    chat::conversations::get(&app, &actor, id).await?;
    Ok(told(&visit, &page(id), replies::stop_all(&app, &actor, id).await))
}

/// What the live stream shows when it was done, and a notice when not.
fn told<T>(visit: &Visit, to: &str, done: Result<T>) -> Response {
    match done {
        Ok(_) => visit.done_live(to),
        Err(error) => visit.refused(error, to),
    }
}

/// A sheet, with what was wrong on it if a person can do something about it.
fn sheet(
    visit: &Visit,
    error: Option<Error>,
    draw: impl FnOnce(Option<String>) -> maud::Markup,
) -> Result<Response> {
    let Some(error) = error else { return Ok(visit.page(draw(None))) };
    let Some(notice) = notice_for(&error) else { return Err(error) };
    let problem = notice.toast(visit.locale()).text;
    Ok((error.status(), visit.page(draw(Some(problem)))).into_response())
}

async fn page_of(app: &App, actor: &Actor, message: Uuid) -> Result<String> {
    let (conversation, _) = chat::messages::get(app, actor, message).await?;
    Ok(page(conversation))
}

fn page(conversation: Uuid) -> String {
    format!("/c/{conversation}")
}
