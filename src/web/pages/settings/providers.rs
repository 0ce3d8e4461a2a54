//! Settings > Providers: who answers, and how they have done lately.

use axum::{
    Router,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use freshet_templates::{
    Locale,
    pages::settings::{
        Providers, Section,
        providers::{Provider, Whose},
    },
    parts::toast::Notice,
};

use super::show;
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    keys::accounts_of,
    models,
    providers::{Key, ProviderStatus},
    web::{
        pages::{
            models::keyless,
            shell::{Visit, with_notice},
        },
        reader::Reader,
    },
};

/// The page and its form.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/settings/providers", get(health))
        .route("/settings/providers/refresh", post(refresh))
}

/// `GET /settings/providers`.
async fn health(State(app): State<App>, actor: Actor, visit: Visit) -> Result<Response> {
    let own = accounts_of(&app, actor.user.0).await?;
    // Asked first, so that the page can say how that went.
    app.providers.models(&own).await;
    let (usable, others) =
        app.providers.status(&own).into_iter().partition(|provider: &ProviderStatus| provider.configured);
    let usable: Vec<ProviderStatus> = usable;
    let usable = usable.into_iter().map(|provider| line(visit.reader, provider)).collect();
    Ok(show(&visit, &actor, Section::Providers(Providers { usable, keyless: keyless(others) })))
}

/// `POST /settings/providers/refresh`.
async fn refresh(State(app): State<App>, actor: Actor) -> Result<Response> {
    let notice = match models::refresh(&app, &actor).await {
        Ok(()) => Notice::ListsFetched,
        Err(Error::TooMany { .. }) => Notice::TooSoon,
        Err(error) => return Err(error),
    };
    Ok(with_notice(Redirect::to("/settings/providers").into_response(), notice))
}

fn line(reader: Reader, provider: ProviderStatus) -> Provider {
    let (health, list) = (provider.health, provider.list);
    Provider {
        label: provider.label,
        host: provider.host,
        key: match provider.key {
            Some(Key::Own) => Whose::Own,
            _ if provider.simulated => Whose::Nobody,
            _ => Whose::Server,
        },
        calls: health.calls as u64,
        failed: health.failed as u64,
        first_ms: health.first_ms.zip(health.first_ms_p95),
        last_error: health
            .last_error
            .zip(health.last_error_at)
            .map(|(code, at)| (why(reader.locale, code), reader.clock(at))),
        rests: health.rests_seconds,
        fetched: list.refreshed_at.map(|at| reader.clock(at)),
        list_error: list.list_error.map(|code| why(reader.locale, code)),
    }
}

/// What a failure of a provider is about, as a sentence.
fn why(l: Locale, code: &str) -> String {
    match code {
        "provider_unauthorized" | "provider_bad_key" | "provider_forbidden" | "provider_not_configured" => {
            l.t("why-key")
        }
        "provider_quota" => l.t("why-money"),
        "provider_rate_limited" => l.t("why-slow-down"),
        "provider_overloaded" => l.t("why-overloaded"),
        "provider_unreachable" => l.t("why-unreachable"),
        "provider_timeout" => l.t("why-silent"),
        "provider_cut" | "provider_incomplete" => l.t("why-cut"),
        "provider_malformed" => l.t("why-odd"),
        "model_not_found" => l.t("why-model"),
        "provider_bad_request" | "context_length" | "content_blocked" => l.t("why-request"),
        _ => l.t("why-failed"),
    }
    .into_owned()
}
