//! Language models behind one stream of [`Delta`]s.
//!
//! The rule: nobody above this room sees a dialect, a retry or a status code. A wire sends one request, once, and
//! turns what comes back into deltas; an answer is a success only if the provider said why it ended.
//! Start reading at [`Providers::stream`]; a new OpenAI-shaped provider is one row in [`catalog`].

mod account;
pub mod beside;
pub mod catalog;
mod delta;
mod entry;
mod error;
pub mod estimate;
pub mod health;
mod list;
pub mod price;
mod settings;
pub mod simulated;
mod wire;

use std::sync::Arc;

pub use account::{Account, Accounts, Held};
pub use delta::{
    Delta, DeltaStream, File, FinishReason, Message, Replay, Request, Role, Tool, ToolCall, ToolResult, Usage,
};
pub use error::Error;
pub use list::Standing;
use serde::{Deserialize, Serialize};
pub use settings::{Guarded, Settings};
use tokio::time::Instant;
use url::Url;
use utoipa::ToSchema;

use self::{
    catalog::{Row, Temperature},
    entry::{Door, Entry},
    health::{Health, Report},
    price::Price,
};
use crate::platform::http::Guard;

/// A model that can be used now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
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
    /// What it can do beside reading and writing text.
    pub capabilities: Capabilities,
    /// Tokens the model can look at, where known.
    pub context_window: Option<u32>,
    /// Tokens the model can say at once, where known.
    pub max_output: Option<u32>,
    /// The words it takes for how much it thinks; empty where it takes none, or nobody knows.
    pub efforts: Vec<String>,
    /// When it takes a temperature.
    #[serde(skip)]
    pub temperature: Temperature,
    /// What it costs, where known.
    pub price: Option<ModelPrice>,
    #[serde(skip)]
    exact: Option<Price>,
    /// The day on which its provider switches it off, as in `2027-01-14`.
    pub retires: Option<String>,
    /// Whose key it is asked with.
    pub key: Key,
}

/// What a model can do beside reading and writing text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Capabilities {
    /// Looks at pictures.
    pub vision: bool,
    /// Reads PDF.
    pub pdf: bool,
    /// Calls tools.
    pub tools: bool,
    /// Thinks before it answers.
    pub reasoning: bool,
    /// Makes pictures.
    pub images: bool,
}

impl Capabilities {
    /// Text in, text out.
    pub const NONE: Self = Self { vision: false, pdf: false, tools: false, reasoning: false, images: false };
    /// Everything but making pictures.
    pub const MOST: Self = Self { vision: true, pdf: true, tools: true, reasoning: true, images: false };
}

/// Prices in US dollars per million tokens, as decimal numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ModelPrice {
    /// Of the prompt.
    pub input: String,
    /// Of the answer, thinking included.
    pub output: String,
}

impl From<Price> for ModelPrice {
    fn from(price: Price) -> Self {
        let dollars = |nanos: u32| price::dollars(i64::from(nanos) * 1_000_000);
        Self { input: dollars(price.input), output: dollars(price.output) }
    }
}

/// Whose key opens a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Key {
    /// The person's own.
    Own,
    /// The server's; also where none is needed.
    Server,
}

/// What an operator or a user may know about a provider.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProviderStatus {
    pub name: String,
    pub label: String,
    /// Whether it can be used: a key is set (and can be sent), or it needs none.
    pub configured: bool,
    /// Whose key is used; `null` while there is none.
    pub key: Option<Key>,
    /// Whether its answers are made up by Freshet itself.
    pub simulated: bool,
    /// How it has done in the last five minutes, with the account that would be used.
    pub health: Report,
    /// How the list of its models stands, with the account that would be used.
    #[serde(flatten)]
    pub list: Standing,
    /// Public host name of the server's own base URL; `private` for addresses and names that are nobody's business.
    pub host: Option<String>,
}

/// The providers of this instance. Cheap to clone.
#[derive(Clone)]
pub struct Providers {
    shared: Arc<Shared>,
}

struct Shared {
    entries: Vec<Entry>,
    health: Health,
    default_model: Option<String>,
    guard: Option<Guard>,
}

