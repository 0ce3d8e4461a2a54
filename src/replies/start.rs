//! Accepting a message: everything is committed in one transaction before the provider hears of it.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    drive::{self, Job},
    store::{self, NewReply, Used},
    unclear,
};
use crate::{
    accounts::{self, Action, Actor},
    app::App,
    chat::{
        self, Conversation, Message, NewConversation, Role, Settings,
        conversations::{title_from, usable_model},
        events::{ChatUpdated, MessageCreated, ReplyStarted},
    },
    error::{Error, Result},
    platform::db::Tx,
    stream::{Cursor, Entry, lease},
};

/// The fence of a lease's first holder. Leases are not handed over yet: whoever takes one away ends the reply.
const FIRST_FENCE: i64 = 1;
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
    /// Just before the first event of this send.
    pub cursor: Cursor,
    /// True when the key was used before and nothing new was done.
    pub replayed: bool,
}

/// Everything decided before the transaction.
struct Plan {
    actor: Actor,
    place: Place,
    /// The text to say, or `None` to answer again what `place` names.
    text: Option<String>,
    model: Option<String>,
    key: Option<String>,
}

/// Sends a message and starts the reply to it.
///
/// # Errors
/// An empty or too long text, an unknown model, a place the actor may not see, a reply that still runs there, or a key
/// that was used for something else.
pub async fn send(app: &App, actor: &Actor, place: Place, new: NewMessage) -> Result<Accepted> {
    let text = checked_text(new.text)?;
    start(app, Plan { actor: actor.clone(), place, text: Some(text), model: new.model, key: new.key }).await
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
    let model = model.or_else(|| message.reply.map(|reply| reply.model));
    start(
        app,
        Plan { actor: actor.clone(), place: Place::After(conversation, asked), text: None, model, key },
    )
    .await
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
    let model = match usable_model(app, wanted.as_deref()).await {
        Ok(model) => model,
        // A model that is gone does not undo what was accepted while it was there.
        Err(error) => return used_before(app, &plan).await?.ok_or(error),
    };
    let mut tx = app.db.begin().await?;
    let mut started = Start { app, tx: &mut tx, plan: &plan, now: app.clock.now() };
    let (accepted, job, entries) = match started.run(model).await? {
        Outcome::New { accepted, job, entries } => (accepted, job, entries),
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
    drive::spawn(app, *job);
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

enum Outcome {
    New { accepted: Box<Accepted>, job: Box<Job>, entries: Vec<std::sync::Arc<Entry>> },
    Replay(Used),
}

struct Start<'a> {
    app: &'a App,
    tx: &'a mut Tx,
    plan: &'a Plan,
    now: chrono::DateTime<chrono::Utc>,
}

impl Start<'_> {
    async fn run(&mut self, model: String) -> Result<Outcome> {
        let reply = self.app.ids.next();
        let new_message = self.app.ids.next();
        // The lock comes first: two sends to one conversation, or two with one key, stand in line here.
        let conversation = self.conversation(&model).await?;
        let used = Used {
            fingerprint: self.plan.fingerprint(),
            message: new_message,
            reply,
            seq: conversation.cursor.seq,
        };
        if let Some(key) = &self.plan.key
            && let Some(before) = store::claim(self.tx, self.plan.actor.user.0, key, &used, self.now).await?
        {
            if before.fingerprint != used.fingerprint {
                return Err(Error::field(
                    "key_reused",
                    "Idempotency-Key",
                    "this idempotency key was used for another request",
                ));
            }
            return Ok(Outcome::Replay(before));
        }
        if store::any_running(self.tx, conversation.id).await? {
            return Err(Error::conflict(
                "reply_running",
                "an answer is still being written in this conversation",
            ));
        }
        self.write(conversation, model, new_message, reply).await
    }

    async fn conversation(&mut self, model: &str) -> Result<Conversation> {
        let owner = self.plan.actor.user.0;
        match &self.plan.place {
            Place::End(id) | Place::After(id, _) => {
                chat::lock_conversation(self.tx, owner, *id, self.now).await?.ok_or(Error::NotFound)
            }
            Place::New(new) => {
                let new = NewConversation { model: Some(model.to_owned()), ..new.clone() };
                chat::conversations::create_in(self.app, self.tx, &self.plan.actor, new).await
            }
        }
    }

    async fn write(
        &mut self,
        conversation: Conversation,
        model: String,
        new_message: Uuid,
        reply: Uuid,
    ) -> Result<Outcome> {
        let app = self.app;
        let id = conversation.id;
        let parent = match &self.plan.place {
            Place::End(_) | Place::New(_) => conversation.leaf_id,
            Place::After(_, parent) => *parent,
        };
        let mut history = match parent {
            Some(parent) => match chat::history_in(self.tx, id, parent).await {
                Err(sqlx::Error::RowNotFound) => return Err(Error::NotFound),
                history => history?,
            },
            None => Vec::new(),
        };
        let mut facts = Vec::new();
        let asked = match &self.plan.text {
            Some(text) => {
                let message = self.say(id, new_message, parent, text).await?;
                facts.push(MessageCreated { message: message.clone() }.entry(None));
                history.push(message.clone());
                message
            }
            None => history.last().cloned().ok_or(Error::NotFound)?,
        };
        let reply_message = app.ids.next();
        let answer = Message {
            id: reply_message,
            parent_id: Some(asked.id),
            role: Role::Assistant,
            text: String::new(),
            thinking: String::new(),
            reply: None,
            created_at: self.now,
        };
        chat::add_message(self.tx, id, &answer).await?;
        let branched = parent != conversation.leaf_id;
        let changed = self.changed(&conversation, &model, branched.then_some(reply_message));
        let (title, new_model) =
            changed.as_ref().map_or((None, None), |new| (new.title.as_deref(), new.model.as_deref()));
        chat::update_in(self.tx, id, title, new_model, Some(reply_message)).await?;
        if let Some(changed) = changed {
            // A branch is announced before what is in it, so that viewers load it afresh; a title comes after the text
            // that made it.
            let at = if branched { 0 } else { facts.len() };
            facts.insert(at, changed.entry(None));
        }
        let started = ReplyStarted {
            reply,
            message: reply_message,
            parent_id: Some(asked.id),
            model: model.clone(),
            created_at: self.now,
        };
        facts.push(started.entry(Some(reply)));
        let entries = app.log.append(self.tx, id, facts).await?;
        let started_seq = entries.last().map_or(0, |entry| entry.seq);
        let new = NewReply {
            id: reply,
            conversation: id,
            message: reply_message,
            model: &model,
            started_seq,
            now: self.now,
        };
        store::add(self.tx, &new).await?;
        let lasts = app.config.streams.lease;
        lease::take(self.tx, reply, id, app.instance, FIRST_FENCE, lasts).await?;
        let cursor = conversation.cursor;
        let settings = chat::settings_in(self.tx, id).await?;
        let job = Job {
            conversation: id,
            reply,
            message: reply_message,
            fence: FIRST_FENCE,
            started_seq,
            model,
            settings,
            history,
        };
        let accepted =
            Accepted { conversation: id, message: asked, reply, reply_message, cursor, replayed: false };
        Ok(Outcome::New { accepted: Box::new(accepted), job: Box::new(job), entries })
    }

    async fn say(
        &mut self,
        conversation: Uuid,
        id: Uuid,
        parent: Option<Uuid>,
        text: &str,
    ) -> Result<Message> {
        let message = Message {
            id,
            parent_id: parent,
            role: Role::User,
            text: text.to_owned(),
            thinking: String::new(),
            reply: None,
            created_at: self.now,
        };
        chat::add_message(self.tx, conversation, &message).await?;
        Ok(message)
    }

    fn changed(
        &self,
        conversation: &Conversation,
        model: &str,
        leaf_id: Option<Uuid>,
    ) -> Option<ChatUpdated> {
        let title = self.plan.text.as_deref().filter(|_| conversation.title.is_empty()).map(title_from);
        let title = title.filter(|title| !title.is_empty());
        let model = (conversation.model != model).then(|| model.to_owned());
        let changed = ChatUpdated { title, model, leaf_id, ..ChatUpdated::default() };
        (changed != ChatUpdated::default()).then_some(changed)
    }
}

impl Plan {
    /// What makes two requests the same one.
    fn fingerprint(&self) -> Vec<u8> {
        let place = match &self.place {
            Place::End(id) => format!("end {id}"),
            Place::After(id, parent) => format!("after {id} {parent:?}"),
            Place::New(new) if new.settings == Settings::default() => {
                format!("new {:?} {:?}", new.title, new.model)
            }
            Place::New(new) => format!("new {:?} {:?} {:?}", new.title, new.model, new.settings),
        };
        let text = self.text.as_deref().unwrap_or_default();
        let model = self.model.as_deref().unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [place.as_str(), model, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
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
    let mut tx = app.db.begin_read().await?;
    let position = app.log.position(&mut tx, conversation).await?.ok_or(Error::NotFound)?;
    let cursor = Cursor { epoch: position.epoch, seq: used.seq };
    Ok(Accepted { conversation, message, reply: used.reply, reply_message, cursor, replayed: true })
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
