//! What a simulated model is going to do, as data: a list of beats, taken apart into small steps as it is played.

use std::{borrow::Cow, collections::VecDeque, time::Duration};

use bytes::Bytes;

use super::words::Prose;

/// Which part of the answer a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Thinking,
    Answer,
}

/// How a text is cut into tokens.
#[derive(Debug, Clone, Copy)]
pub enum Cut {
    /// A word with the white space after it.
    Words,
    /// So many characters.
    Chars(usize),
    /// All at once.
    Whole,
}

/// One entry of a score.
#[derive(Debug, Clone)]
pub enum Beat {
    Wait(Duration),
    /// Says a text, waiting `every` before each token but the first.
    Say {
        part: Part,
        text: Cow<'static, str>,
        cut: Cut,
        every: Duration,
    },
    /// Says prose made up on the way, so that a long answer needs no memory.
    Ramble {
        prose: Prose,
        every: Duration,
    },
    Call(Fragment),
    /// Bytes past all framing, `step` of them at a time.
    Raw {
        bytes: Bytes,
        step: usize,
        every: Duration,
    },
    /// A token that already stands as it may stand in JSON.
    Escaped(&'static [u8]),
    /// The first half of a token's event, with or without what closes an event.
    Half {
        closed: bool,
    },
    /// A token whose event leaves byte by byte.
    Shred(&'static str),
    /// A comment of this length, byte by byte.
    Dribble {
        length: usize,
        every: Duration,
    },
    /// An error inside the stream, with this code.
    Error(String),
    /// Events that mean nothing.
    Noise,
    Finish(&'static str),
    Usage,
    Done,
    /// Breaks the connection.
    Break,
}

/// A piece of a tool call.
#[derive(Debug, Clone)]
pub struct Fragment {
    pub index: u32,
    /// Its id and its name: the first piece of a call has them.
    pub opens: Option<(String, String)>,
    /// The next characters of a JSON text.
    pub arguments: String,
}

/// The smallest thing that happens.
pub enum Step<'a> {
    Wait(Duration),
    Token(Part, &'a str),
    Call(Fragment),
    Raw(Bytes),
    Escaped(&'static [u8]),
    Half { closed: bool },
    Shred(&'static str),
    Dribble { length: usize, every: Duration },
    Error(String),
    Noise,
    Finish(&'static str),
    Usage,
    Done,
    Break,
}

/// Beats in the order in which they are played.
#[derive(Debug, Default)]
pub struct Score {
    beats: VecDeque<Beat>,
    /// Into the text of the first beat.
    at: usize,
    /// Whether the wait before the next token of the first beat is over.
    waited: bool,
    word: String,
    /// Answer tokens that may still be said.
    room: Option<u64>,
    /// What of the answer is said already: it is passed over as long as it is what would be said now.
    said: String,
}

impl Score {
    pub fn new(beats: impl IntoIterator<Item = Beat>) -> Self {
        Self { beats: beats.into_iter().collect(), waited: true, ..Self::default() }
    }

    /// Ends the answer after so many tokens, with finish reason `length`.
    pub fn limit(mut self, tokens: Option<u32>) -> Self {
        self.room = tokens.map(u64::from);
        self
    }

    /// Goes on behind a text that was said before; from the beginning if it would say something else.
    pub fn behind(mut self, said: &str) -> Self {
        self.said = said.to_owned();
        self
    }

    /// The next step, or `None` when all is said.
    pub fn next_step(&mut self) -> Option<Step<'_>> {
        loop {
            let every = match self.beats.front()? {
                Beat::Say { text, every, .. } if self.at < text.len() => *every,
                Beat::Ramble { every, .. } => *every,
                Beat::Raw { bytes, every, .. } if self.at < bytes.len() => *every,
                Beat::Say { .. } | Beat::Raw { .. } => {
                    self.advance();
                    continue;
                }
                _ => return self.whole_beat(),
            };
            if !self.waited && !every.is_zero() && self.said.is_empty() {
                self.waited = true;
                return Some(Step::Wait(every));
            }
            self.waited = false;
            if matches!(self.beats.front(), Some(Beat::Raw { .. })) {
                return self.raw();
            }
            if self.room == Some(0) && self.speaks() {
                self.cut_short();
                continue;
            }
            if let Some(part) = self.take_token() {
                if part == Part::Answer && !self.is_new() {
                    continue;
                }
                self.room = self.room.map(|room| room - u64::from(part == Part::Answer));
                return Some(Step::Token(part, &self.word));
            }
            self.advance();
        }
    }

    /// Plays this beat next.
    pub fn insert(&mut self, beat: Beat) {
        self.beats.push_front(beat);
    }

    fn advance(&mut self) {
        self.beats.pop_front();
        self.at = 0;
        self.waited = true;
    }

    fn whole_beat(&mut self) -> Option<Step<'static>> {
        let beat = self.beats.pop_front()?;
        self.waited = true;
        Some(match beat {
            Beat::Wait(time) => Step::Wait(time),
            Beat::Call(fragment) => Step::Call(fragment),
            Beat::Escaped(json) => Step::Escaped(json),
            Beat::Half { closed } => Step::Half { closed },
            Beat::Shred(text) => Step::Shred(text),
            Beat::Dribble { length, every } => Step::Dribble { length, every },
            Beat::Error(code) => Step::Error(code),
            Beat::Noise => Step::Noise,
            Beat::Finish(word) => Step::Finish(word),
            Beat::Usage => Step::Usage,
            Beat::Done => Step::Done,
            Beat::Break | Beat::Say { .. } | Beat::Ramble { .. } | Beat::Raw { .. } => Step::Break,
        })
    }

    fn raw(&mut self) -> Option<Step<'static>> {
        let Some(Beat::Raw { bytes, step, .. }) = self.beats.front() else { return None };
        let piece = bytes.slice(self.at..bytes.len().min(self.at + (*step).max(1)));
        self.at += piece.len();
        Some(Step::Raw(piece))
    }

    fn take_token(&mut self) -> Option<Part> {
        self.word.clear();
        match self.beats.front_mut()? {
            Beat::Say { part, text, cut, .. } => {
                let token = first_token(&text[self.at..], *cut);
                self.word.push_str(token);
                self.at += token.len();
                Some(*part)
            }
            Beat::Ramble { prose, .. } => prose.write_next(&mut self.word).then_some(Part::Answer),
            _ => None,
        }
    }

    /// Whether anything of the token in `word` is new; leaves only that.
    fn is_new(&mut self) -> bool {
        if self.said.is_empty() {
            return true;
        }
        if let Some(rest) = self.said.strip_prefix(self.word.as_str()) {
            let known = self.said.len() - rest.len();
            self.said.drain(..known);
            return false;
        }
        if let Some(new) = self.word.strip_prefix(self.said.as_str()) {
            self.word = new.to_owned();
        }
        self.said.clear();
        true
    }

    fn speaks(&self) -> bool {
        matches!(self.beats.front(), Some(Beat::Ramble { .. } | Beat::Say { part: Part::Answer, .. }))
    }

    fn cut_short(&mut self) {
        self.beats.retain(|beat| matches!(beat, Beat::Usage | Beat::Done));
        self.beats.push_front(Beat::Finish("length"));
        self.at = 0;
    }
}

fn first_token(text: &str, cut: Cut) -> &str {
    match cut {
        Cut::Whole => text,
        Cut::Chars(count) => text.char_indices().nth(count.max(1)).map_or(text, |(end, _)| &text[..end]),
        Cut::Words => {
            let word = text.find(|c: char| !c.is_whitespace()).unwrap_or(0);
            let gap = text[word..].find(char::is_whitespace).map_or(text.len(), |n| word + n);
            let end = text[gap..].find(|c: char| !c.is_whitespace()).map_or(text.len(), |n| gap + n);
            &text[..end]
        }
    }
}
