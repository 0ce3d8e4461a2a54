//! The verdict over what clients saw, what they sent and what is stored in the end: the invariants I1 to I8 that hold
//! whatever broke meanwhile.
//!
//! I1 text that was seen is the beginning of the final text; I2 no byte twice, none missing; I3 within an epoch `seq` only
//! rises, by one; I4 each reply ends exactly once; I5 each accepted send exists exactly once; I6 clients and database
//! agree in the end; I7 a model is called at most once per accepted send; I8 nothing runs without a live lease.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::history::{History, Line, Piece, Text, What, grow};

/// Lines of a history around what is wrong.
const AROUND: usize = 6;

/// What a client asked for.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The conversation.
    pub chat: String,
    /// The message, unlike any other, or the one that is to be answered again.
    pub text: String,
    /// An answer to a message that is there already.
    pub again: bool,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was accepted, as this reply.
    Accepted(String),
    /// It was refused, for good.
    Refused(String),
    /// Nobody said.
    Unknown,
}

/// What is true in the end, from the database and from the provider.
#[derive(Debug, Clone, Default)]
pub struct Truth {
    /// The conversations that exist.
    pub chats: BTreeMap<String, Chat>,
    /// Those that somebody deleted, or tried to.
    pub deleted: BTreeSet<String>,
    /// Calls of the provider by the message that was to be answered.
    pub calls: BTreeMap<String, u64>,
    /// Replies that say they run but have no lease, or one that ran out long ago.
    pub overdue: Vec<String>,
}

/// A conversation.
#[derive(Debug, Clone, Default)]
pub struct Chat {
    /// Epoch and newest entry.
    pub head: (u64, u64),
    /// What people said in it.
    pub said: Vec<String>,
    /// Its replies.
    pub replies: BTreeMap<String, Reply>,
    /// The deltas and ends of its log, in order.
    pub log: Vec<What>,
}

impl Chat {
    /// Those of its replies that run and have been told nothing by their provider yet. Its first word may take minutes,
    /// also when the line to it is dead and nobody says so.
    pub fn unheard(&self) -> usize {
        let silent = |id: &String| {
            !self.log.iter().any(|what| matches!(what, What::Delta(piece) if piece.of.0 == *id))
        };
        self.replies.iter().filter(|(id, reply)| reply.status == "running" && silent(id)).count()
    }
}

/// A reply.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// How it stands.
    pub status: String,
    /// Its texts by part.
    pub texts: BTreeMap<String, String>,
}

/// Something that must not be.
#[derive(Debug, Clone)]
pub struct Violation {
    /// `I1` to `I8`.
    pub invariant: &'static str,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

/// Looks at everything.
pub fn check(histories: &[History], sends: &[Sent], truth: &Truth) -> Vec<Violation> {
    let mut found = Vec::new();
    for history in histories {
        Client::new(history, truth).check(&mut found);
    }
    logs(truth, &mut found);
    sent(sends, truth, &mut found);
    for reply in &truth.overdue {
        found.push(Violation { invariant: "I8", what: format!("reply {reply} runs and nobody writes it") });
    }
    found
}

/// A client's lines, read once more with a critical eye.
struct Client<'a> {
    history: &'a History,
    chat: Option<&'a Chat>,
    texts: BTreeMap<Text, String>,
    ended: BTreeSet<String>,
    last: Option<(u64, u64)>,
}

impl<'a> Client<'a> {
    fn new(history: &'a History, truth: &'a Truth) -> Self {
        let chat = truth.chats.get(&history.chat);
        Self { history, chat, texts: BTreeMap::new(), ended: BTreeSet::new(), last: history.began }
    }

    fn check(mut self, found: &mut Vec<Violation>) {
        for (at, line) in self.history.lines.iter().enumerate() {
            if let Err((invariant, what)) = self.line(line) {
                found.push(self.violation(invariant, what, at));
            }
            if matches!(line.what, What::Reset { .. }) {
                continue;
            }
            if let Err(what) = self.is_no_lie(&line.what) {
                found.push(self.violation("I1", what, at));
            }
        }
        if let Err(what) = self.agrees() {
            found.push(self.violation("I6", what, self.history.lines.len()));
        }
    }

