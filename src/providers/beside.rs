//! What some providers can do besides chatting: vectors of texts, verdicts about texts, pictures.
//!
//! One request, once, as for an answer; a provider that has nothing for it says [`Error::Unsupported`].

use bytes::Bytes;

use super::{Accounts, Error, Providers};

/// Vectors of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedded {
    /// One for each text, in the texts' order.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens of all texts, where told.
    pub tokens: Option<u64>,
}

/// What a provider thinks of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub flagged: bool,
    /// In the provider's words, such as `self-harm/intent`.
    pub categories: Vec<String>,
}

/// A picture; look into it before you believe what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub bytes: Bytes,
}

impl Providers {
    /// Vectors of texts, in the order of the texts.
    ///
    /// # Errors
    /// [`Error::Unsupported`], or what went wrong.
    pub async fn embed(
        &self,
        provider: &str,
        model: &str,
        texts: &[String],
        own: &Accounts,
    ) -> Result<Embedded, Error> {
        self.door(provider, own)?.wire.embed(model, texts).await
    }

    /// What a provider thinks of each text.
    ///
    /// # Errors
    /// [`Error::Unsupported`], or what went wrong.
    pub async fn moderate(
        &self,
        provider: &str,
        model: &str,
        texts: &[String],
        own: &Accounts,
    ) -> Result<Vec<Verdict>, Error> {
        self.door(provider, own)?.wire.moderate(model, texts).await
    }

    /// Pictures for a description; at least one.
    ///
    /// # Errors
    /// [`Error::Unsupported`], or what went wrong.
    pub async fn image(
        &self,
        provider: &str,
        model: &str,
        prompt: &str,
        own: &Accounts,
    ) -> Result<Vec<Picture>, Error> {
        self.door(provider, own)?.wire.image(model, prompt).await
    }
}
