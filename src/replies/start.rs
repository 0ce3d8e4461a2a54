//! Accepting a message: everything is committed in one transaction before the provider hears of it.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    drive,
    store::{self, Used},
    unclear,
    write::{FIRST_FENCE, Outcome, Start},
};
use crate::{
    accounts::{self, Action, Actor},
    app::App,
    chat::{self, Message, NewConversation, Role, Seam, Settings, conversations::usable_model, search},
    error::{Error, Result},
    stream::Cursor,
};

/// Characters of an idempotency key.
const KEY_LENGTH: usize = 200;

/// Where a message goes.
#[derive(Debug, Clone)]
pub enum Place {
    /// Behind the newest message of a conversation.
    End(Uuid),
    /// Behind this message of a conversation (`None`: at its root), as a sibling of what follows it now.
    After(Uuid, Option<Uuid>),
    /// Into a new conversation.
    New(NewConversation),
}

/// What a person sends.
#[derive(Debug, Clone, Default)]
pub struct NewMessage {
    /// Raw markdown.
    pub text: String,
    /// The model to ask; else the conversation's.
    pub model: Option<String>,
    /// A second model to ask the same: two answers next to each other, until one is kept.
    pub second: Option<String>,
    /// Makes a repeated send harmless for 24 hours.
    pub key: Option<String>,
}

/// A send that was accepted, now or earlier with the same key.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The conversation.
    pub conversation: Uuid,
    /// The person's message (of a regeneration: the one answered again).
    pub message: Message,
    /// The reply that answers it.
    pub reply: Uuid,
    /// The assistant's message that the reply writes.
    pub reply_message: Uuid,
    /// The second model's reply and its message, if two answer.
    pub second: Option<(Uuid, Uuid)>,
    /// Just before the first event of this send.
    pub cursor: Cursor,
    /// True when the key was used before and nothing new was done.
    pub replayed: bool,
}

impl Accepted {
    /// The replies that answer it.
    pub fn replies(&self) -> impl Iterator<Item = Uuid> {
        [Some(self.reply), self.second.map(|(reply, _)| reply)].into_iter().flatten()
    }
}

/// Everything decided before the transaction.
pub(super) struct Plan {
    pub actor: Actor,
    pub place: Place,
    /// The text to say, or `None` to answer again what `place` names.
    pub text: Option<String>,
    /// Those of the text, for the index.
    pub words: search::Words,
    pub model: Option<String>,
    pub second: Option<String>,
    pub kept: Option<Kept>,
    pub key: Option<String>,
}

/// What an answer that is continued begins with.
pub(super) struct Kept {
    /// The message that is continued.
    pub message: Uuid,
    pub text: String,
    pub seams: Vec<Seam>,
}

/// Sends a message and starts the reply to it.
///
/// # Errors
/// An empty or too long text, an unknown model, a place the actor may not see, a reply that still runs there, or a key
/// that was used for something else.
pub async fn send(app: &App, actor: &Actor, place: Place, new: NewMessage) -> Result<Accepted> {
    let text = checked_text(new.text)?;
    let NewMessage { model, second, key, .. } = new;
    let (model, second) = (named(model), named(second));
    let (words, actor) = (search::Words::of(&text), actor.clone());
    start(app, Plan { actor, place, text: Some(text), words, model, second, kept: None, key }).await
}

/// Answers again: a new sibling of an assistant's message, or another answer to a person's one.
///
/// # Errors
/// As [`send`].
pub async fn regenerate(
    app: &App,
    actor: &Actor,
    message: Uuid,
    model: Option<String>,
    key: Option<String>,
) -> Result<Accepted> {
    let (conversation, message) = chat::messages::get(app, actor, message).await?;
    let asked = match message.role {
        Role::User => Some(message.id),
        Role::Assistant => message.parent_id,
    };
    let model = named(model).or_else(|| message.reply.map(|reply| reply.model));
    let place = Place::After(conversation, asked);
    let actor = actor.clone();
    let words = search::Words::default();
    start(app, Plan { actor, place, text: None, words, model, second: None, kept: None, key }).await
}