    fn line(&mut self, line: &Line) -> Result<(), (&'static str, String)> {
        let before = self.last;
        if line.place.is_some() {
            self.last = line.place;
        }
        if let What::Reset { texts, ended } = &line.what {
            // What was shown until now is replaced, but it was shown: it must have been true, too.
            let lie = self.texts.iter().find_map(|(of, text)| self.is_beginning(of, text).err());
            self.texts.clone_from(texts);
            self.ended = ended.keys().cloned().collect();
            return lie.map_or(Ok(()), |lie| Err(("I1", lie)));
        }
        if let (Some((old_epoch, old)), Some((epoch, seq))) = (before, line.place) {
            if epoch != old_epoch {
                return Err(("I3", format!("epoch {old_epoch} became {epoch} without a reset")));
            }
            if seq <= old {
                return Err(("I3", format!("entry {seq} came behind entry {old}")));
            }
            if seq != old + 1 {
                return Err(("I2", format!("between entries {old} and {seq} something is missing")));
            }
        }
        match &line.what {
            What::Delta(piece) if self.ended.contains(&piece.of.0) => {
                Err(("I4", format!("text of {} behind its end", piece.of.0)))
            }
            What::Delta(piece) => add(&mut self.texts, piece).map_err(|what| ("I2", what)),
            What::Ended { reply, .. } if !self.ended.insert(reply.clone()) => {
                Err(("I4", format!("reply {reply} ended twice")))
            }
            _ => Ok(()),
        }
    }

    /// What this line showed is the beginning of what is stored.
    fn is_no_lie(&self, what: &What) -> Result<(), String> {
        match what {
            What::Delta(piece) => {
                self.is_beginning(&piece.of, self.texts.get(&piece.of).map_or("", String::as_str))
            }
            _ => Ok(()),
        }
    }

    fn is_beginning(&self, of: &Text, text: &str) -> Result<(), String> {
        // The texts of a conversation that was deleted are nowhere.
        let Some(chat) = self.chat else { return Ok(()) };
        let Some(reply) = chat.replies.get(&of.0) else {
            return Err(format!("reply {} was seen and does not exist", of.0));
        };
        let all = reply.texts.get(&of.1).map_or("", String::as_str);
        if all.starts_with(text) {
            return Ok(());
        }
        let same = all.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        let (seen, stored) = (text.len(), all.len());
        Err(format!("{} of {}: {seen} bytes were seen, {stored} are stored, {same} agree", of.1, of.0))
    }

    fn agrees(&self) -> Result<(), String> {
        let Some(chat) = self.chat else {
            return if self.history.over { Ok(()) } else { Err("it was never told of the deletion".into()) };
        };
        if self.history.over {
            return Err("it was sent away from a conversation that exists".into());
        }
        if self.history.last != Some(chat.head) {
            return Err(format!("it stands at {:?}, the log at {:?}", self.history.last, chat.head));
        }
        for ((reply, part), text) in &self.texts {
            let stored = chat.replies.get(reply).and_then(|reply| reply.texts.get(part));
            if stored.map_or("", String::as_str) != text {
                let stored = stored.map_or(0, String::len);
                return Err(format!("{part} of {reply}: {} bytes here, {stored} there", text.len()));
            }
        }
        // Who began at the beginning, or took a snapshot, knows all ends.
        let known: BTreeSet<&String> = self.texts.keys().map(|(reply, _)| reply).collect();
        match known.into_iter().find(|reply| !self.ended.contains(*reply)) {
            Some(reply) if chat.replies[reply].status != "running" => {
                Err(format!("it does not know that {reply} has ended"))
            }
            _ => Ok(()),
        }
    }

