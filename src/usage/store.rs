//! The room's SQL.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Asked, Entry, Limits,
    budget::first_of_month,
    report::{By, Line, Span},
};
use crate::{
    exec, fetch,
    platform::db::{Db, Tx, dialect},
    providers::{Key, Usage},
    sql, tx_exec, tx_fetch,
};

/// What one person has used, and what they may where that is not as the settings say.
pub(super) struct Used {
    pub own: Limits,
    pub day: i64,
    pub month: i64,
    pub messages: i64,
}

/// How days are stored.
pub(super) const DAY: &str = "%Y-%m-%d";

fn day(now: DateTime<Utc>) -> String {
    now.format(DAY).to_string()
}

fn month(now: DateTime<Utc>) -> String {
    first_of_month(now.date_naive()).format(DAY).to_string()
}

fn count(tokens: Option<u64>) -> i64 {
    tokens.and_then(|tokens| i64::try_from(tokens).ok()).unwrap_or(0)
}

/// Who gets this lock is the only one that sums up, until its transaction ends.
pub(super) async fn lock(tx: &mut Tx, key: i64) -> sqlx::Result<()> {
    let text = tx.speak(dialect::LOCK_SUM);
    tx_exec!(tx, text, key)?;
    Ok(())
}

/// What `user` has used of the server's keys in the day and month of `now`, with what is set aside.
pub(super) async fn used(tx: &mut Tx, user: Uuid, now: DateTime<Utc>) -> sqlx::Result<Used> {
    type Row = (i64, i64, i64, Option<i64>, Option<i64>, Option<i64>);
    let (day, month, messages, own_day, own_month, own_messages) = tx_fetch!(
        tx,
        Row,
        fetch_one,
        sql!(
            "SELECT CAST(COALESCE(SUM(CASE WHEN day = $2 THEN cost_nanos END), 0) AS BIGINT),
                    CAST(COALESCE(SUM(cost_nanos), 0) AS BIGINT),
                    COUNT(CASE WHEN day = $2 AND purpose = 'reply' THEN 1 END),
                    (SELECT day_nanos FROM budgets WHERE user_id = $1),
                    (SELECT month_nanos FROM budgets WHERE user_id = $1),
                    (SELECT messages FROM budgets WHERE user_id = $1)
             FROM usage_entries WHERE user_id = $1 AND day >= $3 AND server_key"
        ),
        user,
        day(now),
        month(now)
    )?;
    let own = Limits { day: own_day, month: own_month, messages: own_messages };
    Ok(Used { own, day, month, messages })
}

/// What everybody has used of the server's keys in the month of `now`, with what is set aside.
pub(super) async fn used_by_all(tx: &mut Tx, now: DateTime<Utc>) -> sqlx::Result<i64> {
    let (sum,) = tx_fetch!(
        tx,
        (i64,),
        fetch_one,
        sql!(
            "SELECT CAST(COALESCE(SUM(cost_nanos), 0) AS BIGINT) FROM usage_entries
             WHERE day >= $1 AND server_key"
        ),
        month(now)
    )?;
    Ok(sum)
}

pub(super) async fn reserve(
    tx: &mut Tx,
    user: Uuid,
    call: &Asked<'_>,
    most: &Usage,
    cost: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    tx_exec!(
        tx,
        sql!(
            "INSERT INTO usage_entries (id, purpose, user_id, conversation_id, provider, model, server_key, at, day,
                    input, cached, output, reasoning, cost_nanos, estimated, pending)
             VALUES ($1, $2, $3, $4, $5, $6, TRUE, $7, $8, $9, 0, $10, 0, $11, TRUE, TRUE)"
        ),
        call.id,
        call.purpose.as_str(),
        user,
        call.conversation,
        &call.model.provider,
        &call.model.name,
        now,
        day(now),
        count(most.input),
        count(most.output),
        cost
    )?;
    Ok(())
}

/// A reservation becomes what it came to; what is settled stays as it is. Who is gone is nobody.
pub(super) async fn settle(tx: &mut Tx, entry: &Entry, now: DateTime<Utc>) -> sqlx::Result<()> {
    let spent = &entry.spent;
    tx_exec!(
        tx,
        sql!(
            "INSERT INTO usage_entries (id, purpose, user_id, conversation_id, provider, model, server_key, at, day,
                    input, cached, output, reasoning, cost_nanos, estimated, pending)
             VALUES ($1, $2, (SELECT id FROM users WHERE id = $3), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
                    FALSE)
             ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, model = excluded.model,
                    server_key = excluded.server_key, input = excluded.input, cached = excluded.cached,
                    output = excluded.output, reasoning = excluded.reasoning, cost_nanos = excluded.cost_nanos,
                    estimated = excluded.estimated, pending = FALSE
             WHERE usage_entries.pending"
        ),
        entry.id,
        entry.purpose.as_str(),
        entry.user,
        entry.conversation,
        &spent.provider,
        &spent.model,
        spent.key == Key::Server,
        now,
        day(now),
        count(spent.usage.input),
        count(spent.usage.cached),
        count(spent.usage.output),
        count(spent.usage.reasoning),
        spent.cost,
        spent.estimated
    )?;
    Ok(())
}

