//! Every URL, chapter by chapter.

use axum::Router;

use crate::{app::App, web};

/// The whole server.
pub fn router(app: App) -> Router {
    let (api, openapi) = web::api::router();
    let routes = Router::new()
        // What programs call: /api/v1/…, and its description
        .merge(api)
        .merge(web::api::description(openapi))
        // What browsers see
        .merge(web::pages::router())
        // What the page is made of
        .merge(web::assets::router())
        // What makes an app of it
        .merge(web::install::router())
        // What a developer's page asks
        .merge(web::dev::router(&app))
        // What supervisors ask
        .merge(web::health::router())
        .merge(web::metrics::router())
        .fallback(web::problem::nowhere);
    web::layers::layers(routes, &app).with_state(app)
}
