//! What an accepted send writes: message, answers, facts, replies and leases, in the caller's transaction.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    drive::Job,
    start::{Accepted, Place, Plan},
    store::{self, NewReply, Used},
};
use crate::{
    app::App,
    chat::{
        self, Conversation, Message, NewConversation, Role, Settings,
        conversations::title_from,
        events::{ChatUpdated, MessageCreated, ReplyStarted},
    },
    error::{Error, Result},
    platform::db::Tx,
    stream::{Entry, lease},
};

/// The fence of a lease's first holder. Leases are not handed over yet: whoever takes one away ends the reply.
pub(super) const FIRST_FENCE: i64 = 1;

/// What the transaction came to.
pub(super) enum Outcome {
    /// Something new, to be published and driven after the commit.
    New { accepted: Box<Accepted>, jobs: Vec<Job>, entries: Vec<Arc<Entry>> },
    /// The key was used before.
    Replay(Used),
}

/// A send being written.
pub(super) struct Start<'a> {
    pub app: &'a App,
    pub tx: &'a mut Tx,
    pub plan: &'a Plan,
    pub now: DateTime<Utc>,
}

impl Start<'_> {
    /// Writes everything. `models` are one, or two that answer next to each other.
    pub async fn run(&mut self, models: Vec<String>) -> Result<Outcome> {
        let replies: Vec<Uuid> = models.iter().map(|_| self.app.ids.next()).collect();
        let new_message = self.app.ids.next();
        // The lock comes first: two sends to one conversation, or two with one key, stand in line here.
        let conversation = self.conversation(&models[0]).await?;
        let used = Used {
            fingerprint: self.plan.fingerprint(),
            message: new_message,
            reply: replies[0],
            seq: conversation.cursor.seq,
            second: replies.get(1).copied(),
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
        if chat::any_running(self.tx, conversation.id).await? {
            return Err(Error::conflict(
                "reply_running",
                "an answer is still being written in this conversation",
            ));
        }
        self.write(conversation, new_message, replies.into_iter().zip(models).collect()).await
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
        new_message: Uuid,
        answers: Vec<(Uuid, String)>,
    ) -> Result<Outcome> {
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
            None => Message { siblings: None, ..history.last().cloned().ok_or(Error::NotFound)? },
        };
        // Who goes on without choosing keeps the first of two answers, and pages show one again.
        let chosen = chat::end_choice(self.tx, id).await?;
        let answers = self.answers(id, asked.id, answers).await?;
        let leaf = answers[0].message;
        let branched = chosen || parent != conversation.leaf_id;
        let changed = self.changed(&conversation, &answers[0].model, branched.then_some(leaf));
        let (title, new_model) =
            changed.as_ref().map_or((None, None), |new| (new.title.as_deref(), new.model.as_deref()));
        chat::update_in(self.tx, id, title, new_model, Some(leaf)).await?;
        if let Some(changed) = changed {
            // A branch is announced before what is in it, so that viewers load it afresh; a title comes after the text
            // that made it.
            let at = if branched { 0 } else { facts.len() };
            facts.insert(at, changed.entry(None));
        }
        facts.extend(answers.iter().map(|answer| answer.entry(Some(answer.reply))));
        let entries = self.app.log.append(self.tx, id, facts).await?;
        let first_seq = entries.last().map_or(0, |entry| entry.seq) + 1 - answers.len() as i64;
        let second = answers.get(1).map(|answer| (answer.reply, answer.message));
        let (reply, reply_message, cursor) = (answers[0].reply, leaf, conversation.cursor);
        let settings = chat::settings_in(self.tx, id).await?;
        let mut jobs = Vec::with_capacity(answers.len());
        for (started_seq, answer) in (first_seq..).zip(answers) {
            jobs.push(self.entrust(id, answer, started_seq, (history.clone(), settings.clone())).await?);
        }
        let accepted = Accepted {
            conversation: id,
            message: asked,
            reply,
            reply_message,
            second,
            cursor,
            replayed: false,
        };
        Ok(Outcome::New { accepted: Box::new(accepted), jobs, entries })
    }

    /// Adds the messages that the models will write; of two, each says that it stands next to the other.
    async fn answers(
        &mut self,
        conversation: Uuid,
        asked: Uuid,
        answers: Vec<(Uuid, String)>,
    ) -> Result<Vec<ReplyStarted>> {
        let ids: Vec<Uuid> = answers.iter().map(|_| self.app.ids.next()).collect();
        let mut started = Vec::with_capacity(ids.len());
        for ((reply, model), &id) in answers.into_iter().zip(&ids) {
            let message = Message {
                id,
                parent_id: Some(asked),
                role: Role::Assistant,
                text: String::new(),
                thinking: String::new(),
                reply: None,
                created_at: self.now,
                siblings: None,
                beside_id: ids.first().copied().filter(|first| *first != id),
            };
            // An answer is indexed when it ends.
            chat::add_message(self.tx, conversation, &message, None).await?;
            started.push(ReplyStarted {
                reply,
                message: id,
                parent_id: Some(asked),
                model,
                created_at: self.now,
                siblings: None,
                beside_id: ids.iter().copied().find(|other| *other != id),
                seams: self.plan.kept.as_ref().map(|kept| kept.seams.clone()).unwrap_or_default(),
            });
        }
        // The only answer to a new message has no siblings.
        if self.plan.text.is_none() || started.len() > 1 {
            for answer in &mut started {
                answer.siblings = chat::siblings_in(self.tx, conversation, answer.message).await?;
            }
        }
        Ok(started)
    }

    /// Adds a reply and its lease: from here on somebody has to end it.
    async fn entrust(
        &mut self,
        conversation: Uuid,
        answer: ReplyStarted,
        started_seq: i64,
        (history, settings): (Vec<Message>, Settings),
    ) -> Result<Job> {
        let app = self.app;
        let ReplyStarted { reply, message, model, seams, .. } = answer;
        let new = NewReply {
            id: reply,
            conversation,
            message,
            model: &model,
            started_seq,
            seams: &seams,
            now: self.now,
        };
        store::add(self.tx, &new).await?;
        let lasts = app.config.streams.lease;
        lease::take(self.tx, reply, conversation, app.instance, FIRST_FENCE, lasts).await?;
        let kept = self.plan.kept.as_ref().map(|kept| kept.text.clone()).unwrap_or_default();
        Ok(Job {
            conversation,
            owner: self.plan.actor.user.0,
            reply,
            message,
            fence: FIRST_FENCE,
            started_seq,
            created_at: self.now,
            model,
            settings,
            history,
            kept,
        })
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
            siblings: None,
            beside_id: None,
        };
        chat::add_message(self.tx, conversation, &message, Some(&self.plan.words)).await?;
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
