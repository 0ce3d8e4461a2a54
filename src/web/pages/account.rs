//! Coming in and going out: landing, registering, signing in, signing out.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use freshet_templates::{
    pages::{
        landing::{self, Landing},
        login::{self, Login, LoginProblem},
        register::{self, Register, RegisterErrors, RegisterProblem},
    },
    parts::{field::FieldError, toast::Notice},
};
use serde::Deserialize;
use tower_sessions::Session;

use super::{
    dashboard,
    shell::{Visit, remember},
};
use crate::{
    accounts::{self, Change, Credentials, Device, Preferences, Registration, sessions},
    app::App,
    config::Signup,
    error::{Error, Result},
    platform::crypto::SecretString,
    web::{
        extract::{Form, MaybeActor, Query},
        live, local_path,
    },
};

#[derive(Debug, Deserialize)]
pub(super) struct RegisterQuery {
    setup_token: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct LoginQuery {
    next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RegisterForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: SecretString,
    setup_token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct LoginForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: SecretString,
    next: Option<String>,
}

/// `GET /`: what Freshet is, or the start page of who is signed in.
pub(super) async fn landing(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    visit: Visit,
) -> Result<Response> {
    if let Some(actor) = actor {
        return Ok(visit.page(dashboard::page(&app, &actor, &visit).await?));
    }
    let props = Landing {
        shell: visit.shell(None),
        registration_open: registration_open(&app).await?,
        demo: live::demo::blocks(visit.locale()),
    };
    Ok(visit.page(landing::page(&props)))
}

/// `GET /register`.
pub(super) async fn register_form(
    State(app): State<App>,
    visit: Visit,
    Query(query): Query<RegisterQuery>,
) -> Result<Response> {
    let open = registration_open(&app).await?;
    let mut props = register_props(&app, &visit).await?;
    props.setup_token = query.setup_token.unwrap_or_default();
    props.problem = (!open).then_some(RegisterProblem::Closed);
    Ok(visit.page(register::page(&props)))
}

/// `POST /register`.
pub(super) async fn register(
    State(app): State<App>,
    visit: Visit,
    session: Session,
    device: Device,
    Form(form): Form<RegisterForm>,
) -> Result<Response> {
    let input = Registration {
        email: form.email.clone(),
        name: form.name.clone(),
        password: form.password,
        setup_token: form.setup_token.clone().filter(|token| !token.is_empty()),
    };
    match accounts::register(&app, input, device.ip).await {
        Ok(user) => {
            sessions::begin(&session, &user, &device).await?;
            Ok(Redirect::to("/c/new").into_response())
        }
        Err(error) => {
            let Some((errors, problem)) = register_problem(&error) else { return Err(error) };
            let props = register_props(&app, &visit).await?;
            let setup_token = form.setup_token.unwrap_or_default();
            let props =
                Register { name: form.name, email: form.email, setup_token, errors, problem, ..props };
            Ok((error.status(), visit.page(register::page(&props))).into_response())
        }
    }
}

/// `GET /login`.
pub(super) async fn login_form(
    State(app): State<App>,
    MaybeActor(actor): MaybeActor,
    visit: Visit,
    Query(query): Query<LoginQuery>,
) -> Result<Response> {
    let next = local_path(query.next.as_deref());
    if actor.is_some() {
        return Ok(Redirect::to(next.unwrap_or("/c/new")).into_response());
    }
    let props = Login {
        shell: visit.shell(None),
        next: next.unwrap_or_default().to_owned(),
        registration_open: registration_open(&app).await?,
        ..Login::default()
    };
    Ok(visit.page(login::page(&props)))
}

/// `POST /login`.
pub(super) async fn login(
    State(app): State<App>,
    visit: Visit,
    session: Session,
    device: Device,
    Form(form): Form<LoginForm>,
) -> Result<Response> {
    let next = local_path(form.next.as_deref()).map(str::to_owned);
    let input = Credentials { email: form.email.clone(), password: form.password };
    let problem = match accounts::sign_in(&app, input, device.ip).await {
        Ok(user) => {
            sessions::begin(&session, &user, &device).await?;
            let mut response = Redirect::to(next.as_deref().unwrap_or("/c/new")).into_response();
            // What the person has chosen on another device; what they haven't stays as this browser had it.
            remember(&mut response, &chosen(user.preferences));
            return Ok(response);
        }
        Err(Error::Unauthenticated) => LoginProblem::Wrong,
        Err(Error::TooMany { retry_after }) => {
            LoginProblem::TooManyTries { minutes: retry_after.as_secs().div_ceil(60).max(1) }
        }
        Err(error) => return Err(error),
    };
    let status = match problem {
        LoginProblem::TooManyTries { .. } => StatusCode::TOO_MANY_REQUESTS,
        LoginProblem::Wrong | LoginProblem::Suspended => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let props = Login {
        shell: visit.shell(None),
        email: form.email,
        next: next.unwrap_or_default(),
        problem: Some(problem),
        registration_open: registration_open(&app).await?,
    };
    Ok((status, visit.page(login::page(&props))).into_response())
}

/// `POST /logout`.
pub(super) async fn logout(visit: Visit, session: Session) -> Result<Response> {
    sessions::end(&session).await?;
    Ok(visit.forgotten(Notice::SignedOut))
}

fn chosen(preferences: Preferences) -> Change {
    let Preferences { locale, theme, accent, code_theme, .. } = preferences;
    Change {
        locale: locale.map(Some),
        theme: theme.map(Some),
        accent: accent.map(Some),
        code_theme: code_theme.map(Some),
        ..Change::default()
    }
}

async fn registration_open(app: &App) -> Result<bool> {
    Ok(app.config.chats.signup == Signup::Open || accounts::is_empty(app).await?)
}

async fn register_props(app: &App, visit: &Visit) -> Result<Register> {
    Ok(Register {
        shell: visit.shell(None),
        asks_setup_token: accounts::setup_token_if_needed(app).await?.is_some(),
        first_account: accounts::is_empty(app).await?,
        ..Register::default()
    })
}

/// What the form says about a refusal; `None` for what is an error page.
fn register_problem(error: &Error) -> Option<(RegisterErrors, Option<RegisterProblem>)> {
    let mut errors = RegisterErrors::default();
    let mut problem = None;
    match error.code() {
        "name_missing" => errors.name = Some(FieldError::NameMissing),
        "name_invalid" | "name_too_long" => errors.name = Some(FieldError::NameTooLong),
        "email_invalid" => errors.email = Some(FieldError::EmailInvalid),
        "email_taken" => errors.email = Some(FieldError::EmailTaken),
        "password_too_short" => errors.password = Some(FieldError::PasswordTooShort),
        "password_too_long" => errors.password = Some(FieldError::PasswordTooLong),
        "password_weak" => errors.password = Some(FieldError::PasswordTooEasy),
        "setup_token_required" | "setup_token_wrong" => {
            errors.setup_token = Some(FieldError::SetupTokenWrong)
        }
        "signup_closed" => problem = Some(RegisterProblem::Closed),
        "too_many_requests" => problem = Some(RegisterProblem::TooManyTries),
        _ => return None,
    }
    Some((errors, problem))
}
