//! How much may be used of the server's own keys, and setting it aside before it is.

use std::time::Duration;

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc};
use uuid::Uuid;

use super::{
    Purpose,
    store::{self, Used},
};
use crate::{
    accounts::{self, Action, Actor},
    app::App,
    error::{Error, Result},
    platform::db::Tx,
    providers::{Key, Model, Usage, price},
};

/// Tokens that are set aside for an answer whose length nobody has limited.
const ANSWER: u32 = 4_096;
/// The same for one that thinks first.
const THOUGHTFUL: u32 = 16_384;
/// Tokens that a prompt may have beside what was said, for what tells a model to go on.
const MARGIN: u64 = 256;
/// Which lock sums up everybody's spending.
const ALL: i64 = 0x66_7265_7368_6574;

/// What one person may use; `None` is no limit, or of a person's own as the server has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Billionths of a US dollar in a day.
    pub day: Option<i64>,
    /// The same in a month.
    pub month: Option<i64>,
    /// Answers in a day.
    pub messages: Option<i64>,
}

impl Limits {
    fn or(self, other: Self) -> Self {
        Self {
            day: self.day.or(other.day),
            month: self.month.or(other.month),
            messages: self.messages.or(other.messages),
        }
    }
}

/// Limits, and what is used of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Left {
    /// What one may use.
    pub limits: Limits,
    /// Billionths of a US dollar used today, with what is set aside.
    pub day: i64,
    /// The same of this month.
    pub month: i64,
    /// Answers of today.
    pub messages: i64,
}

/// A call that somebody wants to make.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Of a reply its id.
    pub id: Uuid,
    /// What for.
    pub purpose: Purpose,
    /// Where.
    pub conversation: Uuid,
    /// Whom.
    pub model: &'a Model,
    /// Tokens of the prompt, about.
    pub input: u64,
    /// The most tokens that the answer may have, if somebody said so.
    pub output: Option<u32>,
}

/// What a call may cost on the server's keys in billionths of a US dollar; `None` is no limit.
pub type Allowance = Option<i64>;

/// Whether this server limits anything.
pub fn is_limited(app: &App) -> bool {
    let own = &app.config.budgets;
    own.user_day.is_some()
        || own.user_month.is_some()
        || own.total_month.is_some()
        || own.messages_day.is_some()
}

