//! Settings > Keys: enter, check, move, remove. A key that was sent never comes back, not even to be corrected.

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use freshet_templates::{
    pages::settings::{
        KeyForm, Keys, Section,
        keys::{self as page, KeyAnswer, KeyProblem, KeyState, OwnKey, Provider},
    },
    parts::toast::Notice,
};
use serde::Deserialize;

use super::{
    super::shell::{Visit, with_notice},
    show,
};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    keys::{
        self, State as Standing,
        own::{self, Entered, Own},
        shape,
    },
    platform::crypto::{ExposeSecret as _, SecretString},
    providers::{
        Accounts,
        catalog::{ROWS, Row},
    },
    web::{
        extract::{Form, Path},
        reader::Reader,
    },
};

const HERE: &str = "/settings/keys";

/// A key as a form brings it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct KeyFields {
    key: SecretString,
    /// Empty to recognise it.
    provider: String,
    /// The button that takes another provider than the one chosen.
    instead: String,
    base_url: String,
    insist: String,
}

/// The pages of keys, and their forms.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/settings/keys", get(list).post(add))
        .route("/settings/keys/hint", post(hint))
        .route("/settings/keys/{provider}", get(one).post(add_at))
        .route("/settings/keys/{provider}/check", post(check))
        .route("/settings/keys/{provider}/remove", get(removal).post(remove))
}

/// `GET /settings/keys`.
async fn list(State(app): State<App>, actor: Actor, visit: Visit) -> Result<Response> {
    let props = all(&app, &actor, &visit, KeyForm::default()).await?;
    Ok(show(&visit, &actor, Section::Keys(props)))
}

/// `GET /settings/keys/{provider}`.
async fn one(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(provider): Path<String>,
) -> Result<Response> {
    let row = own::place(&app, &provider)?;
    let only = provider_of(&app, &actor, &visit, row).await?;
    let base_url = only.own.as_ref().and_then(|own| own.base_url.clone()).unwrap_or_default();
    Ok(show(&visit, &actor, Section::Key(KeyForm { only: Some(only), base_url, ..KeyForm::default() })))
}

/// `POST /settings/keys`.
async fn add(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Form(fields): Form<KeyFields>,
) -> Result<Response> {
    enter(&app, &actor, &visit, None, fields).await
}

/// `POST /settings/keys/{provider}`.
async fn add_at(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(provider): Path<String>,
    Form(fields): Form<KeyFields>,
) -> Result<Response> {
    let row = own::place(&app, &provider)?;
    enter(&app, &actor, &visit, Some(row), fields).await
}

/// `POST /settings/keys/hint`: whose key it looks like, while it is typed.
async fn hint(
    State(app): State<App>,
    _actor: Actor,
    visit: Visit,
    Form(fields): Form<KeyFields>,
) -> Result<Response> {
    own::allowed(&app)?;
    let looks_like = hinted(&fields.provider, &fields.key);
    Ok(page::answer(visit.locale(), &KeyAnswer { looks_like, ..KeyAnswer::default() }).into_response())
}

/// `POST /settings/keys/{provider}/check`.
async fn check(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(provider): Path<String>,
) -> Result<Response> {
    let own = own::check(&app, &actor, &provider).await?;
    if !visit.by_script {
        return Ok(Redirect::to(&format!("{HERE}#key-{provider}")).into_response());
    }
    let shown = shown(&app, visit.reader, own.row, Some(&own));
    Ok(page::line(visit.locale(), &shown, false).into_response())
}

/// `GET /settings/keys/{provider}/remove`.
async fn removal(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(provider): Path<String>,
) -> Result<Response> {
    let owned = own::list(&app, &actor).await?;
    let own = owned.iter().find(|own| own.row.name == provider).ok_or(Error::NotFound)?;
    let provider = shown(&app, visit.reader, own.row, Some(own));
    Ok(visit.page(page::removal(&visit.shell(Some(&actor)), &provider)))
}

/// `POST /settings/keys/{provider}/remove`.
async fn remove(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Path(provider): Path<String>,
) -> Result<Response> {
    own::remove(&app, &actor, &provider).await?;
    Ok(with_notice(visit.done(HERE), Notice::KeyRemoved))
}

async fn enter(
    app: &App,
    actor: &Actor,
    visit: &Visit,
    only: Option<&'static Row>,
    fields: KeyFields,
) -> Result<Response> {
    own::allowed(app)?;
    let named = [fields.instead.as_str(), fields.provider.as_str()].into_iter().find(|name| !name.is_empty());
    let row = match named {
        Some(name) => Some(own::place(app, name)?),
        None => only.or_else(|| shape::detect(fields.key.expose_secret())),
    };
    let (status, answer) = match row {
        Some(row) => match save(app, actor, row, &fields).await? {
            Ok(own) => {
                let notice = if own.state == Standing::Ok { Notice::KeySaved } else { Notice::KeyStored };
                return Ok(with_notice(visit.done(HERE), notice));
            }
            Err(refused) => refused,
        },
        None => {
            let nothing = fields.key.expose_secret().trim().is_empty();
            let problem = if nothing { KeyProblem::Missing } else { KeyProblem::UnknownProvider };
            (StatusCode::UNPROCESSABLE_ENTITY, KeyAnswer { problem: Some(problem), ..KeyAnswer::default() })
        }
    };
    if visit.by_script {
        // The page still has the key in its field. No status of a failure, for which there would be a toast beside it.
        return Ok(page::answer(visit.locale(), &answer).into_response());
    }
    let form = KeyForm { chosen: fields.provider, base_url: fields.base_url, answer, ..KeyForm::default() };
    let section = match only {
        Some(row) => Section::Key(KeyForm { only: Some(provider_of(app, actor, visit, row).await?), ..form }),
        None => Section::Keys(all(app, actor, visit, form).await?),
    };
    Ok((status, show(visit, actor, section)).into_response())
}

