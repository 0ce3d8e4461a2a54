//! What one client was told, line by line, and what it has made of it so far. It believes nothing: the verdict
//! ([`super::verdict`]) is spoken over the lines when everything is over.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::time::Instant;

/// `(reply, part)`.
pub type Text = (String, String);

/// A piece of a reply's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Which text it belongs to.
    pub of: Text,
    /// Offset of the first byte.
    pub from: u64,
    /// Offset behind the last byte.
    pub to: u64,
    /// The bytes.
    pub text: String,
}

/// One thing that a client noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It is connected to this instance.
    Connected(usize),
    /// A connection is over, or did not come about, and why.
    Left(String),
    /// Text.
    Delta(Piece),
    /// The end of a reply.
    Ended { reply: String, status: String },
    /// A snapshot: all texts in it, and how the replies that have ended did.
    Reset { texts: BTreeMap<Text, String>, ended: BTreeMap<String, String> },
    /// Another entry of the log.
    Fact(String),
    /// The conversation is gone for good.
    Gone,
}

/// A line of a history.
#[derive(Debug, Clone)]
pub struct Line {
    /// When.
    pub at: Instant,
    /// `(epoch, seq)` of what comes from the log.
    pub place: Option<(u64, u64)>,
    /// What.
    pub what: What,
}

/// Everything one client was told about one conversation.
#[derive(Debug, Clone)]
pub struct History {
    /// The client's name.
    pub client: String,
    /// The conversation.
    pub chat: String,
    /// Where it began, if it had a cursor.
    pub began: Option<(u64, u64)>,
    /// In the order of arrival.
    pub lines: Vec<Line>,
    /// The texts as a client following the protocol shows them now.
    pub texts: BTreeMap<Text, String>,
    /// Replies whose end it knows.
    pub ended: BTreeMap<String, String>,
    /// The last place it has taken in.
    pub last: Option<(u64, u64)>,
    /// It was told not to come back.
    pub over: bool,
}

impl History {
    /// An empty one, of a client that begins behind `cursor` (empty: at nothing).
    pub fn of(client: &str, chat: &str, cursor: &str) -> Self {
        Self {
            client: client.to_owned(),
            chat: chat.to_owned(),
            began: place(cursor),
            lines: Vec::new(),
            texts: BTreeMap::new(),
            ended: BTreeMap::new(),
            last: place(cursor),
            over: false,
        }
    }

    /// The cursor to come back with; empty when there is none.
    pub fn cursor(&self) -> String {
        self.last.map(|(epoch, seq)| format!("{epoch}.{seq}")).unwrap_or_default()
    }

    /// The answer of a reply so far.
    pub fn answer(&self, reply: &str) -> &str {
        self.texts.get(&(reply.to_owned(), "answer".to_owned())).map_or("", String::as_str)
    }

    /// What another client knows that has seen the same up to `seq`.
    pub fn up_to(&self, seq: u64, client: &str) -> Self {
        let place = |line: &Line| line.place.map_or(0, |(_, seq)| seq);
        let mut copy = Self::of(client, &self.chat, "");
        (copy.began, copy.last) = (self.began, self.began);
        for line in self.lines.iter().take_while(|line| place(line) <= seq) {
            copy.apply(&line.what);
            copy.last = line.place.or(copy.last);
            copy.lines.push(line.clone());
        }
        copy
    }

    /// How many snapshots it was sent.
    pub fn resets(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.what, What::Reset { .. })).count()
    }

    /// How many entries of the log it was sent.
    pub fn events(&self) -> usize {
        self.lines.iter().filter(|line| line.place.is_some()).count()
    }

    /// Bytes of text it was sent in pieces.
    pub fn bytes(&self) -> usize {
        let bytes = |line: &Line| match &line.what {
            What::Delta(piece) => piece.text.len(),
            _ => 0,
        };
        self.lines.iter().map(bytes).sum()
    }

    /// Notes something that is not from the log.
    pub fn note(&mut self, what: What) {
        self.over |= what == What::Gone;
        self.lines.push(Line { at: Instant::now(), place: None, what });
    }

    /// Takes an event as the protocol says. False when a byte is missing, so that the client must start over.
    pub fn take(&mut self, name: &str, id: &str, data: &Value) -> bool {
        let what = match name {
            "ping" => return true,
            "chat.deleted" => {
                self.note(What::Gone);
                return true;
            }
            "delta" => What::Delta(piece(data)),
            "reply.ended" => What::Ended { reply: word(&data["reply"]), status: word(&data["status"]) },
            "reset" => snapshot(&data["snapshot"]),
            other => What::Fact(other.to_owned()),
        };
        let place = place(id);
        let whole = self.apply(&what);
        self.last = if whole { place.or(self.last) } else { None };
        self.lines.push(Line { at: Instant::now(), place, what });
        whole
    }

    fn apply(&mut self, what: &What) -> bool {
        match what {
            What::Delta(piece) => return grow(self.texts.entry(piece.of.clone()).or_default(), piece),
            What::Ended { reply, status } => {
                self.ended.insert(reply.clone(), status.clone());
            }
            What::Reset { texts, ended } => {
                self.texts.clone_from(texts);
                self.ended.clone_from(ended);
            }
            _ => {}
        }
        true
    }
}

/// Appends what is new. False when something before it is missing.
pub fn grow(have: &mut String, piece: &Piece) -> bool {
    let length = have.len() as u64;
    if piece.from > length {
        return false;
    }
    if piece.to > length {
        have.push_str(&piece.text[usize::try_from(length - piece.from).unwrap()..]);
    }
    true
}

/// Reads a cursor.
pub fn place(cursor: &str) -> Option<(u64, u64)> {
    let (epoch, seq) = cursor.split_once('.')?;
    Some((epoch.parse().ok()?, seq.parse().ok()?))
}

/// Reads the data of a delta.
pub fn piece(data: &Value) -> Piece {
    Piece {
        of: (word(&data["reply"]), word(&data["part"])),
        from: data["from"].as_u64().unwrap(),
        to: data["to"].as_u64().unwrap(),
        text: word(&data["text"]),
    }
}

fn snapshot(data: &Value) -> What {
    let (mut texts, mut ended) = (BTreeMap::new(), BTreeMap::new());
    for message in data["messages"].as_array().unwrap() {
        let Some(reply) = message["reply"]["id"].as_str() else { continue };
        for (part, field) in [("answer", "text"), ("thinking", "thinking")] {
            if let Some(text) = message[field].as_str().filter(|text| !text.is_empty()) {
                texts.insert((reply.to_owned(), part.to_owned()), text.to_owned());
            }
        }
        if message["reply"]["status"] != "running" {
            ended.insert(reply.to_owned(), word(&message["reply"]["status"]));
        }
    }
    What::Reset { texts, ended }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
