//! Watching an event stream as a client does, and checking what every client relies on.

use std::{collections::HashMap, time::Duration};

use eventsource_stream::{Event, EventStreamError, Eventsource as _};
use futures::{Stream, StreamExt as _};
use reqwest::Response;
use serde_json::Value;

/// Longer than anything takes on a busy machine: a watch that waits longer is stuck.
const PATIENCE: Duration = Duration::from_secs(60);

type Events = std::pin::Pin<Box<dyn Stream<Item = Result<Event, EventStreamError<reqwest::Error>>> + Send>>;

/// An open event stream.
pub struct Watch {
    events: Events,
    /// What was seen so far.
    pub seen: Seen,
}

/// What a client has made of the events it saw.
#[derive(Default, Clone, Debug)]
pub struct Seen {
    /// `(id, name, data)` in order; events without an id of their own are left out.
    pub log: Vec<(String, String, Value)>,
    /// Text by `(reply, part)`.
    pub texts: HashMap<(String, String), String>,
    /// `reply.ended` by reply: how often.
    pub ends: HashMap<String, usize>,
    /// Snapshots that were sent because the cursor could not be continued.
    pub resets: usize,
    last: Option<(u64, u64)>,
}

impl Watch {
    /// From an answer that must be a stream.
    pub fn of(answer: Response) -> Self {
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { events: Box::pin(answer.bytes_stream().eventsource()), seen: Seen::default() }
    }

    /// Goes on from what an earlier watch has seen.
    pub fn knowing(self, seen: Seen) -> Self {
        Self { seen, ..self }
    }

    /// The next event with all invariants checked; `None` when the stream ends or breaks.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        let next = tokio::time::timeout(PATIENCE, self.events.next()).await.expect("the stream is stuck");
        let event = next?.ok()?;
        let data: Value = serde_json::from_str(&event.data).unwrap_or(Value::Null);
        self.seen.take(&event, &data);
        Some((event.event, data))
    }

    /// Reads until `reply.ended` of this reply; gives its data.
    pub async fn until_end_of(&mut self, reply: &str) -> Value {
        loop {
            let (name, data) = self.next().await.expect("the stream ended before the reply");
            if name == "reply.ended" && data["reply"] == reply {
                return data;
            }
        }
    }

    /// Reads until this many bytes of the reply's answer are there.
    pub async fn until_bytes(&mut self, reply: &str, bytes: usize) {
        while self.seen.answer(reply).len() < bytes {
            let (name, _) = self.next().await.expect("the stream ended before the text");
            assert_ne!(name, "reply.ended", "the answer is shorter than {bytes} bytes");
        }
    }
}

impl Seen {
    /// The answer's text so far.
    pub fn answer(&self, reply: &str) -> &str {
        self.texts.get(&(reply.to_owned(), "answer".to_owned())).map_or("", String::as_str)
    }

    /// The id of the last event.
    pub fn cursor(&self) -> String {
        self.last.map(|(epoch, seq)| format!("{epoch}.{seq}")).unwrap_or_default()
    }

    /// Takes an event in, with all invariants checked.
    pub(super) fn take(&mut self, event: &Event, data: &Value) {
        // Beside the log: they have no place in it.
        if ["ping", "typing", "presence", "signed.out"].contains(&event.event.as_str()) {
            return;
        }
        let place: Vec<u64> = event.id.split('.').filter_map(|n| n.parse().ok()).collect();
        let [epoch, seq] = place[..] else { panic!("no cursor: {event:?}") };
        if event.event == "reset" {
            self.resets += 1;
            self.texts.clear();
            for message in data["snapshot"]["messages"].as_array().unwrap() {
                if let Some(reply) = message["reply"]["id"].as_str() {
                    let text = message["text"].as_str().unwrap().to_owned();
                    self.texts.insert((reply.to_owned(), "answer".to_owned()), text);
                }
            }
        } else if let Some((last_epoch, last)) = self.last {
            assert_eq!(epoch, last_epoch, "the epoch changed without a reset");
            assert_eq!(seq, last + 1, "an entry is missing or came twice");
        }
        self.last = Some((epoch, seq));
        match event.event.as_str() {
            "delta" => self.delta(data),
            "reply.ended" => *self.ends.entry(data["reply"].as_str().unwrap().to_owned()).or_default() += 1,
            _ => {}
        }
        self.log.push((event.id.clone(), event.event.clone(), data.clone()));
    }

    fn delta(&mut self, data: &Value) {
        let key = (data["reply"].as_str().unwrap().to_owned(), data["part"].as_str().unwrap().to_owned());
        let (from, to) = (data["from"].as_u64().unwrap(), data["to"].as_u64().unwrap());
        let text = data["text"].as_str().unwrap();
        assert_eq!(to - from, text.len() as u64, "offsets count bytes");
        assert!(!self.ends.contains_key(&key.0), "text after the end");
        let have = self.texts.entry(key).or_default();
        assert_eq!(have.len() as u64, from, "a byte is missing or came twice");
        have.push_str(text);
    }
}
