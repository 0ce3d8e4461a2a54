//! What is measured, behind one door: prepare a stream, send, watch it grow.

use anyhow::Context as _;
use hyper::body::Incoming;

use crate::{
    client::{Ask, Client},
    face::{Face, Screen},
    freshet::Freshet,
    process::Process,
};

/// A server that streams answers.
pub enum Target {
    /// One that speaks like the provider: the provider itself, or a proxy before it.
    Proxy(Process, Face),
    /// Freshet, watched through one of its faces.
    Freshet(Box<Freshet>),
}

/// A prepared stream: connected, and for Freshet with a chat and a viewer that waits.
pub struct Ready {
    control: Client,
    chat: Option<String>,
    viewer: Option<Incoming>,
    face: Face,
    body: String,
    path: String,
    authorization: String,
}

impl Target {
    /// The process that is measured.
    pub fn process(&self) -> &Process {
        match self {
            Self::Proxy(process, _) => process,
            Self::Freshet(freshet) => &freshet.process,
        }
    }

    /// Connects a stream; `face` matters to Freshet only.
    pub async fn prepare(&self, face: Face, model: &str, prompt: &str) -> anyhow::Result<Ready> {
        let mut control = Client::connect(self.process().address).await?;
        match self {
            Self::Proxy(_, face) => {
                // A connection that has served a request already, like Freshet's. Any answer will do.
                drop(control.read(Ask::get("/health/live")).await);
                Ok(Ready {
                    control,
                    chat: None,
                    viewer: None,
                    face: *face,
                    body: openai(model, prompt, true),
                    path: "/v1/chat/completions".to_owned(),
                    authorization: "Bearer sk-bench".to_owned(),
                })
            }
            Self::Freshet(freshet) => {
                let chat = freshet.chat(&mut control, model).await?;
                let viewer = watch(freshet, face, &chat.id, &chat.cursor).await?;
                Ok(Ready {
                    control,
                    viewer: Some(viewer),
                    face,
                    body: serde_json::json!({ "content": prompt }).to_string(),
                    path: format!("/api/v1/chats/{}/messages", chat.id),
                    authorization: freshet.bearer.clone(),
                    chat: Some(chat.id),
                })
            }
        }
    }
}

/// Opens a viewer of a chat; gives the body once the head is there.
pub async fn watch(freshet: &Freshet, face: Face, chat: &str, after: &str) -> anyhow::Result<Incoming> {
    let mut client = Client::connect(freshet.viewers_at.unwrap_or(freshet.process.address)).await?;
    let (path, headers) = match face {
        Face::Json => (
            format!("/api/v1/chats/{chat}/events?after={after}"),
            [("authorization", freshet.bearer.as_str())],
        ),
        _ => (format!("/c/{chat}/events?after={after}"), [("cookie", freshet.cookie.as_str())]),
    };
    let answer = client.send(Ask::get(&path).with(&headers).accept("text/event-stream")).await?;
    anyhow::ensure!(answer.status() == 200, "a viewer got {}", answer.status());
    Ok(answer.into_body())
}

/// A chat completion request.
pub fn openai(model: &str, prompt: &str, stream: bool) -> String {
    let messages = [serde_json::json!({ "role": "user", "content": prompt })];
    serde_json::json!({ "model": model, "stream": stream, "messages": messages }).to_string()
}

impl Ready {
    /// Sends the message and watches until the answer ends; `seen` is called after each piece.
    pub async fn run(&mut self, mut seen: impl FnMut(&Screen)) -> anyhow::Result<Screen> {
        let mut screen = Screen::new(self.face);
        let headers = [("authorization", self.authorization.as_str())];
        let ask = Ask::post(&self.path, &self.body).with(&headers);
        match &mut self.viewer {
            None => {
                let answer = self.control.send(ask).await?;
                anyhow::ensure!(answer.status() == 200, "a stream got {}", answer.status());
                follow(&mut answer.into_body(), &mut screen, &mut seen).await?;
            }
            Some(viewer) => {
                let sent = async { self.control.read(ask).await.map(drop) };
                tokio::try_join!(sent, follow(viewer, &mut screen, &mut seen))?;
            }
        }
        Ok(screen)
    }

    /// Freshet's stored text; `None` for proxies, which store nothing.
    pub async fn stored(&mut self, target: &Target) -> anyhow::Result<Option<String>> {
        let (Target::Freshet(freshet), Some(chat)) = (target, &self.chat) else { return Ok(None) };
        Ok(Some(freshet.stored(&mut self.control, chat).await?))
    }
}

/// Reads a viewer's stream until the answer ends.
pub async fn follow(
    body: &mut Incoming,
    screen: &mut Screen,
    seen: &mut impl FnMut(&Screen),
) -> anyhow::Result<()> {
    use http_body_util::BodyExt as _;
    while !screen.ended {
        let frame = body.frame().await.context("the stream ended before the answer did")??;
        if let Ok(bytes) = frame.into_data() {
            screen.feed(&bytes);
            seen(screen);
        }
    }
    Ok(())
}
