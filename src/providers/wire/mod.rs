//! How a request becomes bytes and bytes become deltas, one file per kind of provider.

mod account;
mod answer;
mod chunk;
pub mod openai;
pub mod refusal;
#[cfg(test)]
pub mod rig;
mod sse;
#[cfg(test)]
mod tests;
mod text;

use std::time::Duration;

pub use answer::{Answer, Lost};
use futures::future::BoxFuture;

use super::{DeltaStream, Error, Model, Request, Settings};

/// A way to talk to a provider. Open set: each new kind of wire implements it.
pub trait Wire: Send + Sync {
    /// Sends one request, exactly once.
    fn stream<'a>(&'a self, model: &'a Model, request: Request) -> BoxFuture<'a, Result<DeltaStream, Error>>;

    /// The provider's own model ids; `None` when it has no list and the catalogue's holds.
    fn list(&self) -> BoxFuture<'_, Result<Option<Vec<String>>, Error>>;
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
