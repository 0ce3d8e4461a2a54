//! A page in a browser, as far as its stream is concerned: what assets/js/stream.js does, on strings.

use std::{collections::HashMap, time::Duration};

use eventsource_stream::Eventsource as _;
use futures::StreamExt as _;
use reqwest::Client;
use uuid::Uuid;

use super::Socket;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody signed in with a browser.
#[derive(Clone)]
pub struct Reader {
    base: String,
    http: Client,
    cookie: String,
}

/// One message as the page holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The closed blocks.
    pub blocks: Vec<String>,
    /// What comes behind them.
    pub tail: String,
    /// The thoughts.
    pub thinking: String,
    /// Whether it has ended, and how: `done` or `fail`.
    pub ended: Option<String>,
}

/// What a page holds.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Messages by id.
    pub messages: HashMap<String, Shown>,
    /// The last id: what the browser sends back.
    pub cursor: String,
    /// Times it was told, or had, to load itself again.
    pub resyncs: usize,
    /// Whether it was told that the conversation is gone.
    pub gone: bool,
    /// Every frame's bytes, added up.
    pub bytes: usize,
}

impl Reader {
    /// Makes an account by the form.
    pub async fn sign_up(base: &str, name: &str) -> Self {
        let http =
            Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let email = format!("{name}-{}@example.org", Uuid::new_v4().simple());
        let form = [("email", email.as_str()), ("name", name), ("password", "correct horse battery staple")];
        let answer = http.post(format!("{base}/register")).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        let cookie = answer.cookies().find(|cookie| cookie.name() == "freshet").expect("a session");
        let cookie = format!("freshet={}", cookie.value());
        Self { base: base.to_owned(), http, cookie }
    }

    /// The session as `name=value`.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// The same browser at another server.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// Sends the first message of a new conversation by the form; gives its id.
    pub async fn begins(&self, model: &str, text: &str) -> String {
        let form = [("content", text), ("model", model), ("key", &Uuid::new_v4().to_string())];
        let answer = self.http.post(format!("{}/c/new", self.base)).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        answer.headers()["location"].to_str().unwrap().rsplit('/').next().unwrap().to_owned()
    }

