//! The OpenAI wires: async-openai builds and sends the request, [`Answer`](super::Answer) reads the response.
//!
//! async-openai's own stream is not used. It reads ahead without bound in a task of its own, takes a clean end for
//! success, cannot tell silence from comments, and logs what it cannot parse, user text included, at level error. It
//! also costs more: 2.7 against 0.9 µs of CPU per token flat out (7.6 with `serde_json::Value`), about 2 of 13 µs at
//! 20 ms a token. Its HTTP service is a seam meant for this: ours sends once (the built-in one retries up to three
//! times while the user waits), judges the head, and keeps the body.

mod beside;
mod chat;
mod list;
mod once;
mod responses;
mod said;

use async_openai::Client;
use futures::future::BoxFuture;
use serde::de::IgnoredAny;
use url::Url;

use super::{
    Limits, Listed, Wire,
    bearer::Bearer,
    caller::{Caller, Framing},
    chat::Chat,
    responses::Responses as Reader,
};
use crate::providers::{
    Account, DeltaStream, Error, Model, Request,
    beside::{Embedded, Picture, Verdict},
    catalog::{Dialect, Responses, Row, Temperature},
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
        let mut dialect = row.dialect;
        let bearer = Bearer::new(&account.key, base, dialect.keyless)?;
        if base.as_str().trim_end_matches('/') != row.base_url {
            // Somebody else's server behind our row: only the words that every look-alike knows.
            dialect.max_completion_tokens = false;
            dialect.proof = "/models";
            if dialect.responses == Responses::Reasoning {
                dialect.responses = Responses::Never;
            }
        }
        let client = Client::build(http.clone(), bearer.clone());
        let caller = Caller { name: row.name, http, limits, key: account.key.clone() };
        Ok(Self { dialect, bearer, client, caller })
    }

    async fn open(&self, model: &Model, request: &Request) -> Result<DeltaStream, Error> {
        let (client, post) = self.once();
        let by_responses = match self.dialect.responses {
            Responses::Never => false,
            Responses::Reasoning => model.reasoning,
            Responses::Always => true,
        };
        if by_responses {
            let body = self.response_body(model, request);
            let api = client.responses();
            let sent = async { api.create_stream_byot::<_, IgnoredAny>(&body).await.map(drop) };
            let response = self.posted(post, sent).await?;
            return self.caller.judge(response, Framing::Events, Box::<Reader>::default()).await;
        }
        let body = self.chat_body(model, request);
        let api = client.chat();
        let sent = async { api.create_stream_byot::<_, IgnoredAny>(&body).await.map(drop) };
        let response = self.posted(post, sent).await?;
        let reader = Chat::new(self.dialect.reasoning_apart, self.dialect.details);
        self.caller.judge(response, Framing::Events, Box::new(reader)).await
    }

    fn chat_body<'a>(&self, model: &'a Model, request: &'a Request) -> chat::Call<'a> {
        let (completion, plain) = if self.dialect.max_completion_tokens {
            (request.max_tokens, None)
        } else {
            (None, request.max_tokens)
        };
        // OpenAI's models don't think here while they have tools: anything but `none` is refused.
        let no_thought = self.dialect.responses_for_tools && model.reasoning && !request.tools.is_empty();
        let effort =
            if no_thought { Some("none") } else { model.effort(request.reasoning_effort.as_deref()) };
        chat::Call {
            model: &request.model,
            stream: true,
            stream_options: self.dialect.stream_usage.then_some(chat::StreamOptions { include_usage: true }),
            messages: chat::turns(request, self.dialect.details),
            tools: chat::offers(&request.tools),
            max_completion_tokens: completion,
            max_tokens: plain,
            temperature: temperature(model, request, effort),
            reasoning_effort: effort,
        }
    }

    fn response_body<'a>(&self, model: &'a Model, request: &'a Request) -> responses::Call<'a> {
        let effort = model.effort(request.reasoning_effort.as_deref());
        responses::Call {
            model: &request.model,
            stream: true,
            store: false,
            input: responses::items(request, self.dialect.system),
            include: if model.reasoning { &["reasoning.encrypted_content"] } else { &[] },
            reasoning: model.reasoning.then_some(responses::Reasoning { effort, summary: "auto" }),
            tools: responses::offers(&request.tools),
            max_output_tokens: request.max_tokens,
            temperature: temperature(model, request, effort),
        }
    }
}

fn temperature(model: &Model, request: &Request, effort: Option<&str>) -> Option<f32> {
    let hot = match model.temperature {
        Temperature::Always => true,
        Temperature::Never => false,
        Temperature::Unthinking => effort == Some("none"),
    };
    request.temperature.filter(|_| hot)
}

impl Wire for OpenAi {
    fn stream<'a>(&'a self, model: &'a Model, request: Request) -> BoxFuture<'a, Result<DeltaStream, Error>> {
        Box::pin(async move { self.open(model, &request).await })
    }

    fn list(&self) -> BoxFuture<'_, Result<Option<Vec<Listed>>, Error>> {
        Box::pin(async { if self.dialect.has_list { self.listed().await.map(Some) } else { Ok(None) } })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.proven())
    }

    fn embed<'a>(&'a self, model: &'a str, texts: &'a [String]) -> BoxFuture<'a, Result<Embedded, Error>> {
        Box::pin(self.embedded(model, texts))
    }

    fn moderate<'a>(
        &'a self,
        model: &'a str,
        texts: &'a [String],
    ) -> BoxFuture<'a, Result<Vec<Verdict>, Error>> {
        Box::pin(self.judged(model, texts))
    }

    fn image<'a>(&'a self, model: &'a str, prompt: &'a str) -> BoxFuture<'a, Result<Vec<Picture>, Error>> {
        Box::pin(self.drawn(model, prompt))
    }
}
