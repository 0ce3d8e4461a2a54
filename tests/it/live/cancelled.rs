//! Requests are dropped in the middle when a client hangs up. Nothing of that may stick to a pooled connection.

use std::{future::Future, pin::pin};

use freshet::{exec, fetch, platform::db::Db, tx_fetch};

use crate::support::Database;

#[tokio::test]
async fn a_transaction_that_is_given_up_while_it_begins_leaves_nothing_behind() {
    let database = Database::new().await;
    let (db, other) = (Db::connect(&database.url).await.unwrap(), Db::connect(&database.url).await.unwrap());
    exec!(db, "CREATE TABLE facts (fact BIGINT NOT NULL)").unwrap();
    // Given up at another step each time: before, while and after the database hears of it.
    for step in 0..300_i64 {
        given_up_after(step, db.begin_read()).await;
        exec!(other, "INSERT INTO facts (fact) VALUES ($1)", step).unwrap();
        let mut tx = db.begin_read().await.unwrap();
        let (seen,) = tx_fetch!(&mut tx, (i64,), fetch_one, "SELECT COUNT(*) FROM facts").unwrap();
        drop(tx);
        assert_eq!(seen, 2 * step + 1, "a reader sees an old state");
        given_up_after(step, db.begin()).await;
        exec!(db, "INSERT INTO facts (fact) VALUES ($1)", step).unwrap();
        let (seen,) = fetch!(other, (i64,), fetch_one, "SELECT COUNT(*) FROM facts").unwrap();
        assert_eq!(seen, 2 * step + 2, "a write went into a forgotten transaction");
    }
}

/// Lets a future go on a few steps, then drops it.
async fn given_up_after(steps: i64, future: impl Future) {
    let mut future = pin!(future);
    for _ in 0..steps {
        if futures::poll!(future.as_mut()).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}
