//! A provider that is set up: its row of the catalogue, its wire and its list of models.

use url::Url;

use super::{
    Error, Model, Settings,
    catalog::{self, Row},
    list::List,
    price::Price,
    simulated,
    wire::{self, Wire},
};

/// See the module.
pub struct Entry {
    pub row: &'static Row,
    /// `Err` when the account cannot be used at all, e.g. a key with a line break.
    pub wire: Result<Box<dyn Wire>, Error>,
    /// `None` in process.
    pub base_url: Option<Url>,
    pub list: List,
}

impl Entry {
    /// `None` when the settings do not ask for this provider.
    pub fn new(row: &'static Row, settings: &Settings, http: &reqwest::Client) -> Option<Self> {
        let (key, base_url) = match row.name {
            "openai" => {
                settings.openai.as_ref().map(|account| (account.api_key.clone(), account.base_url.clone()))?
            }
            "simulated" if settings.simulated => ("simulated".into(), settings.simulated_url.clone()),
            _ => return None,
        };
        let limits = wire::Limits::from(settings);
        let list = List::new(row, base_url.is_some(), settings);
        if row.name == catalog::SIMULATED.name && base_url.is_none() {
            let wire: Box<dyn Wire> = Box::new(simulated::InProcess::new(limits));
            return Some(Self { row, wire: Ok(wire), base_url: None, list });
        }
        let base =
            base_url.unwrap_or_else(|| Url::parse(row.base_url).expect("the catalogue's own URLs parse"));
        let wire = wire::openai::OpenAi::new(row, &key, &base, limits, http.clone());
        let wire = wire.map(|wire| Box::new(wire) as Box<dyn Wire>);
        Some(Self { row, wire, base_url: Some(base), list })
    }

    /// What the provider offers now.
    pub async fn models(&self) -> Vec<Model> {
        let Ok(wire) = &self.wire else { return Vec::new() };
        self.list.shown(wire.as_ref()).await.iter().map(|id| self.model(id)).collect()
    }

    /// Any id of the provider, also one that the list hides or that could not be checked.
    pub async fn find(&self, id: &str) -> Option<Model> {
        let wire = self.wire.as_ref().ok()?;
        let simulated = self.row.name == catalog::SIMULATED.name;
        let has = if simulated { simulated::knows(id) } else { self.list.has(id, wire.as_ref()).await };
        has.then(|| self.model(id))
    }

    /// Only an id that the provider really lists: a guess must not make a bare id ambiguous.
    pub async fn find_listed(&self, id: &str) -> Option<Model> {
        let wire = self.wire.as_ref().ok()?;
        let parametrised = self.row.name == catalog::SIMULATED.name && simulated::knows(id);
        (parametrised || self.list.lists(id, wire.as_ref()).await).then(|| self.model(id))
    }

    /// Behind somebody's own base URL ids, and prices, mean something else.
    pub fn price(&self, id: &str) -> Option<Price> {
        let own = Url::parse(self.row.base_url).ok();
        let known = self.row.known.iter().find(|known| known.id == id)?;
        known.price.filter(|_| self.base_url == own)
    }

    fn model(&self, id: &str) -> Model {
        let known = self.row.known.iter().find(|known| known.id == id);
        // The options behind a simulated model's colon change nothing about that.
        let simulated = self.row.name == catalog::SIMULATED.name;
        let base = id.split(':').next().filter(|_| simulated).unwrap_or(id);
        let kind = self.row.known.iter().find(|known| known.id == base);
        let reasoning = kind.map_or_else(|| looks_reasoning(id), |known| known.reasoning);
        Model {
            name: format!("{}/{id}", self.row.name),
            id: id.to_owned(),
            provider: self.row.name.to_owned(),
            provider_label: self.row.label.to_owned(),
            label: known.map_or_else(|| id.to_owned(), |known| known.label.to_owned()),
            reasoning,
            context_window: known.map(|known| known.context_window),
        }
    }
}

/// OpenAI's list has ids only; its reasoning families are known by their names.
fn looks_reasoning(id: &str) -> bool {
    let family = id.rsplit('/').next().unwrap_or(id);
    ["o1", "o3", "o4", "gpt-5", "gpt-6", "gpt-oss"].iter().any(|start| family.starts_with(start))
}

/// Host of a base URL for people: a public name as it is; everything that describes somebody's network as `private`.
pub fn shown_host(url: &Url) -> String {
    match url.host() {
        Some(url::Host::Domain(name)) if name.contains('.') && !is_private_name(name) => name.to_owned(),
        _ => "private".to_owned(),
    }
}

fn is_private_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    ["localhost", "local", "internal", "lan", "home", "corp", "test", "svc", "home.arpa"]
        .iter()
        .any(|end| name == *end || name.ends_with(&format!(".{end}")))
}
