//! What a model is told: the whole branch, as far as it fits.
//!
//! Every model is told the same plain turns. An answer that the same origin gave (provider, model, account, address) is
//! told in the provider's own words instead, but only behind the very turns that it answered: a digest of all that was
//! told is kept with it. An edit, another branch, another system prompt or a turn that was left out changes the digest,
//! and the answer is plain text again. What doesn't fit is left out from the oldest turn on, and counted for the reader.

mod store;

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::drive::Job;
use crate::{
    app::App,
    chat::Role,
    error::Result,
    platform::db::Tx,
    providers::{self, Accounts, Message, Model, Replay, Request, estimate},
};

/// What a model is told that goes on with a text. Not every one would do so by itself.
const GO_ON: &str = "Your last message was cut off. Go on exactly where it ends, in the middle of a word if need be. Do not \
                     repeat any of it, do not greet, do not comment on the break.";
/// Tokens kept free for an answer whose length nobody has limited.
const ROOM: u64 = 8_192;

/// An answer in its provider's own words, with the digest of what it answered.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    prefix: Vec<u8>,
    replay: Replay,
}

/// A question to one model.
pub(super) struct Told {
    pub request: Request,
    /// Turns that did not fit.
    pub left_out: usize,
    /// What the answer's own words will be bound to.
    pub bound: Bound,
}

/// Where an answer comes from, and behind what.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    origin: Vec<u8>,
    prefix: Vec<u8>,
}

/// What a model will be told of a job, within `limit` tokens, or within its own window.
///
/// # Errors
/// The database.
pub(super) async fn tell(
    app: &App,
    job: &Job,
    model: &Model,
    own: &Accounts,
    limit: Option<u64>,
) -> Result<Told> {
    let origin = Sha256::digest(app.providers.origin(model, own)).to_vec();
    // Without an answer there is nothing to say again.
    let has_answers = job.history.iter().any(|message| message.role == Role::Assistant);
    let kept = if has_answers { store::of(&app.db, job.conversation, &origin).await? } else { Vec::new() };
    Ok(put_together(job, origin, kept.into_iter().collect(), limit.or_else(|| window(job, model))))
}

/// Keeps an answer's own words, in the transaction that ends it.
pub(super) async fn keep(tx: &mut Tx, job: &Job, bound: &Bound, replay: &Replay) -> sqlx::Result<()> {
    let kept = Kept { prefix: bound.prefix.clone(), replay: replay.clone() };
    store::keep(tx, (job.reply, job.message, job.conversation), &bound.origin, &kept).await
}

/// Tokens of a question: the window, less what the answer needs.
fn window(job: &Job, model: &Model) -> Option<u64> {
    let window = u64::from(model.context_window?);
    let said = job.settings.max_tokens.or(model.max_output).map_or(ROOM, u64::from);
    Some(window - said.min(window / 4))
}

fn put_together(job: &Job, origin: Vec<u8>, mut kept: HashMap<Uuid, Kept>, limit: Option<u64>) -> Told {
    let mut turns = turns(job);
    let settings = &job.settings;
    let mut request = Request {
        messages: turns.iter().map(|(message, _)| message.clone()).collect(),
        max_tokens: settings.max_tokens,
        // What was written has few digits; they survive.
        temperature: settings.temperature.map(|warmth| warmth as f32),
        reasoning_effort: settings.reasoning_effort.map(|effort| effort.as_str().to_owned()),
        ..Request::default()
    };
    let left_out = limit.map_or(0, |limit| estimate::fit(&mut request, limit));
    let first = turns.iter().take_while(|(message, _)| message.role == providers::Role::System).count();
    turns.drain(first..first + left_out);
    let mut told = Sha256::new_with_prefix(&origin);
    for tool in &request.tools {
        add(&mut told, &[&tool.name, &tool.description, &tool.parameters.to_string()]);
    }
    for (message, (_, id)) in request.messages.iter_mut().zip(turns) {
        let same = |kept: &Kept| kept.prefix == told.clone().finalize().to_vec();
        message.replay = id.and_then(|id| kept.remove(&id)).filter(same).map(|kept| kept.replay);
        digest(&mut told, message);
    }
    let prefix = told.finalize().to_vec();
    Told { request, left_out, bound: Bound { origin, prefix } }
}

/// The branch in plain turns, each answer with its message's id.
fn turns(job: &Job) -> Vec<(Message, Option<Uuid>)> {
    let system = job.settings.system_prompt.clone().map(|text| (Message::system(text), None));
    let said = job.history.iter().filter(|message| !message.text.trim().is_empty());
    let said = said.map(|message| match message.role {
        Role::User => (Message::user(message.text.as_str()), None),
        Role::Assistant => (Message::assistant(message.text.as_str()), Some(message.id)),
    });
    let mut turns: Vec<_> = system.into_iter().chain(said).collect();
    if !job.kept.is_empty() {
        turns.push((Message::assistant(job.kept.as_str()), None));
        turns.push((Message::system(GO_ON), None));
    }
    turns
}

