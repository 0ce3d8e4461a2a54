//! Language models behind one stream of [`Delta`]s.
//!
//! The rule: nobody above this room sees a dialect, a retry or a status code. A wire sends one request, once, and
//! turns what comes back into deltas; an answer is a success only if the provider said why it ended.
//! Start reading at [`Providers::stream`]; a new OpenAI-shaped provider is one row in [`catalog`].

pub mod catalog;
mod delta;
mod error;
mod list;
pub mod simulated;
mod wire;

use std::{sync::Arc, time::Duration};

pub use delta::{Delta, DeltaStream, FinishReason, Message, Request, Role, Usage};
pub use error::Error;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use self::{catalog::Row, list::List, wire::Wire};

/// All that this room is told from outside; it reads no environment.
#[derive(Debug, Clone)]
pub struct Settings {
    /// OpenAI, or anything that looks like it. `None` hides the provider.
    pub openai: Option<OpenAi>,
    /// Whether the simulated provider is offered.
    pub simulated: bool,
    /// Reach the simulated provider over HTTP (`freshet simulate`, the URL ends in `/v1`) instead of in process.
    pub simulated_url: Option<Url>,
    /// Full name of the model for new chats; `None` takes the first real provider's first model.
    pub default_model: Option<String>,
    /// How long a provider may be silent between two lines of an answer.
    pub idle_timeout: Duration,
    /// How long the first line may take. Reasoning models think for minutes before it.
    pub first_timeout: Duration,
    /// How long one answer may take in all, however lively it dribbles.
    pub total_timeout: Duration,
    /// Cap on an answer in bytes, thinking and tool arguments counted too; beyond it the answer ends with
    /// [`FinishReason::Length`].
    pub max_answer: usize,
    /// How long a provider's model list is trusted.
    pub list_ttl: Duration,
    /// How long we wait for a model list before falling back to what we know.
    pub list_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            openai: None,
            simulated: true,
            simulated_url: None,
            default_model: None,
            idle_timeout: Duration::from_secs(60),
            first_timeout: Duration::from_secs(300),
            total_timeout: Duration::from_secs(3600),
            max_answer: 1 << 20,
            list_ttl: Duration::from_secs(600),
            list_timeout: Duration::from_secs(3),
        }
    }
}

/// An account at OpenAI or a look-alike.
#[derive(Debug, Clone)]
pub struct OpenAi {
    /// Sent as a bearer token, to `base_url` only.
    pub api_key: SecretString,
    /// `None` is OpenAI itself.
    pub base_url: Option<Url>,
}

/// A model that can be used now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Model {
    /// `<provider>/<id>`; the id may itself contain slashes.
    pub name: String,
    /// The id as the provider knows it.
    pub id: String,
    /// Name of the provider, e.g. `openai`.
    pub provider: String,
    /// What a person reads for the provider.
    pub provider_label: String,
    /// What a person reads for the model.
    pub label: String,
    /// Whether it thinks before it answers.
    pub reasoning: bool,
    /// Tokens the model can look at, where known.
    pub context_window: Option<u32>,
}

/// What an operator or a user may know about a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProviderStatus {
    pub name: String,
    pub label: String,
    /// Whether it can be used: a key is set (and can be sent), or it needs none.
    pub configured: bool,
    /// Whether its answers are made up by Freshet itself.
    pub simulated: bool,
    /// Public host name of its base URL; `private` for addresses and names that are nobody's business.
    pub host: Option<String>,
}

/// The providers of this instance. Cheap to clone.
#[derive(Clone)]
pub struct Providers {
    shared: Arc<Shared>,
}

struct Shared {
    entries: Vec<Entry>,
    default_model: Option<String>,
}

struct Entry {
    row: &'static Row,
    /// `Err` when the account cannot be used at all, e.g. a key with a line break.
    wire: Result<Box<dyn Wire>, Error>,
    /// `None` in process.
    base_url: Option<Url>,
    list: List,
}

impl Providers {
    /// Builds the clients; talks to nobody. A key that cannot be sent makes its provider unusable, not the start.
    pub fn new(settings: Settings, http: reqwest::Client) -> Self {
        let entries = catalog::ROWS.iter().filter_map(|row| Entry::new(row, &settings, &http)).collect();
        Self { shared: Arc::new(Shared { entries, default_model: settings.default_model }) }
    }

    /// The models that can be used now. Lists are cached; one that fails or takes longer than
    /// [`Settings::list_timeout`] is replaced by what we knew before or by the catalogue.
    pub async fn models(&self) -> Vec<Model> {
        let lists = self.shared.entries.iter().filter(|entry| entry.wire.is_ok()).map(Entry::models);
        futures::future::join_all(lists).await.into_iter().flatten().collect()
    }

