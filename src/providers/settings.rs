//! What this room is told from outside.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

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
