//! `/api/v1/auth`: accounts and tokens.

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::users::UserBody;
use crate::{
    accounts::{
        self, Actor, Credentials, Device, Registration, User, Via, sessions,
        tokens::{self, Pair},
    },
    app::App,
    error::{Error, Result},
    platform::crypto::{ExposeSecret as _, SecretString},
    web::{extract::Json, problem::Problem},
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(refresh))
        .routes(routes!(logout))
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegisterInput {
    /// The address to sign in with.
    email: String,
    /// What others call you, 1 to 80 characters.
    name: String,
    /// At least 8 characters that nobody would guess.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// The token printed at the start, for the first account of a server that strangers can reach.
    setup_token: Option<String>,
}

/// Address and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LoginInput {
    /// The address.
    email: String,
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefreshInput {
    /// From the last sign-in or refresh; good once.
    #[schema(value_type = String)]
    refresh_token: SecretString,
}

/// A sign-in.
#[derive(Serialize, ToSchema)]
struct SignedIn {
    /// Whose.
    user: UserBody,
    /// For `Authorization: Bearer …`.
    access_token: String,
    /// Buys the next pair, once.
    refresh_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds for which the access token is good.
    expires_in: u64,
}

impl SignedIn {
    fn of(user: &User, pair: &Pair) -> Json<Self> {
        Json(Self {
            user: UserBody::of(user),
            access_token: pair.access.expose_secret().to_owned(),
            refresh_token: pair.refresh.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in: pair.expires_in.as_secs(),
        })
    }
}

/// Make an account. The first one becomes administrator.
#[utoipa::path(post, path = "/api/v1/auth/register", tag = "auth", security(()), request_body = RegisterInput,
    responses((status = 201, body = SignedIn), (status = 403, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn register(
    State(app): State<App>,
    device: Device,
    Json(input): Json<RegisterInput>,
) -> Result<(StatusCode, Json<SignedIn>)> {
    let RegisterInput { email, name, password, setup_token } = input;
    let user =
        accounts::register(&app, Registration { email, name, password, setup_token }, device.ip).await?;
    let pair = tokens::issue_pair(&app, &user).await?;
    Ok((StatusCode::CREATED, SignedIn::of(&user, &pair)))
}

/// Sign in. An unknown address and a wrong password get the same answer.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", security(()), request_body = LoginInput,
    responses((status = 200, body = SignedIn), (status = 401, body = Problem), (status = 422, body = Problem),
    (status = 429, body = Problem)))]
async fn login(
    State(app): State<App>,
    device: Device,
    Json(input): Json<LoginInput>,
) -> Result<Json<SignedIn>> {
    let credentials = Credentials { email: input.email, password: input.password };
    let user = accounts::sign_in(&app, credentials, device.ip).await.map_err(about_credentials)?;
    let pair = tokens::issue_pair(&app, &user).await?;
    Ok(SignedIn::of(&user, &pair))
}

/// Exchange a refresh token for the next pair. One that comes a second time ends its whole sign-in.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "auth", security(()), request_body = RefreshInput,
    responses((status = 200, body = SignedIn), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn refresh(State(app): State<App>, Json(input): Json<RefreshInput>) -> Result<Json<SignedIn>> {
    let (user, pair) = tokens::refresh(&app, input.refresh_token.expose_secret()).await?;
    Ok(SignedIn::of(&user, &pair))
}

/// Sign out: this access token and the refresh token that came with it, or this browser's session, open nothing any more.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth", responses(
    (status = 204), (status = 401, body = Problem)))]
async fn logout(State(app): State<App>, actor: Actor, session: Session) -> Result<StatusCode> {
    match actor.via {
        Via::Token(family) => tokens::revoke(&app, family).await?,
        Via::Session(_) => sessions::end(&session).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Nobody is told to sign in who is just trying to.
fn about_credentials(error: Error) -> Error {
    match error {
        Error::Unauthenticated => Error::Invalid {
            code: "wrong_credentials",
            field: None,
            detail: "the e-mail address or the password is wrong".to_owned(),
        },
        other => other,
    }
}
