//! One request by async-openai, sent once.

use std::{
    future::Future,
    sync::Arc,
    task::{Context, Poll},
};

use async_openai::{Client, error::OpenAIError, middleware::HttpRequestFactory};
use futures::future::BoxFuture;
use parking_lot::Mutex;

use super::OpenAi;
use crate::providers::{Error, wire::bearer::Bearer};

/// Where [`SendOnce`] leaves the response.
pub type Post = Arc<Mutex<Option<reqwest::Response>>>;

impl OpenAi {
    /// A client for one request, and where its response will lie.
    pub fn once(&self) -> (Client<Bearer>, Post) {
        let post = Post::default();
        let service = SendOnce { http: self.caller.http.clone(), post: post.clone() };
        (self.client.clone().with_http_service(service), post)
    }

    /// Sends what async-openai has built, and takes the response out of the post.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn posted(
        &self,
        post: Post,
        sent: impl Future<Output = Result<(), OpenAIError>> + Send,
    ) -> Result<reqwest::Response, Error> {
        let sent = tokio::time::timeout(self.caller.limits.first, sent).await.map_err(|_| Error::Timeout)?;
        let response = post.lock().take();
        match (response, sent) {
            (Some(response), _) => Ok(response),
            (None, Err(OpenAIError::Reqwest(error))) => Err(self.caller.unsent(&error)),
            (None, _) => Err(Error::Unreachable),
        }
    }
}

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
            // async-openai gets a success without content: whatever it would make of the real one is ours to decide.
            Ok(http::Response::new(reqwest::Body::from("null")).into())
        })
    }
}
