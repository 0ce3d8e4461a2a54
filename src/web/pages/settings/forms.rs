//! The forms of the settings. What was saved is shown by the page it came from; what was not is said at its field.

use std::time::Duration;

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use freshet_templates::{
    Locale,
    layout::Theme,
    pages::settings::{Account, LeaveProblem, Section},
    parts::{field::FieldError, toast::Notice},
};
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    super::shell::{Visit, remember, with_notice},
    language_props, models_props, profile_props, security_props, show,
};
use crate::{
    accounts::{self, Actor, Change, sessions},
    app::App,
    chat,
    error::{Error, Result},
    platform::crypto::SecretString,
    web::{
        extract::{Form, MaybeActor},
        local_path, preferences,
    },
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ProfileForm {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AppearanceForm {
    theme: String,
    accent: String,
    code: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LanguageForm {
    locale: String,
    time_zone: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ModelsForm {
    default_model: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PasswordForm {
    current_password: SecretString,
    new_password: SecretString,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct DeletionForm {
    password: SecretString,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ThemeForm {
    theme: String,
    next: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BrowserForm {
    locale: String,
    next: Option<String>,
}

/// `POST /settings/profile`.
pub(super) async fn profile(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Form(form): Form<ProfileForm>,
) -> Result<Response> {
    let change = Change { name: Some(form.name.clone()), ..Change::default() };
    let Err(error) = save(&app, &actor, change).await else { return Ok(saved("/settings")) };
    let problem = match error.code() {
        "name_missing" => FieldError::NameMissing,
        "name_invalid" => FieldError::NameTooLong,
        _ => return Err(error),
    };
    let mut props = profile_props(&app, &actor, &visit).await?;
    (props.name, props.error) = (form.name, Some(problem));
    Ok((error.status(), show(&visit, &actor, Section::Profile(props))).into_response())
}

/// `POST /settings/appearance`.
pub(super) async fn appearance(
    State(app): State<App>,
    actor: Actor,
    Form(form): Form<AppearanceForm>,
) -> Result<Response> {
    let change = Change {
        theme: Some(filled(form.theme)),
        accent: Some(filled(form.accent)),
        code_theme: Some(filled(form.code)),
        ..Change::default()
    };
    let change = save(&app, &actor, change).await?;
    let mut response = saved("/settings/appearance");
    remember(&mut response, &change);
    Ok(response)
}

/// `POST /settings/language`.
pub(super) async fn language(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Form(form): Form<LanguageForm>,
) -> Result<Response> {
    let change = Change {
        locale: Some(filled(form.locale.clone())),
        time_zone: Some(filled(form.time_zone.clone())),
        ..Change::default()
    };
    let error = match save(&app, &actor, change).await {
        Ok(change) => {
            let mut response = saved("/settings/language");
            remember(&mut response, &change);
            return Ok(response);
        }
        Err(error) => error,
    };
    let wrong = Some(FieldError::ChoiceUnknown);
    let mut props = language_props(&app, &actor, &visit);
    match field_of(&error) {
        Some("locale") => (props.zone, props.error) = (form.time_zone, wrong),
        Some("time_zone") => (props.chosen, props.zone_error) = (form.locale, wrong),
        _ => return Err(error),
    }
    Ok((error.status(), show(&visit, &actor, Section::Language(props))).into_response())
}

/// `POST /settings/models`.
pub(super) async fn models(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Form(form): Form<ModelsForm>,
) -> Result<Response> {
    let change = Change { default_model: Some(filled(form.default_model)), ..Change::default() };
    let Err(error) = save(&app, &actor, change).await else { return Ok(saved("/settings/models")) };
    if field_of(&error) != Some("default_model") {
        return Err(error);
    }
    let mut props = models_props(&app, &actor).await?;
    props.error = Some(FieldError::ChoiceUnknown);
    Ok((error.status(), show(&visit, &actor, Section::Models(props))).into_response())
}

/// `POST /settings/password`.
pub(super) async fn password(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Form(form): Form<PasswordForm>,
) -> Result<Response> {
    let changed = accounts::change_password(&app, &actor, form.current_password, form.new_password).await;
    let Err(error) = changed else {
        return Ok(with_notice(Redirect::to("/settings/security").into_response(), Notice::PasswordChanged));
    };
    let mut props = security_props(&app, &actor, &visit).await?;
    match (&error, error.code()) {
        (_, "password_wrong") => props.current_error = Some(FieldError::PasswordWrong),
        (_, "password_too_short") => props.new_error = Some(FieldError::PasswordTooShort),
        (_, "password_too_long") => props.new_error = Some(FieldError::PasswordTooLong),
        (_, "password_weak") => props.new_error = Some(FieldError::PasswordTooEasy),
        (Error::TooMany { retry_after }, _) => props.wait = Some(minutes(*retry_after)),
        _ => return Err(error),
    }
    Ok((error.status(), show(&visit, &actor, Section::Security(props))).into_response())
}

/// `POST /settings/account/deletion`.
pub(super) async fn deletion(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    session: Session,
    Form(form): Form<DeletionForm>,
) -> Result<Response> {
    let mut props = Account::default();
    let error = match chat::delete_account(&app, &actor, form.password).await {
        Ok(()) => {
            sessions::end(&session).await?;
            return Ok(visit.forgotten(Notice::AccountDeleted));
        }
        Err(error) => error,
    };
    match (&error, error.code()) {
        (_, "password_wrong") => props.error = Some(FieldError::PasswordWrong),
        (_, "last_admin") => props.problem = Some(LeaveProblem::LastAdmin),
        (Error::TooMany { retry_after }, _) => {
            props.problem = Some(LeaveProblem::TooManyTries { minutes: minutes(*retry_after) });
        }
        _ => return Err(error),
    }
    Ok((error.status(), show(&visit, &actor, Section::Account(props))).into_response())
}

/// `POST /settings/theme`: also without an account, since every page has the switch.
pub(super) async fn theme(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    visit: Visit,
    Form(form): Form<ThemeForm>,
) -> Result<Response> {
    let theme = Theme::parse(&form.theme).as_str().to_owned();
    let change = Change { theme: Some(Some(theme)), ..Change::default() };
    if let Some(actor) = &actor {
        accounts::change(&app, actor, change.clone()).await?;
    }
    let mut response = visit.done_live(local_path(form.next.as_deref()).unwrap_or("/"));
    remember(&mut response, &change);
    Ok(response)
}

/// `POST /language`: for pages of strangers, who have no settings.
pub(super) async fn language_of_browser(visit: Visit, Form(form): Form<BrowserForm>) -> Response {
    let mut response = visit.done(local_path(form.next.as_deref()).unwrap_or("/"));
    let locale = Locale::parse(&form.locale).map(|locale| locale.tag().to_owned());
    remember(&mut response, &Change { locale: Some(locale), ..Change::default() });
    response
}

/// Saves what can be chosen; gives what was saved.
async fn save(app: &App, actor: &Actor, change: Change) -> Result<Change> {
    let change = preferences::checked(app, actor, change).await?;
    accounts::change(app, actor, change.clone()).await?;
    Ok(change)
}

fn saved(to: &str) -> Response {
    with_notice(Redirect::to(to).into_response(), Notice::Saved)
}

fn filled(word: String) -> Option<String> {
    Some(word).filter(|word| !word.is_empty())
}

fn field_of(error: &Error) -> Option<&'static str> {
    match error {
        Error::Invalid { field, .. } => *field,
        _ => None,
    }
}

fn minutes(wait: Duration) -> u64 {
    wait.as_secs().div_ceil(60).max(1)
}
