//! The simulated provider: made-up answers for the first look, for tests and for benchmarks.
//!
//! It is deterministic: the same id, prompt and seed give the same answer and the same pace, on every machine. In
//! process and over HTTP (`freshet simulate`) it is one thing: both play the same bytes of the OpenAI wire, and both
//! are read by the same reader, so a fault is the same fault on either road. Start reading at [`Stage::perform`].

mod cast;
mod faults;
mod frames;
pub mod history;
mod options;
mod score;
pub mod voice;
mod words;

use std::collections::HashMap;

use bytes::Bytes;
pub use frames::Frames;
use futures::{Stream, StreamExt, future::BoxFuture};
use parking_lot::Mutex;

use self::{
    cast::beats,
    faults::Fault,
    options::Options,
    score::{Score, Step},
    voice::{ChatVoice, Voice},
};
use super::{
    DeltaStream, Error, Model, Request, Role, Settings, ToolResult, catalog,
    wire::{Answer, Chat, Limits, Listed, Lost, Wire, refusal},
};

/// How many different prompts with `times=` are remembered.
const MEMORY: usize = 10_000;

/// Whether there is such a model; options may follow a colon, as in `tokens:n=500,ms=20`.
pub fn knows(id: &str) -> bool {
    Options::parse(id).is_some()
}

/// The ids of the simulated models, without options.
pub fn ids() -> impl Iterator<Item = &'static str> {
    catalog::SIMULATED.known.iter().map(|known| known.id)
}

/// The whole answer that a model gives to a prompt, for tests that compare. Faults have none.
pub fn text_of(id: &str, prompt: &str) -> Option<String> {
    let options = Options::parse(id).filter(|options| options.base != "faults")?;
    let (mut score, mut text) = (Score::new(beats(&options, prompt)), String::new());
    while let Some(step) = score.next_step() {
        if let Step::Token(score::Part::Answer, token) = step {
            text.push_str(token);
        }
    }
    Some(text)
}

/// Tokens of a request: its words.
pub fn prompt_tokens(request: &Request) -> u64 {
    request.messages.iter().map(|turn| turn.text.split_whitespace().count() as u64).sum()
}

/// Reads frames as a client would, in the product's own limits; an `Err` is a broken connection.
pub fn read(frames: impl Stream<Item = Result<Bytes, ()>> + Send + 'static) -> DeltaStream {
    let body = frames.map(|frame| frame.map_err(|()| Lost)).boxed();
    Box::pin(Answer::new(body, Box::<Chat>::default(), Limits::from(&Settings::default())))
}

/// A response that is not a stream, in no wire's words yet.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub status: u16,
    /// In OpenAI's words, such as `invalid_api_key`; each face says it in its own.
    pub code: &'static str,
    /// Beside the code, or the whole page.
    pub message: String,
    /// Value of the header, in seconds.
    pub retry_after: Option<String>,
    /// Not the API answers, but some proxy with a page of HTML.
    pub html: bool,
}

impl Refusal {
    /// An error as the API would say it.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None, html: false }
    }

    /// The body in OpenAI's form.
    pub fn openai(&self) -> serde_json::Value {
        let Self { code, message, .. } = self;
        serde_json::json!({ "error": { "message": message, "type": code, "param": null, "code": code } })
    }
}

/// What the simulated provider does about a request.
pub enum Performance {
    Refuse(Refusal),
    Play(Box<Frames>),
}

/// The simulated provider itself. Its only state is how often a fault with `times=` has already happened.
#[derive(Default)]
pub struct Stage {
    happened: Mutex<HashMap<u64, u64>>,
}

