//! How a request becomes bytes and bytes become deltas, one file per kind of provider.

mod answer;
mod bearer;
mod caller;
mod chat;
mod chunk;
mod details;
mod gathered;
pub mod generate;
pub mod messages;
pub mod ollama;
pub mod openai;
pub mod refusal;
mod responses;
#[cfg(test)]
pub mod rig;
mod secret;
mod sse;
#[cfg(test)]
mod tests;
mod text;
mod turns;

use std::time::Duration;

pub use answer::{Answer, Lost};
pub use chat::Chat;
use futures::future::BoxFuture;
use url::Url;

use super::{
    Account, Capabilities, DeltaStream, Error, Model, Request, Settings,
    beside::{Embedded, Picture, Verdict},
    catalog::{Kind, Row},
};

/// A way to talk to a provider with one account. Open set: each new kind of wire implements it.
pub trait Wire: Send + Sync {
    /// Sends one request, exactly once.
    fn stream<'a>(&'a self, model: &'a Model, request: Request) -> BoxFuture<'a, Result<DeltaStream, Error>>;

    /// The models that the provider offers this account; `None` when it has no list and the catalogue's holds.
    fn list(&self) -> BoxFuture<'_, Result<Option<Vec<Listed>>, Error>>;

    /// The cheapest proof that the key is good. No provider proves by it that there is money.
    fn check(&self) -> BoxFuture<'_, Result<(), Error>>;

    /// Vectors of texts.
    fn embed<'a>(&'a self, _model: &'a str, _texts: &'a [String]) -> BoxFuture<'a, Result<Embedded, Error>> {
        Box::pin(async { Err(Error::Unsupported) })
    }

    /// Verdicts about texts.
    fn moderate<'a>(
        &'a self,
        _model: &'a str,
        _texts: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<Verdict>, Error>> {
        Box::pin(async { Err(Error::Unsupported) })
    }

    /// Pictures for a description.
    fn image<'a>(&'a self, _model: &'a str, _prompt: &'a str) -> BoxFuture<'a, Result<Vec<Picture>, Error>> {
        Box::pin(async { Err(Error::Unsupported) })
    }
}

/// A model in a provider's own list; what the provider does not tell is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    pub id: String,
    pub label: Option<String>,
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    pub capabilities: Option<Capabilities>,
    pub price: Option<super::price::Price>,
    /// The words it takes for how much it thinks.
    pub efforts: Option<Vec<String>>,
    /// The day on which it is switched off, as in `2027-01-14`.
    pub retires: Option<String>,
}

impl Listed {
    /// A model of which only the id is told.
    pub fn of(id: String) -> Self {
        Self { id, ..Self::default() }
    }
}

/// The wire of a row of the catalogue, for one account.
///
/// # Errors
/// [`Error::BadKey`] when the key cannot be sent.
pub fn build(
    row: &'static Row,
    account: &Account,
    base: &Url,
    limits: Limits,
    http: reqwest::Client,
) -> Result<Box<dyn Wire>, Error> {
    match row.kind {
        Kind::OpenAi => Ok(Box::new(openai::OpenAi::new(row, account, base, limits, http)?)),
        Kind::Messages => Ok(Box::new(messages::Messages::new(row, account, base, limits, http)?)),
        Kind::Generate => Ok(Box::new(generate::Generate::new(row, account, base, limits, http)?)),
        Kind::Ollama => Ok(Box::new(ollama::Ollama::new(row, account, base, limits, http)?)),
    }
}

/// What bounds every answer, whatever the provider does.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub first: Duration,
    pub idle: Duration,
    pub total: Duration,
    pub answer: usize,
}

impl From<&Settings> for Limits {
    fn from(settings: &Settings) -> Self {
        Self {
            first: settings.first_timeout,
            idle: settings.idle_timeout,
            total: settings.total_timeout,
            answer: settings.max_answer,
        }
    }
}
