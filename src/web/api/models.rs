//! `/api/v1/models` and `/api/v1/providers`: what can be asked now, and what people like best of it.

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    accounts::Actor,
    app::App,
    error::Result,
    keys,
    models::{self, Capability, Offer, Wanted},
    providers::{ProviderStatus, Standing},
    web::{
        extract::{Json, Path, Query},
        problem::Problem,
    },
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(refresh))
        .routes(routes!(favour, unfavour))
        .routes(routes!(providers))
}

/// Which models to list; what is absent matters not.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ModelsQuery {
    /// Words that name, label and provider hold, whatever their case.
    #[serde(default)]
    q: String,
    /// Only those of this provider.
    provider: Option<String>,
    /// Only those that can do this.
    #[param(inline)]
    capability: Option<Capability>,
}

/// The models that can be used now.
#[derive(Debug, Serialize, ToSchema)]
struct Models {
    /// Those that are wanted, by provider. A model whose provider has switched it off is not among them.
    items: Vec<Offer>,
    /// The one for new conversations.
    default: String,
    /// How the lists of the providers stand that can be used.
    providers: Vec<ListStanding>,
}

/// How a provider's list stands.
#[derive(Debug, Serialize, ToSchema)]
struct ListStanding {
    /// The provider's name.
    name: String,
    /// What a person reads for it.
    label: String,
    #[serde(flatten)]
    list: Standing,
}

/// The providers of this installation.
#[derive(Debug, Serialize, ToSchema)]
struct AllProviders {
    /// Set up or not.
    items: Vec<ProviderStatus>,
}

/// List the models that can be used now.
#[utoipa::path(get, path = "/api/v1/models", tag = "models", params(ModelsQuery), responses(
    (status = 200, body = Models), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<ModelsQuery>,
) -> Result<Json<Models>> {
    let ModelsQuery { q, provider, capability } = query;
    shown(&app, &actor, &Wanted { query: q, provider, capability }).await
}

/// Ask the providers for their lists anew, and list the models that can be used now.
#[utoipa::path(post, path = "/api/v1/models/refresh", tag = "models", responses(
    (status = 200, body = Models), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn refresh(State(app): State<App>, actor: Actor) -> Result<Json<Models>> {
    models::refresh(&app, &actor).await?;
    shown(&app, &actor, &Wanted::default()).await
}

async fn shown(app: &App, actor: &Actor, wanted: &Wanted) -> Result<Json<Models>> {
    let items = wanted.among(models::offered(app, actor).await?);
    let own = keys::accounts_of(app, actor.user.0).await?;
    let usable = app.providers.status(&own).into_iter().filter(|provider| provider.configured);
    let providers =
        usable.map(|ProviderStatus { name, label, list, .. }| ListStanding { name, label, list }).collect();
    Ok(Json(Models { items, default: models::standard(app, actor).await?, providers }))
}

/// Mark a model as a favourite. Twice is harmless.
#[utoipa::path(put, path = "/api/v1/models/favourites/{*name}", tag = "models",
    params(("name" = String, Path, description = "`<provider>/<id>`, slashes and colons as they are")), responses(
    (status = 204), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn favour(State(app): State<App>, actor: Actor, Path(name): Path<String>) -> Result<StatusCode> {
    models::favour(&app, &actor, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a favourite's mark away. Twice is harmless.
#[utoipa::path(delete, path = "/api/v1/models/favourites/{*name}", tag = "models",
    params(("name" = String, Path, description = "`<provider>/<id>`, slashes and colons as they are")), responses(
    (status = 204), (status = 401, body = Problem)))]
async fn unfavour(State(app): State<App>, actor: Actor, Path(name): Path<String>) -> Result<StatusCode> {
    models::unfavour(&app, &actor, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the providers.
#[utoipa::path(get, path = "/api/v1/providers", tag = "models", responses(
    (status = 200, body = AllProviders), (status = 401, body = Problem)))]
async fn providers(State(app): State<App>, actor: Actor) -> Result<Json<AllProviders>> {
    let own = keys::accounts_of(&app, actor.user.0).await?;
    Ok(Json(AllProviders { items: app.providers.status(&own) }))
}
