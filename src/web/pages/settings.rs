//! Settings: who you are, how pages look, where you are signed in.

use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use freshet_templates::{
    layout::Theme,
    pages::settings::{self as page, Session as Line, Settings},
    parts::toast::Notice,
};
use serde::Deserialize;
use uuid::Uuid;

use super::shell::{THEME_COOKIE, Visit, append_cookie, with_notice};
use crate::{
    accounts::{self, Actor, Role, SessionId, sessions},
    app::App,
    error::Result,
    web::{
        extract::{Form, Path},
        local_path, present,
        reader::Reader,
    },
};

#[derive(Debug, Deserialize)]
pub(super) struct ThemeForm {
    #[serde(default)]
    theme: String,
    next: Option<String>,
}

/// `GET /settings`.
pub(super) async fn show(State(app): State<App>, actor: Actor, visit: Visit) -> Result<Response> {
    let mut sessions = sessions::list(&app, &actor).await?;
    sessions.sort_by_key(|session| !session.current);
    let user = accounts::user(&app, &actor).await?;
    let props = Settings {
        shell: visit.shell(Some(&actor)),
        member_since: visit.reader.date(user.created_at),
        is_admin: actor.role == Role::Admin,
        sessions: sessions.iter().map(|session| line(visit.reader, session)).collect(),
    };
    Ok(visit.page(page::page(&props)))
}

/// `POST /settings/theme`: also without an account, since every page has the switch.
pub(super) async fn theme(visit: Visit, Form(form): Form<ThemeForm>) -> Response {
    let theme = Theme::parse(&form.theme);
    let mut response = visit.done_live(local_path(form.next.as_deref()).unwrap_or("/"));
    let year = 365 * 86_400;
    append_cookie(
        &mut response,
        &format!("{THEME_COOKIE}={}; Path=/; Max-Age={year}; HttpOnly; SameSite=Lax", theme.as_str()),
    );
    response
}

/// `POST /settings/sessions/{id}/revoke`.
pub(super) async fn revoke(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<Response> {
    sessions::revoke(&app, &actor, SessionId(id)).await?;
    Ok(with_notice(Redirect::to("/settings").into_response(), Notice::SessionRevoked))
}

/// `POST /settings/sessions/revoke-others`.
pub(super) async fn revoke_others(State(app): State<App>, actor: Actor) -> Result<Response> {
    sessions::revoke_others(&app, &actor).await?;
    Ok(with_notice(Redirect::to("/settings").into_response(), Notice::OthersRevoked))
}

fn line(reader: Reader, session: &sessions::Listed) -> Line {
    Line {
        id: session.id.to_string(),
        device: present::device(reader.locale, session),
        is_phone: matches!(session.system, Some("iPhone" | "Android")),
        ip: session.ip.clone(),
        last_used: reader.date_time(session.last_used_at),
        is_current: session.current,
    }
}
