//! What was used: by day, provider, model, conversation or person.

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::{budget::first_of_month, store};
use crate::{
    accounts::{self, Action, Actor},
    app::App,
    error::{Error, Result},
};

/// Days of a report, at most.
const LONGEST: u64 = 366;

/// By what usage is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Days of UTC.
    Day,
    /// Providers.
    Provider,
    /// Models, by their full names.
    Model,
    /// Conversations; of oneself only.
    Conversation,
    /// People; for administrators.
    User,
}

impl By {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Provider => "provider",
            Self::Model => "model",
            Self::Conversation => "conversation",
            Self::User => "user",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Day, Self::Provider, Self::Model, Self::Conversation, Self::User]
            .into_iter()
            .find(|by| by.as_str() == word)
    }
}

/// From one day to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Span {
    /// This month so far.
    pub fn this_month(app: &App) -> Self {
        let to = app.clock.now().date_naive();
        Self { from: first_of_month(to), to }
    }

    /// Reads two days, as in `2026-11-21`; without them it is this month so far.
    ///
    /// # Errors
    /// No days, in the wrong order, or too many.
    pub fn read(app: &App, from: Option<&str>, to: Option<&str>) -> Result<Self> {
        let this = Self::this_month(app);
        let day = |field, text: &str| {
            let wrong = || Error::field("bad_day", field, "a day is written as in 2026-11-21");
            NaiveDate::parse_from_str(text, store::DAY).map_err(|_| wrong())
        };
        let to = to.map_or(Ok(this.to), |text| day("to", text))?;
        let from = from.map_or(Ok(first_of_month(to)), |text| day("from", text))?;
        if from > to || from.checked_add_days(Days::new(LONGEST)).is_some_and(|end| to > end) {
            let detail = format!("`from` comes before `to`, by at most {LONGEST} days");
            return Err(Error::field("bad_span", "from", detail));
        }
        Ok(Self { from, to })
    }
}

/// One group of calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Line {
    /// The day, the provider, the model, the title or the address; empty for what is gone.
    pub name: String,
    /// Of a conversation or a person.
    pub id: Option<Uuid>,
    /// How many.
    pub calls: i64,
    /// Tokens of the prompts.
    pub input: i64,
    /// Of these, from the providers' caches.
    pub cached: i64,
    /// Tokens of the answers.
    pub output: i64,
    /// Of these, of thoughts.
    pub reasoning: i64,
    /// Billionths of a US dollar, without those whose price is not known.
    pub cost: i64,
    /// Calls whose price is not known.
    pub unpriced: i64,
    /// Calls whose tokens were counted by us.
    pub estimated: i64,
}

/// All lines together.
pub fn sum(lines: &[Line]) -> Line {
    lines.iter().fold(Line::default(), |sum, line| Line {
        calls: sum.calls + line.calls,
        input: sum.input + line.input,
        cached: sum.cached + line.cached,
        output: sum.output + line.output,
        reasoning: sum.reasoning + line.reasoning,
        cost: sum.cost + line.cost,
        unpriced: sum.unpriced + line.unpriced,
        estimated: sum.estimated + line.estimated,
        ..sum
    })
}

/// Reads a word for how to group; days without one.
///
/// # Errors
/// No such word.
pub fn grouped(word: Option<&str>) -> Result<By> {
    let detail = "usage is grouped by day, provider, model or conversation; for administrators also by user";
    word.map_or(Some(By::Day), By::parse).ok_or_else(|| Error::field("bad_group", "by", detail))
}

/// What the actor has used.
///
/// # Errors
/// By person.
pub async fn own(app: &App, actor: &Actor, by: By, span: Span) -> Result<Vec<Line>> {
    if by == By::User {
        return Err(Error::field("bad_group", "by", "one's own usage is one person's"));
    }
    Ok(store::lines(&app.db, Some(actor.user.0), by, span).await?)
}

/// What everybody has used.
///
/// # Errors
/// The actor is no administrator; by conversation, which are nobody else's business.
pub async fn of_all(app: &App, actor: &Actor, by: By, span: Span) -> Result<Vec<Line>> {
    accounts::can(actor, Action::Administer)?;
    if by == By::Conversation {
        return Err(Error::field("bad_group", "by", "conversations are their owners' alone"));
    }
    Ok(store::lines(&app.db, None, by, span).await?)
}

/// What one of the actor's conversations has used, by model.
///
/// # Errors
/// Not the actor's.
pub async fn of_conversation(app: &App, actor: &Actor, conversation: Uuid) -> Result<Vec<Line>> {
    store::of_conversation(&app.db, actor.user.0, conversation).await?.ok_or(Error::NotFound)
}
