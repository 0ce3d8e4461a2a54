use crate::platform::crypto::ExposeSecret as _;
use crate::{accounts, app::App, error::Result, web::extract::Json};
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
#[derive(serde::Deserialize)]
struct R {
    email: String,
    name: String,
    password: String,
}
async fn register(
    State(app): State<App>,
    d: accounts::Device,
    Json(r): Json<R>,
) -> Result<Json<serde_json::Value>> {
    let u = accounts::register(
        &app,
        accounts::Registration {
            email: r.email,
            name: r.name,
            password: r.password.into(),
            setup_token: None,
        },
        d.ip,
    )
    .await?;
    let p = accounts::tokens::issue_pair(&app, &u).await?;
    Ok(Json(serde_json::json!({"access_token": p.access.expose_secret()})))
}
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().route("/api/v1/auth/register", axum::routing::post(register))
}