    /// GETs a page.
    pub async fn reads(&self, path: &str) -> String {
        let answer = self.http.get(format!("{}{path}", self.base)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// The API with this browser's cookie.
    pub async fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_str(&self.reads(&format!("/api/v1{path}")).await).unwrap()
    }

    /// The same over the page's WebSocket; gives the close code, too, if it was closed.
    pub async fn watches_by_socket(
        &self,
        chat: &str,
        mut page: Page,
        mut stop: impl FnMut(&Page) -> bool,
    ) -> (Page, Option<u16>) {
        let path = format!("/c/{chat}/ws?after={}", page.cursor);
        let headers = [("cookie", self.cookie.as_str()), ("origin", self.base.as_str())];
        let mut socket = Socket::opens(&self.base, &path, &headers).await.ok().unwrap();
        while !stop(&page) {
            let Some(events) = socket.next().await else { return (page, Some(socket.ends().await)) };
            for event in events.as_array().unwrap() {
                if let Some(data) = event["data"].as_str() {
                    page.take(event["event"].as_str().unwrap(), data);
                }
                if let Some(id) = event["id"].as_str() {
                    page.cursor = id.to_owned();
                }
            }
        }
        (page, None)
    }

    /// Presses a button of a page.
    pub async fn posts(&self, path: &str) {
        let request = self.http.post(format!("{}{path}", self.base)).header("origin", &self.base);
        assert_eq!(request.send().await.unwrap().status(), 303, "{path}");
    }

    /// DELETEs through the API with this browser's cookie; gives the status.
    pub async fn deletes(&self, path: &str) -> reqwest::StatusCode {
        let request = self.http.delete(format!("{}/api/v1{path}", self.base)).header("origin", &self.base);
        request.send().await.unwrap().status()
    }

    /// The events of a stream behind `cursor`, up to and with the first one named `last`.
    pub async fn events(&self, path: &str, cursor: &str, last: &str) -> Vec<(String, serde_json::Value)> {
        let url = format!("{}{path}", self.base);
        let answer = self.http.get(url).header("last-event-id", cursor).send().await.unwrap();
        let (mut events, mut seen) = (answer.bytes_stream().eventsource(), Vec::new());
        while seen.last().is_none_or(|(name, _)| name != last) {
            let next = tokio::time::timeout(PATIENCE, events.next()).await.expect("the stream is stuck");
            let event = next.expect("the stream ended").unwrap();
            seen.push((event.event, serde_json::from_str(&event.data).unwrap()));
        }
        seen
    }

    /// Opens the page's stream and applies what comes until `stop` says so or the stream ends.
    pub async fn watches(&self, chat: &str, mut page: Page, mut stop: impl FnMut(&Page) -> bool) -> Page {
        let url = format!("{}/c/{chat}/events", self.base);
        let answer = self.http.get(url).header("last-event-id", page.cursor.clone()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let mut events = answer.bytes_stream().eventsource();
        while !stop(&page) {
            let next = tokio::time::timeout(PATIENCE, events.next()).await.expect("the stream is stuck");
            let Some(Ok(event)) = next else { break };
            page.take(&event.event, &event.data);
            if !event.id.is_empty() {
                page.cursor = event.id;
            }
        }
        page
    }
}

impl Page {
    /// The only message that was streamed.
    pub fn answer(&self) -> Shown {
        let mut streamed =
            self.messages.values().filter(|shown| !shown.blocks.is_empty() || shown.ended.is_some());
        let answer = streamed.next().cloned().unwrap_or_default();
        assert!(streamed.next().is_none(), "more than one answer");
        answer
    }

    /// Whether the only answer has ended.
    pub fn is_over(&self) -> bool {
        self.messages.values().any(|shown| shown.ended.is_some())
    }

    fn take(&mut self, name: &str, data: &str) {
        self.bytes += name.len() + data.len();
        assert!(!data.contains("<hx-x"), "{data}");
        if name == "fx:resync" {
            self.resyncs += 1;
            return;
        }
        self.gone |= name == "fx:bye";
        if !name.starts_with("fx:") || ["fx:hello", "fx:ping", "fx:bye"].contains(&name) {
            return;
        }
        let (head, body) = data.split_once('\n').unwrap_or((data, ""));
        let mut head = head.split(' ');
        let id = head.next().unwrap().to_owned();
        let n: usize = head.next().unwrap().parse().unwrap();
        let k: usize = head.next().map_or(0, |k| k.parse().unwrap());
        let shown = self.messages.entry(id).or_default();
        let count = shown.blocks.len();
        match name {
            "fx:append" if n == count => {
                shown.blocks.push(body.to_owned());
                shown.tail.clear();
            }
            "fx:append" => assert!(n < count, "a block is missing"),
            "fx:grow" => shown.grow(n, k, body),
            "fx:tail" if n == count => body.clone_into(&mut shown.tail),
            "fx:tail" => {}
            "fx:think" => {
                let have: Vec<u16> = shown.thinking.encode_utf16().collect();
                assert!(n <= have.len(), "a thought is missing");
                let new: Vec<u16> = body.encode_utf16().skip(have.len() - n).collect();
                shown.thinking.push_str(&String::from_utf16(&new).unwrap());
            }
            "fx:thought" => {}
            "fx:block" => body.clone_into(&mut shown.blocks[n]),
            "fx:trim" => shown.blocks.truncate(n),
            "fx:body" => {
                // Split only as far as the comparison with the whole needs it.
                shown.blocks = vec![body.to_owned()];
                shown.blocks.resize(n.max(1), String::new());
                shown.tail.clear();
            }
            "fx:done" | "fx:fail" => {
                assert_eq!(n, count, "blocks at the end");
                shown.tail.clear();
                shown.ended = Some(name.trim_start_matches("fx:").to_owned());
            }
            other => panic!("unknown event {other}"),
        }
    }
}

impl Shown {
    /// Adds a unit at the end of a block's container.
    fn grow(&mut self, block: usize, unit: usize, html: &str) {
        let block = &mut self.blocks[block];
        let (mark, close) = if block.starts_with("<figure") {
            ("<span class=\"l\">", "</code>")
        } else if block.starts_with("<div class=\"table\"") {
            ("<tr>", "</tbody>")
        } else if block.starts_with("<p") {
            ("<span>", "</p>")
        } else {
            let is_numbered = ["<ol", "<section"].iter().any(|start| block.starts_with(start));
            ("<li", if is_numbered { "</ol>" } else { "</ul>" })
        };
        let at = block.rfind(close).expect("a block that grows has an end");
        if mark == "<span class=\"l\">" {
            let have = block.matches(mark).count();
            assert!(unit <= have, "a unit is missing");
            if unit < have {
                return;
            }
        }
        block.insert_str(at, html);
        self.tail.clear();
    }
}
