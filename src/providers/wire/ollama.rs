//! Ollama's own API: one JSON text on each line, and arguments that are objects.
//!
//! A request is written in `ask.rs`, an answer read in `read.rs`.

mod ask;
mod read;

use futures::{StreamExt, future::BoxFuture};
use http::{HeaderMap, header};
use serde::{Deserialize, de::IgnoredAny};
use url::Url;

use self::ask::Ask;
pub use self::read::OllamaReader;
use super::{
    Limits, Listed, Wire,
    caller::{Caller, Framing},
    secret,
};
use crate::providers::{Account, Capabilities, DeltaStream, Error, Model, Request, catalog::Row};

/// Models that are looked at one by one, at most; the rest is listed by name alone.
const MAX_SHOWN: usize = 200;
/// Models that are looked at at once.
const AT_ONCE: usize = 8;

/// A server of Ollama.
pub struct Ollama {
    base: String,
    headers: HeaderMap,
    caller: Caller,
}

impl Ollama {
    /// # Errors
    /// [`Error::BadKey`] when the key cannot be sent; an empty one isn't.
    pub fn new(
        row: &Row,
        account: &Account,
        base: &Url,
        limits: Limits,
        http: reqwest::Client,
    ) -> Result<Self, Error> {
        let bearer = secret::header("Bearer ", &account.key)?;
        let headers = bearer.into_iter().map(|bearer| (header::AUTHORIZATION, bearer)).collect();
        let caller = Caller { name: row.name, http, limits, key: account.key.clone() };
        Ok(Self { base: secret::base_without(base, &["/v1", "/api"]), headers, caller })
    }

    fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.caller.http.post(format!("{}/api/{path}", self.base)).headers(self.headers.clone())
    }

    fn tags(&self) -> reqwest::RequestBuilder {
        self.caller.http.get(format!("{}/api/tags", self.base)).headers(self.headers.clone())
    }

    async fn open(&self, model: &Model, request: &Request) -> Result<DeltaStream, Error> {
        let post = self.post("chat").json(&Ask::of(model, request));
        let reader = OllamaReader::behind(request.messages.len());
        self.caller.stream(post, Framing::Lines, Box::new(reader)).await
    }

    async fn pulled(&self) -> Result<Vec<Listed>, Error> {
        let tags: Tags = self.caller.whole(self.tags()).await?;
        let ids: Vec<String> = tags.models.into_iter().map(|tag| tag.model.unwrap_or(tag.name)).collect();
        let fits = |id: &String| !id.is_empty() && id.len() <= 256;
        let shown = ids.into_iter().filter(fits).enumerate().map(|(at, id)| self.look(at, id));
        let shown: Vec<_> = futures::stream::iter(shown).buffered(AT_ONCE).collect().await;
        Ok(shown.into_iter().flatten().collect())
    }

    /// What a model is like; `None` for one that can't chat. One that can't be looked at may well be able to.
    async fn look(&self, at: usize, id: String) -> Option<Listed> {
        if at >= MAX_SHOWN {
            return Some(Listed::of(id));
        }
        let show = self.post("show").json(&serde_json::json!({ "model": id }));
        match self.caller.whole::<Shown>(show).await {
            Ok(shown) => shown.listed(id),
            Err(_) => Some(Listed::of(id)),
        }
    }
}

impl Wire for Ollama {
    fn stream<'a>(&'a self, model: &'a Model, request: Request) -> BoxFuture<'a, Result<DeltaStream, Error>> {
        Box::pin(async move { self.open(model, &request).await })
    }

    fn list(&self) -> BoxFuture<'_, Result<Option<Vec<Listed>>, Error>> {
        Box::pin(async { self.pulled().await.map(Some) })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async { self.caller.whole::<IgnoredAny>(self.tags()).await.map(drop) })
    }
}

#[derive(Deserialize)]
struct Tags {
    #[serde(default)]
    models: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    #[serde(default)]
    name: String,
    model: Option<String>,
}

#[derive(Deserialize)]
struct Shown {
    capabilities: Option<Vec<String>>,
    #[serde(default)]
    model_info: serde_json::Map<String, serde_json::Value>,
}

impl Shown {
    fn listed(self, id: String) -> Option<Listed> {
        let can = |what: &str| self.capabilities.iter().flatten().any(|word| word == what);
        // Old servers tell no capabilities.
        if self.capabilities.is_some() && !can("completion") {
            return None;
        }
        let info =
            |end: &str| self.model_info.iter().find(|(key, _)| key.ends_with(end)).map(|(_, value)| value);
        let window = info(".context_length").and_then(serde_json::Value::as_u64);
        let family = self.model_info.get("general.architecture").and_then(serde_json::Value::as_str);
        // This one family can't do without, but takes words for how much.
        let words = family.is_some_and(|name| name.replace('-', "") == "gptoss");
        let efforts = if words { &["low", "medium", "high"][..] } else { &[] };
        let capabilities = Capabilities {
            vision: can("vision"),
            pdf: false,
            tools: can("tools"),
            reasoning: can("thinking"),
            images: false,
        };
        Some(Listed {
            context_window: window.and_then(|tokens| u32::try_from(tokens).ok()),
            capabilities: self.capabilities.is_some().then_some(capabilities),
            efforts: Some(efforts.iter().map(|word| (*word).to_owned()).collect()),
            ..Listed::of(id)
        })
    }
}