/// Sets aside what these calls of `user` can cost at most, in the caller's transaction; with what each may then cost.
/// Without budgets this asks nobody.
///
/// # Errors
/// [`Error::Exhausted`]: they would exceed a budget.
pub async fn reserve(app: &App, tx: &mut Tx, user: Uuid, asked: &[Asked<'_>]) -> Result<Vec<Allowance>> {
    if !is_limited(app) {
        return Ok(vec![None; asked.len()]);
    }
    let most: Vec<_> = asked.iter().map(most).collect();
    let ours = || asked.iter().zip(&most).filter(|(call, _)| call.model.key == Key::Server);
    let now = app.clock.now();
    if ours().next().is_some() {
        let new = Left {
            day: ours().map(|(_, most)| most.1).sum(),
            messages: ours().filter(|(call, _)| call.purpose == Purpose::Reply).count() as i64,
            ..Left::default()
        };
        check(app, tx, user, new, now).await?;
        for (call, (usage, cost)) in ours() {
            store::reserve(tx, user, call, usage, *cost, now).await?;
        }
    }
    let own = &app.config.budgets;
    let of_money = own.user_day.is_some() || own.user_month.is_some() || own.total_month.is_some();
    let allowance = |call: &Asked<'_>, cost| if call.model.key == Key::Server { cost } else { 0 };
    Ok(asked.iter().zip(most).map(|(call, (_, cost))| of_money.then(|| allowance(call, cost))).collect())
}

/// The most that a call can come to: tokens and money.
fn most(call: &Asked<'_>) -> (Usage, i64) {
    let usual = if call.model.reasoning { THOUGHTFUL } else { ANSWER };
    let most = call.model.max_output.unwrap_or(u32::MAX);
    let output = call.output.unwrap_or(usual).min(most);
    let window = call.model.context_window.map_or(u64::MAX, u64::from);
    let input = (call.input + MARGIN).min(window);
    let usage = Usage { input: Some(input), output: Some(u64::from(output)), ..Usage::default() };
    (usage, call.model.cost(&usage).unwrap_or(0))
}

/// The most tokens that an answer may have to a prompt of `input` tokens: `None` is no limit, 0 is none at all.
pub fn room(allowance: Allowance, model: &Model, input: u64) -> Option<u32> {
    let nanos = allowance.filter(|_| model.key == Key::Server)?;
    Some(u32::try_from(model.affords(input, nanos)?).unwrap_or(u32::MAX))
}

async fn check(app: &App, tx: &mut Tx, user: Uuid, new: Left, now: DateTime<Utc>) -> Result<()> {
    let total = app.config.budgets.total_month;
    // One writer at a time is all that SQLite has.
    if !app.db.is_embedded() {
        let (_, own) = user.as_u64_pair();
        store::lock(tx, if total.is_some() { ALL } else { own as i64 }).await?;
    }
    let used = store::used(tx, user, now).await?;
    let limits = used.own.or(of_server(app));
    let over =
        |used: i64, new: i64, limit: Option<i64>| new > 0 && limit.is_some_and(|most| used + new > most);
    if over(used.messages, new.messages, limits.messages) {
        return Err(exhausted("your answers of today", next_day(now), now));
    }
    if over(used.day, new.day, limits.day) {
        return Err(exhausted("your budget of today", next_day(now), now));
    }
    if over(used.month, new.day, limits.month) {
        return Err(exhausted("your budget of this month", next_month(now), now));
    }
    if total.is_some() && over(store::used_by_all(tx, now).await?, new.day, total) {
        return Err(exhausted("the server's budget of this month", next_month(now), now));
    }
    Ok(())
}

/// As [`reserve`] of one call by itself.
///
/// # Errors
/// As [`reserve`].
pub async fn reserve_now(app: &App, user: Uuid, asked: Asked<'_>) -> Result<Allowance> {
    if !is_limited(app) {
        return Ok(None);
    }
    let mut tx = app.db.begin().await?;
    let allowance = reserve(app, &mut tx, user, &[asked]).await?.pop().flatten();
    tx.commit().await?;
    Ok(allowance)
}

fn exhausted(what: &str, anew: DateTime<Utc>, now: DateTime<Utc>) -> Error {
    let detail = format!("{what} would be exceeded; it begins anew at {}", anew.format("%Y-%m-%dT%H:%M:%SZ"));
    Error::Exhausted { detail, retry_after: (anew - now).to_std().unwrap_or(Duration::ZERO) }
}

fn next_day(now: DateTime<Utc>) -> DateTime<Utc> {
    midnight(now.date_naive() + Days::new(1))
}

fn next_month(now: DateTime<Utc>) -> DateTime<Utc> {
    midnight(first_of_month(now.date_naive()) + Months::new(1))
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// The first day of a day's month.
pub(super) fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// What the settings say of everybody.
fn of_server(app: &App) -> Limits {
    let own = &app.config.budgets;
    Limits {
        day: own.user_day,
        month: own.user_month,
        messages: own.messages_day.and_then(|most| i64::try_from(most).ok()),
    }
}

/// What the actor may use, and what of it is used.
///
/// # Errors
/// The database.
pub async fn left(app: &App, actor: &Actor) -> Result<Left> {
    let mut tx = app.db.begin_read().await?;
    let Used { own, day, month, messages } = store::used(&mut tx, actor.user.0, app.clock.now()).await?;
    let limits = if is_limited(app) { own.or(of_server(app)) } else { Limits::default() };
    Ok(Left { limits, day, month, messages })
}

/// A person's own limits, where they differ from the server's.
///
/// # Errors
/// The actor is no administrator, or there is no such person.
pub async fn of_user(app: &App, actor: &Actor, user: Uuid) -> Result<Limits> {
    accounts::can(actor, Action::Administer)?;
    store::limits(&app.db, user).await?.ok_or(Error::NotFound)
}

/// Gives a person limits of their own.
///
/// # Errors
/// As [`of_user`], and where the settings limit nothing: then nobody is asked at all.
pub async fn set(app: &App, actor: &Actor, user: Uuid, limits: Limits) -> Result<Limits> {
    accounts::can(actor, Action::Administer)?;
    if !is_limited(app) {
        let detail =
            "the server's settings have no budgets; set one of FRESHET_BUDGET_… or FRESHET_MESSAGES_PER_DAY";
        return Err(Error::conflict("no_budgets", detail));
    }
    if !store::set_limits(&app.db, user, limits).await? {
        return Err(Error::NotFound);
    }
    tracing::info!(by = %actor.user, %user, day = ?limits.day.map(price::dollars), month = ?limits.month.map(price::dollars),
        messages = ?limits.messages, "a person's budget was changed");
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_begin_anew_at_midnight_of_utc() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let now = at("2026-12-31T23:59:59Z");
        assert_eq!(
            (next_day(now), next_month(now)),
            (at("2027-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))
        );
        let now = at("2026-01-31T00:00:00Z");
        assert_eq!(
            (next_day(now), next_month(now)),
            (at("2026-02-01T00:00:00Z"), at("2026-02-01T00:00:00Z"))
        );
        assert!(matches!(
            exhausted("it", next_day(now), now),
            Error::Exhausted { retry_after, .. } if retry_after == Duration::from_secs(86_400)
        ));
    }
}
