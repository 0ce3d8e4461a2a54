//! `/api/v1/users/me`: who I am and where I am signed in.

use axum::{extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    accounts::{self, Actor, SessionId, User, sessions},
    app::App,
    error::Result,
    web::{
        extract::{Json, Path},
        problem::Problem,
    },
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(me)).routes(routes!(list_sessions)).routes(routes!(revoke_session))
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
}

impl UserBody {
    pub(super) fn of(user: &User) -> Self {
        Self {
            id: user.id.0,
            email: user.email.clone(),
            name: user.name.clone(),
            role: user.role.as_str(),
            created_at: user.created_at,
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
