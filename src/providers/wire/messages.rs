//! Anthropic's Messages.
//!
//! A request is written in `ask.rs`, an answer read in `read.rs`, the list of models in `list.rs`.

mod ask;
mod list;
mod read;

use futures::future::BoxFuture;
use http::HeaderValue;
use serde::de::IgnoredAny;
use url::Url;

pub use self::read::MessagesReader;
use self::{
    ask::Ask,
    list::{Page, listed},
};
use super::{
    Limits, Listed, Wire,
    caller::{Caller, Framing},
    secret,
};
use crate::providers::{
    Account, DeltaStream, Error, Model, Request,
    catalog::{Row, Temperature},
};

/// How this wire calls its replays.
pub const FORM: &str = "messages";
/// The version in which nobody may choose a temperature.
const VERSION: &str = "2026-10-21";
/// The version for the models that still take one.
const OLD_VERSION: &str = "2023-06-01";
/// Pages of a model list that are read, at most.
const MAX_PAGES: usize = 10;

/// A provider that speaks Messages.
pub struct Messages {
    base: String,
    key: HeaderValue,
    caller: Caller,
}

impl Messages {
    /// # Errors
    /// [`Error::BadKey`] when the key is empty or cannot be sent.
    pub fn new(
        row: &Row,
        account: &Account,
        base: &Url,
        limits: Limits,
        http: reqwest::Client,
    ) -> Result<Self, Error> {
        let key = secret::header("", &account.key)?.ok_or(Error::BadKey)?;
        let caller = Caller { name: row.name, http, limits, key: account.key.clone() };
        Ok(Self { base: secret::base_without(base, &["/v1"]), key, caller })
    }

    fn with_head(&self, request: reqwest::RequestBuilder, version: &'static str) -> reqwest::RequestBuilder {
        request.header("x-api-key", self.key.clone()).header("anthropic-version", version)
    }

    async fn open(&self, model: &Model, request: &Request) -> Result<DeltaStream, Error> {
        let version = if model.temperature == Temperature::Always { OLD_VERSION } else { VERSION };
        let post = self.caller.http.post(format!("{}/v1/messages", self.base));
        let post = self.with_head(post, version).json(&Ask::of(model, request));
        self.caller.stream(post, Framing::Events, Box::new(MessagesReader::default())).await
    }

    async fn pages(&self) -> Result<Vec<Listed>, Error> {
        let (mut models, mut after) = (Vec::new(), None::<String>);
        for _ in 0..MAX_PAGES {
            let get = self.caller.http.get(format!("{}/v1/models", self.base)).query(&[("limit", "1000")]);
            let get = get.query(&after.iter().map(|id| ("after_id", id)).collect::<Vec<_>>());
            let page: Page = self.caller.whole(self.with_head(get, VERSION)).await?;
            models.extend(page.data.into_iter().filter_map(listed));
            after = page.last_id.filter(|_| page.has_more);
            if after.is_none() {
                break;
            }
        }
        Ok(models)
    }

    async fn prove(&self) -> Result<(), Error> {
        let get = self.caller.http.get(format!("{}/v1/models", self.base)).query(&[("limit", "1")]);
        self.caller.whole::<IgnoredAny>(self.with_head(get, VERSION)).await.map(drop)
    }
}

impl Wire for Messages {
    fn stream<'a>(&'a self, model: &'a Model, request: Request) -> BoxFuture<'a, Result<DeltaStream, Error>> {
        Box::pin(async move { self.open(model, &request).await })
    }

    fn list(&self) -> BoxFuture<'_, Result<Option<Vec<Listed>>, Error>> {
        Box::pin(async { self.pages().await.map(Some) })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.prove())
    }
}
