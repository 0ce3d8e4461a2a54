//! `/api/v1/keys`: a person's own keys at providers. What is in them goes in and never comes out.

use axum::{extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    accounts::Actor,
    app::App,
    error::Result,
    keys::{
        self,
        own::{self, Entered, Own},
        shape,
    },
    platform::crypto::{ExposeSecret as _, SecretString},
    web::{
        extract::{Json, Path},
        problem::Problem,
    },
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_keys))
        .routes(routes!(detect_key))
        .routes(routes!(put_key, move_key, delete_key))
        .routes(routes!(check_key))
}

/// A key of one's own. The key itself is shown to nobody, not even to its owner.
#[derive(Serialize, ToSchema)]
struct KeyBody {
    /// The provider, such as `openai`.
    provider: &'static str,
    /// What a person reads for the provider.
    label: &'static str,
    /// Where it is sent; absent when that is where the provider is.
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url: Option<String>,
    /// Its last four characters; empty of a short one.
    last4: String,
    /// How it was last seen to do.
    state: keys::State,
    /// What came instead of an answer: the code of a provider's failure, such as `provider_rate_limited`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When the provider was last asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_at: Option<DateTime<Utc>>,
    /// When the first key for this provider was entered.
    created_at: DateTime<Utc>,
    /// When key or address last changed.
    updated_at: DateTime<Utc>,
}

/// All keys of one's own.
#[derive(Serialize, ToSchema)]
struct Keys {
    /// One for each provider at most.
    items: Vec<KeyBody>,
}

/// A key to enter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyInput {
    /// The key. May be empty where none is needed.
    #[serde(default)]
    #[schema(value_type = String, format = Password)]
    key: SecretString,
    /// Where to send it; absent or `null` is where the provider is.
    #[serde(default)]
    base_url: Option<String>,
    /// Keep it even though the provider refuses it.
    #[serde(default)]
    insist: bool,
}

/// What to change beside the key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddressInput {
    /// Where to send the key; `null` is where the provider is. For another server it has to be entered again.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    base_url: Option<String>,
}

/// A key to look at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DetectInput {
    /// The key.
    #[schema(value_type = String, format = Password)]
    key: SecretString,
}

/// Whose key it looks like.
#[derive(Serialize, ToSchema)]
struct Detected {
    /// The provider; `null` when nobody can tell.
    provider: Option<&'static str>,
    /// What a person reads for it.
    label: Option<&'static str>,
}

impl From<Own> for KeyBody {
    fn from(own: Own) -> Self {
        Self {
            provider: own.row.name,
            label: own.row.label,
            base_url: own.base_url,
            last4: own.last4,
            state: own.state,
            reason: own.reason,
            checked_at: own.checked_at,
            created_at: own.created_at,
            updated_at: own.updated_at,
        }
    }
}

/// List one's own keys.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", responses(
    (status = 200, body = Keys), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list_keys(State(app): State<App>, actor: Actor) -> Result<Json<Keys>> {
    own::allowed(&app)?;
    let items = own::list(&app, &actor).await?.into_iter().map(KeyBody::from).collect();
    Ok(Json(Keys { items }))
}

/// Say whose key it looks like. Nothing is stored and nobody is asked.
#[utoipa::path(post, path = "/api/v1/keys/detect", tag = "keys", request_body = DetectInput, responses(
    (status = 200, body = Detected), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn detect_key(
    State(app): State<App>,
    _actor: Actor,
    Json(input): Json<DetectInput>,
) -> Result<Json<Detected>> {
    own::allowed(&app)?;
    let row = shape::detect(input.key.expose_secret());
    Ok(Json(Detected { provider: row.map(|row| row.name), label: row.map(|row| row.label) }))
}

/// Enter a key, in the place of the one before. The provider is asked whether it is good.
#[utoipa::path(put, path = "/api/v1/keys/{provider}", tag = "keys", params(("provider" = String, Path)),
    request_body = KeyInput, responses(
    (status = 200, body = KeyBody), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn put_key(
    State(app): State<App>,
    actor: Actor,
    Path(provider): Path<String>,
    Json(input): Json<KeyInput>,
) -> Result<Json<KeyBody>> {
    let entered =
        Entered { key: input.key, base_url: input.base_url.unwrap_or_default(), insist: input.insist };
    Ok(Json(own::save(&app, &actor, &provider, entered).await?.into()))
}

/// Change where a key is sent.
#[utoipa::path(patch, path = "/api/v1/keys/{provider}", tag = "keys", params(("provider" = String, Path)),
    request_body = AddressInput, responses(
    (status = 200, body = KeyBody), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn move_key(
    State(app): State<App>,
    actor: Actor,
    Path(provider): Path<String>,
    Json(input): Json<AddressInput>,
) -> Result<Json<KeyBody>> {
    let typed = input.base_url.unwrap_or_default();
    Ok(Json(own::change_address(&app, &actor, &provider, &typed).await?.into()))
}

/// Remove a key.
#[utoipa::path(delete, path = "/api/v1/keys/{provider}", tag = "keys", params(("provider" = String, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn delete_key(
    State(app): State<App>,
    actor: Actor,
    Path(provider): Path<String>,
) -> Result<StatusCode> {
    own::remove(&app, &actor, &provider).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask the provider again whether a stored key is good.
#[utoipa::path(post, path = "/api/v1/keys/{provider}/check", tag = "keys", params(("provider" = String, Path)), responses(
    (status = 200, body = KeyBody), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 429, body = Problem)))]
async fn check_key(
    State(app): State<App>,
    actor: Actor,
    Path(provider): Path<String>,
) -> Result<Json<KeyBody>> {
    Ok(Json(own::check(&app, &actor, &provider).await?.into()))
}
