//! `/api/v1/users/me`: who I am and where I am signed in.

use axum::{extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    accounts::{self, Actor, Change, SessionId, User, sessions},
    app::App,
    chat,
    error::Result,
    platform::crypto::SecretString,
    web::{
        extract::{Json, Path},
        preferences,
        problem::Problem,
    },
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(me, change_me, delete_me))
        .routes(routes!(change_password))
        .routes(routes!(list_sessions))
        .routes(routes!(revoke_session))
}

/// An account.
#[derive(Serialize, ToSchema)]
pub(super) struct UserBody {
    /// Its id.
    id: Uuid,
    /// The address.
    email: String,
    /// The name.
    name: String,
    /// `user`, `moderator` or `admin`.
    role: &'static str,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// The language of pages, such as `de`; absent when it is the browser's.
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    /// The time zone of pages, an IANA name; absent when it is the browser's.
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    /// `system`, `light` or `dark`; absent when none was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<String>,
    /// `water` or `silt`; absent when none was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    accent: Option<String>,
    /// The colours of code; absent when none were chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    code_theme: Option<String>,
    /// The model of new conversations; absent when it is the server's.
    #[serde(skip_serializing_if = "Option::is_none")]
    default_model: Option<String>,
}

/// What to change about me. What is absent stays; `null` takes a choice back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeInput {
    /// What others call me, 1 to 80 characters.
    name: Option<String>,
    /// `en` or `de`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    locale: Option<Option<String>>,
    /// An IANA name, such as `Europe/Berlin`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    time_zone: Option<Option<String>>,
    /// `system`, `light` or `dark`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    theme: Option<Option<String>>,
    /// `water` or `silt`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    accent: Option<Option<String>>,
    /// `auto`, `shore`, `paper`, `deep` or `ember`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    code_theme: Option<Option<String>>,
    /// A model that can be used now.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    default_model: Option<Option<String>>,
}

/// A field that is there, be it `null`: serde reads that as absent otherwise.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordInput {
    /// The password as it is.
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    /// At least 8 characters that nobody would guess.
    #[schema(value_type = String, format = Password)]
    new_password: SecretString,
}

/// The password, to be sure.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FarewellInput {
    /// The password of the account that goes.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

impl UserBody {
    pub(super) fn of(user: &User) -> Self {
        let chosen = user.preferences.clone();
        Self {
            id: user.id.0,
            email: user.email.clone(),
            name: user.name.clone(),
            role: user.role.as_str(),
            created_at: user.created_at,
            locale: chosen.locale,
            time_zone: chosen.time_zone,
            theme: chosen.theme,
            accent: chosen.accent,
            code_theme: chosen.code_theme,
            default_model: chosen.default_model,
        }
    }
}

/// A browser that is signed in.
#[derive(Serialize, ToSchema)]
struct SessionBody {
    /// What to name when revoking it.
    id: Uuid,
    /// Browser and system, in words.
    device: String,
    /// The address at sign-in.
    ip: String,
    /// When it signed in.
    created_at: DateTime<Utc>,
    /// When it was last used, to about five minutes.
    last_used_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    current: bool,
}

/// My browsers.
#[derive(Serialize, ToSchema)]
struct Sessions {
    /// The last used first.
    items: Vec<SessionBody>,
}

/// Who I am.
#[utoipa::path(get, path = "/api/v1/users/me", tag = "users", responses(
    (status = 200, body = UserBody), (status = 401, body = Problem)))]
async fn me(State(app): State<App>, actor: Actor) -> Result<Json<UserBody>> {
    Ok(Json(UserBody::of(&accounts::user(&app, &actor).await?)))
}

/// Change my name or what I have chosen.
#[utoipa::path(patch, path = "/api/v1/users/me", tag = "users", request_body = ChangeInput, responses(
    (status = 200, body = UserBody), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn change_me(
    State(app): State<App>,
    actor: Actor,
    Json(input): Json<ChangeInput>,
) -> Result<Json<UserBody>> {
    let ChangeInput { name, locale, time_zone, theme, accent, code_theme, default_model } = input;
    let change = Change { name, locale, time_zone, theme, accent, code_theme, default_model };
    let change = preferences::checked(&app, &actor, change).await?;
    Ok(Json(UserBody::of(&accounts::change(&app, &actor, change).await?)))
}

/// Delete my account with everything in it. The only administrator can't.
#[utoipa::path(delete, path = "/api/v1/users/me", tag = "users", request_body = FarewellInput, responses(
    (status = 204), (status = 401, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
    (status = 429, body = Problem)))]
async fn delete_me(
    State(app): State<App>,
    actor: Actor,
    Json(input): Json<FarewellInput>,
) -> Result<StatusCode> {
    chat::delete_account(&app, &actor, input.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a new password. All my other sign-ins end.
#[utoipa::path(post, path = "/api/v1/users/me/password", tag = "users", request_body = PasswordInput, responses(
    (status = 204), (status = 401, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn change_password(
    State(app): State<App>,
    actor: Actor,
    Json(input): Json<PasswordInput>,
) -> Result<StatusCode> {
    accounts::change_password(&app, &actor, input.current_password, input.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where I am signed in with a browser.
#[utoipa::path(get, path = "/api/v1/users/me/sessions", tag = "users", responses(
    (status = 200, body = Sessions), (status = 401, body = Problem)))]
async fn list_sessions(State(app): State<App>, actor: Actor) -> Result<Json<Sessions>> {
    let items = sessions::list(&app, &actor).await?.into_iter().map(|session| SessionBody {
        id: session.id.0,
        device: session.device(),
        ip: session.ip,
        created_at: session.created_at,
        last_used_at: session.last_used_at,
        current: session.current,
    });
    Ok(Json(Sessions { items: items.collect() }))
}

/// Sign one of my browsers out.
#[utoipa::path(delete, path = "/api/v1/users/me/sessions/{id}", tag = "users", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn revoke_session(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<StatusCode> {
    sessions::revoke(&app, &actor, SessionId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
