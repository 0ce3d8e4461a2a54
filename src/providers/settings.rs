//! What this room is told from outside.

use std::time::Duration;

use url::Url;

use super::Account;
use crate::platform::http::Guard;

/// All that this room is told from outside; it reads no environment.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server's own accounts, by the provider's name.
    pub system: Vec<(&'static str, Account)>,
    /// Where providers are, by name: where this server says so, else where the catalogue does.
    pub homes: Vec<(&'static str, Url)>,
    /// What asks the addresses that people gave themselves; without it nobody may give one.
    pub guarded: Option<Guarded>,
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

/// A client for addresses that people gave.
#[derive(Debug, Clone)]
pub struct Guarded {
    /// Dials only what the guard lets it.
    pub http: reqwest::Client,
    /// Says which addresses may be asked at all.
    pub guard: Guard,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            system: Vec::new(),
            homes: Vec::new(),
            guarded: None,
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
