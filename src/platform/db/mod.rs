//! The database seam: one SQL text, two engines.
//!
//! [`Db`] is an enum of a SQLite and a PostgreSQL pool. The macros [`fetch!`](crate::fetch), [`exec!`](crate::exec)
//! and [`tx_fetch!`](crate::tx_fetch), [`tx_exec!`](crate::tx_exec) run the same text (`$1` placeholders, native types)
//! on either. Every text goes through [`sql!`](crate::sql), which registers it, so that one test can prepare them all
//! on both engines. What cannot be one text is a [`Dialect`] pair in [`dialect`].
//!
//! SQLite has one writing connection and several readers: writers queue in the pool instead of polling a busy lock.

pub mod dialect;
mod macros;
mod migrate;
mod patience;

use std::{
    path::Path,
    str::FromStr,
    time::{Duration, Instant},
};

use sqlx::{
    Connection as _, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::metrics;

pub use migrate::{MigrationState, SchemaError};
pub use patience::in_time;

/// A text registered by [`sql!`](crate::sql), with the place that wrote it.
#[derive(Debug)]
pub struct Statement {
    /// The SQL text.
    pub text: &'static str,
    /// Which engines it is meant for.
    pub engine: Engine,
    /// The file that holds it.
    pub file: &'static str,
    /// The line in that file.
    pub line: u32,
}
inventory::collect!(Statement);

/// Which engine a text is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Either: the normal case.
    Both,
    /// SQLite only.
    Sqlite,
    /// PostgreSQL only.
    Postgres,
}

/// Two texts with one meaning, for the few things the engines spell differently.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

/// The pools of one database.
#[derive(Clone, Debug)]
pub enum Db {
    /// The embedded default.
    Sqlite(SqlitePools),
    /// The scale-out engine.
    Postgres(PgPool),
}

/// SQLite's two pools: `write` holds exactly one connection.
#[derive(Clone, Debug)]
pub struct SqlitePools {
    /// The one writing connection.
    pub write: SqlitePool,
    /// Readers; WAL lets them run beside the writer.
    pub read: SqlitePool,
}

/// How a pool of connections is doing.
#[derive(Debug, Clone, Copy)]
pub struct Pool {
    /// `read` and `write` of SQLite, `all` of PostgreSQL.
    pub name: &'static str,
    /// Open connections.
    pub open: usize,
    /// Those that nobody uses.
    pub idle: usize,
}

/// A transaction on either engine. Dropped without [`Tx::commit`] it rolls back.
///
/// Never use an expected error as control flow inside one: PostgreSQL aborts the whole transaction at the first
/// failed statement, SQLite doesn't. Use `ON CONFLICT`.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens the pools behind `url` (`sqlite:<path>` or `postgres://…`) without touching the schema.
    ///
    /// # Errors
    /// A URL that names neither engine, or an engine that does not answer.
    pub async fn connect(url: &str) -> sqlx::Result<Self> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return Self::connect_postgres(url).await;
        }
        Self::connect_sqlite(url).await
    }

    async fn connect_postgres(url: &str) -> sqlx::Result<Self> {
        let options = PgConnectOptions::from_str(url)?.application_name("freshet");
        let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(10));
        let pool = patience::with_hooks(pool).connect_with(options).await?;
        Ok(Self::Postgres(pool))
    }

    async fn connect_sqlite(url: &str) -> sqlx::Result<Self> {
        Self::connect_file(SqliteConnectOptions::from_str(url)?).await
    }

    /// Opens, or makes, the SQLite file at `path`.
    ///
    /// # Errors
    /// A folder or file that can't be made, read or written.
    pub async fn open_file(path: &Path) -> sqlx::Result<Self> {
        Self::connect_file(SqliteConnectOptions::new().filename(path)).await
    }

    async fn connect_file(options: SqliteConnectOptions) -> sqlx::Result<Self> {
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5))
            .pragma("wal_autocheckpoint", "1000")
            .pragma("temp_store", "memory");
        if let Some(folder) = options.get_filename().parent().filter(|p| *p != Path::new("")) {
            std::fs::create_dir_all(folder)?;
        }
        // The writer comes first: it creates the file and switches it to WAL before a reader opens it.
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            // A file does not hang up; asking its thread each time is two switches for nothing.
            .test_before_acquire(false)
            .after_release(|connection, _| Box::pin(is_clean(connection)))
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.clone())
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false)
            .after_release(|connection, _| Box::pin(is_clean(connection)))
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self::Sqlite(SqlitePools { write, read }))
    }

    /// Begins a writing transaction.
    ///
    /// # Errors
    /// No connection within 10 s, or a connection that fails.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        let asked = Instant::now();
        let tx = match self {
            // A deferred transaction that turns into a writer fails at once when another one writes.
            Self::Sqlite(pools) => Tx::Sqlite(pools.write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => begin_whole(pool, "BEGIN").await?,
        };
        metrics::took(metrics::DB_WAIT, asked.elapsed());
        Ok(tx)
    }

    /// Begins a read-only transaction in which every statement sees the same state.
    ///
    /// # Errors
    /// No connection within 10 s, or a connection that fails.
    pub async fn begin_read(&self) -> sqlx::Result<Tx> {
        Ok(match self {
            Self::Sqlite(pools) => Tx::Sqlite(pools.read.begin().await?),
            Self::Postgres(pool) => {
                begin_whole(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?
            }
        })
    }

    /// The half of a [`Dialect`] that this database speaks.
    pub fn speak(&self, dialect: Dialect) -> &'static str {
        match self {
            Self::Sqlite(_) => dialect.sqlite,
            Self::Postgres(_) => dialect.postgres,
        }
    }

    /// True for the embedded engine, where no other process can share the database.
    pub fn is_embedded(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// How the pools are doing.
    pub fn pools(&self) -> Vec<Pool> {
        match self {
            Self::Sqlite(pools) => vec![
                Pool { name: "read", open: pools.read.size() as usize, idle: pools.read.num_idle() },
                Pool { name: "write", open: pools.write.size() as usize, idle: pools.write.num_idle() },
            ],
            Self::Postgres(pool) => {
                vec![Pool { name: "all", open: pool.size() as usize, idle: pool.num_idle() }]
            }
        }
    }

    /// A name for logs and health answers.
    pub fn engine_name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgresql",
        }
    }

    /// Waits until everything committed so far would survive a power cut. PostgreSQL's commits already do; SQLite's
    /// survive the process's death at once, and with this call also the machine's.
    pub async fn sync(&self) {
        let Self::Sqlite(pools) = self else { return };
        let mut wal = pools.write.connect_options().get_filename().as_os_str().to_owned();
        wal.push("-wal");
        let synced = match tokio::fs::File::open(&wal).await {
            Ok(file) => file.sync_data().await,
            Err(error) => Err(error),
        };
        if let Err(error) = synced {
            tracing::warn!(%error, "the write-ahead log could not be synced to the disk");
        }
    }

    /// Closes the pools; SQLite folds its write-ahead log back into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(pools) => {
                pools.read.close().await;
                pools.write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes everything since the beginning durable and visible.
    ///
    /// # Errors
    /// The engine refused, or the connection broke; after a broken connection the outcome is unknown.
    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => in_time(tx.commit()).await,
        }
    }

    /// The half of a [`Dialect`] that this transaction speaks.
    pub fn speak(&self, dialect: Dialect) -> &'static str {
        match self {
            Self::Sqlite(_) => dialect.sqlite,
            Self::Postgres(_) => dialect.postgres,
        }
    }
}

