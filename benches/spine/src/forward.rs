//! The two things Freshet is measured against, each run as a process of its own: a proxy that forwards the provider's
//! bytes untouched (nothing can be cheaper), and one that renders the whole message anew at every token.

use std::convert::Infallible;

use anyhow::Context as _;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, Request, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
    serve::ListenerExt as _,
};
use futures::StreamExt as _;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::sse;

/// What to do with the provider's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Forward them.
    Pass,
    /// Render the whole message at each token and send all of its HTML.
    Naive,
}

#[derive(Clone)]
struct Proxy {
    way: Way,
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// Serves until killed, on a port that the first line says. One thread per core, as axum comes.
pub fn serve(way: Way, upstream: String) -> anyhow::Result<()> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let proxy = Proxy { way, url: format!("{upstream}/chat/completions"), client };
    let router = Router::new()
        .route("/v1/chat/completions", post(complete))
        .route("/health/live", get(|| async { "ok" }))
        .with_state(proxy);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("listening on http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|socket| drop(socket.set_nodelay(true)));
        axum::serve(listener, router).await.context("serving")
    })
}

async fn complete(State(proxy): State<Proxy>, body: Bytes) -> Response {
    let asked = Request::post(&proxy.url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, "Bearer sk-bench")
        .body(Full::new(body));
    let Ok(asked) = asked else { return StatusCode::BAD_REQUEST.into_response() };
    let Ok(answer) = proxy.client.request(asked).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let (status, body) = (answer.status(), answer.into_body());
    let body = match proxy.way {
        Way::Pass => Body::new(body),
        Way::Naive => Body::from_stream(render_each(body)),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    response
}

/// One event with the HTML of the whole message per token.
fn render_each(body: hyper::body::Incoming) -> impl futures::Stream<Item = Result<Bytes, Infallible>> {
    let cleaner = std::sync::Arc::new(ammonia::Builder::default());
    let start = (body, sse::Decoder::default(), String::new());
    futures::stream::unfold(start, move |(mut body, mut decoder, mut text)| {
        let cleaner = std::sync::Arc::clone(&cleaner);
        async move {
            let frame = loop {
                let frame = body.frame().await?.ok()?;
                if let Ok(data) = frame.into_data() {
                    break data;
                }
            };
            decoder.feed(&frame);
            let mut out = String::new();
            while let Some(event) = decoder.next_event() {
                if event.data == "[DONE]" {
                    out.push_str("event: done\ndata: -\n\n");
                } else if let Some(more) = content(&event.data).filter(|more| !more.is_empty()) {
                    text.push_str(&more);
                    let html = comrak::markdown_to_html(&text, &comrak::Options::default());
                    out.push_str("event: body\n");
                    for line in cleaner.clean(&html).to_string().lines() {
                        out.push_str("data: ");
                        out.push_str(line);
                        out.push('\n');
                    }
                    out.push('\n');
                }
            }
            Some((Ok(Bytes::from(out)), (body, decoder, text)))
        }
    })
    .filter(|bytes| std::future::ready(bytes.as_ref().is_ok_and(|bytes| !bytes.is_empty())))
}

/// The text of a chunk.
fn content(data: &str) -> Option<String> {
    let chunk: serde_json::Value = serde_json::from_str(data).ok()?;
    chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned)
}
