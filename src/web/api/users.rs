use crate::app::App;
use utoipa_axum::router::OpenApiRouter;
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
