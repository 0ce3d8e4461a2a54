//! Lists of models, and what a key may do.

use async_openai::config::Config as _;
use serde::Deserialize;
use serde_json::Value;

use super::OpenAi;
use crate::providers::{Capabilities, Error, price::Price, wire::Listed};

impl OpenAi {
    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.caller.http.get(self.bearer.url(path)).headers(self.bearer.headers())
    }

    /// The provider's list.
    pub async fn listed(&self) -> Result<Vec<Listed>, Error> {
        let list: List = self.caller.whole(self.get("/models")).await?;
        let fits = |entry: &Entry| !entry.id.is_empty() && entry.id.len() <= 256;
        Ok(list.data.into_iter().filter(fits).map(Listed::from).collect())
    }

    /// Asks where this provider tells about a key, and reads what it says there.
    pub async fn proven(&self) -> Result<(), Error> {
        match self.caller.whole::<Value>(self.get(self.dialect.proof)).await {
            Ok(told) => judge(&told),
            // Some look-alikes have no such page; that says nothing about the key.
            Err(Error::ModelNotFound) => Err(Error::Upstream { status: Some(404) }),
            Err(error) => Err(error),
        }
    }
}

/// xAI tells of keys and teams that are blocked, OpenRouter of what is left to spend.
fn judge(told: &Value) -> Result<(), Error> {
    // xAI's errors may come with status 200.
    if let Some(error) = told.get("error").filter(|error| !error.is_null()) {
        return Err(crate::providers::wire::refusal::from_error_and_code(error, told.get("code")));
    }
    let is_set = |name: &str| told.get(name).and_then(Value::as_bool) == Some(true);
    if ["team_blocked", "api_key_blocked", "api_key_disabled"].into_iter().any(is_set) {
        return Err(Error::Banned);
    }
    let left = told.pointer("/data/limit_remaining").and_then(Value::as_f64);
    if left.is_some_and(|left| left <= 0.0) { Err(Error::Quota) } else { Ok(()) }
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    data: Vec<Entry>,
}

/// OpenAI tells the id only, OpenRouter everything.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    id: String,
    name: Option<String>,
    context_length: Option<u32>,
    pricing: Option<Pricing>,
    architecture: Option<Architecture>,
    top_provider: Option<TopProvider>,
    supported_parameters: Option<Vec<String>>,
    /// A day, as in `2027-01-14`, or a second since 1970.
    shutdown_date: Option<Value>,
    expiration_date: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pricing {
    prompt: Option<String>,
    completion: Option<String>,
    input_cache_read: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Architecture {
    input_modalities: Vec<String>,
    output_modalities: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TopProvider {
    max_completion_tokens: Option<u32>,
}

impl From<Entry> for Listed {
    fn from(entry: Entry) -> Self {
        let has = |list: &[String], word: &str| list.iter().any(|entry| entry == word);
        // Told only by those that tell it all.
        let capabilities =
            entry.architecture.zip(entry.supported_parameters).map(|(looks, takes)| Capabilities {
                vision: has(&looks.input_modalities, "image"),
                pdf: has(&looks.input_modalities, "file"),
                tools: has(&takes, "tools"),
                reasoning: has(&takes, "reasoning"),
                images: has(&looks.output_modalities, "image"),
            });
        Self {
            label: entry.name.filter(|name| *name != entry.id),
            context_window: entry.context_length,
            max_output: entry.top_provider.and_then(|top| top.max_completion_tokens),
            capabilities,
            efforts: None,
            price: entry.pricing.and_then(|pricing| pricing.read()),
            retires: entry.shutdown_date.or(entry.expiration_date).as_ref().and_then(day),
            id: entry.id,
        }
    }
}

impl Pricing {
    fn read(self) -> Option<Price> {
        // Dollars per token, in decimals; -1 where it depends.
        let nanos = |dollars: Option<String>| {
            let nanos = dollars?.parse::<f64>().ok()? * 1e9;
            (0.0..4e9).contains(&nanos).then(|| nanos.round() as u32)
        };
        let (input, output) = (nanos(self.prompt)?, nanos(self.completion)?);
        Some(Price { input, cached: nanos(self.input_cache_read), output, up_to: u64::MAX })
    }
}

fn day(told: &Value) -> Option<String> {
    if let Some(second) = told.as_i64() {
        return chrono::DateTime::from_timestamp(second, 0).map(|time| time.date_naive().to_string());
    }
    let day = told.as_str()?.get(..10)?;
    day.parse::<chrono::NaiveDate>().ok().map(|day| day.to_string())
}
