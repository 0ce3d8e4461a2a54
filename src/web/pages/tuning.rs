//! `/c/{id}/settings`: the sheet of a conversation's settings.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use freshet_templates::pages::tuning::{self as sheet, Fields, Problems, Tuning};
use serde::Deserialize;
use uuid::Uuid;

use super::shell::Visit;
use crate::{
    accounts::Actor,
    app::App,
    chat::{
        conversations,
        settings::{self, Change, Settings},
    },
    error::{Error, Result},
    keys, usage,
    web::{
        extract::{Form, Path},
        present,
    },
};

/// The sheet's fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SettingsForm {
    system_prompt: String,
    temperature: String,
    max_tokens: String,
    /// Absent where the model doesn't reason: then it stays.
    reasoning_effort: Option<String>,
}

impl SettingsForm {
    /// What is asked for, with the fields that are no numbers noted.
    fn change(&self, problems: &mut Problems) -> Change {
        let temperature = self.temperature.trim().replace(',', ".");
        Change {
            system_prompt: Some(Some(typed(&self.system_prompt))),
            temperature: Some(number(&temperature, &mut problems.temperature)),
            max_tokens: Some(number(self.max_tokens.trim(), &mut problems.max_tokens)),
            reasoning_effort: self
                .reasoning_effort
                .clone()
                .map(|effort| Some(effort).filter(|e| !e.is_empty())),
        }
    }
}

/// A text as it was typed: browsers send line ends of their own.
pub(super) fn typed(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn number<T: std::str::FromStr>(text: &str, wrong: &mut bool) -> Option<T> {
    let read = text.parse().ok();
    *wrong = read.is_none() && !text.is_empty();
    read
}

/// `GET /c/{id}/settings`.
pub(super) async fn show(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response> {
    let set = settings::get(&app, &actor, id).await?;
    let fields = Fields {
        system_prompt: set.system_prompt.unwrap_or_default(),
        temperature: set.temperature.map(|warmth| warmth.to_string()).unwrap_or_default(),
        max_tokens: set.max_tokens.map(|tokens| tokens.to_string()).unwrap_or_default(),
        reasoning_effort: set.reasoning_effort.map(|effort| effort.as_str().to_owned()).unwrap_or_default(),
    };
    let props = props(&app, &actor, &visit, id, fields).await?;
    Ok(visit.page(sheet::page(&props)))
}

/// `POST /c/{id}/settings`.
pub(super) async fn update(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(id): Path<Uuid>,
    Form(form): Form<SettingsForm>,
) -> Result<Response> {
    let mut problems = Problems::default();
    let change = form.change(&mut problems);
    let old = settings::get(&app, &actor, id).await?;
    note(&old, &change, &mut problems);
    if !(problems.system_prompt || problems.temperature || problems.max_tokens) {
        settings::update(&app, &actor, id, change).await?;
        return Ok(visit.done_live(&format!("/c/{id}")));
    }
    let fields = Fields {
        system_prompt: typed(&form.system_prompt),
        temperature: form.temperature,
        max_tokens: form.max_tokens,
        reasoning_effort: form.reasoning_effort.unwrap_or_default(),
    };
    let props = Tuning { problems, ..props(&app, &actor, &visit, id, fields).await? };
    let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    Ok((status, visit.page(sheet::page(&props))).into_response())
}

/// Notes every field that doesn't fit, not only the first.
fn note(old: &Settings, change: &Change, problems: &mut Problems) {
    let fails = |change: Change| old.clone().with(change).is_err();
    let Change { system_prompt, temperature, max_tokens, .. } = change.clone();
    problems.system_prompt |= fails(Change { system_prompt, ..Change::default() });
    problems.temperature |= fails(Change { temperature, ..Change::default() });
    problems.max_tokens |= fails(Change { max_tokens, ..Change::default() });
}

/// The sheet of a conversation.
async fn props(app: &App, actor: &Actor, visit: &Visit, id: Uuid, fields: Fields) -> Result<Tuning> {
    let chat = conversations::get(app, actor, id).await?;
    // A model that is gone reasons no more.
    let own = keys::accounts_of(app, actor.user.0).await?;
    let reasons = app.providers.resolve(&chat.model, &own).await.is_ok_and(|model| model.reasoning);
    Ok(Tuning {
        shell: visit.shell(Some(actor)),
        chat: format!("/c/{id}"),
        fields,
        reasons,
        problems: Problems::default(),
        used: Some(usage::report::sum(&usage::report::of_conversation(app, actor, id).await?))
            .filter(|sum| sum.calls > 0)
            .map(|sum| present::sum(visit.locale(), &sum)),
    })
}

/// The settings that a new conversation begins with.
///
/// # Errors
/// A system prompt that is too long.
pub(super) fn first(system_prompt: &str) -> Result<Settings, Error> {
    let system_prompt = Some(Some(typed(system_prompt)));
    Settings::default().with(Change { system_prompt, ..Change::default() })
}