impl Providers {
    /// Builds the clients; talks to nobody. A key that cannot be sent makes its provider unusable, not the start.
    pub fn new(settings: Settings, http: reqwest::Client) -> Self {
        Self::of(catalog::ROWS, settings, http)
    }

    /// The same with rows of one's own in the place of the catalogue's.
    fn of(rows: &'static [Row], settings: Settings, http: reqwest::Client) -> Self {
        let entries = rows.iter().filter_map(|row| Entry::new(row, &settings, &http)).collect();
        let guard = settings.guarded.map(|guarded| guarded.guard);
        let (health, default_model) = (Health::default(), settings.default_model);
        Self { shared: Arc::new(Shared { entries, health, default_model, guard }) }
    }

    /// The models that can be used now, with these accounts beside the server's. Lists are cached; one that fails or
    /// takes longer than [`Settings::list_timeout`] is replaced by what we knew before or by the catalogue.
    pub async fn models(&self, own: &Accounts) -> Vec<Model> {
        let lists = self.doors(own).map(|door| async move { door.models().await });
        futures::future::join_all(lists).await.into_iter().flatten().collect()
    }

    /// Fetches the lists of all that can be used with these accounts, however fresh they are.
    pub async fn refresh(&self, own: &Accounts) {
        let lists = self.doors(own).map(|door| async move { door.list.renew(door.wire.as_ref()).await });
        futures::future::join_all(lists).await;
    }

    /// Finds a model by its full name, or by its bare id when only one provider has it.
    ///
    /// # Errors
    /// [`Error::ModelNotFound`], [`Error::ModelAmbiguous`], or why the provider cannot be used.
    pub async fn resolve(&self, name: &str, own: &Accounts) -> Result<Model, Error> {
        let full = name.split_once('/').and_then(|(provider, id)| Some((self.entry(provider)?, id)));
        if let Some((entry, id)) = full {
            return entry.door(own)?.find(id).await.ok_or(Error::ModelNotFound);
        }
        let found = self.doors(own).map(|door| async move { door.find_listed(name).await });
        let mut found = futures::future::join_all(found).await.into_iter().flatten();
        match (found.next(), found.next()) {
            (Some(model), None) => Ok(model),
            (Some(_), Some(_)) => Err(Error::ModelAmbiguous),
            (None, _) => Err(Error::ModelNotFound),
        }
    }

    /// A model as far as it is known without asking anybody, whether its provider still has it or not; `None` when its
    /// provider can't be used.
    pub fn guess(&self, name: &str, own: &Accounts) -> Option<Model> {
        let (provider, id) = name.split_once('/')?;
        Some(self.entry(provider)?.door(own).ok()?.guess(id))
    }

    /// The model for small things beside a conversation with `name`: its provider's cheap one, or `name` itself where a
    /// look-alike doesn't have that.
    ///
    /// # Errors
    /// As [`Providers::resolve`].
    pub async fn cheap(&self, name: &str, own: &Accounts) -> Result<Model, Error> {
        let model = self.resolve(name, own).await?;
        let Some(entry) = self.entry(&model.provider) else { return Ok(model) };
        Ok(entry.door(own)?.find_listed(entry.row.cheap).await.unwrap_or(model))
    }

    /// Full name of the model for new chats. Answers at once, without asking any provider.
    pub fn default_model(&self, own: &Accounts) -> String {
        if let Some(name) = &self.shared.default_model {
            return name.clone();
        }
        let first = self.shared.entries.iter().find_map(|entry| entry.first(own));
        first.unwrap_or_else(|| "simulated/essay".to_owned())
    }

    /// Asks a model, once. No retry hides in here; [`Error::may_pass`] tells the caller what may be tried again. An
    /// account that rests is not asked at all.
    ///
    /// # Errors
    /// Everything up to the response head; later failures are the stream's last item.
    pub async fn stream(
        &self,
        model: &Model,
        mut request: Request,
        own: &Accounts,
    ) -> Result<DeltaStream, Error> {
        let entry = self.entry(&model.provider).ok_or(Error::NotConfigured)?;
        request.model.clone_from(&model.id);
        let door = entry.door(own)?;
        if door.is_simulated() {
            // Its failures are asked for, one by one.
            return door.wire.stream(model, request).await;
        }
        let (health, who, since) = (&self.shared.health, door.who, Instant::now());
        health.ask(who)?;
        match door.wire.stream(model, request).await {
            Ok(deltas) => Ok(health.watch(who, since, deltas)),
            Err(error) => {
                health.ended(who, Some(&error), None);
                Err(error)
            }
        }
    }

