//! One SQL text on two engines, and two schemas that are one.

use std::{collections::BTreeSet, fs, path::Path};

use freshet::platform::db::{Db, Engine, Statement};
use sqlx::{Executor as _, SqlStr};

use crate::support::Database;

/// An empty database of each engine at hand, with its schema: SQLite always, PostgreSQL when the suite has one.
async fn databases() -> Vec<(Database, Db)> {
    let mut all = vec![Database::embedded()];
    if Database::is_postgres() {
        all.push(Database::new().await);
    }
    let mut open = Vec::new();
    for database in all {
        let db = Db::connect(&database.url).await.unwrap();
        db.migrate().await.unwrap();
        open.push((database, db));
    }
    open
}

#[tokio::test]
async fn every_statement_prepares() {
    for (_database, db) in databases().await {
        let mut wrong = Vec::new();
        // A text stands in both arms of the macro that runs it, so each is registered twice.
        let mut seen = BTreeSet::new();
        for statement in inventory::iter::<Statement>() {
            if !seen.insert((statement.file, statement.line, statement.text)) {
                continue;
            }
            let text = SqlStr::from_static(statement.text);
            let prepared = match (&db, statement.engine) {
                (Db::Sqlite(pools), Engine::Both | Engine::Sqlite) => {
                    pools.write.prepare(text).await.map(drop)
                }
                (Db::Postgres(pool), Engine::Both | Engine::Postgres) => pool.prepare(text).await.map(drop),
                _ => continue,
            };
            if let Err(error) = prepared {
                wrong.push(format!("{}:{}: {error}\n  {}", statement.file, statement.line, statement.text));
            }
        }
        assert!(seen.len() > 50, "the texts were not found: {}", seen.len());
        assert!(wrong.is_empty(), "on {}:\n{}", db.engine_name(), wrong.join("\n"));
    }
}

#[test]
fn migrations_are_paired_by_name() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
        fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test]
async fn schemas_are_paired() {
    let mut shapes = Vec::new();
    for (_database, db) in databases().await {
        shapes.push(shape(&db).await);
    }
    assert!(shapes[0].len() > 40, "{:?}", shapes[0]);
    if let [sqlite, postgres] = &shapes[..] {
        let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
        assert_eq!((only(sqlite, postgres), only(postgres, sqlite)), (vec![], vec![]));
    }
}

/// One line per column and index, in words that both engines share. `search_words`, each engine's own index of words, is
/// left out.
async fn shape(db: &Db) -> BTreeSet<String> {
    let columns: Vec<(String, String, String, bool)> = match db {
        Db::Sqlite(pools) => sqlx::query_as(
            r#"SELECT m.name, c.name, c.type, c."notnull" = 1 FROM sqlite_master m, pragma_table_info(m.name) c
               WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~' AND m.name <> '_sqlx_migrations'
               AND m.name NOT LIKE 'search~_words%' ESCAPE '~'"#,
        )
        .fetch_all(&pools.read)
        .await
        .unwrap(),
        Db::Postgres(pool) => sqlx::query_as(
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT), is_nullable = 'NO'
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
        )
        .fetch_all(pool)
        .await
        .unwrap(),
    };
    let lines = columns.into_iter().map(|(table, column, kind, required)| {
        format!("{table}.{column} {}{}", class(&kind), if required { " required" } else { "" })
    });
    lines.chain(indexes(db).await).collect()
}

/// The indexes that have names of their own, with their definition from the column list on.
async fn indexes(db: &Db) -> Vec<String> {
    let rows: Vec<(String, String)> = match db {
        Db::Sqlite(pools) => {
            sqlx::query_as("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
                .fetch_all(&pools.read)
                .await
                .unwrap()
        }
        Db::Postgres(pool) => sqlx::query_as(
            "SELECT CAST(i.indexname AS TEXT), i.indexdef FROM pg_indexes i
             WHERE i.schemaname = 'public' AND i.tablename <> '_sqlx_migrations'
             AND i.indexname <> 'search_words'
             AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)",
        )
        .fetch_all(pool)
        .await
        .unwrap(),
    };
    let columns = |sql: &str| sql.split_once('(').map_or(String::new(), |(_, rest)| rest.to_owned());
    rows.into_iter().map(|(name, sql)| format!("index {name} ({}", columns(&sql))).collect()
}

fn class(kind: &str) -> &str {
    match kind {
        "BLOB" | "uuid" | "bytea" => "bytes",
        "TEXT" | "text" => "text",
        "DATETIME" | "timestamp with time zone" => "moment",
        "BIGINT" | "INTEGER" | "bigint" => "integer",
        "BOOLEAN" | "boolean" => "boolean",
        "DOUBLE" | "double precision" => "float",
        other => panic!("a type that only one engine has: {other}"),
    }
}