/// Goes on with an answer that did not come to its end: a new sibling of it that begins with the text that is there.
///
/// # Errors
/// As [`send`], and for a message that is no such answer.
pub async fn go_on(
    app: &App,
    actor: &Actor,
    message: Uuid,
    model: Option<String>,
    key: Option<String>,
) -> Result<Accepted> {
    let (conversation, old) = chat::messages::get(app, actor, message).await?;
    let asked = old.parent_id;
    let (Some(reply), true) = (old.reply.as_ref(), old.can_go_on()) else {
        let detail = "only an answer that has text and did not come to its end can be continued";
        return Err(Error::conflict("not_continuable", detail));
    };
    let mut seams = reply.seams.clone();
    let to = old.text.len() as u64;
    seams.retain(|seam| seam.to < to);
    seams.push(Seam { to, model: reply.model.clone() });
    let model = named(model).or_else(|| Some(reply.model.clone()));
    let kept = Some(Kept { message, text: old.text, seams });
    let place = Place::After(conversation, asked);
    let (words, actor) = (search::Words::default(), actor.clone());
    start(app, Plan { actor, place, text: None, words, model, second: None, kept, key }).await
}

/// Edits a person's message: a new sibling of it, with a reply of its own. The old branch stays.
///
/// # Errors
/// As [`send`], and for an assistant's message.
pub async fn edit(app: &App, actor: &Actor, message: Uuid, new: NewMessage) -> Result<Accepted> {
    let (conversation, old) = chat::messages::get(app, actor, message).await?;
    if old.role != Role::User {
        return Err(Error::field("not_editable", "id", "only a person's message can be edited"));
    }
    send(app, actor, Place::After(conversation, old.parent_id), new).await
}

/// A client that hangs up in the middle must not leave a reply that is stored but that nobody drives, so this goes on to
/// its end whether anybody still waits or not.
async fn start(app: &App, plan: Plan) -> Result<Accepted> {
    let own = app.clone();
    let started = app.tasks.spawn(async move { accept(&own, plan).await });
    started
        .await
        .map_err(|error| Error::Internal(anyhow::Error::new(error).context("accepting a message")))?
}

async fn accept(app: &App, plan: Plan) -> Result<Accepted> {
    if app.draining.is_cancelled() {
        return Err(Error::Unavailable { retry_after: std::time::Duration::from_secs(2) });
    }
    if plan.key.as_ref().is_some_and(|key| key.is_empty() || key.len() > KEY_LENGTH) {
        return Err(Error::field("bad_key", "Idempotency-Key", "an idempotency key has 1 to 200 characters"));
    }
    accounts::can(&plan.actor, Action::Chat)?;
    // The model is looked up before the transaction: a provider may have to be asked for its list, and on SQLite every
    // other writer would wait meanwhile.
    let wanted = match (&plan.model, &plan.place) {
        (Some(model), _) => Some(model.clone()),
        (None, Place::End(id) | Place::After(id, _)) => {
            Some(chat::conversations::get(app, &plan.actor, *id).await?.model)
        }
        (None, Place::New(new)) => new.model.clone(),
    };
    let model = match usable_model(app, &plan.actor, wanted.as_deref()).await {
        Ok(model) => model,
        // A model that is gone does not undo what was accepted while it was there.
        Err(error) => return used_before(app, &plan).await?.ok_or(error),
    };
    let mut models = vec![model];
    if let Some(second) = &plan.second {
        match usable_model(app, &plan.actor, Some(second)).await {
            Ok(second) => models.push(second),
            Err(error) => return used_before(app, &plan).await?.ok_or(error),
        }
    }
    let mut tx = app.db.begin().await?;
    let mut started = Start { app, tx: &mut tx, plan: &plan, now: app.clock.now() };
    let (accepted, jobs, entries) = match started.run(models).await? {
        Outcome::New { accepted, jobs, entries } => (accepted, jobs, entries),
        Outcome::Replay(used) => {
            drop(tx);
            // The first send may still be on its way to the disk.
            app.db.sync().await;
            return replay(app, &plan.actor, &used).await;
        }
    };
    if let Err(error) = tx.commit().await
        && !unclear::is_stored(app, &plan.actor, &accepted, FIRST_FENCE).await
    {
        return Err(error.into());
    }
    app.log.publish(accepted.conversation, &entries);
    for job in jobs {
        drive::spawn(app, job);
    }
    // The reply is on its way; only the acknowledgement waits for the disk.
    app.db.sync().await;
    Ok(*accepted)
}

