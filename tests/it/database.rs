//! One SQL text, two engines: every statement can be prepared, and both folders of migrations make the same schema.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use freshet::platform::db::{Db, Engine, SchemaError, Statement};
use sqlx::{AssertSqlSafe, Executor as _, Row as _, SqlSafeStr as _};
use tempfile::TempDir;

use crate::support::Database;

/// A fresh database of each engine that is there: SQLite always, PostgreSQL when the suite runs beside one.
struct Engines {
    sqlite: Db,
    postgres: Option<Db>,
    _folder: TempDir,
}

impl Engines {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = Db::open_file(&folder.path().join("test.db")).await.unwrap();
        let mut postgres = None;
        if Database::is_postgres() {
            postgres = Some(Db::connect(&Database::new().await.url).await.unwrap());
        } else {
            println!("skipped for PostgreSQL: FRESHET_TEST_DATABASE_URL is not set");
        }
        Self { sqlite, postgres, _folder: folder }
    }

    async fn migrated() -> Self {
        let engines = Self::new().await;
        for db in engines.all() {
            db.migrate().await.unwrap();
        }
        engines
    }

    fn all(&self) -> impl Iterator<Item = &Db> {
        std::iter::once(&self.sqlite).chain(&self.postgres)
    }
}

/// PostgreSQL can't tell the type of a parameter whose first use is `$n IS NULL`. Running them works, since sqlx sends the
/// types along; the cure is to write the comparison first.
const NEED_TYPES: &[&str] = &["($2 IS NULL OR (c.updated_at, c.id) < ($2, $3))"];

