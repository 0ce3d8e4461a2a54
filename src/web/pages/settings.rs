//! Settings: who you are, how pages look and speak, with what you begin, where you are signed in, and the way out.

mod forms;
mod keys;
mod providers;
mod usage;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use freshet_templates::{
    pages::settings::{
        self as page, Account, Language, Models, Profile, Region, Section, Security, Session as Line,
        Settings,
    },
    parts::toast::Notice,
};
use uuid::Uuid;

use super::{
    choices::model_groups,
    shell::{Visit, with_notice},
};
use crate::{
    accounts::{self, Actor, Role, SessionId, sessions},
    app::App,
    error::Result,
    models,
    web::{
        extract::Path,
        present,
        reader::{self, Reader},
    },
};

/// The pages of the settings, and their forms.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/settings", get(profile))
        .route("/settings/profile", post(forms::profile))
        .route("/settings/theme", post(forms::theme))
        .route("/settings/appearance", get(appearance).post(forms::appearance))
        .route("/settings/language", get(language).post(forms::language))
        .route("/settings/models", get(default_model).post(forms::models))
        .merge(keys::router())
        .route("/settings/usage", get(usage::show))
        .merge(providers::router())
        .route("/settings/security", get(security))
        .route("/settings/password", post(forms::password))
        .route("/settings/sessions/{id}/revoke", post(revoke))
        .route("/settings/sessions/revoke-others", post(revoke_others))
        .route("/settings/account", get(account))
        .route("/settings/account/deletion", post(forms::deletion))
        // What every page has, also without an account
        .route("/language", post(forms::language_of_browser))
}

/// `GET /settings`.
async fn profile(State(app): State<App>, actor: Actor, visit: Visit) -> Result<Response> {
    let props = profile_props(&app, &actor, &visit).await?;
    Ok(show(&visit, &actor, Section::Profile(props)))
}

/// `GET /settings/appearance`.
async fn appearance(actor: Actor, visit: Visit) -> Response {
    show(&visit, &actor, Section::Appearance)
}

/// `GET /settings/language`.
async fn language(State(app): State<App>, actor: Actor, visit: Visit) -> Response {
    let props = language_props(&app, &actor, &visit);
    show(&visit, &actor, Section::Language(props))
}

/// `GET /settings/models`.
async fn default_model(State(app): State<App>, actor: Actor, visit: Visit) -> Result<Response> {
    let props = models_props(&app, &actor).await?;
    Ok(show(&visit, &actor, Section::Models(props)))
}

/// `GET /settings/security`.
async fn security(State(app): State<App>, actor: Actor, visit: Visit) -> Result<Response> {
    let props = security_props(&app, &actor, &visit).await?;
    Ok(show(&visit, &actor, Section::Security(props)))
}

/// `GET /settings/account`.
async fn account(actor: Actor, visit: Visit) -> Response {
    show(&visit, &actor, Section::Account(Account::default()))
}

/// `POST /settings/sessions/{id}/revoke`.
async fn revoke(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<Response> {
    sessions::revoke(&app, &actor, SessionId(id)).await?;
    Ok(with_notice(Redirect::to("/settings/security").into_response(), Notice::SessionRevoked))
}

/// `POST /settings/sessions/revoke-others`.
async fn revoke_others(State(app): State<App>, actor: Actor) -> Result<Response> {
    sessions::revoke_others(&app, &actor).await?;
    Ok(with_notice(Redirect::to("/settings/security").into_response(), Notice::OthersRevoked))
}

fn show(visit: &Visit, actor: &Actor, section: Section) -> Response {
    visit.page(page::page(&Settings { shell: visit.shell(Some(actor)), section }))
}

async fn profile_props(app: &App, actor: &Actor, visit: &Visit) -> Result<Profile> {
    let user = accounts::user(app, actor).await?;
    Ok(Profile {
        name: user.name,
        error: None,
        member_since: visit.reader.date(user.created_at),
        is_admin: user.role == Role::Admin,
    })
}

fn language_props(app: &App, actor: &Actor, visit: &Visit) -> Language {
    let chosen = &actor.preferences;
    let mut regions: Vec<Region> = Vec::new();
    for zone in reader::zones() {
        let region = zone.split('/').next().unwrap_or_default();
        match regions.last_mut().filter(|last| last.name == region) {
            Some(last) => last.zones.push(zone.to_owned()),
            None => regions.push(Region { name: region.to_owned(), zones: vec![zone.to_owned()] }),
        }
    }
    Language {
        chosen: chosen.locale.clone().unwrap_or_default(),
        zone: chosen.time_zone.clone().unwrap_or_default(),
        zone_now: visit.reader.zone.name().to_owned(),
        now: visit.reader.clock(app.clock.now()),
        regions,
        ..Language::default()
    }
}

async fn models_props(app: &App, actor: &Actor) -> Result<Models> {
    Ok(Models {
        groups: model_groups(app, actor, None).await?,
        chosen: actor.preferences.default_model.clone().unwrap_or_default(),
        server: present::model_label(&models::standard(app, actor).await?),
        error: None,
    })
}

async fn security_props(app: &App, actor: &Actor, visit: &Visit) -> Result<Security> {
    let mut sessions = sessions::list(app, actor).await?;
    sessions.sort_by_key(|session| !session.current);
    let sessions = sessions.iter().map(|session| line(visit.reader, session)).collect();
    Ok(Security { sessions, ..Security::default() })
}

fn line(reader: Reader, session: &sessions::Listed) -> Line {
    Line {
        id: session.id.to_string(),
        device: present::device(reader.locale, session),
        is_phone: matches!(session.system, Some("iPhone" | "Android")),
        ip: session.ip.clone(),
        last_used: reader.date_time(session.last_used_at),
        is_current: session.current,
    }
}