    /// What an answer's own words are bound to beside the messages before it: provider, model, account and address.
    pub fn origin(&self, model: &Model, own: &Accounts) -> String {
        let door = self.entry(&model.provider).and_then(|entry| entry.door(own).ok());
        let base = door.as_ref().and_then(|door| door.base_url.as_ref()).map_or("", |url| url.as_str());
        format!("{}\n{:?}\n{base}", model.name, door.as_ref().and_then(|door| door.who.1))
    }

    /// Asks a provider whether an account's key is good, in the cheapest way it has. No provider proves by that that
    /// there is money.
    ///
    /// # Errors
    /// What is wrong with the key, or why nobody knows.
    pub async fn check(&self, provider: &str, own: &Accounts) -> Result<(), Error> {
        self.door(provider, own)?.wire.check().await
    }

    /// Where a provider is for everybody without an address of their own.
    pub fn home(&self, provider: &str) -> Option<&Url> {
        self.entry(provider)?.home.as_ref()
    }

    /// Whether a person may have an address of their own there.
    pub fn may_ask(&self, url: &Url) -> bool {
        self.shared.guard.as_ref().is_some_and(|guard| guard.admits(url))
    }

    /// One row per provider of the catalogue, set up or not.
    pub fn status(&self, own: &Accounts) -> Vec<ProviderStatus> {
        catalog::ROWS.iter().map(|row| self.status_of(row, own)).collect()
    }

    fn status_of(&self, row: &Row, own: &Accounts) -> ProviderStatus {
        let entry = self.entry(row.name);
        let door = entry.and_then(|entry| entry.door(own).ok());
        ProviderStatus {
            name: row.name.to_owned(),
            label: row.label.to_owned(),
            configured: door.is_some(),
            health: door.as_ref().map(|door| self.shared.health.report(door.who)).unwrap_or_default(),
            list: door.as_ref().map(|door| door.list.standing()).unwrap_or_default(),
            key: door.map(|door| door.key),
            simulated: row.name == catalog::SIMULATED.name,
            host: entry.and_then(Entry::host),
        }
    }

    fn door(&self, provider: &str, own: &Accounts) -> Result<Door, Error> {
        self.entry(provider).ok_or(Error::NotConfigured)?.door(own)
    }

    fn doors(&self, own: &Accounts) -> impl Iterator<Item = Door> {
        self.shared.entries.iter().filter_map(|entry| entry.door(own).ok())
    }

    fn entry(&self, provider: &str) -> Option<&Entry> {
        self.shared.entries.iter().find(|entry| entry.row.name == provider)
    }
}

impl Model {
    /// The word for how much it is to think that comes nearest to the wanted one; `None` where it takes none at all. A
    /// model whose words nobody knows is sent what was asked for.
    pub fn effort<'a>(&'a self, wanted: Option<&'a str>) -> Option<&'a str> {
        let wanted = wanted.filter(|_| self.reasoning)?;
        let has = |word: &str| self.efforts.iter().any(|effort| effort == word);
        match wanted {
            word if self.efforts.is_empty() || has(word) => Some(word),
            "none" | "minimal" => self.efforts.first().map(String::as_str),
            "xhigh" | "max" => self.efforts.last().map(String::as_str),
            _ => None,
        }
    }

    /// What an answer costs, in billionths of a US dollar; `None` where the price is not known.
    pub fn cost(&self, usage: &Usage) -> Option<i64> {
        usage.cost.or_else(|| self.exact?.of(usage))
    }

    /// How many tokens an answer to a prompt of `input` tokens may have for this much, in billionths of a US dollar;
    /// `None` where the price is not known.
    pub fn affords(&self, input: u64, nanos: i64) -> Option<u64> {
        self.exact?.affords(input, nanos)
    }
}