impl Stage {
    /// Decides on the answer; nothing plays before the frames are polled.
    pub fn perform(&self, request: &Request, voice: Box<dyn Voice>) -> Performance {
        let Some(options) = Options::parse(&request.model).or_else(|| stand_in(&request.model)) else {
            return Performance::Refuse(Refusal::new(404, "model_not_found", "The model does not exist."));
        };
        let prompt =
            request.messages.iter().rev().find(|turn| turn.role == Role::User).map_or("", |turn| &turn.text);
        let beats = if options.base == "faults" {
            let last = request.messages.iter().rev().find(|turn| turn.role != Role::System);
            let results = last.map_or(&[][..], |turn| &turn.results);
            match self.fault(prompt, results) {
                Fault::Refuse(refusal) => return Performance::Refuse(refusal),
                Fault::Play(beats) => beats,
            }
        } else {
            beats(&options, prompt)
        };
        // An answer as the last turn is to be continued.
        let last = request.messages.iter().rev().find(|turn| turn.role != Role::System);
        let said = last.filter(|turn| turn.role == Role::Assistant).map_or("", |turn| &turn.text);
        let score = Score::new(beats).limit(request.max_tokens).behind(said);
        Performance::Play(Box::new(Frames::new(score, voice, prompt_tokens(request))))
    }

    fn fault(&self, prompt: &str, results: &[ToolResult]) -> Fault {
        // What a tool was called for has come.
        if !results.is_empty() {
            let said: Vec<&str> = results.iter().map(|result| result.output.as_str()).collect();
            let text = format!("The tool said: {}", said.join(", "));
            let beat = cast::say(text, score::Cut::Words, std::time::Duration::ZERO);
            return Fault::Play(vec![
                beat,
                score::Beat::Finish("stop"),
                score::Beat::Usage,
                score::Beat::Done,
            ]);
        }
        let Some(times) = faults::times(prompt) else { return faults::read(prompt) };
        let mut happened = self.happened.lock();
        if happened.len() >= MEMORY {
            happened.clear();
        }
        let before = happened.entry(words::hash(prompt)).or_default();
        *before += 1;
        if *before <= times {
            return faults::read(prompt);
        }
        let well = cast::say("All is well again.", score::Cut::Words, std::time::Duration::ZERO);
        Fault::Play(vec![well, score::Beat::Finish("stop"), score::Beat::Usage, score::Beat::Done])
    }
}

/// Over a socket, the models of real providers have stand-ins: one that thinks, or one that doesn't.
fn stand_in(id: &str) -> Option<Options> {
    let known = catalog::ROWS.iter().flat_map(|row| row.known).find(|known| known.id == id)?;
    Options::parse(if known.capabilities.reasoning { "thinking:ms=0" } else { "fast" })
}

/// The provider without a socket.
pub struct InProcess {
    limits: Limits,
    stage: Stage,
}

impl InProcess {
    pub fn new(limits: Limits) -> Self {
        Self { limits, stage: Stage::default() }
    }

    fn answer(&self, request: &Request) -> Result<DeltaStream, Error> {
        match self.stage.perform(request, Box::new(ChatVoice::new(request, true))) {
            Performance::Play(frames) => {
                Ok(Box::pin(Answer::new(frames.boxed(), Box::<Chat>::default(), self.limits)))
            }
            Performance::Refuse(refusal) if refusal.html => Err(Error::Malformed),
            Performance::Refuse(refusal) if refusal.status == 200 => {
                let body = refusal.openai().to_string().into_bytes();
                Ok(Box::pin(Answer::of_whole(body, Box::<Chat>::default(), self.limits)))
            }
            Performance::Refuse(refusal) => {
                let mut headers = http::HeaderMap::new();
                let wait = refusal.retry_after.as_deref().and_then(|wait| wait.parse().ok());
                wait.and_then(|wait| headers.insert(http::header::RETRY_AFTER, wait));
                let body = refusal.openai().to_string();
                Err(refusal::from_response(refusal.status, &headers, body.as_bytes()))
            }
        }
    }
}

impl Wire for InProcess {
    fn stream<'a>(
        &'a self,
        _model: &'a Model,
        request: Request,
    ) -> BoxFuture<'a, Result<DeltaStream, Error>> {
        Box::pin(async move { self.answer(&request) })
    }

    fn list(&self) -> BoxFuture<'_, Result<Option<Vec<Listed>>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }
}