/// The send that used this plan's key before, if it was the same one.
async fn used_before(app: &App, plan: &Plan) -> Result<Option<Accepted>> {
    let Some(key) = &plan.key else { return Ok(None) };
    let mut tx = app.db.begin_read().await?;
    let used = store::used(&mut tx, plan.actor.user.0, key).await?;
    drop(tx);
    match used.filter(|used| used.fingerprint == plan.fingerprint()) {
        Some(used) => replay(app, &plan.actor, &used).await.map(Some),
        None => Ok(None),
    }
}

impl Plan {
    /// What makes two requests the same one.
    pub fn fingerprint(&self) -> Vec<u8> {
        let place = match &self.place {
            Place::End(id) => format!("end {id}"),
            Place::After(id, parent) => format!("after {id} {parent:?}"),
            Place::New(new) if new.settings == Settings::default() => {
                format!("new {:?} {:?}", new.title, new.model)
            }
            Place::New(new) => format!("new {:?} {:?} {:?}", new.title, new.model, new.settings),
        };
        let kept = self.kept.as_ref().map(|kept| kept.message.to_string());
        let text = self.text.as_deref().unwrap_or_default();
        let model = self.model.as_deref().unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [place.as_str(), model, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        for (name, part) in [("second", self.second.as_deref()), ("kept", kept.as_deref())] {
            if let Some(part) = part {
                hash.update(name);
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        hash.finalize().to_vec()
    }
}

/// The same answer as the first time.
async fn replay(app: &App, actor: &Actor, used: &Used) -> Result<Accepted> {
    let (reply_message, conversation) =
        store::find(&app.db, actor.user.0, used.reply).await?.ok_or(Error::NotFound)?;
    let (_, answer) = chat::messages::get(app, actor, reply_message).await?;
    let asked = answer.parent_id.ok_or(Error::NotFound)?;
    let (_, message) = chat::messages::get(app, actor, asked).await?;
    // As it was then.
    let message = Message { siblings: None, ..message };
    let second = match used.second {
        Some(second) => {
            store::find(&app.db, actor.user.0, second).await?.map(|(message, _)| (second, message))
        }
        None => None,
    };
    let mut tx = app.db.begin_read().await?;
    let position = app.log.position(&mut tx, conversation).await?.ok_or(Error::NotFound)?;
    let cursor = Cursor { epoch: position.epoch, seq: used.seq };
    Ok(Accepted { conversation, message, reply: used.reply, reply_message, second, cursor, replayed: true })
}

/// A blank name is none, as a form sends it: not the server's model, but the conversation's.
fn named(model: Option<String>) -> Option<String> {
    model.filter(|model| !model.trim().is_empty())
}

fn checked_text(text: String) -> Result<String> {
    if text.trim().is_empty() {
        return Err(Error::field("empty_message", "content", "the message is empty"));
    }
    if text.len() > chat::MESSAGE_TEXT_LIMIT {
        let detail = format!("the message is longer than {} bytes", chat::MESSAGE_TEXT_LIMIT);
        return Err(Error::field("message_too_long", "content", detail));
    }
    // A database text can't hold it, and no person means it.
    Ok(text.replace('\0', "\u{fffd}"))
}