pub(super) async fn release(tx: &mut Tx, id: Uuid) -> sqlx::Result<()> {
    tx_exec!(tx, sql!("DELETE FROM usage_entries WHERE id = $1 AND pending"), id)?;
    Ok(())
}

/// Reservations older than `before` that nobody holds a lease for. Replies have leases; nothing else takes so long.
pub(super) async fn settle_lost(db: &Db, before: DateTime<Utc>) -> sqlx::Result<u64> {
    exec!(
        *db,
        sql!(
            "UPDATE usage_entries SET pending = FALSE
             WHERE pending AND at < $1 AND NOT EXISTS (SELECT 1 FROM leases l WHERE l.id = usage_entries.id)"
        ),
        before
    )
}

/// The limits of a person; `None` if there is no such person.
pub(super) async fn limits(db: &Db, user: Uuid) -> sqlx::Result<Option<Limits>> {
    let row = fetch!(
        *db,
        (Option<i64>, Option<i64>, Option<i64>),
        fetch_optional,
        sql!(
            "SELECT b.day_nanos, b.month_nanos, b.messages FROM users u LEFT JOIN budgets b ON b.user_id = u.id
             WHERE u.id = $1"
        ),
        user
    )?;
    Ok(row.map(|(day, month, messages)| Limits { day, month, messages }))
}

/// False if there is no such person.
pub(super) async fn set_limits(db: &Db, user: Uuid, limits: Limits) -> sqlx::Result<bool> {
    let set = exec!(
        *db,
        sql!(
            "INSERT INTO budgets (user_id, day_nanos, month_nanos, messages) SELECT id, $2, $3, $4 FROM users WHERE id = $1
             ON CONFLICT (user_id) DO UPDATE SET day_nanos = excluded.day_nanos, month_nanos = excluded.month_nanos,
                    messages = excluded.messages"
        ),
        user,
        limits.day,
        limits.month,
        limits.messages
    )?;
    Ok(set == 1)
}

/// What `user` has used, in groups; of everybody without one.
pub(super) async fn lines(db: &Db, user: Option<Uuid>, by: By, span: Span) -> sqlx::Result<Vec<Line>> {
    let (from, to) = (span.from.format(DAY).to_string(), span.to.format(DAY).to_string());
    match (by, user) {
        (By::User, _) => of_users(db, &from, &to).await,
        (By::Conversation, user) => of_conversations(db, user, &from, &to).await,
        (_, Some(user)) => {
            fetch!(
                *db,
                Line,
                fetch_all,
                sql!(
                    "SELECT CASE CAST($1 AS TEXT) WHEN 'day' THEN day WHEN 'provider' THEN provider ELSE model END AS name,
                            NULL AS id, COUNT(*) AS calls, CAST(SUM(input) AS BIGINT) AS input,
                            CAST(SUM(cached) AS BIGINT) AS cached, CAST(SUM(output) AS BIGINT) AS output,
                            CAST(SUM(reasoning) AS BIGINT) AS reasoning,
                            CAST(COALESCE(SUM(cost_nanos), 0) AS BIGINT) AS cost,
                            COUNT(CASE WHEN cost_nanos IS NULL THEN 1 END) AS unpriced,
                            COUNT(CASE WHEN estimated THEN 1 END) AS estimated
                     FROM usage_entries WHERE user_id = $2 AND day BETWEEN $3 AND $4 AND NOT pending
                     GROUP BY 1 ORDER BY 1"
                ),
                by.as_str(),
                user,
                from,
                to
            )
        }
        (_, None) => {
            fetch!(
                *db,
                Line,
                fetch_all,
                sql!(
                    "SELECT CASE CAST($1 AS TEXT) WHEN 'day' THEN day WHEN 'provider' THEN provider ELSE model END AS name,
                            NULL AS id, COUNT(*) AS calls, CAST(SUM(input) AS BIGINT) AS input,
                            CAST(SUM(cached) AS BIGINT) AS cached, CAST(SUM(output) AS BIGINT) AS output,
                            CAST(SUM(reasoning) AS BIGINT) AS reasoning,
                            CAST(COALESCE(SUM(cost_nanos), 0) AS BIGINT) AS cost,
                            COUNT(CASE WHEN cost_nanos IS NULL THEN 1 END) AS unpriced,
                            COUNT(CASE WHEN estimated THEN 1 END) AS estimated
                     FROM usage_entries WHERE day BETWEEN $2 AND $3 AND NOT pending
                     GROUP BY 1 ORDER BY 1"
                ),
                by.as_str(),
                from,
                to
            )
        }
    }
}

