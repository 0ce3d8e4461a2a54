//! What a reply came to: by the provider's count, else by ours.

use uuid::Uuid;

use super::drive::Job;
use crate::{
    app::App,
    chat::{self, Settings},
    platform::db::Tx,
    providers::{Accounts, Model, Usage, estimate},
    usage::{Entry, Purpose, Spent},
};

/// A model that was asked and may have begun to work: from then on it costs something.
#[derive(Debug)]
pub(super) struct Called {
    model: Model,
    /// Tokens of the prompt, about.
    input: u64,
}

impl Called {
    pub fn new(model: &Model, input: u64) -> Self {
        Self { model: model.clone(), input }
    }

    /// What the call came to, when it has given these texts and `told` these counts.
    pub fn spent(&self, told: Option<Usage>, texts: [&str; 2]) -> Spent {
        let output = texts.into_iter().map(estimate::tokens).sum();
        Spent::of(&self.model, told, self.input, output)
    }
}

impl Job {
    /// The row of this reply.
    pub(super) fn entry(&self, spent: Spent) -> Entry {
        let (id, user, conversation) = (self.reply, self.owner, self.conversation);
        Entry { id, purpose: Purpose::Reply, user, conversation, spent }
    }
}

/// Tokens of what a model is told beside what makes it go on, about.
pub(super) fn told(settings: &Settings, history: &[chat::Message], kept: &str) -> u64 {
    let system = settings.system_prompt.as_deref().into_iter();
    let said = history.iter().map(|message| message.text.as_str()).chain([kept]);
    system.chain(said).filter(|text| !text.is_empty()).map(estimate::of_text).sum()
}

/// A reply that nobody drives any more.
pub(super) struct Orphan<'a> {
    pub reply: Uuid,
    pub message: Uuid,
    pub conversation: Uuid,
    pub owner: Uuid,
    pub model: &'a str,
}

/// What an orphan came to, as far as its texts tell. Whether its model was asked at all nobody knows: without any text it
/// was not.
///
/// # Errors
/// The database.
pub(super) async fn of_orphan(
    app: &App,
    tx: &mut Tx,
    orphan: &Orphan<'_>,
    own: &Accounts,
    texts: (&str, &str),
) -> sqlx::Result<Option<Entry>> {
    let Some(model) = app.providers.guess(orphan.model, own) else { return Ok(None) };
    if texts.0.is_empty() && texts.1.is_empty() {
        return Ok(None);
    }
    let history = chat::history_in(tx, orphan.conversation, orphan.message).await?;
    let settings = chat::settings_in(tx, orphan.conversation).await?;
    let input = told(&settings, &history, "");
    let spent = Called::new(&model, input).spent(None, [texts.0, texts.1]);
    let Orphan { reply: id, owner: user, conversation, .. } = *orphan;
    Ok(Some(Entry { id, purpose: Purpose::Reply, user, conversation, spent }))
}
