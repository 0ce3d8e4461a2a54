use crate::{accounts::sessions::CookieStore, app::App};
use axum::Router;
pub fn layers(r: Router<App>, app: &App) -> Router<App> {
    r.layer(tower_sessions::SessionManagerLayer::new(CookieStore::new(app)).with_secure(false))
}
