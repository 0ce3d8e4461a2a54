//! `/api/v1/usage`: what was used, what it cost, and what is left; also as CSV, for spreadsheets.

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    accounts::{self, Action, Actor},
    app::App,
    config::nanos,
    error::{Error, Result},
    providers::price::dollars,
    usage::{
        self, Left, Limits,
        report::{self, By, Line, Span},
    },
    web::{
        extract::{Json, Path, Query},
        problem::Problem,
    },
};

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(own))
        .routes(routes!(budget))
        .routes(routes!(of_chat))
        .routes(routes!(of_all))
        .routes(routes!(budget_of, set_budget))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UsageQuery {
    /// The first day, as in `2026-11-01`, of UTC; the first of the month of `to` if absent.
    from: Option<String>,
    /// The last day; today if absent.
    to: Option<String>,
    /// `day`, `provider`, `model` or `conversation`; for administrators `day`, `provider`, `model` or `user`. `day` if absent.
    by: Option<String>,
    /// `json` or `csv`; else what `Accept` says.
    format: Option<String>,
}

/// What was used, in groups.
#[derive(Debug, Serialize, ToSchema)]
struct UsageBody {
    /// The first day, of UTC.
    from: NaiveDate,
    /// The last day.
    to: NaiveDate,
    /// By what the items are grouped.
    by: &'static str,
    /// The groups.
    items: Vec<Sum>,
    /// All of them together.
    total: Sum,
}

/// What a conversation has used.
#[derive(Debug, Serialize, ToSchema)]
struct ChatUsage {
    /// By model.
    items: Vec<Sum>,
    /// All of them together.
    total: Sum,
}

/// What some calls came to.
#[derive(Debug, Serialize, ToSchema)]
struct Sum {
    /// The day, the provider, the model, the title or the address. Empty for what is gone, and of a total.
    name: String,
    /// Of a conversation or a person.
    id: Option<Uuid>,
    /// Answers and titles.
    calls: i64,
    /// Tokens of the prompts.
    input: i64,
    /// Of these, from the providers' caches.
    cached: i64,
    /// Tokens of the answers.
    output: i64,
    /// Of these, of thoughts.
    reasoning: i64,
    /// In US dollars, an exact decimal number, without the calls whose price is not known.
    cost_usd: String,
    /// Calls whose price is not known.
    unpriced: i64,
    /// Calls whose tokens, or some of them, were estimated, since the provider did not count them.
    estimated: i64,
}

impl From<Line> for Sum {
    fn from(line: Line) -> Self {
        let Line { name, id, calls, input, cached, output, reasoning, cost, unpriced, estimated } = line;
        let cost_usd = dollars(cost);
        Self { name, id, calls, input, cached, output, reasoning, cost_usd, unpriced, estimated }
    }
}

/// What I may use of the server's own keys, and what of it is used. Days and months are those of UTC.
#[derive(Debug, Serialize, ToSchema)]
struct BudgetBody {
    /// US dollars in a day; null is no limit.
    day_usd: Option<String>,
    /// US dollars in a month; null is no limit.
    month_usd: Option<String>,
    /// Answers in a day; null is no limit.
    messages_per_day: Option<i64>,
    /// US dollars used today, with what is set aside for answers that are being written.
    day_used_usd: String,
    /// US dollars used this month, with what is set aside.
    month_used_usd: String,
    /// Answers of today.
    messages_today: i64,
}

/// A person's own limits; null is as the server has it.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
struct LimitsBody {
    /// US dollars in a day, a decimal number such as `2.50`.
    day_usd: Option<String>,
    /// US dollars in a month.
    month_usd: Option<String>,
    /// Answers in a day.
    messages_per_day: Option<i64>,
}

impl From<Limits> for LimitsBody {
    fn from(limits: Limits) -> Self {
        Self {
            day_usd: limits.day.map(dollars),
            month_usd: limits.month.map(dollars),
            messages_per_day: limits.messages,
        }
    }
}

/// What I have used. As CSV with `Accept: text/csv` or `format=csv`.
#[utoipa::path(get, path = "/api/v1/usage", tag = "usage", params(UsageQuery), responses(
    (status = 200, content((UsageBody = "application/json"), (String = "text/csv"))), (status = 401, body = Problem),
    (status = 422, body = Problem)))]
async fn own(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    Query(query): Query<UsageQuery>,
) -> Result<Response> {
    let (span, by) = query.read(&app)?;
    let lines = report::own(&app, &actor, by, span).await?;
    query.answer(&headers, span, by, lines)
}

