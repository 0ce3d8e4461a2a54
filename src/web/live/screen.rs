//! What a page shows of running replies, grown entry by entry: pure state, no waiting.
//!
//! Invariant: after the entry with seq `s` the screen holds exactly what a page has that applied every frame up to `s`.
//! For each closed block it remembers when it began and when it last changed, so that whoever comes back with a cursor
//! gets the blocks that are missing and nothing else.

use std::collections::HashMap;

use freshet_templates::{
    Locale, SafeHtml, fragments,
    fragments::Announcement,
    parts::message::{Thinking, UserMessage},
};
use uuid::Uuid;

use super::{frame::Frame, standing::Standing};
use crate::{
    chat::{
        Conversation, Message, Reply, Status,
        events::{Event, ReplyEnded, ReplyStarted},
    },
    markdown::{Update, live::Live},
    stream::{Cursor, Delta, Entry, Part},
    web::{present, reader::Reader},
};

/// An entry of at least this many bytes is rendered off the async threads.
const HEAVY: usize = 4 << 10;

/// The replies that run in one conversation, as HTML.
pub(super) struct Screen {
    pub cursor: Cursor,
    reader: Reader,
    conversation: Uuid,
    standing: Standing,
    replies: HashMap<Uuid, Writing>,
}

/// One running reply.
struct Writing {
    /// As a snapshot has it, but for its texts, which are below.
    message: Message,
    /// Where its text began to be taken piece by piece. What is older was taken in one piece, and where a long block is
    /// cut depends on the pieces: pages may hold other blocks.
    since: i64,
    live: Live,
    blocks: Vec<Seen>,
    thinking: String,
    /// Its length as a browser counts.
    thinking_units: usize,
    answer_bytes: u64,
    thinking_bytes: u64,
}

/// When a closed block began and when it last changed.
#[derive(Clone, Copy)]
struct Seen {
    first: i64,
    last: i64,
}

/// How a screen stands, for a page that was away.
#[derive(Default)]
pub(super) struct Behind {
    /// The replies that run.
    pub running: Frame,
    /// The title, and the line in the list where it stands; for a conversation that has another title.
    pub title: Frame,
    /// The same with the line at the top; for one in which something was said or ended.
    pub line: Frame,
    /// What can be done with it; for one that was pinned, archived, or is no longer.
    pub place: Frame,
}

/// A running reply as a page load shows it.
pub struct Written {
    /// The closed blocks.
    pub blocks: Vec<SafeHtml>,
    /// What comes behind them.
    pub tail: SafeHtml,
    /// The thoughts so far, if any.
    pub thinking: Option<Thinking>,
}

impl Screen {
    /// The screen at a snapshot.
    pub fn new(chat: &Conversation, reader: Reader, messages: &[Message]) -> Self {
        let cursor = chat.cursor;
        let mut screen = Self {
            cursor,
            reader,
            conversation: chat.id,
            standing: Standing::of(chat, reader.locale),
            replies: HashMap::new(),
        };
        for message in messages {
            let Some(reply) = message.reply.as_ref().filter(|r| r.status == Status::Running) else {
                continue;
            };
            let bare = Message { text: String::new(), thinking: String::new(), ..message.clone() };
            let mut writing = Writing::new(bare, cursor.seq);
            writing.grow(&message.text, cursor.seq, &mut Frame::default());
            writing.answer_bytes = message.text.len() as u64;
            writing.thinking_bytes = message.thinking.len() as u64;
            writing.thinking = plain(&message.thinking);
            writing.thinking_units = utf16_length(&writing.thinking);
            screen.replies.insert(reply.id, writing);
        }
        screen
    }

    /// Whether any reply runs.
    pub fn is_busy(&self) -> bool {
        !self.replies.is_empty()
    }

    /// Whether an entry is too much for an async thread.
    pub fn is_heavy(&self, entry: &Entry) -> bool {
        match entry.name.as_ref() {
            // The whole text is rendered once more.
            "reply.ended" => self.replies.values().any(|writing| {
                writing.live.text().len() >= HEAVY || writing.live.may_convert(writing.live.text())
            }),
            // As JSON a text has the same signs.
            Delta::NAME => {
                entry.data.len() >= HEAVY
                    || self.replies.values().any(|writing| writing.live.may_convert(&entry.data))
            }
            _ => entry.data.len() >= HEAVY,
        }
    }