type Refused = (StatusCode, KeyAnswer);

/// Saves a key, or says what is wrong with what was entered.
async fn save(
    app: &App,
    actor: &Actor,
    row: &'static Row,
    fields: &KeyFields,
) -> Result<Result<Own, Refused>> {
    let entered = Entered {
        key: fields.key.clone(),
        base_url: fields.base_url.clone(),
        insist: !fields.insist.is_empty(),
    };
    let error = match own::save(app, actor, row.name, entered).await {
        Ok(own) => return Ok(Ok(own)),
        Err(error) => error,
    };
    let refused = |state| KeyProblem::Refused(state, row.label.to_owned());
    let problem = match error.code() {
        "key_missing" => KeyProblem::Missing,
        "key_unsendable" => refused(KeyState::Unsendable),
        "key_wrong" => refused(KeyState::Wrong),
        "key_banned" => refused(KeyState::Banned),
        "base_url_invalid" => KeyProblem::Address,
        "base_url_missing" => KeyProblem::AddressMissing,
        "too_many_requests" => KeyProblem::Wait,
        _ => return Err(error),
    };
    let can_insist = matches!(error.code(), "key_wrong" | "key_banned");
    // At an address of one's own anything may be a key.
    let looks_like = if fields.base_url.trim().is_empty() { hinted(row.name, &fields.key) } else { None };
    Ok(Err((error.status(), KeyAnswer { problem: Some(problem), can_insist, looks_like })))
}

/// The other provider whose key it looks like: name and label.
fn hinted(provider: &str, key: &SecretString) -> Option<(String, String)> {
    let row = ROWS.iter().find(|row| row.name == provider);
    let found = match row {
        Some(row) => shape::other_than(row, key.expose_secret()),
        None => shape::detect(key.expose_secret()),
    };
    found.map(|row| (row.name.to_owned(), row.label.to_owned()))
}

async fn all(app: &App, actor: &Actor, visit: &Visit, form: KeyForm) -> Result<Keys> {
    let off = own::allowed(app).is_err();
    let owned = own::list(app, actor).await?;
    let rows = ROWS.iter().filter(|row| keys::may_have_own(row));
    let choices = rows.clone().map(|row| (row.name.to_owned(), row.label.to_owned())).collect();
    let own_at = |row: &Row| owned.iter().find(|own| own.row.name == row.name);
    let rows = rows.filter(|row| !off || own_at(row).is_some());
    let providers = rows.map(|row| shown(app, visit.reader, row, own_at(row))).collect();
    Ok(Keys { off, form: KeyForm { choices, ..form }, providers })
}

async fn provider_of(app: &App, actor: &Actor, visit: &Visit, row: &Row) -> Result<Provider> {
    let owned = own::list(app, actor).await?;
    Ok(shown(app, visit.reader, row, owned.iter().find(|own| own.row.name == row.name)))
}

fn shown(app: &App, reader: Reader, row: &Row, own: Option<&Own>) -> Provider {
    Provider {
        name: row.name.to_owned(),
        label: row.label.to_owned(),
        key_page: if row.needs_key() { row.key_page.to_owned() } else { String::new() },
        has_server_key: app
            .providers
            .status(&Accounts::none())
            .iter()
            .any(|status| status.name == row.name && status.configured),
        own: own.map(|own| OwnKey {
            last4: own.last4.clone(),
            base_url: own.base_url.clone(),
            state: state_of(own),
            checked: own.checked_at.map(|at| reader.date_time(at)),
        }),
    }
}

fn state_of(own: &Own) -> KeyState {
    match own.state {
        Standing::Ok => KeyState::Ok,
        Standing::Unknown => match own.reason.as_deref() {
            Some("provider_rate_limited" | "provider_overloaded") => KeyState::Busy,
            Some("provider_unreachable") => KeyState::Unreachable,
            _ => KeyState::Unknown,
        },
        Standing::Wrong => KeyState::Wrong,
        Standing::Banned => KeyState::Banned,
        Standing::Exhausted => KeyState::Exhausted,
        Standing::Limited => KeyState::Limited,
        Standing::Unsendable => KeyState::Unsendable,
        Standing::Missing => KeyState::Missing,
        Standing::Unreadable => KeyState::Unreadable,
    }
}
