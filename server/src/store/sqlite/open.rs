//! Opening the file: only one that this program made, for the purpose it was made for.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlSafeStr as _, SqlitePool};

use super::SqliteStore;
use super::refusal::{DatabaseKind, OLDEST_SQLITE, OpenError};

/// In the order of their making; a released one never changes.
const MIGRATIONS: [(i64, &str, &str); 1] =
    [(1, "onboarding", include_str!("../../../migrations/sqlite/0001_onboarding.sql"))];

impl SqliteStore {
    /// Opens the database of that kind, made when it is missing, with this program's tables.
    pub async fn open(path: &Path, kind: DatabaseKind) -> Result<Self, OpenError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| OpenError::Folder { path: path.to_owned(), source })?;
        }
        let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A lost row of the map would be a second entity for one customer.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(unusable)?;
        check_sqlite(&writer).await?.map_err(unusable)?;
        // Before anything is changed: another's database stays as it was.
        check_kind(&writer, path, kind).await?;
        migrate(&writer, path).await?;
        sqlx::query("INSERT INTO meta (key, value) VALUES ('kind', $1) ON CONFLICT DO NOTHING")
            .bind(kind.word())
            .execute(&writer)
            .await
            .map_err(unusable)?;
        let readers = SqlitePoolOptions::new().max_connections(4).connect_with(options.read_only(true));
        Ok(Self { writer, readers: readers.await.map_err(unusable)? })
    }

    /// Ends the connections; the write-ahead log goes into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

pub(super) fn migration_count() -> i64 {
    MIGRATIONS.len() as i64
}

/// Outer error: too old; inner: could not ask.
async fn check_sqlite(pool: &SqlitePool) -> Result<Result<(), sqlx::Error>, OpenError> {
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

async fn check_kind(pool: &SqlitePool, path: &Path, wanted: DatabaseKind) -> Result<(), OpenError> {
    let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
    let known: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'meta'")
            .fetch_one(pool)
            .await
            .map_err(unusable)?;
    if known == 0 {
        return Ok(());
    }
    let found: Option<String> = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'kind'")
        .fetch_optional(pool)
        .await
        .map_err(unusable)?;
    match found {
        Some(found) if found != wanted.word() => {
            Err(OpenError::OtherKind { path: path.to_owned(), found, wanted: wanted.word() })
        }
        _ => Ok(()),
    }
}

async fn migrate(pool: &SqlitePool, path: &Path) -> Result<(), OpenError> {
    let migrations = MIGRATIONS.map(|(version, name, sql)| {
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.into()).run(pool).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) => OpenError::Newer { path: path.to_owned() },
        source => OpenError::Migration { path: path.to_owned(), source },
    })
}

#[cfg(test)]
mod tests;
