//! What supervisors ask: is the process alive, and should it get traffic.

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde_json::{Value, json};

use crate::{app::App, platform::bus::Reach};

/// Health under all the names that people try.
pub fn router() -> Router<App> {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/healthz", get(live))
        .route("/up", get(live))
        .route("/readyz", get(ready))
        .route("/api/v1/health", get(ready))
}

/// Alive as long as it answers; asks nothing of anybody.
async fn live() -> &'static str {
    "ok\n"
}

/// Ready for traffic, with the reasons if not. Says nothing that a stranger may not know.
async fn ready(State(app): State<App>) -> (StatusCode, Json<Value>) {
    let draining = app.draining.is_cancelled();
    let database = app.db.migration_state().await.is_ok_and(|state| state.applied == state.known);
    let ready = database && !draining;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = |good: bool| if good { "ok" } else { "failing" };
    let mut checks = json!({ "database": word(database), "accepting": word(!draining) });
    let alone = app.redis.as_ref().is_some_and(|redis| redis.is_away() || app.bus.reach() == Reach::Away);
    if app.redis.is_some() {
        checks["redis"] = if alone { "degraded" } else { "ok" }.into();
    }
    let state = match (ready, alone) {
        (false, _) => "not ready",
        // Everything works, other instances hear of it a little later: no reason to take the traffic away.
        (true, true) => "degraded",
        (true, false) => "ready",
    };
    let body = json!({ "status": state, "checks": checks });
    (status, Json(body))
}