    /// Takes the next entry in; what pages have to be told.
    pub fn apply(&mut self, cursor: Cursor, event: &Event<'_>) -> Frame {
        let mut frame = Frame::default();
        match event {
            Event::MessageCreated(created) => {
                let user: UserMessage = present::user(self.reader, &created.message);
                frame.chrome(&fragments::user_message(self.reader.locale, &user).into_string());
            }
            Event::ReplyStarted(started) => self.start(started, cursor.seq, &mut frame),
            Event::Delta(delta) => self.grow(delta, cursor.seq, &mut frame),
            Event::ReplyThought(thought) => {
                if let Some(writing) = self.replies.get_mut(&thought.reply) {
                    writing.reply().thinking_ms = Some(thought.thinking_ms);
                    writing.say_thought(self.reader.locale, &mut frame);
                }
            }
            Event::ReplyToolCall(asked) => {
                if let Some(writing) = self.replies.get_mut(&asked.reply) {
                    let calls = &mut writing.reply().tool_calls;
                    calls.retain(|call| call.index != asked.call.index);
                    calls.push(asked.call.clone());
                    writing.say_calls(self.reader.locale, &mut frame);
                }
            }
            Event::ReplyEnded(ended) => self.end(ended, cursor.seq, &mut frame),
            Event::ChatUpdated(updated) => {
                let busy = self.is_busy();
                self.standing.update(updated, busy, &mut frame);
                if updated.leaf_id.is_some() {
                    frame.event("fx:resync", "-");
                }
            }
            Event::Unknown => {}
        }
        self.cursor = cursor;
        frame.at(cursor);
        frame
    }

    /// What a page that stands at `since` lacks of what is there now. What happened meanwhile is the caller's to say first.
    pub fn catch_up(&self, since: i64) -> Behind {
        let mut behind = Behind::default();
        for writing in self.replies.values() {
            writing.catch_up(since, self.reader.locale, &mut behind.running);
        }
        self.say_stop(&mut behind.running);
        self.standing.say_used(self.is_busy(), &mut behind.line);
        self.standing.say_title(self.is_busy(), &mut behind.title);
        self.standing.say_options(&mut behind.place);
        behind.place.event("fx:chats", "-");
        behind
    }

    /// The running replies by their message, for a page load.
    pub fn written(&self) -> HashMap<Uuid, Written> {
        self.replies.values().map(|writing| (writing.message.id, writing.written())).collect()
    }

    fn start(&mut self, started: &ReplyStarted, seq: i64, frame: &mut Frame) {
        let writing = Writing::new(started.message(), seq);
        let shown = present::assistant(self.reader, &writing.message);
        frame.chrome(&fragments::assistant_message(self.reader.locale, &shown).into_string());
        self.replies.insert(started.reply, writing);
        self.say_stop(frame);
        self.standing.say_used(self.is_busy(), frame);
    }

    /// Whether there is something to stop.
    fn say_stop(&self, frame: &mut Frame) {
        let running: Vec<Uuid> = self.replies.keys().copied().collect();
        let answering = present::stoppable(self.conversation, &running);
        frame.chrome(&fragments::composer_state(self.reader.locale, answering.as_deref()).into_string());
    }

    fn grow(&mut self, delta: &Delta<'_>, seq: i64, frame: &mut Frame) {
        let Some(writing) = self.replies.get_mut(&delta.reply) else { return };
        let have = match delta.part {
            Part::Answer => &mut writing.answer_bytes,
            Part::Thinking => &mut writing.thinking_bytes,
        };
        let Some(new) = delta.beyond(*have) else {
            frame.event("fx:resync", "-");
            return;
        };
        *have = delta.to.max(*have);
        match delta.part {
            Part::Answer => writing.grow(new, seq, frame),
            Part::Thinking => writing.think(new, frame),
        }
    }

    fn end(&mut self, ended: &ReplyEnded, seq: i64, frame: &mut Frame) {
        let Some(mut writing) = self.replies.remove(&ended.reply) else { return };
        let updates = writing.live.finish();
        writing.show(updates, seq, frame);
        ended.write_into(writing.reply());
        writing.message.text = writing.live.text().to_owned();
        let mut shown = present::assistant(self.reader, &writing.message);
        shown.blocks = writing.written().blocks;
        frame.chrome(&fragments::message_foot(self.reader.locale, &shown).into_string());
        self.say_stop(frame);
        self.standing.say_used(self.is_busy(), frame);
        say_end(self.reader.locale, writing.message.id, writing.live.blocks(), ended.status, frame);
    }
}

impl Writing {
    fn new(message: Message, since: i64) -> Self {
        Self {
            message,
            since,
            live: Live::new(),
            blocks: Vec::new(),
            thinking: String::new(),
            thinking_units: 0,
            answer_bytes: 0,
            thinking_bytes: 0,
        }
    }

    fn reply(&mut self) -> &mut Reply {
        self.message.reply.as_mut().expect("what is being written has a reply")
    }