    /// Finds a model by its full name, or by its bare id when only one provider has it.
    ///
    /// # Errors
    /// [`Error::ModelNotFound`], [`Error::ModelAmbiguous`], or why the provider cannot be used.
    pub async fn resolve(&self, name: &str) -> Result<Model, Error> {
        let full = name.split_once('/').and_then(|(provider, id)| Some((self.entry(provider)?, id)));
        if let Some((entry, id)) = full {
            entry.wire.as_ref().map_err(Error::clone)?;
            return entry.find(id).await.ok_or(Error::ModelNotFound);
        }
        let usable = self.shared.entries.iter().filter(|entry| entry.wire.is_ok());
        let found = futures::future::join_all(usable.map(|entry| entry.find_listed(name))).await;
        let mut found = found.into_iter().flatten();
        match (found.next(), found.next()) {
            (Some(model), None) => Ok(model),
            (Some(_), Some(_)) => Err(Error::ModelAmbiguous),
            (None, _) => Err(Error::ModelNotFound),
        }
    }

    /// Full name of the model for new chats. Answers at once, without asking any provider.
    pub fn default_model(&self) -> String {
        if let Some(name) = &self.shared.default_model {
            return name.clone();
        }
        let usable = self.shared.entries.iter().find(|entry| entry.wire.is_ok());
        let named = usable.and_then(|entry| {
            Some(entry.list.first().unwrap_or(entry.row.known.first()?.id.into()))
                .map(|id| format!("{}/{id}", entry.row.name))
        });
        named.unwrap_or_else(|| "simulated/essay".to_owned())
    }

    /// Asks a model, once. No retry hides in here; [`Error::retryable`] tells the caller what may be tried again.
    ///
    /// # Errors
    /// Everything up to the response head; later failures are the stream's last item.
    pub async fn stream(&self, model: &Model, mut request: Request) -> Result<DeltaStream, Error> {
        let entry = self.entry(&model.provider).ok_or(Error::NotConfigured)?;
        request.model.clone_from(&model.id);
        entry.wire.as_ref().map_err(Error::clone)?.stream(model, request).await
    }

    /// One row per provider of the catalogue, set up or not.
    pub fn status(&self) -> Vec<ProviderStatus> {
        catalog::ROWS.iter().map(|row| self.status_of(row)).collect()
    }

    fn status_of(&self, row: &Row) -> ProviderStatus {
        let entry = self.entry(row.name);
        ProviderStatus {
            name: row.name.to_owned(),
            label: row.label.to_owned(),
            configured: entry.is_some_and(|entry| entry.wire.is_ok()),
            simulated: row.name == catalog::SIMULATED.name,
            host: entry.and_then(|entry| entry.base_url.as_ref()).map(shown_host),
        }
    }

    fn entry(&self, provider: &str) -> Option<&Entry> {
        self.shared.entries.iter().find(|entry| entry.row.name == provider)
    }
}

impl Entry {
    fn new(row: &'static Row, settings: &Settings, http: &reqwest::Client) -> Option<Self> {
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

    async fn models(&self) -> Vec<Model> {
        let Ok(wire) = &self.wire else { return Vec::new() };
        self.list.shown(wire.as_ref()).await.iter().map(|id| self.model(id)).collect()
    }

    /// Any id of the provider, also one that the list hides or that could not be checked.
    async fn find(&self, id: &str) -> Option<Model> {
        let wire = self.wire.as_ref().ok()?;
        let simulated = self.row.name == catalog::SIMULATED.name;
        let has = if simulated { simulated::knows(id) } else { self.list.has(id, wire.as_ref()).await };
        has.then(|| self.model(id))
    }

    /// Only an id that the provider really lists: a guess must not make a bare id ambiguous.
    async fn find_listed(&self, id: &str) -> Option<Model> {
        let wire = self.wire.as_ref().ok()?;
        let parametrised = self.row.name == catalog::SIMULATED.name && simulated::knows(id);
        (parametrised || self.list.lists(id, wire.as_ref()).await).then(|| self.model(id))
    }

    fn model(&self, id: &str) -> Model {
        let known = self.row.known.iter().find(|known| known.id == id);
        let reasoning = known.map_or_else(|| looks_reasoning(id), |known| known.reasoning);
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

/// A public name as it is; everything that describes somebody's network as `private`.
fn shown_host(url: &Url) -> String {
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