/// Whether a connection to SQLite can be used again; one that can't is closed and replaced.
///
/// When a write fails for want of room, SQLite rolls back by itself. sqlx 0.9 does not notice: its own rollback fails, it
/// goes on counting the transaction, and no other one could ever begin on the only writing connection.
async fn is_clean(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    if connection.is_in_transaction() {
        // A transaction that was dropped is being rolled back on the connection's thread: wait for that, then look.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Begins a transaction on PostgreSQL to the end, even if nobody waits for it any more.
///
/// sqlx 0.9 forgets a transaction whose `BEGIN` is under way when its future is dropped (a client hung up): the
/// connection goes back to the pool inside it, later readers see its old state and later writes are never committed. In a
/// task of its own the beginning is not dropped, and the unwanted transaction is rolled back as any other.
async fn begin_whole(pool: &PgPool, words: &'static str) -> sqlx::Result<Tx> {
    let pool = pool.clone();
    #[expect(clippy::disallowed_methods, reason = "it ends by itself within the time limit for a connection")]
    let begun = tokio::spawn(async move { pool.begin_with(words).await });
    // Who no longer waits leaves the task to itself, for the reason above.
    in_time(async { begun.await.map_err(|_| sqlx::Error::WorkerCrashed)? }).await.map(Tx::Postgres)
}

/// True when the failure says that the database itself is out of reach or too busy, so that a later try may succeed.
pub fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // SQLite: 5 BUSY, 6 LOCKED, 8 READONLY (a file system that remounted itself), 10 IOERR, 13 FULL, 14 CANTOPEN.
        // PostgreSQL: class 08 connection, 53 resources, 57P shutdown, 40 serialization and deadlock.
        sqlx::Error::Database(e) => e.code().is_some_and(|code| {
            matches!(sqlite_code(&code), Some(5 | 6 | 8 | 10 | 13 | 14))
                || ["08", "53", "57P", "40"].iter().any(|class| code.len() == 5 && code.starts_with(class))
        }),
        _ => false,
    }
}

/// True when the failure says that there is no room: a full disk, a quota, a limit on the size of files.
pub fn is_full(error: &sqlx::Error) -> bool {
    // SQLite: 13 FULL; 778 IOERR_WRITE is what a quota or a limit comes to, and a disk that breaks. PostgreSQL: 53100
    // disk_full.
    let sqlx::Error::Database(e) = error else { return false };
    e.code().is_some_and(|code| matches!(code.as_ref(), "13" | "778" | "53100"))
}

/// SQLite's codes are numbers, whose lowest byte is the kind; PostgreSQL's have five characters.
fn sqlite_code(code: &str) -> Option<u32> {
    if code.len() == 5 { None } else { code.parse::<u32>().ok().map(|code| code & 0xff) }
}
