//! Language models behind one stream of [`Delta`]s.
//!
//! The rule: nobody above this room sees a dialect, a retry or a status code. A wire sends one request, once, and
//! turns what comes back into deltas; an answer is a success only if the provider said why it ended.
//! Start reading at [`Providers::stream`]; a new OpenAI-shaped provider is one row in [`catalog`].

pub mod catalog;
mod delta;
mod entry;
mod error;
mod list;
pub mod price;
mod settings;
pub mod simulated;
mod wire;

use std::sync::Arc;

pub use delta::{Delta, DeltaStream, FinishReason, Message, Request, Role, Usage};
pub use error::Error;
use serde::{Deserialize, Serialize};
pub use settings::{OpenAi, Settings};
use utoipa::ToSchema;

use self::{
    catalog::Row,
    entry::{Entry, shown_host},
};

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

    /// The model for small things beside a conversation with `name`: its provider's cheap one, or `name` itself where a
    /// look-alike doesn't have that.
    ///
    /// # Errors
    /// As [`Providers::resolve`].
    pub async fn cheap(&self, name: &str) -> Result<Model, Error> {
        let model = self.resolve(name).await?;
        let Some(entry) = self.entry(&model.provider) else { return Ok(model) };
        Ok(entry.find_listed(entry.row.cheap).await.unwrap_or(model))
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

    /// What an answer of `model` costs, in billionths of a US dollar; `None` where the price is not known.
    pub fn cost(&self, model: &Model, usage: &Usage) -> Option<i64> {
        self.entry(&model.provider)?.price(&model.id)?.of(usage)
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
