//! A conversation arranged as wires want it that know two speakers in turn: one system text, turns that alternate and
//! end with the person's, and a result for each call in the turn behind it.

use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::providers::{File, Message, Request, Role, ToolCall};

/// What a model is told of a call that nobody has finished: the server went away, or the person had enough.
pub const NO_RESULT: &str = "The call was interrupted: it has no result.";
/// What a model is told behind its own last words.
const GO_ON: &str = "Go on.";

/// See the module.
pub struct Arranged<'a> {
    /// What stands before everything else; empty where nothing does.
    pub system: String,
    pub turns: Vec<Turn<'a>>,
}

/// All that one speaker says before the other does; never nothing.
pub struct Turn<'a> {
    pub role: Role,
    pub said: Vec<Said<'a>>,
}

/// One thing of a turn.
pub enum Said<'a> {
    /// Never empty.
    Text(&'a str),
    File(&'a File),
    Call(&'a ToolCall),
    Result {
        call: &'a ToolCall,
        output: &'a str,
        failed: bool,
    },
    /// The items of a replay, each as it came.
    Items(Vec<&'a RawValue>),
}

impl<'a> Arranged<'a> {
    /// Arranges a request for a wire that understands replays of this form.
    pub fn of(request: &'a Request, form: &str) -> Self {
        let leading = request.messages.iter().take_while(|message| message.role == Role::System).count();
        let (system, rest) = request.messages.split_at(leading);
        let system: Vec<&str> = system
            .iter()
            .map(|message| message.text.as_str())
            .filter(|text| !text.trim().is_empty())
            .collect();
        let mut arranged = Self { system: system.join("\n\n"), turns: Vec::new() };
        // Calls that lack their results, and later system texts, which wait for the person's next turn.
        let (mut open, mut notes): (&[ToolCall], Vec<&str>) = (&[], Vec::new());
        for message in rest {
            match message.role {
                Role::System => notes.push(&message.text),
                Role::User => {
                    arranged.answer(std::mem::take(&mut open), message);
                    notes.drain(..).for_each(|note| arranged.text(Role::User, note));
                    message.files.iter().for_each(|file| arranged.say(Role::User, Said::File(file)));
                    arranged.text(Role::User, &message.text);
                }
                Role::Assistant => {
                    arranged.interrupt(std::mem::take(&mut open));
                    arranged.own(message, form);
                    open = &message.calls;
                }
            }
        }
        arranged.interrupt(open);
        notes.into_iter().for_each(|note| arranged.text(Role::User, note));
        if arranged.turns.last().is_none_or(|turn| turn.role == Role::Assistant) {
            arranged.text(Role::User, GO_ON);
        }
        arranged
    }

    /// Results first, and one for each call.
    fn answer(&mut self, open: &'a [ToolCall], message: &'a Message) {
        for call in open {
            let result = message.results.iter().find(|result| result.id == call.id);
            let (output, failed) = result.map_or((NO_RESULT, true), |result| (&result.output, result.failed));
            self.say(Role::User, Said::Result { call, output, failed });
        }
    }

    fn interrupt(&mut self, open: &'a [ToolCall]) {
        for call in open {
            self.say(Role::User, Said::Result { call, output: NO_RESULT, failed: true });
        }
    }

    /// What the model said itself: in its own items where it may have them back.
    fn own(&mut self, message: &'a Message, form: &str) {
        let replay = message.replay.as_ref().filter(|replay| replay.form == form);
        let items = replay.and_then(|replay| serde_json::from_str::<Vec<&RawValue>>(&replay.items).ok());
        if let Some(items) = items.filter(|items| !items.is_empty()) {
            return self.say(Role::Assistant, Said::Items(items));
        }
        self.text(Role::Assistant, &message.text);
        message.calls.iter().for_each(|call| self.say(Role::Assistant, Said::Call(call)));
    }

    fn text(&mut self, role: Role, text: &'a str) {
        if !text.trim().is_empty() {
            self.say(role, Said::Text(text));
        }
    }

    fn say(&mut self, role: Role, said: Said<'a>) {
        match self.turns.last_mut() {
            Some(turn) if turn.role == role => turn.said.push(said),
            _ => self.turns.push(Turn { role, said: vec![said] }),
        }
    }
}

/// The arguments of a call as they were written, if they are a JSON object; otherwise an empty one.
pub fn arguments(call: &ToolCall) -> Box<RawValue> {
    let told = serde_json::from_str::<Box<RawValue>>(&call.arguments).ok();
    let object = told.filter(|json| json.get().starts_with('{'));
    object.unwrap_or_else(|| RawValue::from_string("{}".to_owned()).expect("an empty object is JSON"))
}

/// An id of letters, digits, `_` and `-`: the given one if it fits, otherwise always the same for the same.
pub fn fitting_id(id: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if (1..=64).contains(&id.len()) && id.chars().all(fits) {
        return id.to_owned();
    }
    let digest = Sha256::digest(id.as_bytes());
    let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("call_{hex}")
}

/// An id for a call that came without one; no other call of the conversation has it.
pub fn made_up_id(turns: usize, index: u32) -> String {
    format!("call_{turns}_{index}")
}
