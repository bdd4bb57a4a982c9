//! Opening a SQLite file: only one that this program made, for the purpose it was made for.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::SqlStore;
use super::database::{Database, Writers};
use super::file::{self, DatabaseFile};
use super::migrations::{self, Released};
use super::refusal::{DatabaseKind, OLDEST_SQLITE, OpenError};
use crate::store::AuditKeys;

/// In the order of their making; a released one never changes.
const MIGRATIONS: &[Released] = &[
    (1, "onboarding", include_str!("../../../migrations/sqlite/0001_onboarding.sql")),
    (2, "operations", include_str!("../../../migrations/sqlite/0002_operations.sql")),
    (3, "live", include_str!("../../../migrations/sqlite/0003_live.sql")),
    (4, "indexes", include_str!("../../../migrations/sqlite/0004_indexes.sql")),
    (5, "event numbers", include_str!("../../../migrations/sqlite/0005_event_numbers.sql")),
    (6, "credentials sent", include_str!("../../../migrations/sqlite/0006_credentials_sent.sql")),
    (7, "audit", include_str!("../../../migrations/sqlite/0007_audit.sql")),
    (8, "intent renewal", include_str!("../../../migrations/sqlite/0008_intent_renewal.sql")),
    (9, "history error", include_str!("../../../migrations/sqlite/0009_history_error.sql")),
];

/// More texts than there are, with those of each number of rows.
const PREPARED: usize = 256;

/// So many rows are there before whoever asked for them has to be woken: a list of ten thousand that wait is not two hundred
/// turns between two threads.
const ROWS_AT_ONCE: usize = 1_024;

/// So long the write-ahead log may become before whoever commits takes it into the file, and everybody else waits for that:
/// under a load that leaves no moment to do it beside.
const PAGES_BEFORE_ALL_WAIT: &str = "8000";

impl SqlStore {
    /// Opens the SQLite file of that kind, made when it is missing, with this program's tables.
    ///
    /// # Errors
    /// When the file cannot be used; see [`OpenError`].
    pub async fn sqlite(path: &Path, kind: DatabaseKind, audit_keys: AuditKeys) -> Result<Self, OpenError> {
        if let Some(folder) = path.parent() {
            file::make_folder(folder)
                .map_err(|source| OpenError::Folder { path: path.to_owned(), source })?;
        }
        file::prepare(path).map_err(|source| OpenError::File { path: path.to_owned(), source })?;
        let name = path.display().to_string();
        let unusable = |source| OpenError::Unusable { name: name.clone(), source };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // A lost row of the map would be a second entity for one customer.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("wal_autocheckpoint", PAGES_BEFORE_ALL_WAIT)
            .statement_cache_capacity(PREPARED)
            .row_buffer_size(ROWS_AT_ONCE)
            .busy_timeout(Duration::from_secs(5));
        let writer = pool(1).connect_with(options.clone()).await.map_err(unusable)?;
        check_version(&writer).await?.map_err(unusable)?;
        let mut connection = writer.acquire().await.map_err(unusable)?;
        let known = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'meta'";
        let known: i64 = sqlx::query_scalar(known).fetch_one(&mut *connection).await.map_err(unusable)?;
        let found: Option<String> = match known {
            0 => None,
            _ => sqlx::query_scalar(migrations::KIND)
                .fetch_optional(&mut *connection)
                .await
                .map_err(unusable)?,
        };
        // Before anything is changed: another's database stays as it was.
        migrations::check_kind(&name, found, kind)?;
        drop(connection);
        migrations::run(&writer, MIGRATIONS, &name).await?;
        sqlx::query(migrations::MARK).bind(kind.word()).execute(&writer).await.map_err(unusable)?;
        let keeper = pool(1).connect_lazy_with(options.clone());
        let soon = pool(1).connect_with(options.clone().synchronous(SqliteSynchronous::Normal));
        let soon = soon.await.map_err(unusable)?;
        let readers = pool(4).connect_with(options.read_only(true)).await.map_err(unusable)?;
        let file =
            DatabaseFile::of(path).map_err(|source| OpenError::File { path: path.to_owned(), source })?;
        let file = Arc::new(file);
        let writers = Writers { at_once: writer, soon, file: file.clone() };
        let database = Database::Sqlite { writers, readers, keeper, file };
        Ok(Self::over(database, audit_keys, MIGRATIONS.len()))
    }

    /// Opens a file that is there, for reading alone.
    pub(super) async fn sqlite_to_read(path: &Path, audit_keys: AuditKeys) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let pool = SqlitePoolOptions::new().max_connections(2).connect_with(options).await;
        let pool = pool.map_err(|source| OpenError::Unusable { name: path.display().to_string(), source })?;
        let file =
            DatabaseFile::of(path).map_err(|source| OpenError::File { path: path.to_owned(), source })?;
        let file = Arc::new(file);
        let writers = Writers { at_once: pool.clone(), soon: pool.clone(), file: file.clone() };
        let database = Database::Sqlite { writers, readers: pool.clone(), keeper: pool, file };
        Ok(Self::over(database, audit_keys, MIGRATIONS.len()))
    }
}

/// A file does not go away between two statements, and to ask would wake the connection's thread for each.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false)
}

/// Outer error: too old; inner: could not ask.
async fn check_version(pool: &SqlitePool) -> Result<Result<(), sqlx::Error>, OpenError> {
    match sqlx::query_scalar::<_, String>("SELECT sqlite_version()").fetch_one(pool).await {
        Ok(found) if is_recent(&found) => Ok(Ok(())),
        Ok(found) => Err(OpenError::OldSqlite { found }),
        Err(error) => Ok(Err(error)),
    }
}

fn is_recent(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST_SQLITE
}

#[cfg(test)]
mod tests;