/// Of those that are gone there is one line without a name.
async fn of_users(db: &Db, from: &str, to: &str) -> sqlx::Result<Vec<Line>> {
    fetch!(
        *db,
        Line,
        fetch_all,
        sql!(
            "SELECT COALESCE(u.email, '') AS name, u.id AS id, COUNT(*) AS calls, CAST(SUM(e.input) AS BIGINT) AS input,
                    CAST(SUM(e.cached) AS BIGINT) AS cached, CAST(SUM(e.output) AS BIGINT) AS output,
                    CAST(SUM(e.reasoning) AS BIGINT) AS reasoning,
                    CAST(COALESCE(SUM(e.cost_nanos), 0) AS BIGINT) AS cost,
                    COUNT(CASE WHEN e.cost_nanos IS NULL THEN 1 END) AS unpriced,
                    COUNT(CASE WHEN e.estimated THEN 1 END) AS estimated
             FROM usage_entries e LEFT JOIN users u ON u.id = e.user_id
             WHERE e.day BETWEEN $1 AND $2 AND NOT e.pending GROUP BY u.id, u.email ORDER BY 8 DESC, 3 DESC, 1"
        ),
        from,
        to
    )
}

/// Of those that are gone there is one line without a name.
async fn of_conversations(db: &Db, user: Option<Uuid>, from: &str, to: &str) -> sqlx::Result<Vec<Line>> {
    fetch!(
        *db,
        Line,
        fetch_all,
        sql!(
            "SELECT COALESCE(c.title, '') AS name, c.id AS id, COUNT(*) AS calls, CAST(SUM(e.input) AS BIGINT) AS input,
                    CAST(SUM(e.cached) AS BIGINT) AS cached, CAST(SUM(e.output) AS BIGINT) AS output,
                    CAST(SUM(e.reasoning) AS BIGINT) AS reasoning,
                    CAST(COALESCE(SUM(e.cost_nanos), 0) AS BIGINT) AS cost,
                    COUNT(CASE WHEN e.cost_nanos IS NULL THEN 1 END) AS unpriced,
                    COUNT(CASE WHEN e.estimated THEN 1 END) AS estimated
             FROM usage_entries e LEFT JOIN conversations c
                    ON c.id = e.conversation_id AND c.owner_id = e.user_id AND c.deleted_at IS NULL
             WHERE e.user_id = $1 AND e.day BETWEEN $2 AND $3 AND NOT e.pending
             GROUP BY c.id, c.title ORDER BY 8 DESC, 3 DESC, 1"
        ),
        user,
        from,
        to
    )
}

/// What a conversation of `user` has used, by model; `None` if they may not see it.
pub(super) async fn of_conversation(
    db: &Db,
    user: Uuid,
    conversation: Uuid,
) -> sqlx::Result<Option<Vec<Line>>> {
    let mut tx = db.begin_read().await?;
    let there = tx_fetch!(
        &mut tx,
        (Uuid,),
        fetch_optional,
        sql!("SELECT id FROM conversations WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL"),
        conversation,
        user
    )?;
    if there.is_none() {
        return Ok(None);
    }
    let lines = tx_fetch!(
        &mut tx,
        Line,
        fetch_all,
        sql!(
            "SELECT model AS name, NULL AS id, COUNT(*) AS calls, CAST(SUM(input) AS BIGINT) AS input,
                    CAST(SUM(cached) AS BIGINT) AS cached, CAST(SUM(output) AS BIGINT) AS output,
                    CAST(SUM(reasoning) AS BIGINT) AS reasoning,
                    CAST(COALESCE(SUM(cost_nanos), 0) AS BIGINT) AS cost,
                    COUNT(CASE WHEN cost_nanos IS NULL THEN 1 END) AS unpriced,
                    COUNT(CASE WHEN estimated THEN 1 END) AS estimated
             FROM usage_entries WHERE conversation_id = $1 AND user_id = $2 AND NOT pending GROUP BY 1 ORDER BY 1"
        ),
        conversation,
        user
    )?;
    Ok(Some(lines))
}
