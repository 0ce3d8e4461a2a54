//! A database for one test.

use std::sync::Arc;

use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// An empty database of the engine under test; gone when the last clone is dropped (SQLite) or left to the temporary
/// server (PostgreSQL).
#[derive(Clone)]
pub struct Database {
    /// Its address.
    pub url: String,
    _folder: Option<Arc<TempDir>>,
}

impl Database {
    /// A new one.
    pub async fn new() -> Self {
        match std::env::var("FRESHET_TEST_DATABASE_URL") {
            Ok(server) => Self { url: create_on(&server).await, _folder: None },
            Err(_) => Self::embedded(),
        }
    }

    /// A new SQLite file, whatever engine is under test.
    pub fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        Self { url, _folder: Some(Arc::new(folder)) }
    }

    /// Whether the suite runs on PostgreSQL.
    pub fn is_postgres() -> bool {
        std::env::var_os("FRESHET_TEST_DATABASE_URL").is_some()
    }
}

async fn create_on(server: &str) -> String {
    let name = format!("t{}", Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(server).await.unwrap();
    let statement = format!("CREATE DATABASE {name}");
    connection.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(&name);
    url.to_string()
}
