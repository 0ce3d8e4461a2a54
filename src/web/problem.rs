use crate::error::Error;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct Problem {
    pub code: String,
    pub detail: String,
}
impl Error {
    pub fn status(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Unauthenticated => StatusCode::UNAUTHORIZED,
            Error::Conflict { .. } => StatusCode::CONFLICT,
            Error::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Error::Internal(e) = &self {
            eprintln!("{e:?}");
        }
        (self.status(), axum::Json(Problem { code: self.code().into(), detail: self.to_string() }))
            .into_response()
    }
}
pub async fn nowhere() -> Error {
    Error::NotFound
}
