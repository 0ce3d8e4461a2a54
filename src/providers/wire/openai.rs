//! The OpenAI wire: async-openai builds and sends the request, [`Answer`] reads the response.
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
use futures::{StreamExt, future::BoxFuture};
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use url::Url;

use super::{
    Limits, Wire,
    account::Account,
    answer::{Answer, Body, Lost},
    refusal,
};
use crate::providers::{
    DeltaStream, Error, Model, Request, Role,
    catalog::{Dialect, Row},
};

/// A provider that speaks the OpenAI wire.
pub struct OpenAi {
    name: &'static str,
    dialect: Dialect,
    account: Account,
    client: Client<Account>,
    http: reqwest::Client,
    limits: Limits,
    key: SecretString,
}

impl OpenAi {
    /// # Errors
    /// [`Error::BadKey`] when the key cannot be sent.
    pub fn new(
        row: &Row,
        key: &SecretString,
        base: &Url,
        limits: Limits,
        http: reqwest::Client,
    ) -> Result<Self, Error> {
        let account = Account::new(key, base)?;
        let mut dialect = row.dialect;
        // Somebody else's server behind our row: only the words that every look-alike knows.
        dialect.max_completion_tokens &= base.as_str().trim_end_matches('/') == row.base_url;
        let client = Client::build(http.clone(), account.clone());
        Ok(Self { name: row.name, dialect, account, client, http, limits, key: key.clone() })
    }

    async fn open(&self, model: &Model, request: &Request) -> Result<DeltaStream, Error> {
        let post = Post::default();
        let service = SendOnce { http: self.http.clone(), post: post.clone() };
        let body = self.body(model, request);
        let chat = self.client.clone().with_http_service(service);
        let sent = async { chat.chat().create_stream_byot::<_, IgnoredAny>(&body).await.map(drop) };
        let sent = tokio::time::timeout(self.limits.first, sent).await.map_err(|_| Error::Timeout)?;
        let response = post.lock().take();
        match (response, sent) {
            (Some(response), _) => self.judge(response).await,
            (None, Err(OpenAIError::Reqwest(error))) => Err(self.unsent(&error)),
            (None, _) => Err(Error::Unreachable),
        }
    }

    /// A response head: an answer, a refusal, or something that only looks like an answer.
    async fn judge(&self, response: reqwest::Response) -> Result<DeltaStream, Error> {
        let status = response.status();
        let media = response.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = media.unwrap_or("").trim_start().to_ascii_lowercase();
        if status.is_success() && !media.starts_with("text/html") && !media.starts_with("application/json") {
            let body: Body = response.bytes_stream().map(|bytes| bytes.map_err(|_| Lost)).boxed();
            return Ok(Box::pin(Answer::new(body, self.limits)));
        }
        let headers = response.headers().clone();
        let body =
            self.read(response, if status.is_success() { super::sse::MAX_EVENT } else { refusal::MAX_BODY });
        let body = body.await?;
        if !status.is_success() {
            self.note(status.as_u16(), &body);
            return Err(refusal::from_response(status.as_u16(), &headers, &body));
        }
        if media.starts_with("text/html") {
            self.note(status.as_u16(), &body);
            return Err(Error::Malformed);
        }
        Ok(Box::pin(Answer::of_whole(body, self.limits)))
    }

    /// Reads a body that is not a stream, in bounded size and time.
    async fn read(&self, response: reqwest::Response, limit: usize) -> Result<Vec<u8>, Error> {
        let reading = async {
            let (mut chunks, mut body) = (response.bytes_stream(), Vec::new());
            while let Some(chunk) = chunks.next().await {
                let Ok(chunk) = chunk else { break };
                body.extend_from_slice(&chunk[..chunk.len().min(limit - body.len())]);
                if body.len() == limit {
                    break;
                }
            }
            body
        };
        tokio::time::timeout(self.limits.idle, reading).await.map_err(|_| Error::Timeout)
    }

    fn body<'a>(&self, model: &Model, request: &'a Request) -> Call<'a> {
        let hot = !(model.reasoning && self.dialect.reasoning_refuses_temperature);
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

    fn unsent(&self, error: &reqwest::Error) -> Error {
        // `without_url` is not needed: only the kind is told, the address stays out of every log.
        let (connect, timeout) = (error.is_connect(), error.is_timeout());
        tracing::debug!(provider = self.name, connect, timeout, "request not answered");
        if connect || error.is_builder() { Error::Unreachable } else { Error::Cut }
    }

    fn note(&self, status: u16, body: &[u8]) {
        let said = refusal::for_the_log(body, self.key.expose_secret().trim());
        tracing::debug!(provider = self.name, status, said, "provider refused");
    }

    async fn ids(&self) -> Result<Vec<String>, Error> {
        use async_openai::config::Config as _;
        let request = self.http.get(self.account.url("/models")).headers(self.account.headers());
        let response = request.send().await.map_err(|error| self.unsent(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = self.read(response, 4 << 20).await?;
        if !status.is_success() {
            self.note(status.as_u16(), &body);
            return Err(refusal::from_response(status.as_u16(), &headers, &body));
        }
        let listed: Listed = serde_json::from_slice(&body).map_err(|_| Error::Malformed)?;
        Ok(listed
            .data
            .into_iter()
            .map(|entry| entry.id)
            .filter(|id| !id.is_empty() && id.len() <= 256)
            .collect())
    }
}

impl Wire for OpenAi {
    fn stream<'a>(&'a self, model: &'a Model, request: Request) -> BoxFuture<'a, Result<DeltaStream, Error>> {
        Box::pin(async move { self.open(model, &request).await })
    }

    fn list(&self) -> BoxFuture<'_, Result<Option<Vec<String>>, Error>> {
        Box::pin(async { self.ids().await.map(Some) })
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
struct Listed {
    #[serde(default)]
    data: Vec<ListedModel>,
}

#[derive(Deserialize)]
struct ListedModel {
    #[serde(default)]
    id: String,
}
