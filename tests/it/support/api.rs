//! Somebody who uses the JSON API.

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Watch;

/// A person with an access token.
#[derive(Clone)]
pub struct Api {
    /// The server.
    pub base: String,
    /// The token.
    pub token: String,
    http: Client,
}

/// An accepted send.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The reply.
    pub reply: String,
    /// Just before its events.
    pub cursor: String,
}

impl Api {
    /// Makes an account named `name`.
    pub async fn sign_up(base: &str, name: &str) -> Self {
        let http = client();
        let email = format!("{name}-{}@example.org", Uuid::new_v4().simple());
        let body = json!({ "email": email, "name": name, "password": "correct horse battery staple" });
        let answer = http.post(format!("{base}/api/v1/auth/register")).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
        let body: Value = answer.json().await.unwrap();
        Self { base: base.to_owned(), token: body["access_token"].as_str().unwrap().to_owned(), http }
    }

    /// The same person at another server, for instance after a restart.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// A request of this person's; `path` begins behind `/api/v1`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/api/v1{path}", self.base)).bearer_auth(&self.token)
    }

    /// GETs JSON that must be there.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.request(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    }

    /// Begins a conversation with a model; gives its id.
    pub async fn chats_with(&self, model: &str) -> String {
        let answer =
            self.request(Method::POST, "/chats").json(&json!({ "model": model })).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED, "{}", answer.text().await.unwrap());
        answer.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Sends, as it is answered.
    pub async fn tries_to_say(&self, chat: &str, text: &str, key: Option<&str>) -> Response {
        let mut request =
            self.request(Method::POST, &format!("/chats/{chat}/messages")).json(&json!({ "content": text }));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        request.send().await.unwrap()
    }

    /// Sends a message that must be accepted.
    pub async fn says(&self, chat: &str, text: &str) -> Accepted {
        let answer = self.tries_to_say(chat, text, None).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{}", answer.text().await.unwrap());
        Accepted::of(&answer.json().await.unwrap())
    }

    /// Sends a message and waits for the finished reply.
    pub async fn asks(&self, chat: &str, text: &str) -> Value {
        let path = format!("/chats/{chat}/messages");
        let body = json!({ "content": text, "stream": false });
        let answer = self.request(Method::POST, &path).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{}", answer.text().await.unwrap());
        answer.json::<Value>().await.unwrap()["reply"].clone()
    }

    /// How a reply stands.
    pub async fn reply(&self, reply: &str) -> Value {
        self.get(&format!("/replies/{reply}")).await
    }

    /// Watches a conversation's log behind `cursor`.
    pub async fn watches(&self, chat: &str, cursor: &str) -> Watch {
        let request =
            self.request(Method::GET, &format!("/chats/{chat}/events")).header("last-event-id", cursor);
        Watch::of(request.send().await.unwrap())
    }

    /// Waits until a reply has ended; gives it.
    pub async fn waits_for(&self, chat: &str, accepted: &Accepted) -> Value {
        self.watches(chat, &accepted.cursor).await.until_end_of(&accepted.reply).await;
        self.reply(&accepted.reply).await
    }
}

impl Accepted {
    /// From a body.
    pub fn of(body: &Value) -> Self {
        let reply = body["reply"]["id"].as_str().unwrap().to_owned();
        let cursor = body["cursor"].as_str().unwrap().to_owned();
        Self { reply, cursor }
    }
}

/// A client that follows no redirects.
pub fn client() -> Client {
    freshet::platform::http::install_crypto();
    Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}
