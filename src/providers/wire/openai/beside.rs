//! Vectors, verdicts and pictures.

use std::future::Future;

use async_openai::error::OpenAIError;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::json;

use super::{OpenAi, once::Post};
use crate::providers::{
    Error,
    beside::{Embedded, Picture, Verdict},
};

#[derive(Deserialize)]
struct Vectors {
    data: Vec<Vector>,
    #[serde(default)]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Vector {
    #[serde(default)]
    index: usize,
    embedding: Vec<f32>,
}

#[derive(Deserialize)]
struct Tokens {
    prompt_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct Verdicts {
    results: Vec<Judged>,
}

#[derive(Deserialize)]
struct Judged {
    flagged: bool,
    #[serde(default)]
    categories: std::collections::BTreeMap<String, Option<bool>>,
}

#[derive(Deserialize)]
struct Pictures {
    data: Vec<Drawn>,
}

#[derive(Deserialize)]
struct Drawn {
    #[serde(default)]
    b64_json: Option<String>,
}

impl OpenAi {
    pub async fn embedded(&self, model: &str, texts: &[String]) -> Result<Embedded, Error> {
        let (client, post) = self.once();
        let body = json!({ "model": model, "input": texts, "encoding_format": "float" });
        let api = client.embeddings();
        let sent = async { api.create_byot::<_, IgnoredAny>(&body).await.map(drop) };
        let mut told: Vectors = self.told(post, sent).await?;
        told.data.sort_by_key(|vector| vector.index);
        // One for each text, in the texts' order, or it is worth nothing.
        if told.data.len() != texts.len()
            || (0..).zip(&told.data).any(|(index, vector)| vector.index != index)
        {
            return Err(Error::Malformed);
        }
        let vectors = told.data.into_iter().map(|vector| vector.embedding).collect();
        Ok(Embedded { vectors, tokens: told.usage.and_then(|usage| usage.prompt_tokens) })
    }

    pub async fn judged(&self, model: &str, texts: &[String]) -> Result<Vec<Verdict>, Error> {
        let (client, post) = self.once();
        let body = json!({ "model": model, "input": texts });
        let api = client.moderations();
        let sent = async { api.create_byot::<_, IgnoredAny>(&body).await.map(drop) };
        let told: Verdicts = self.told(post, sent).await?;
        if told.results.len() != texts.len() {
            return Err(Error::Malformed);
        }
        let verdict = |judged: Judged| {
            let hit = |(name, is): (String, Option<bool>)| (is == Some(true)).then_some(name);
            Verdict {
                flagged: judged.flagged,
                categories: judged.categories.into_iter().filter_map(hit).collect(),
            }
        };
        Ok(told.results.into_iter().map(verdict).collect())
    }

    pub async fn drawn(&self, model: &str, prompt: &str) -> Result<Vec<Picture>, Error> {
        let (client, post) = self.once();
        let mut body = json!({ "model": model, "prompt": prompt });
        // OpenAI always sends the bytes and refuses to be told so; the others send an address unless they are told.
        if !self.dialect.max_completion_tokens {
            body["response_format"] = "b64_json".into();
        }
        let api = client.images();
        let sent = async { api.generate_byot::<_, IgnoredAny>(&body).await.map(drop) };
        let told: Pictures = self.told(post, sent).await?;
        let bytes = told.data.into_iter().map(|drawn| STANDARD.decode(drawn.b64_json?).ok());
        let bytes: Option<Vec<Vec<u8>>> = bytes.collect();
        let pictures = bytes.filter(|pictures| !pictures.is_empty()).ok_or(Error::Malformed)?;
        Ok(pictures.into_iter().map(|bytes| Picture { bytes: bytes.into() }).collect())
    }

    async fn told<T: DeserializeOwned>(
        &self,
        post: Post,
        sent: impl Future<Output = Result<(), OpenAIError>> + Send,
    ) -> Result<T, Error> {
        let response = self.posted(post, sent).await?;
        self.caller.read_whole(response).await
    }
}
