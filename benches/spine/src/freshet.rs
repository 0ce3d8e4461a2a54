//! Freshet as a stranger uses it: registers by the API, signs in by the form, makes chats.

use std::{net::SocketAddr, path::Path};

use anyhow::Context as _;
use hyper::header;

use crate::{
    client::{Ask, Client},
    process::{Folder, Process},
};

const EMAIL: &str = "bench@example.com";
/// Of letters and spaces only, so that a form needs no escaping but of these.
const PASSWORD: &str = "seven patient herons over the weir";

/// A running server with one user.
pub struct Freshet {
    /// The process.
    pub process: Process,
    /// The page's session, as a `Cookie` header.
    pub cookie: String,
    /// The API's token, as an `Authorization` header.
    pub bearer: String,
    /// Where viewers connect, if that is another instance.
    pub viewers_at: Option<SocketAddr>,
    // Where its database lies; goes away after the process (fields are dropped in order).
    _folder: Folder,
}

/// A conversation.
#[derive(Debug, Clone)]
pub struct Chat {
    /// Its id.
    pub id: String,
    /// Where its log stands.
    pub cursor: String,
}

/// Starts a server on the data in `folder`. `variables` come on top of what a bench needs.
pub fn start(
    program: &Path,
    folder: &Folder,
    simulator: &str,
    variables: &[(String, String)],
) -> anyhow::Result<Process> {
    let data = folder.0.to_string_lossy();
    let mut all = vec![
        ("PORT", "0"),
        ("FRESHET_DATA_DIR", data.as_ref()),
        ("FRESHET_SIMULATED_URL", simulator),
        ("FRESHET_LOG_FORMAT", "json"),
        // A title is a request of its own beside the one that is measured.
        ("FRESHET_TITLE_MODEL", "off"),
        // One person opens everything here.
        ("FRESHET_STREAMS_PER_USER", "100000"),
        ("FRESHET_CONNECTIONS_PER_ADDRESS", "100000"),
    ];
    all.extend(variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Process::start(program, &["serve"], &all)
}

impl Freshet {
    /// A server on an empty folder, with a user.
    pub async fn start(
        program: &Path,
        simulator: &str,
        variables: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let folder = Folder::new()?;
        let process = start(program, &folder, simulator, variables)?;
        let mut client = Client::connect(process.address).await?;
        let new = serde_json::json!({ "name": "Bench", "email": EMAIL, "password": PASSWORD }).to_string();
        let user = client.json(Ask::post("/api/v1/auth/register", &new)).await.context("registering")?;
        let token = user["access_token"].as_str().context("no access token")?;
        let form = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
        let kind = Some("application/x-www-form-urlencoded");
        let ask = Ask { kind, ..Ask::post("/login", &form).accept("text/html") };
        let (head, _) = client.read(ask).await.context("signing in")?;
        let cookies = head.headers().get_all(header::SET_COOKIE).iter();
        let pairs = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        let cookie = pairs.collect::<Vec<_>>().join("; ");
        anyhow::ensure!(!cookie.is_empty(), "signing in gave no cookie");
        Ok(Self { bearer: format!("Bearer {token}"), process, cookie, viewers_at: None, _folder: folder })
    }

    /// Another instance on the same database, where the same person is signed in.
    pub async fn beside(
        &self,
        program: &Path,
        simulator: &str,
        variables: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let folder = Folder::new()?;
        let process = start(program, &folder, simulator, variables)?;
        let (bearer, cookie) = (self.bearer.clone(), self.cookie.clone());
        Ok(Self { bearer, cookie, process, viewers_at: None, _folder: folder })
    }

    /// Makes a conversation.
    pub async fn chat(&self, client: &mut Client, model: &str) -> anyhow::Result<Chat> {
        let body = serde_json::json!({ "model": format!("simulated/{model}") }).to_string();
        let headers = [("authorization", self.bearer.as_str())];
        let chat = client.json(Ask::post("/api/v1/chats", &body).with(&headers)).await?;
        let text = |name: &str| chat[name].as_str().map(str::to_owned).context("an incomplete chat");
        Ok(Chat { id: text("id")?, cursor: text("cursor")? })
    }

    /// The newest message's text, as it is stored.
    pub async fn stored(&self, client: &mut Client, chat: &str) -> anyhow::Result<String> {
        let path = format!("/api/v1/chats/{chat}/messages?limit=2");
        let headers = [("authorization", self.bearer.as_str())];
        let page = client.json(Ask::get(&path).with(&headers)).await?;
        let text = page["items"].as_array().and_then(|items| items.last()?["text"].as_str());
        Ok(text.unwrap_or_default().to_owned())
    }
}