fn digest(told: &mut Sha256, message: &Message) {
    let role = match message.role {
        providers::Role::System => "system",
        providers::Role::User => "user",
        providers::Role::Assistant => "assistant",
    };
    add(told, &[role, &message.text]);
    for file in &message.files {
        add(told, &["file", &file.name, &file.media_type]);
        told.update(Sha256::digest(&file.bytes));
    }
    for call in &message.calls {
        add(told, &["call", &call.id, &call.name, &call.arguments]);
    }
    for result in &message.results {
        add(told, &["result", &result.id, &result.output]);
    }
    if let Some(replay) = &message.replay {
        add(told, &["replay", &replay.form, &replay.items]);
    }
}

/// Each part with its length, so that no two lists are the same bytes.
fn add(told: &mut Sha256, parts: &[&str]) {
    for part in parts {
        told.update((part.len() as u64).to_be_bytes());
        told.update(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{self, Settings};

    fn said(id: u128, role: Role, text: &str) -> chat::Message {
        chat::Message {
            id: Uuid::from_u128(id),
            parent_id: None,
            role,
            text: text.to_owned(),
            thinking: String::new(),
            reply: None,
            created_at: chrono::DateTime::default(),
            siblings: None,
            beside_id: None,
        }
    }

    fn job(history: Vec<chat::Message>) -> Job {
        Job {
            conversation: Uuid::nil(),
            owner: Uuid::nil(),
            reply: Uuid::nil(),
            message: Uuid::nil(),
            fence: 1,
            started_seq: 1,
            created_at: chrono::DateTime::default(),
            model: "openai/gpt-6-luna".to_owned(),
            settings: Settings::default(),
            history,
            kept: String::new(),
            allowance: None,
        }
    }

    fn told(history: &[chat::Message], origin: &str, kept: &HashMap<Uuid, Kept>) -> Told {
        put_together(&job(history.to_vec()), origin.as_bytes().to_vec(), kept.clone(), None)
    }

    /// Which turns are told in the provider's own words.
    fn own_words(told: &Told) -> Vec<bool> {
        told.request.messages.iter().map(|message| message.replay.is_some()).collect()
    }

    #[test]
    fn own_words_are_said_again_behind_the_same_turns_only() {
        let mut history = vec![said(1, Role::User, "one")];
        let mut kept = HashMap::new();
        for n in 1..=3_u128 {
            let answered = told(&history, "a", &kept);
            assert_eq!(own_words(&answered).iter().filter(|own| **own).count(), (n - 1) as usize, "{n}");
            let replay = Replay { form: "messages".into(), items: format!("[{n}]") };
            kept.insert(Uuid::from_u128(n * 2), Kept { prefix: answered.bound.prefix, replay });
            history.push(said(n * 2, Role::Assistant, "answer"));
            history.push(said(n * 2 + 1, Role::User, "more"));
        }
        assert_eq!(own_words(&told(&history, "a", &kept)), [false, true, false, true, false, true, false]);
        // Another model or account hears plain text.
        assert_eq!(own_words(&told(&history, "b", &kept)), [false; 7]);
        // An edit in the middle: what stands before it stays.
        let mut edited = history.clone();
        edited[2].text = "edited".to_owned();
        assert_eq!(own_words(&told(&edited, "a", &kept)), [false, true, false, false, false, false, false]);
        // A system prompt is before everything.
        let settings = Settings { system_prompt: Some("Be brief.".to_owned()), ..Settings::default() };
        let prompted = Job { settings, ..job(history.clone()) };
        let prompted = put_together(&prompted, b"a".to_vec(), kept.clone(), None);
        assert_eq!(own_words(&prompted), [false; 8]);
        // So is a turn that was left out.
        let whole = told(&history, "a", &kept);
        let limit = estimate::of_request(&Request {
            messages: history.iter().map(|message| Message::user(message.text.as_str())).collect(),
            ..Request::default()
        }) - 1;
        let short = put_together(&job(history), b"a".to_vec(), kept, Some(limit));
        assert_eq!((short.left_out, own_words(&short)), (2, vec![false; 5]));
        assert_ne!(short.bound.prefix, whole.bound.prefix);
    }

    #[test]
    fn an_answer_that_is_continued_is_told_as_text() {
        let history =
            vec![said(1, Role::User, "one"), said(2, Role::Assistant, ""), said(3, Role::User, "  ")];
        let job = Job { kept: "half an ans".to_owned(), ..job(history) };
        let told = put_together(&job, Vec::new(), HashMap::new(), Some(1));
        let texts: Vec<_> = told.request.messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!((texts, told.left_out), (vec!["one", "half an ans", GO_ON], 0));
    }
}
