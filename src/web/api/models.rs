//! `/api/v1/models` and `/api/v1/providers`: what can be asked now.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    accounts::Actor,
    app::App,
    error::Result,
    keys,
    providers::{Model, ProviderStatus},
    web::{extract::Json, problem::Problem},
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(models)).routes(routes!(providers))
}

/// The models that can be used now.
#[derive(Debug, Serialize, ToSchema)]
struct Models {
    /// All of them, by provider.
    items: Vec<Model>,
    /// The one for new conversations.
    default: String,
}

/// The providers of this installation.
#[derive(Debug, Serialize, ToSchema)]
struct AllProviders {
    /// Set up or not.
    items: Vec<ProviderStatus>,
}

/// List the models that can be used now.
#[utoipa::path(get, path = "/api/v1/models", tag = "models", responses(
    (status = 200, body = Models), (status = 401, body = Problem)))]
async fn models(State(app): State<App>, actor: Actor) -> Result<Json<Models>> {
    let own = keys::accounts_of(&app, actor.user.0).await?;
    let default = app.providers.default_model(&own);
    Ok(Json(Models { items: app.providers.models(&own).await, default }))
}

/// List the providers.
#[utoipa::path(get, path = "/api/v1/providers", tag = "models", responses(
    (status = 200, body = AllProviders), (status = 401, body = Problem)))]
async fn providers(State(app): State<App>, actor: Actor) -> Result<Json<AllProviders>> {
    let own = keys::accounts_of(&app, actor.user.0).await?;
    Ok(Json(AllProviders { items: app.providers.status(&own) }))
}
