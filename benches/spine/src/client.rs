//! One HTTP/1.1 connection, kept: cheap enough that the driver does not become what is measured.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A connection. Requests on it follow each other.
pub struct Client {
    address: SocketAddr,
    send: SendRequest<Full<Bytes>>,
}

impl Client {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let socket = TcpStream::connect(address).await.with_context(|| format!("connecting to {address}"))?;
        socket.set_nodelay(true)?;
        let (send, connection) = handshake(TokioIo::new(socket)).await?;
        background(async move { drop(connection.await) });
        Ok(Self { address, send })
    }

    /// Sends a request and gives the answer's head; the body is read by the caller.
    pub async fn send(&mut self, request: Ask<'_>) -> anyhow::Result<Response<Incoming>> {
        let mut built = Request::builder()
            .method(request.method)
            .uri(request.path)
            .header(header::HOST, self.address.to_string())
            .header(header::ACCEPT, request.accept);
        for (name, value) in request.headers {
            built = built.header(*name, *value);
        }
        if let Some(kind) = request.kind {
            built = built.header(header::CONTENT_TYPE, kind);
        }
        self.send.ready().await?;
        Ok(self.send.send_request(built.body(Full::new(request.body.to_owned().into()))?).await?)
    }

    /// Sends a request and reads the whole answer, which has to be a success or a redirection.
    pub async fn read(&mut self, request: Ask<'_>) -> anyhow::Result<(Response<()>, Bytes)> {
        let what = format!("{} {}", request.method, request.path);
        let (head, body) = self.send(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        if head.status >= StatusCode::BAD_REQUEST {
            bail!("{what}: {} {}", head.status, String::from_utf8_lossy(&body[..body.len().min(400)]));
        }
        Ok((Response::from_parts(head, ()), body))
    }

    /// As [`Client::read`], for JSON.
    pub async fn json(&mut self, request: Ask<'_>) -> anyhow::Result<serde_json::Value> {
        let (_, body) = self.read(request).await?;
        serde_json::from_slice(&body).context("an answer that is no JSON")
    }
}

/// A request.
pub struct Ask<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub accept: &'a str,
    pub headers: &'a [(&'static str, &'a str)],
    pub kind: Option<&'a str>,
    pub body: &'a str,
}

impl<'a> Ask<'a> {
    /// `GET`, for anything.
    pub fn get(path: &'a str) -> Self {
        Self { method: "GET", path, accept: "*/*", headers: &[], kind: None, body: "" }
    }

    /// `POST` of JSON, for JSON.
    pub fn post(path: &'a str, body: &'a str) -> Self {
        let kind = Some("application/json");
        Self { method: "POST", path, accept: "application/json", headers: &[], kind, body }
    }

    /// With these headers.
    pub fn with(self, headers: &'a [(&'static str, &'a str)]) -> Self {
        Self { headers, ..self }
    }

    /// For this kind of answer.
    pub fn accept(self, accept: &'a str) -> Self {
        Self { accept, ..self }
    }
}

#[expect(clippy::disallowed_methods, reason = "a connection's own task; it ends with the connection")]
fn background(work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(work);
}