#[tokio::test]
async fn every_statement_prepares() {
    let engines = Engines::migrated().await;
    let mut wrong = Vec::new();
    let mut prepared = 0;
    for statement in inventory::iter::<Statement> {
        for db in engines.all() {
            let tried = match (db, statement.engine) {
                (Db::Sqlite(pools), Engine::Both | Engine::Sqlite) => {
                    let sql = AssertSqlSafe(statement.text).into_sql_str();
                    pools.write.acquire().await.unwrap().prepare(sql).await.map(drop)
                }
                (Db::Postgres(_), _) if NEED_TYPES.iter().any(|part| statement.text.contains(part)) => {
                    continue;
                }
                (Db::Postgres(pool), Engine::Both | Engine::Postgres) => {
                    let sql = AssertSqlSafe(statement.text).into_sql_str();
                    pool.acquire().await.unwrap().prepare(sql).await.map(drop)
                }
                _ => continue,
            };
            prepared += 1;
            if let Err(error) = tried {
                wrong.push(format!("{}:{}: {error}\n{}", statement.file, statement.line, statement.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(prepared > 40, "only {prepared} statements are registered: is the registry linked?");
}

#[test]
fn migrations_are_paired() {
    let names = |engine: &str| -> BTreeSet<String> {
        let folder = Path::new("migrations").join(engine);
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test]
async fn both_engines_get_the_same_schema() {
    let engines = Engines::migrated().await;
    let sqlite = columns(&engines.sqlite).await;
    assert!(sqlite.len() > 10 && sqlite.contains_key("users"), "{sqlite:?}");
    let unknown: Vec<_> =
        sqlite.values().flat_map(BTreeMap::values).filter(|c| c.0.starts_with('?')).collect();
    assert!(unknown.is_empty(), "types without a counterpart: {unknown:?}");
    let Some(postgres) = &engines.postgres else { return };
    let postgres = columns(postgres).await;
    for (table, columns) in &sqlite {
        assert_eq!(Some(columns), postgres.get(table), "table {table}: SQLite left, PostgreSQL right");
    }
    assert_eq!(sqlite.len(), postgres.len(), "tables of PostgreSQL only");
    assert_eq!(indexes(&engines.sqlite).await, indexes(engines.postgres.as_ref().unwrap()).await);
}

#[tokio::test]
async fn a_schema_from_a_newer_program_is_refused_and_left_alone() {
    for db in Engines::migrated().await.all() {
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                     VALUES (9999, 'from the future', TRUE, $1, 0)";
        match db {
            Db::Sqlite(pools) => sqlx::query(newer).bind(&[0_u8][..]).execute(&pools.write).await.map(drop),
            Db::Postgres(pool) => sqlx::query(newer).bind(&[0_u8][..]).execute(pool).await.map(drop),
        }
        .unwrap();
        let refused = db.migrate().await.unwrap_err();
        assert!(matches!(refused, SchemaError::Newer(9999)), "{refused}");
        let state = db.migration_state().await.unwrap();
        assert!(state.applied == 9999 && state.known < 9999);
    }
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    for db in Engines::migrated().await.all() {
        let before = columns(db).await;
        db.migrate().await.unwrap();
        assert_eq!(columns(db).await, before);
    }
}

#[test]
fn every_sql_text_is_registered() {
    let needles =
        ["sqlx::query", "query_as(", "query_as::<", "query_scalar", "sqlx::raw_sql", "QueryBuilder"];
    let mut wrong = Vec::new();
    for file in sources(Path::new("src")) {
        if file.starts_with("src/platform/db") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let product = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in product.lines().enumerate() {
            let macros = ["exec!(", "fetch!("].iter().any(|name| line.contains(name));
            // A macro on one line shows its text there; one on several lines shows it on a line of its own.
            let bare = macros && line.contains('"') && !line.contains("sql!(");
            if bare || needles.iter().any(|needle| line.contains(needle)) {
                wrong.push(format!("{}:{}: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "these texts are not in a sql! of their own:\n{}", wrong.join("\n"));
}

/// Class and nullability by table and column.
type Columns = BTreeMap<String, BTreeMap<String, (String, bool)>>;

async fn columns(db: &Db) -> Columns {
    let sqlite = "SELECT m.name AS t, c.name AS c, c.type AS k, CASE WHEN c.\"notnull\" = 1 THEN 'NO' ELSE 'YES' END AS n
                  FROM sqlite_master m JOIN pragma_table_info(m.name) c
                  WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let postgres =
        "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS k, is_nullable::text AS n
                    FROM information_schema.columns WHERE table_schema = 'public'";
    let rows: Vec<(String, String, String, String)> = match db {
        Db::Sqlite(pools) => sqlx::query_as(sqlite).fetch_all(&pools.write).await.unwrap(),
        Db::Postgres(pool) => sqlx::query_as(postgres).fetch_all(pool).await.unwrap(),
    };
    let mut columns = Columns::new();
    for (table, column, kind, nullable) in rows {
        if !table.starts_with("_sqlx") {
            columns.entry(table).or_default().insert(column, (class(&kind), nullable == "YES"));
        }
    }
    columns
}

/// What a type keeps, in one word for both engines.
fn class(kind: &str) -> String {
    let class = match kind.to_lowercase().as_str() {
        "blob" | "uuid" | "bytea" => "bytes",
        "datetime" | "timestamp with time zone" => "moment",
        "text" => "text",
        "bigint" => "number",
        "boolean" => "truth",
        "double precision" | "double" => "fraction",
        other => return format!("?{other}"),
    };
    class.to_owned()
}

/// The names of the indexes that the migrations name, by table.
async fn indexes(db: &Db) -> BTreeSet<(String, String)> {
    let sqlite = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    // Those of primary keys and unique columns have names of the engine's own.
    let postgres = "SELECT tablename::text, indexname::text FROM pg_indexes i WHERE schemaname = 'public'
                    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)";
    let rows = match db {
        Db::Sqlite(pools) => {
            sqlx::query(sqlite)
                .map(|row: sqlx::sqlite::SqliteRow| (row.get(0), row.get(1)))
                .fetch_all(&pools.write)
                .await
        }
        Db::Postgres(pool) => {
            sqlx::query(postgres)
                .map(|row: sqlx::postgres::PgRow| (row.get(0), row.get(1)))
                .fetch_all(pool)
                .await
        }
    };
    rows.unwrap().into_iter().filter(|(table, _): &(String, String)| !table.starts_with("_sqlx")).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