/// What everybody has used, for administrators.
#[utoipa::path(get, path = "/api/v1/admin/usage", tag = "usage", params(UsageQuery), responses(
    (status = 200, content((UsageBody = "application/json"), (String = "text/csv"))), (status = 401, body = Problem),
    (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn of_all(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    Query(query): Query<UsageQuery>,
) -> Result<Response> {
    accounts::can(&actor, Action::Administer)?;
    let (span, by) = query.read(&app)?;
    let lines = report::of_all(&app, &actor, by, span).await?;
    query.answer(&headers, span, by, lines)
}

/// What one of my conversations has used, by model.
#[utoipa::path(get, path = "/api/v1/chats/{id}/usage", tag = "usage", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ChatUsage), (status = 401, body = Problem), (status = 404, body = Problem)))]
async fn of_chat(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<Json<ChatUsage>> {
    let lines = report::of_conversation(&app, &actor, id).await?;
    let total = report::sum(&lines).into();
    Ok(Json(ChatUsage { items: lines.into_iter().map(Sum::from).collect(), total }))
}

/// What I may use of the server's own keys, and what is left.
#[utoipa::path(get, path = "/api/v1/usage/budget", tag = "usage", responses(
    (status = 200, body = BudgetBody), (status = 401, body = Problem)))]
async fn budget(State(app): State<App>, actor: Actor) -> Result<Json<BudgetBody>> {
    let Left { limits, day, month, messages } = usage::left(&app, &actor).await?;
    let LimitsBody { day_usd, month_usd, messages_per_day } = limits.into();
    let (day_used_usd, month_used_usd, messages_today) = (dollars(day), dollars(month), messages);
    Ok(Json(BudgetBody {
        day_usd,
        month_usd,
        messages_per_day,
        day_used_usd,
        month_used_usd,
        messages_today,
    }))
}

/// A person's own limits, for administrators.
#[utoipa::path(get, path = "/api/v1/admin/users/{id}/budget", tag = "usage", params(("id" = Uuid, Path)), responses(
    (status = 200, body = LimitsBody), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem)))]
async fn budget_of(State(app): State<App>, actor: Actor, Path(id): Path<Uuid>) -> Result<Json<LimitsBody>> {
    Ok(Json(usage::of_user(&app, &actor, id).await?.into()))
}

/// Give a person limits of their own, for administrators. What is null or absent is as the server has it.
#[utoipa::path(put, path = "/api/v1/admin/users/{id}/budget", tag = "usage", params(("id" = Uuid, Path)),
    request_body = LimitsBody, responses(
    (status = 200, body = LimitsBody), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn set_budget(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<Uuid>,
    Json(input): Json<LimitsBody>,
) -> Result<Json<LimitsBody>> {
    let amount = |field, text: Option<String>| {
        let wrong = || Error::field("bad_amount", field, "an amount is from 0 to 1000000, such as 2.50");
        text.map(|text| nanos(&text).ok_or_else(wrong)).transpose()
    };
    if input.messages_per_day.is_some_and(|most| !(0..=1_000_000).contains(&most)) {
        return Err(Error::field(
            "bad_amount",
            "messages_per_day",
            "a number of answers is from 0 to 1000000",
        ));
    }
    let limits = Limits {
        day: amount("day_usd", input.day_usd)?,
        month: amount("month_usd", input.month_usd)?,
        messages: input.messages_per_day,
    };
    Ok(Json(usage::set(&app, &actor, id, limits).await?.into()))
}

impl UsageQuery {
    fn read(&self, app: &App) -> Result<(Span, By)> {
        let span = Span::read(app, self.from.as_deref(), self.to.as_deref())?;
        Ok((span, report::grouped(self.by.as_deref())?))
    }

    fn answer(&self, headers: &HeaderMap, span: Span, by: By, lines: Vec<Line>) -> Result<Response> {
        let accepted =
            headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
        let as_csv = match self.format.as_deref() {
            None => accepted.split(',').any(|kind| kind.trim().starts_with("text/csv")),
            Some("csv") => true,
            Some("json") => false,
            Some(_) => return Err(Error::field("bad_format", "format", "the formats are json and csv")),
        };
        let total = report::sum(&lines).into();
        let items: Vec<Sum> = lines.into_iter().map(Sum::from).collect();
        if !as_csv {
            let body = UsageBody { from: span.from, to: span.to, by: by.as_str(), items, total };
            return Ok(Json(body).into_response());
        }
        let name = format!("attachment; filename=\"usage-{}-{}-{}.csv\"", by.as_str(), span.from, span.to);
        let kind = "text/csv; charset=utf-8".to_owned();
        Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], csv(by, &items))
            .into_response())
    }
}

/// As RFC 4180 has it.
fn csv(by: By, items: &[Sum]) -> String {
    let mut text =
        format!("{},id,calls,input,cached,output,reasoning,cost_usd,unpriced,estimated\r\n", by.as_str());
    for sum in items {
        let id = sum.id.map(|id| id.to_string()).unwrap_or_default();
        let Sum { calls, input, cached, output, reasoning, cost_usd, unpriced, estimated, .. } = sum;
        text += &format!(
            "{},{id},{calls},{input},{cached},{output},{reasoning},{cost_usd},{unpriced},{estimated}\r\n",
            cell(&sum.name)
        );
    }
    text
}

/// A text that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let is_formula =
        text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r', ';', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_never_a_formula() {
        for (text, safe) in [
            ("Rivers", "Rivers"),
            (
                "=HYPERLINK(\"http://evil.example\",\"x\")",
                "\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\"",
            ),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("\t=1", "\"'\t=1\""),
            ("a,b", "\"a,b\""),
            ("a\r\nb", "\"a\r\nb\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), safe);
        }
    }
}
