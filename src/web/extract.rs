use crate::{
    accounts::{Actor, Device, sessions, tokens},
    app::App,
    error::Error,
};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::{Serialize, de::DeserializeOwned};
pub struct MaybeActor(pub Option<Actor>);
impl FromRequestParts<App> for MaybeActor {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        if let Some(b) = parts
            .headers
            .get("authorization")
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.strip_prefix("Bearer "))
        {
            return Ok(Self(tokens::actor(app, b).await?));
        }
        let session = tower_sessions::Session::from_request_parts(parts, app)
            .await
            .map_err(|_| Error::Unauthenticated)?;
        Ok(Self(sessions::actor(app, &session).await?))
    }
}
impl FromRequestParts<App> for Actor {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        MaybeActor::from_request_parts(parts, app).await?.0.ok_or(Error::Unauthenticated)
    }
}
impl FromRequestParts<App> for Device {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        Ok(Device::new(
            parts.headers.get("user-agent").and_then(|v| v.to_str().ok()).unwrap_or(""),
            [127, 0, 0, 1].into(),
        ))
    }
}
pub struct Json<T>(pub T);
impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}
impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Error;
    async fn from_request(r: Request, s: &App) -> Result<Self, Error> {
        <axum::Json<T> as FromRequest<App>>::from_request(r, s)
            .await
            .map(|j| Self(j.0))
            .map_err(|e| Error::field("malformed", "body", e.to_string()))
    }
}
impl<T: DeserializeOwned> OptionalFromRequest<App> for Json<T> {
    type Rejection = Error;
    async fn from_request(r: Request, s: &App) -> Result<Option<Self>, Error> {
        if r.headers().contains_key("content-type") {
            <Self as FromRequest<App>>::from_request(r, s).await.map(Some)
        } else {
            Ok(None)
        }
    }
}
pub struct Form<T>(pub T);
impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = Error;
    async fn from_request(r: Request, s: &App) -> Result<Self, Error> {
        axum::Form::<T>::from_request(r, s)
            .await
            .map(|j| Self(j.0))
            .map_err(|e| Error::field("malformed", "body", e.to_string()))
    }
}
pub struct Path<T>(pub T);
impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, s: &App) -> Result<Self, Error> {
        axum::extract::Path::<T>::from_request_parts(parts, s)
            .await
            .map(|p| Self(p.0))
            .map_err(|_| Error::NotFound)
    }
}
pub struct Query<T>(pub T);
impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, s: &App) -> Result<Self, Error> {
        axum::extract::Query::<T>::from_request_parts(parts, s)
            .await
            .map(|p| Self(p.0))
            .map_err(|e| Error::field("q", "q", e.to_string()))
    }
}
