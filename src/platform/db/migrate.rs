//! Migrations: two folders, paired by number and name (a test compares the schemas they make).
//!
//! The rule of rolling upgrades: a migration whose name begins with `expand_` only adds what the version before can pass
//! over (tables, nullable columns, columns with a default, indexes), so that version may run on, and start, beside it. Any
//! other one needs every older instance to be gone first; an older one refuses to start on it and counts as not ready.

use sqlx::migrate::{MigrateError, Migrator};

use super::Db;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Why a schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The database was written by a newer Freshet.
    #[error("the database has schema {0}, which this version does not know; start the newer version again")]
    Newer(i64),
    /// Anything else the migrator said.
    #[error("migration failed: {0}")]
    Failed(#[source] MigrateError),
}

/// How far a database has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationState {
    /// The newest migration in the database, 0 when it is empty.
    pub applied: i64,
    /// The newest migration this program knows.
    pub known: i64,
    /// Whether all that this program does not know only adds.
    pub expands: bool,
}

impl MigrationState {
    /// Whether this program can work with the database as it is.
    pub fn fits(self) -> bool {
        self.applied == self.known || (self.applied > self.known && self.expands)
    }
}

impl Db {
    /// Brings the schema to the newest version this program knows. Safe to call from many instances at once
    /// (PostgreSQL: the migrator takes an advisory lock).
    ///
    /// # Errors
    /// A schema from a newer program, or a failed statement.
    pub async fn migrate(&self) -> Result<(), SchemaError> {
        let done = match self {
            Self::Sqlite(pools) => SQLITE.run(&pools.write).await,
            Self::Postgres(pool) => POSTGRES.run(pool).await,
        };
        done.map_err(|error| match error {
            MigrateError::VersionMissing(version) => SchemaError::Newer(version),
            other => SchemaError::Failed(other),
        })
    }

    /// As [`Db::migrate`], for a server: one that starts again in the middle of a rolling upgrade works on a schema to
    /// which a newer one has only added.
    ///
    /// # Errors
    /// As [`Db::migrate`].
    pub async fn migrate_to_serve(&self) -> Result<(), SchemaError> {
        let version = match self.migrate().await {
            Err(SchemaError::Newer(version)) => version,
            done => return done,
        };
        match self.migration_state().await {
            Ok(state) if state.fits() => {
                tracing::warn!(
                    schema = state.applied,
                    "the schema is newer than this program; it has only grown"
                );
                Ok(())
            }
            _ => Err(SchemaError::Newer(version)),
        }
    }

    /// Compares the database with what this program knows, without changing anything.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn migration_state(&self) -> sqlx::Result<MigrationState> {
        let known = self.migrator().iter().map(|m| m.version).max().unwrap_or(0);
        let there =
            crate::fetch!(*self, (i64,), fetch_one, self.speak(super::dialect::MIGRATION_TABLE_EXISTS))?;
        if there.0 == 0 {
            return Ok(MigrationState { applied: 0, known, expands: true });
        }
        let applied: (i64,) = crate::fetch!(
            *self,
            (i64,),
            fetch_one,
            "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations WHERE success"
        )?;
        // sqlx makes the description of the file's name: underscores become blanks.
        let foreign: (i64,) = crate::fetch!(
            *self,
            (i64,),
            fetch_one,
            "SELECT COUNT(*) FROM _sqlx_migrations
             WHERE success AND version > $1 AND description NOT LIKE 'expand %'",
            known
        )?;
        Ok(MigrationState { applied: applied.0, known, expands: foreign.0 == 0 })
    }

    fn migrator(&self) -> &'static Migrator {
        match self {
            Self::Sqlite(_) => &SQLITE,
            Self::Postgres(_) => &POSTGRES,
        }
    }
}
