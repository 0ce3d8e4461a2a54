//! One call, and what it came to.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::store;
use crate::{
    app::App,
    error::Result,
    platform::db::Tx,
    providers::{Key, Model, Usage},
};

/// How long a reservation may be without a lease before it is taken for what was spent.
const LOST: TimeDelta = TimeDelta::minutes(10);

/// What a model was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An answer.
    Reply,
    /// The name of a conversation.
    Title,
}

impl Purpose {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Title => "title",
        }
    }
}

/// What a call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// Who was asked, in full.
    pub model: String,
    /// The provider's name.
    pub provider: String,
    /// Whose key it was.
    pub key: Key,
    /// Tokens; those of the prompt and of the answer are always there.
    pub usage: Usage,
    /// In billionths of a US dollar; `None` where the price is not known.
    pub cost: Option<i64>,
    /// Whether the tokens, or some of them, were counted by us.
    pub estimated: bool,
}

impl Spent {
    /// What the provider has told, and where it told nothing what we think: `input` tokens of the prompt and `output` of
    /// the answer.
    pub fn of(model: &Model, told: Option<Usage>, input: u64, output: u64) -> Self {
        let told = told.unwrap_or_default();
        let usage = Usage {
            input: Some(told.input.unwrap_or(input)),
            output: Some(told.output.unwrap_or(output)),
            ..told
        };
        Self {
            model: model.name.clone(),
            provider: model.provider.clone(),
            key: model.key,
            usage,
            cost: model.cost(&usage),
            estimated: told.input.is_none() || told.output.is_none(),
        }
    }
}

/// A call that is over.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Of a reply its id.
    pub id: Uuid,
    /// What it was for.
    pub purpose: Purpose,
    /// Who asked.
    pub user: Uuid,
    /// Where.
    pub conversation: Uuid,
    /// What it came to.
    pub spent: Spent,
}

/// Writes what a call came to, in the transaction that ends it. A reservation becomes it, on its own day.
///
/// # Errors
/// The database.
pub async fn settle(tx: &mut Tx, entry: &Entry, now: DateTime<Utc>) -> sqlx::Result<()> {
    store::settle(tx, entry, now).await
}

/// Gives back what was set aside for a call that nobody made.
///
/// # Errors
/// The database.
pub async fn release(tx: &mut Tx, id: Uuid) -> sqlx::Result<()> {
    store::release(tx, id).await
}

/// As [`settle`] by itself; what somebody else has settled meanwhile stays.
///
/// # Errors
/// The database.
pub async fn settle_late(app: &App, entry: &Entry) -> Result<()> {
    let mut tx = app.db.begin().await?;
    store::settle(&mut tx, entry, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// As [`release`] by itself.
///
/// # Errors
/// The database.
pub async fn release_late(app: &App, id: Uuid) -> Result<()> {
    let mut tx = app.db.begin().await?;
    store::release(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// What was set aside for calls whose end nobody told: all of it counts as spent. Gives how many that were.
///
/// # Errors
/// The database.
pub async fn settle_lost(app: &App) -> Result<u64> {
    Ok(store::settle_lost(&app.db, app.clock.now() - LOST).await?)
}
