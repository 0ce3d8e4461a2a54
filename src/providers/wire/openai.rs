//! The OpenAI wire: async-openai builds and sends the request, [`Answer`](super::Answer) reads the response.
//!
//! async-openai's own stream is not used. It reads ahead without bound in a task of its own, takes a clean end for
//! success, cannot tell silence from comments, and logs what it cannot parse, user text included, at level error. It
//! also costs more: 2.7 against 0.9 µs of CPU per token flat out (7.6 with `serde_json::Value`), about 2 of 13 µs at
//! 20 ms a token. Its HTTP service is a seam meant for this: ours sends once (the built-in one retries up to three
//! times while the user waits), judges the head, and keeps the body.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use async_openai::{Client, error::OpenAIError, middleware::HttpRequestFactory};
use futures::future::BoxFuture;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize, de::IgnoredAny};
use url::Url;

use super::{
    Limits, Listed, Wire,
    bearer::Bearer,
    caller::{Caller, Framing},
    chat::Chat,
};
use crate::providers::{
    Account, DeltaStream, Error, Model, Request, Role,
    catalog::{Dialect, Row, Temperature},
};

/// A provider that speaks the OpenAI wire.
pub struct OpenAi {
    dialect: Dialect,
    bearer: Bearer,
    client: Client<Bearer>,
    caller: Caller,
}

impl OpenAi {
    /// # Errors
    /// [`Error::BadKey`] when the key cannot be sent.
    pub fn new(
        row: &Row,
        account: &Account,
        base: &Url,
        limits: Limits,
        http: reqwest::Client,
    ) -> Result<Self, Error> {
        let bearer = Bearer::new(&account.key, base)?;
        let mut dialect = row.dialect;
        // Somebody else's server behind our row: only the words that every look-alike knows.
        dialect.max_completion_tokens &= base.as_str().trim_end_matches('/') == row.base_url;
        let client = Client::build(http.clone(), bearer.clone());
        let caller = Caller { name: row.name, http, limits, key: account.key.clone() };
        Ok(Self { dialect, bearer, client, caller })
    }

    async fn open(&self, model: &Model, request: &Request) -> Result<DeltaStream, Error> {
        let post = Post::default();
        let service = SendOnce { http: self.caller.http.clone(), post: post.clone() };
        let body = self.body(model, request);
        let chat = self.client.clone().with_http_service(service);
        let sent = async { chat.chat().create_stream_byot::<_, IgnoredAny>(&body).await.map(drop) };
        let sent = tokio::time::timeout(self.caller.limits.first, sent).await.map_err(|_| Error::Timeout)?;
        let response = post.lock().take();
        match (response, sent) {
            (Some(response), _) => self.caller.judge(response, Framing::Events, Box::new(Chat)).await,
            (None, Err(OpenAIError::Reqwest(error))) => Err(self.caller.unsent(&error)),
            (None, _) => Err(Error::Unreachable),
        }
    }

    fn body<'a>(&self, model: &Model, request: &'a Request) -> Call<'a> {
        let hot = match model.temperature {
            Temperature::Always => true,
            Temperature::Never => false,
            Temperature::Unthinking => request.reasoning_effort.as_deref() == Some("none"),
        };
        let (completion, plain) = if self.dialect.max_completion_tokens {
            (request.max_tokens, None)
        } else {
            (None, request.max_tokens)
        };
        Call {
            model: &request.model,
            stream: true,
            stream_options: self.dialect.stream_usage.then_some(StreamOptions { include_usage: true }),
            messages: request
                .messages
                .iter()
                .map(|turn| Turn { role: turn.role, content: &turn.text })
                .collect(),
            max_completion_tokens: completion,
            max_tokens: plain,
            temperature: request.temperature.filter(|_| hot),
            reasoning_effort: request.reasoning_effort.as_deref().filter(|_| model.reasoning),
        }
    }

    async fn ids(&self) -> Result<Vec<Listed>, Error> {
        use async_openai::config::Config as _;
        let request = self.caller.http.get(self.bearer.url("/models")).headers(self.bearer.headers());
        let list: List = self.caller.whole(request).await?;
        let fits = |entry: &Entry| !entry.id.is_empty() && entry.id.len() <= 256;
        Ok(list.data.into_iter().filter(fits).map(|entry| Listed::of(entry.id)).collect())
    }
}

impl Wire for OpenAi {
    fn stream<'a>(&'a self, model: &'a Model, request: Request) -> BoxFuture<'a, Result<DeltaStream, Error>> {
        Box::pin(async move { self.open(model, &request).await })
    }

    fn list(&self) -> BoxFuture<'_, Result<Option<Vec<Listed>>, Error>> {
        Box::pin(async { self.ids().await.map(Some) })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async { self.ids().await.map(drop) })
    }
}

/// Where [`SendOnce`] leaves the response.
type Post = Arc<Mutex<Option<reqwest::Response>>>;

/// The HTTP service under async-openai for one request.
#[derive(Clone)]
struct SendOnce {
    http: reqwest::Client,
    post: Post,
}

impl tower::Service<HttpRequestFactory> for SendOnce {
    type Response = reqwest::Response;
    type Error = OpenAIError;
    type Future = BoxFuture<'static, Result<reqwest::Response, OpenAIError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let Self { http, post } = self.clone();
        Box::pin(async move {
            let response = http.execute(request.build().await?).await.map_err(OpenAIError::Reqwest)?;
            *post.lock() = Some(response);
            // async-openai gets an empty success: whatever it would make of the real one is ours to decide.
            Ok(http::Response::new(reqwest::Body::default()).into())
        })
    }
}

/// The request as it goes out.
#[derive(Serialize)]
struct Call<'a> {
    model: &'a str,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'a str>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct Turn<'a> {
    role: Role,
    content: &'a str,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    data: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    id: String,
}
