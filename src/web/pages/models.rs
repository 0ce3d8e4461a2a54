//! All models to choose from, and the marks of those that a person likes best.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use chrono::{NaiveDate, NaiveTime};
use freshet_templates::{
    Moment,
    pages::models::{self as page, Ability, Filter, Found, Group, Line, Models},
};
use serde::Deserialize;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use super::{chat::filled, shell::Visit};
use crate::{
    accounts::Actor,
    app::App,
    chat::conversations,
    error::Result,
    keys,
    models::{self, Capability, Offer, Wanted},
    providers::{Capabilities, Key, ProviderStatus},
    web::{
        extract::{Form, Query},
        reader::Reader,
    },
};

/// Models of one provider that are shown at once; the others are a link away.
const SHOWN: usize = 50;
/// And behind that link: a page of thousands would be megabytes, and nobody reads it.
const MOST: usize = 500;
/// Providers have no time of day for the end of a model. At this one it is the same day nearly everywhere.
const ELEVEN: NaiveTime = NaiveTime::from_hms_opt(11, 0, 0).expect("there is an eleven o'clock");

/// What the page's address may say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct ModelsQuery {
    /// The conversation that a model is chosen for.
    c: Option<String>,
    #[serde(default)]
    q: String,
    capability: Option<String>,
    /// The provider of which all models are shown.
    all: Option<String>,
}

/// The fields of a mark.
#[derive(Debug, Deserialize)]
pub(super) struct MarkForm {
    name: String,
    /// `on` or `off`.
    #[serde(default)]
    favourite: String,
    next: Option<String>,
}

impl ModelsQuery {
    fn chat(&self) -> Option<Uuid> {
        Uuid::try_parse(self.c.as_deref()?).ok()
    }

    fn capability(&self) -> Option<Capability> {
        Capability::parse(self.capability.as_deref()?)
    }

    /// The page's address with this capability and all of this provider.
    fn address(&self, capability: Option<Capability>, all: Option<&str>) -> String {
        let chat = self.chat().map(|id| id.to_string());
        let q = filled(&Some(self.q.clone()));
        let fields = [
            ("c", chat.as_deref()),
            ("q", q.as_deref()),
            ("capability", capability.map(Capability::as_str)),
            ("all", all),
        ];
        let given = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let query = Serializer::new(String::new()).extend_pairs(given).finish();
        if query.is_empty() { "/models".to_owned() } else { format!("/models?{query}") }
    }

    /// Where a model is used: the composer with it.
    fn used(&self, name: &str) -> String {
        let name = Serializer::new(String::new()).append_pair("model", name).finish();
        self.chat().map_or_else(|| format!("/c/new?{name}"), |id| format!("/c/{id}?{name}"))
    }
}

/// `GET /models`: the page; for htmx only what fits.
pub(super) async fn show(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Query(query): Query<ModelsQuery>,
) -> Result<Response> {
    let found = found(&app, &actor, visit.reader, &query).await?;
    if visit.by_script {
        return Ok(page::renewed(visit.locale(), &found).into_response());
    }
    let chat = query.chat().map(|id| id.to_string());
    Ok(visit.page(page::page(&Models { shell: visit.shell(Some(&actor)), chat, found })))
}

/// `POST /models/favourites`: a mark, or none.
pub(super) async fn mark(
    State(app): State<App>,
    actor: Actor,
    visit: Visit,
    Form(form): Form<MarkForm>,
) -> Result<Response> {
    let back = form.next.as_deref().filter(|next| next.starts_with("/models")).unwrap_or("/models");
    let marked = match form.favourite.as_str() {
        "off" => models::unfavour(&app, &actor, &form.name).await,
        _ => models::favour(&app, &actor, &form.name).await.map(drop),
    };
    match marked {
        Ok(()) => Ok(visit.done_live(back)),
        Err(error) => Ok(visit.refused(error, back)),
    }
}

async fn found(app: &App, actor: &Actor, reader: Reader, query: &ModelsQuery) -> Result<Found> {
    let chosen = match query.chat() {
        Some(id) => conversations::get(app, actor, id).await?.model,
        None => models::first(app, actor).await?,
    };
    let wanted = Wanted { query: query.q.clone(), provider: None, capability: query.capability() };
    let offers = wanted.among(models::offered(app, actor).await?);
    let count = offers.len();
    let own = keys::accounts_of(app, actor.user.0).await?;
    let status = app.providers.status(&own);
    let line = |offer: &Offer| self::line(reader, query, offer, &chosen);
    let (marked, others): (Vec<Offer>, Vec<Offer>) = offers.into_iter().partition(|offer| offer.favourite);
    let mut groups = Vec::new();
    if !marked.is_empty() {
        groups.push(Group { models: marked.iter().map(line).collect(), ..Group::default() });
    }
    for provider in &status {
        let all: Vec<&Offer> = others.iter().filter(|offer| offer.model.provider == provider.name).collect();
        let shown = if query.all.as_ref() == Some(&provider.name) { MOST } else { SHOWN };
        let more = all.len().saturating_sub(shown);
        let more = if shown < MOST { more.min(MOST - SHOWN) } else { more };
        if !all.is_empty() {
            groups.push(Group {
                provider: provider.label.clone(),
                own_key: provider.key == Some(Key::Own),
                fetched: provider.list.refreshed_at.map(|at| reader.clock(at)),
                failed: provider.list.list_error.is_some(),
                models: all.into_iter().take(shown).map(line).collect(),
                more,
                all: (shown < MOST).then(|| query.address(query.capability(), Some(&provider.name))),
            });
        }
    }
    let keyless = if query.q.is_empty() { keyless(status) } else { Vec::new() };
    let here = query.address(query.capability(), query.all.as_deref());
    Ok(Found { query: query.q.clone(), filters: filters(query), groups, keyless, count, here })
}

/// Providers that can't be used, since there is no key.
pub(super) fn keyless(status: Vec<ProviderStatus>) -> Vec<String> {
    let without = status.into_iter().filter(|provider| !provider.configured && !provider.simulated);
    without.map(|provider| provider.label).collect()
}

fn filters(query: &ModelsQuery) -> Vec<Filter> {
    let filter = |capability: Option<Capability>| Filter {
        ability: capability.map(ability),
        href: query.address(capability, None),
        on: query.capability() == capability,
    };
    std::iter::once(None).chain(Capability::ALL.map(Some)).map(filter).collect()
}

fn ability(capability: Capability) -> Ability {
    match capability {
        Capability::Vision => Ability::Vision,
        Capability::Pdf => Ability::Pdf,
        Capability::Tools => Ability::Tools,
        Capability::Reasoning => Ability::Reasoning,
        Capability::Images => Ability::Images,
    }
}

fn line(reader: Reader, query: &ModelsQuery, offer: &Offer, chosen: &str) -> Line {
    let model = &offer.model;
    Line {
        href: query.used(&model.name),
        name: model.name.clone(),
        label: model.label.clone(),
        context: model.context_window,
        price: model.price.as_ref().map(|price| (price.input.clone(), price.output.clone())),
        abilities: abilities(model.capabilities),
        retires: model.retires.as_deref().and_then(|day| last_day(reader, day)),
        favourite: offer.favourite,
        chosen: model.name == chosen,
    }
}

fn abilities(all: Capabilities) -> Vec<Ability> {
    Capability::ALL.into_iter().filter(|capability| capability.is_in(all)).map(ability).collect()
}

fn last_day(reader: Reader, day: &str) -> Option<Moment> {
    let day: NaiveDate = day.parse().ok()?;
    Some(reader.date(day.and_time(ELEVEN).and_utc()))
}
