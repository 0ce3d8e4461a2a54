//! One request to a provider, sent once, and the head of what comes back.

use std::time::Duration;

use futures::StreamExt;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;

use super::{
    Limits,
    answer::{Answer, Body, Lost, Reader},
    refusal, sse,
};
use crate::providers::{DeltaStream, Error};

/// How much of a list, or of another answer that is no stream, is read.
const MAX_WHOLE: usize = 32 << 20;

/// How the body of a streamed answer is cut into events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events.
    Events,
    /// One JSON text on each line.
    Lines,
}

/// Sends for one account. Cheap to clone; knows the key only to keep it out of the log.
#[derive(Clone)]
pub struct Caller {
    /// The provider's name, for the log.
    pub name: &'static str,
    pub http: reqwest::Client,
    pub limits: Limits,
    pub key: SecretString,
}

impl Caller {
    /// Sends a request whose answer is a stream.
    ///
    /// # Errors
    /// Everything up to the head of the response.
    pub async fn stream(
        &self,
        request: reqwest::RequestBuilder,
        framing: Framing,
        reader: Box<dyn Reader>,
    ) -> Result<DeltaStream, Error> {
        let response = self.send(request, self.limits.first).await?;
        self.judge(response, framing, reader).await
    }

    /// Sends a request whose answer is one JSON text, in bounded size and time.
    ///
    /// # Errors
    /// What the provider said instead, or [`Error::Malformed`] for something else than was hoped for.
    pub async fn whole<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, Error> {
        let response = self.send(request, self.limits.idle).await?;
        self.read_whole(response).await
    }

    /// Reads a response that is one JSON text.
    ///
    /// # Errors
    /// As [`Caller::whole`].
    pub async fn read_whole<T: DeserializeOwned>(&self, response: reqwest::Response) -> Result<T, Error> {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = self.read(response, MAX_WHOLE).await?;
        if !status.is_success() {
            self.note(status.as_u16(), &body);
            return Err(refusal::from_response(status.as_u16(), &headers, &body));
        }
        serde_json::from_slice(&body).map_err(|_| {
            self.note(status.as_u16(), &body);
            Error::Malformed
        })
    }

    async fn send(
        &self,
        request: reqwest::RequestBuilder,
        patience: Duration,
    ) -> Result<reqwest::Response, Error> {
        let sent = tokio::time::timeout(patience, request.send()).await.map_err(|_| Error::Timeout)?;
        sent.map_err(|error| self.unsent(&error))
    }

    /// A response head: an answer, a refusal, or something that only looks like an answer.
    ///
    /// # Errors
    /// The refusal.
    pub async fn judge(
        &self,
        response: reqwest::Response,
        framing: Framing,
        reader: Box<dyn Reader>,
    ) -> Result<DeltaStream, Error> {
        let status = response.status();
        let media = response.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = media.unwrap_or("").trim_start().to_ascii_lowercase();
        let is_whole = framing == Framing::Events && media.starts_with("application/json");
        if status.is_success() && !media.starts_with("text/html") && !is_whole {
            let body: Body = response.bytes_stream().map(|bytes| bytes.map_err(|_| Lost)).boxed();
            return Ok(Box::pin(match framing {
                Framing::Events => Answer::new(body, reader, self.limits),
                Framing::Lines => Answer::of_lines(body, reader, self.limits),
            }));
        }
        let headers = response.headers().clone();
        let most = if status.is_success() { sse::MAX_EVENT } else { refusal::MAX_BODY };
        let body = self.read(response, most).await?;
        if !status.is_success() {
            self.note(status.as_u16(), &body);
            return Err(refusal::from_response(status.as_u16(), &headers, &body));
        }
        if media.starts_with("text/html") {
            self.note(status.as_u16(), &body);
            return Err(Error::Malformed);
        }
        Ok(Box::pin(Answer::of_whole(body, reader, self.limits)))
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

    /// Why nothing came back.
    pub fn unsent(&self, error: &reqwest::Error) -> Error {
        // `without_url` is not needed: only the kind is told, the address stays out of every log.
        let (connect, timeout) = (error.is_connect(), error.is_timeout());
        tracing::debug!(provider = self.name, connect, timeout, "request not answered");
        if connect || error.is_builder() { Error::Unreachable } else { Error::Cut }
    }

    fn note(&self, status: u16, body: &[u8]) {
        let said = refusal::for_the_log(body, self.key.expose_secret().trim());
        tracing::debug!(provider = self.name, status, said, "provider refused");
    }
}