    fn violation(&self, invariant: &'static str, what: String, at: usize) -> Violation {
        let lines = &self.history.lines;
        let (from, to) = (at.saturating_sub(AROUND), (at + AROUND / 2).min(lines.len()));
        let mut excerpt = String::new();
        for (index, line) in lines[from..to].iter().enumerate() {
            let mark = if from + index == at { ">" } else { " " };
            let place = line.place.map_or_else(|| "-".to_owned(), |(_, seq)| seq.to_string());
            let when = line.at.duration_since(lines[0].at).as_millis();
            excerpt.push_str(&format!("\n  {mark} {when} ms: {place} {}", brief(&line.what)));
        }
        let client = &self.history.client;
        Violation { invariant, what: format!("{client} in {}: {what}{excerpt}", self.history.chat) }
    }
}

fn add(texts: &mut BTreeMap<Text, String>, piece: &Piece) -> Result<(), String> {
    let have = texts.entry(piece.of.clone()).or_default();
    let length = have.len() as u64;
    if piece.to - piece.from != piece.text.len() as u64 {
        return Err("the offsets do not fit the text".to_owned());
    }
    if grow(have, piece) && piece.from == length {
        return Ok(());
    }
    Err(format!("bytes {}..{} of {:?} came when {length} were there", piece.from, piece.to, piece.of))
}

/// The logs themselves: what every later viewer will be told.
fn logs(truth: &Truth, found: &mut Vec<Violation>) {
    for (id, chat) in &truth.chats {
        let (mut texts, mut ends) = (BTreeMap::new(), BTreeMap::<&str, usize>::new());
        for what in &chat.log {
            match what {
                What::Delta(piece) => {
                    if let Err(what) = add(&mut texts, piece) {
                        found.push(Violation { invariant: "I2", what: format!("the log of {id}: {what}") });
                    }
                    if ends.contains_key(piece.of.0.as_str()) {
                        let what = format!("the log of {id}: text of {} behind its end", piece.of.0);
                        found.push(Violation { invariant: "I4", what });
                    }
                }
                What::Ended { reply, .. } => *ends.entry(reply).or_default() += 1,
                _ => {}
            }
        }
        for (name, reply) in &chat.replies {
            let ended = ends.get(name.as_str()).copied().unwrap_or_default();
            if ended != usize::from(reply.status != "running") {
                let what = format!("reply {name} is {} and has {ended} ends in the log", reply.status);
                found.push(Violation { invariant: "I4", what });
            }
            for (part, stored) in &reply.texts {
                let logged = texts.get(&(name.clone(), part.clone())).map_or("", String::as_str);
                if reply.status != "running" && stored != logged {
                    let what =
                        format!("{part} of {name}: {} bytes stored, {} logged", stored.len(), logged.len());
                    found.push(Violation { invariant: "I6", what });
                }
            }
        }
    }
}

fn sent(sends: &[Sent], truth: &Truth, found: &mut Vec<Violation>) {
    let mut allowed: BTreeMap<&str, u64> = BTreeMap::new();
    for send in sends {
        if !matches!(send.outcome, Outcome::Refused(_)) {
            *allowed.entry(&send.text).or_default() += 1;
        }
        let Some(chat) = truth.chats.get(&send.chat) else {
            if !truth.deleted.contains(&send.chat) {
                let what = format!("conversation {} is gone and nobody deleted it", send.chat);
                found.push(Violation { invariant: "I5", what });
            }
            continue;
        };
        let times = chat.said.iter().filter(|text| **text == send.text).count();
        let fits = match &send.outcome {
            Outcome::Accepted(reply) => times == 1 && chat.replies.contains_key(reply),
            Outcome::Refused(_) => send.again || times == 0,
            Outcome::Unknown => times <= 1,
        };
        if !fits {
            let what = format!("{:?} ({:?}) is there {times} times", send.text, send.outcome);
            found.push(Violation { invariant: "I5", what });
        }
    }
    for (text, calls) in &truth.calls {
        let allowed = allowed.get(text.as_str()).copied().unwrap_or_default();
        if *calls > allowed {
            let what = format!("{text:?} was sent {allowed} times and the provider called {calls} times");
            found.push(Violation { invariant: "I7", what });
        }
    }
}

fn brief(what: &What) -> String {
    match what {
        What::Delta(piece) => format!("delta {} {} {}..{}", piece.of.0, piece.of.1, piece.from, piece.to),
        What::Reset { texts, .. } => format!("reset with {} texts", texts.len()),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests;
