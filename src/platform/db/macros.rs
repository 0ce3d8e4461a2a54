//! The macros that run one text on either engine. Only one arm runs, so binds may move.

/// Registers a SQL text for the prepare-on-both test and evaluates to it.
#[macro_export]
macro_rules! sql {
    ($text:expr) => {{
        inventory::submit! { $crate::platform::db::Statement {
            text: $text, engine: $crate::platform::db::Engine::Both, file: file!(), line: line!(),
        } }
        $text
    }};
}

/// Registers a pair of texts, one for each engine, and evaluates to a [`Dialect`](crate::platform::db::Dialect).
#[macro_export]
macro_rules! sql_pair {
    (sqlite: $sqlite:expr, postgres: $postgres:expr $(,)?) => {{
        inventory::submit! { $crate::platform::db::Statement {
            text: $sqlite, engine: $crate::platform::db::Engine::Sqlite, file: file!(), line: line!(),
        } }
        inventory::submit! { $crate::platform::db::Statement {
            text: $postgres, engine: $crate::platform::db::Engine::Postgres, file: file!(), line: line!(),
        } }
        $crate::platform::db::Dialect { sqlite: $sqlite, postgres: $postgres }
    }};
}

/// `fetch!(db, Row, fetch_all, sql!("…"), bind, …)`: reads rows on a reading connection.
#[macro_export]
macro_rules! fetch {
    ($db:expr, $row:ty, $how:ident, $sql:expr $(, $bind:expr)* $(,)?) => {
        match &$db {
            $crate::platform::db::Db::Sqlite(pools) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.$how(&pools.read).await
            }
            $crate::platform::db::Db::Postgres(pool) => {
                $crate::platform::db::in_time(sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.$how(pool)).await
            }
        }
    };
}

/// `exec!(db, sql!("…"), bind, …)`: runs one statement by itself on a writing connection; gives the rows affected.
#[macro_export]
macro_rules! exec {
    ($db:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match &$db {
            $crate::platform::db::Db::Sqlite(pools) => {
                sqlx::query($sql)$(.bind($bind))*.execute(&pools.write).await.map(|done| done.rows_affected())
            }
            $crate::platform::db::Db::Postgres(pool) => {
                $crate::platform::db::in_time(sqlx::query($sql)$(.bind($bind))*.execute(pool))
                    .await
                    .map(|done| done.rows_affected())
            }
        }
    };
}

/// `tx_fetch!(tx, Row, fetch_optional, sql!("…"), bind, …)`: as [`fetch!`](crate::fetch), inside a transaction.
#[macro_export]
macro_rules! tx_fetch {
    ($tx:expr, $row:ty, $how:ident, $sql:expr $(, $bind:expr)* $(,)?) => {
        match &mut *$tx {
            $crate::platform::db::Tx::Sqlite(tx) => {
                sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.$how(&mut **tx).await
            }
            $crate::platform::db::Tx::Postgres(tx) => {
                $crate::platform::db::in_time(sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.$how(&mut **tx)).await
            }
        }
    };
}

/// `tx_exec!(tx, sql!("…"), bind, …)`: as [`exec!`](crate::exec), inside a transaction.
#[macro_export]
macro_rules! tx_exec {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match &mut *$tx {
            $crate::platform::db::Tx::Sqlite(tx) => {
                sqlx::query($sql)$(.bind($bind))*.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
            $crate::platform::db::Tx::Postgres(tx) => {
                $crate::platform::db::in_time(sqlx::query($sql)$(.bind($bind))*.execute(&mut **tx))
                    .await
                    .map(|done| done.rows_affected())
            }
        }
    };
}
