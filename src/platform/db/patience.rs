//! How long PostgreSQL may take to answer.
//!
//! A connection can die without a word: a machine that is gone, a firewall that forgets. The kernel notices after a quarter
//! of an hour, and until then whoever waits for an answer waits: the journal, and with it all answers of an instance. So
//! everything asked of PostgreSQL has a time limit, and a connection that does not answer is given up. On the other side
//! PostgreSQL gives up a session that stops in the middle of a transaction, whose locks would keep everybody else waiting.

use std::{future::Future, io, time::Duration};

use sqlx::{Connection as _, Executor as _, PgConnection, Postgres, pool::PoolOptions};

/// For a statement, with the wait for a connection where it has to get one first.
const ANSWER: Duration = Duration::from_secs(12);
/// For a sign of life of a connection that has nothing else to do.
const PULSE: Duration = Duration::from_secs(2);
/// What each session asks for.
const SESSION: &str = "SET idle_in_transaction_session_timeout = '10s'";

/// The outcome, or a failure that says that a later try may succeed. The outcome of what took too long is unknown.
///
/// # Errors
/// As the statement, and when it takes too long.
pub async fn in_time<T>(statement: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    tokio::time::timeout(ANSWER, statement).await.unwrap_or_else(|_| Err(too_late()))
}

/// Connections that do not answer neither come into use nor go back into the pool, where each would keep a place for ever:
/// sqlx waits for their pulse without a limit.
pub(super) fn with_hooks(pool: PoolOptions<Postgres>) -> PoolOptions<Postgres> {
    pool.test_before_acquire(false)
        .after_connect(|connection, _| Box::pin(async move { connection.execute(SESSION).await.map(drop) }))
        .before_acquire(|connection, _| Box::pin(pulse(connection)))
        .after_release(|connection, _| Box::pin(pulse(connection)))
}

async fn pulse(connection: &mut PgConnection) -> sqlx::Result<bool> {
    tokio::time::timeout(PULSE, connection.ping()).await.unwrap_or_else(|_| Err(too_late())).map(|()| true)
}

fn too_late() -> sqlx::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the database did not answer in time").into()
}
