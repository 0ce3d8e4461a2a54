//! Google's generateContent, of the Gemini Developer API.
//!
//! A request is written in `ask.rs`, an answer read in `read.rs`.

mod ask;
mod read;

use futures::future::BoxFuture;
use http::HeaderValue;
use serde::{Deserialize, de::IgnoredAny};
use url::Url;

use self::ask::Ask;
pub use self::read::GenerateReader;
use super::{
    Limits, Listed, Wire,
    caller::{Caller, Framing},
    secret,
};
use crate::providers::{Account, Capabilities, DeltaStream, Error, Model, Request, catalog::Row};

/// How this wire calls its replays.
pub const FORM: &str = "generate";
/// Pages of a model list that are read, at most.
const MAX_PAGES: usize = 10;

/// A provider that speaks generateContent.
pub struct Generate {
    base: Url,
    key: HeaderValue,
    caller: Caller,
}

impl Generate {
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
        Ok(Self { base: base.clone(), key, caller })
    }

    /// The address of the models, or of one of them with what is to be done with it.
    fn url(&self, model: Option<&str>) -> Result<Url, Error> {
        let mut url = self.base.clone();
        let mut path = url.path_segments_mut().map_err(|()| Error::Unreachable)?;
        path.pop_if_empty().push("models").extend(model);
        drop(path);
        Ok(url)
    }

    async fn open(&self, model: &Model, request: &Request) -> Result<DeltaStream, Error> {
        let url = self.url(Some(&format!("{}:streamGenerateContent", request.model)))?;
        let post =
            self.caller.http.post(url).query(&[("alt", "sse")]).header("x-goog-api-key", self.key.clone());
        let reader = GenerateReader::behind(request.messages.len());
        let post = post.json(&Ask::of(model, request));
        self.caller.stream(post, Framing::Events, Box::new(reader)).await
    }

    async fn pages(&self) -> Result<Vec<Listed>, Error> {
        let (mut models, mut next) = (Vec::new(), None::<String>);
        for _ in 0..MAX_PAGES {
            let get = self.caller.http.get(self.url(None)?).query(&[("pageSize", "1000")]);
            let get = get.query(&next.iter().map(|token| ("pageToken", token)).collect::<Vec<_>>());
            let page: Page = self.caller.whole(get.header("x-goog-api-key", self.key.clone())).await?;
            models.extend(page.models.into_iter().filter_map(listed));
            next = page.next_page_token.filter(|token| !token.is_empty());
            if next.is_none() {
                break;
            }
        }
        Ok(models)
    }

    async fn prove(&self) -> Result<(), Error> {
        let get = self.caller.http.get(self.url(None)?).query(&[("pageSize", "1")]);
        self.caller.whole::<IgnoredAny>(get.header("x-goog-api-key", self.key.clone())).await.map(drop)
    }
}

impl Wire for Generate {
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    models: Vec<Entry>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    name: String,
    display_name: Option<String>,
    input_token_limit: Option<u32>,
    output_token_limit: Option<u32>,
    #[serde(default)]
    supported_generation_methods: Vec<String>,
    thinking: Option<bool>,
}

/// What an entry tells; `None` for a model that generates no content.
fn listed(entry: Entry) -> Option<Listed> {
    let id = entry.name.strip_prefix("models/").unwrap_or(&entry.name).to_owned();
    let fits = !id.is_empty() && id.len() <= 256;
    if !fits || !entry.supported_generation_methods.iter().any(|method| method == "generateContent") {
        return None;
    }
    // The list doesn't say what else a model takes; all of this family take pictures and pages.
    let is_gemini = id.starts_with("gemini-");
    let capabilities = Capabilities {
        vision: is_gemini,
        pdf: is_gemini,
        tools: is_gemini,
        reasoning: entry.thinking.unwrap_or(false),
        images: false,
    };
    Some(Listed {
        label: entry.display_name.filter(|name| !name.is_empty()),
        context_window: entry.input_token_limit,
        max_output: entry.output_token_limit,
        capabilities: Some(capabilities),
        ..Listed::of(id)
    })
}