    fn thought(&self) -> Option<i64> {
        self.message.reply.as_ref().and_then(|reply| reply.thinking_ms)
    }

    fn grow(&mut self, text: &str, seq: i64, frame: &mut Frame) {
        let updates = self.live.push(text);
        self.show(updates, seq, frame);
    }

    fn show(&mut self, updates: Vec<Update>, seq: i64, frame: &mut Frame) {
        let message = self.message.id;
        for update in updates {
            match update {
                Update::Append { index, html } => {
                    frame.event("fx:append", &format!("{message} {index}\n{html}"));
                    self.blocks.push(Seen { first: seq, last: seq });
                }
                Update::Grow { index, unit, html } => {
                    frame.event("fx:grow", &format!("{message} {index} {unit}\n{html}"));
                    self.touch(index, seq);
                }
                Update::Replace { index, html } => {
                    frame.event("fx:block", &format!("{message} {index}\n{html}"));
                    self.touch(index, seq);
                }
                Update::Trim { len } => {
                    frame.event("fx:trim", &format!("{message} {len}"));
                    self.blocks.truncate(len);
                }
                Update::Tail { html } => {
                    frame.event("fx:tail", &format!("{message} {}\n{html}", self.blocks.len()));
                }
            }
        }
    }

    fn touch(&mut self, index: usize, seq: i64) {
        if let Some(seen) = self.blocks.get_mut(index) {
            seen.last = seq;
        }
    }

    fn think(&mut self, text: &str, frame: &mut Frame) {
        let text = plain(text);
        let from = self.thinking_units;
        frame.event("fx:think", &format!("{} {from}\n{text}", self.message.id));
        self.thinking_units += utf16_length(&text);
        self.thinking.push_str(&text);
    }

    fn say_thought(&self, locale: Locale, frame: &mut Frame) {
        if let Some(ms) = self.thought() {
            let label = fragments::thought_label(locale, Some(present::seconds(ms)));
            frame.event("fx:thought", &format!("{} 0\n{label}", self.message.id));
        }
    }

    fn catch_up(&self, since: i64, locale: Locale, frame: &mut Frame) {
        let message = self.message.id;
        if !self.thinking.is_empty() {
            frame.event("fx:think", &format!("{message} 0\n{}", self.thinking));
        }
        self.say_thought(locale, frame);
        self.say_calls(locale, frame);
        for (index, seen) in self.blocks.iter().enumerate().filter(|(_, seen)| seen.last > since) {
            let data = format!("{message} {index}\n{}", self.live.block_html(index));
            if seen.first > since {
                frame.event("fx:append", &data);
            }
            // The page may hold the beginning of a block that grows, or a block that was cut elsewhere; an append would be
            // passed over.
            if seen.first <= self.since.max(since) || self.live.units(index) > 0 {
                frame.event("fx:block", &data);
            }
        }
        frame.event("fx:trim", &format!("{message} {}", self.blocks.len()));
        frame.event("fx:tail", &format!("{message} {}\n{}", self.blocks.len(), self.live.tail()));
    }

    fn written(&self) -> Written {
        let blocks = (0..self.live.blocks()).map(|index| SafeHtml(self.live.block_html(index))).collect();
        let thinking = (!self.thinking.is_empty())
            .then(|| Thinking { text: self.thinking.clone(), seconds: self.thought().map(present::seconds) });
        Written { blocks, tail: SafeHtml(self.live.tail().to_owned()), thinking }
    }

    fn say_calls(&self, locale: Locale, frame: &mut Frame) {
        let Some(reply) = self.message.reply.as_ref().filter(|reply| !reply.tool_calls.is_empty()) else {
            return;
        };
        let calls = present::calls(&reply.tool_calls);
        frame.chrome(&fragments::message_calls(locale, &self.message.id.to_string(), &calls).into_string());
    }
}

/// The last event of a reply.
pub(super) fn say_end(locale: Locale, message: Uuid, blocks: usize, status: Status, frame: &mut Frame) {
    let (name, words) = match status {
        Status::Failed => ("fx:fail", Announcement::Failed),
        Status::Interrupted => ("fx:fail", Announcement::Interrupted),
        Status::Stopped => ("fx:done", Announcement::Stopped),
        Status::Running | Status::Complete => ("fx:done", Announcement::Ready(blocks as u64)),
    };
    frame.event(name, &format!("{message} {blocks}\n{}", words.text(locale)));
}

/// Thinking travels as lines of an event, where a carriage return would be a line break of its own. A page load leaves
/// it out, too.
pub(super) fn plain(text: &str) -> String {
    text.replace('\r', "")
}

fn utf16_length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
