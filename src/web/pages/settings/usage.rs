//! `/settings/usage`: what one has used this month, and what is left. Administrators see everybody's, too.

use axum::{extract::State, response::Response};
use chrono::{Datelike as _, NaiveDate};
use freshet_templates::{
    Locale,
    moment::{date, month},
    pages::settings::{Budget, BudgetOf, Line as Shown, Section, Usage},
};

use super::show as page;
use crate::{
    accounts::{Action, Actor, can},
    app::App,
    error::Result,
    usage::{
        self, Left,
        report::{self, By, Line, Span},
    },
    web::{pages::Visit, present, reader::Reader},
};

/// `GET /settings/usage`.
pub(super) async fn show(State(app): State<App>, actor: Actor, visit: Visit) -> Result<Response> {
    let (l, span) = (visit.locale(), Span::this_month(&app));
    let days = report::own(&app, &actor, By::Day, span).await?;
    let mut models = report::own(&app, &actor, By::Model, span).await?;
    models.sort_by_key(|line| (-line.cost, -line.calls));
    let people = match can(&actor, Action::Administer) {
        Ok(()) => report::of_all(&app, &actor, By::User, span).await?,
        Err(_) => Vec::new(),
    };
    let mut shown_days = lines(l, &days);
    shown_days.iter_mut().for_each(|line| line.name = day(visit.reader, &line.name));
    let props = Usage {
        month: month(l, span.to.year(), span.to.month()),
        total: present::sum(l, &report::sum(&days)),
        budgets: budgets(l, &usage::left(&app, &actor).await?),
        days: shown_days,
        models: lines(l, &models),
        people: lines(l, &people),
    };
    Ok(page(&visit, &actor, Section::Usage(props)))
}

/// Bars are of money, or where there is none of tokens.
fn lines(l: Locale, lines: &[Line]) -> Vec<Shown> {
    let has_cost = lines.iter().any(|line| line.cost > 0);
    let size = |line: &Line| if has_cost { line.cost } else { line.input + line.output };
    let longest = lines.iter().map(size).max().unwrap_or_default();
    let share = |line: &Line| percent(size(line), longest);
    lines
        .iter()
        .map(|line| Shown { name: line.name.clone(), sum: present::sum(l, line), share: share(line) })
        .collect()
}

fn day(reader: Reader, day: &str) -> String {
    day.parse::<NaiveDate>().map_or_else(
        |_| day.to_owned(),
        |day| date(reader.locale, reader.region, (day.year(), day.month(), day.day())),
    )
}

fn budgets(l: Locale, left: &Left) -> Vec<Budget> {
    let money = |of, used: i64, limit: Option<i64>| {
        let (percent, text) = (percent(used, limit?), |nanos| present::money(l, nanos));
        Some(Budget { of, used: text(used), limit: text(limit?), percent })
    };
    let answers = left.limits.messages.map(|limit| Budget {
        of: BudgetOf::Answers,
        used: l.number(u64::try_from(left.messages).unwrap_or_default()),
        limit: l.number(u64::try_from(limit).unwrap_or_default()),
        percent: percent(left.messages, limit),
    });
    let day = money(BudgetOf::Day, left.day, left.limits.day);
    let month = money(BudgetOf::Month, left.month, left.limits.month);
    [day, month, answers].into_iter().flatten().collect()
}

/// A budget of nothing is used up.
fn percent(part: i64, whole: i64) -> u64 {
    if whole <= 0 {
        return 100;
    }
    u64::try_from(i128::from(part.max(0)) * 100 / i128::from(whole)).unwrap_or(100).min(100)
}
