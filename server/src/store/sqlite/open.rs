//! Opening the file: only one that this program made, for the purpose it was made for.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlSafeStr as _, SqlitePool};

use super::SqliteStore;

/// Earlier ones can corrupt a write-ahead log.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// In the order of their making; a released one never changes.
const MIGRATIONS: [(i64, &str, &str); 1] =
    [(1, "onboarding", include_str!("../../../migrations/sqlite/0001_onboarding.sql"))];

/// What a database is for. The two never mix: a demo's rows are nobody's, and its people are everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// Made by `demo`.
    Demo,
    /// Made by `serve`.
    Serve,
}

impl DatabaseKind {
    fn word(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Serve => "serve",
        }
    }
}

/// Why a database cannot be used. Each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its folder cannot be made.
    #[error("The folder of the database {path} cannot be made: {source}.")]
    Folder {
        /// The database.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It cannot be opened, read or written.
    #[error("The database {path} cannot be opened: {source}.")]
    Unusable {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        source: sqlx::Error,
    },
    /// It was made for something else.
    #[error("The database {path} was made by `{found}` and cannot be used by `{wanted}`: give another file.")]
    OtherKind {
        /// The database.
        path: PathBuf,
        /// What made it.
        found: String,
        /// What opens it now.
        wanted: &'static str,
    },
    /// A newer program has been here.
    #[error("The database {path} was made by a newer version of this program: use that version.")]
    Newer {
        /// The database.
        path: PathBuf,
    },
    /// Its tables could not be brought up to date.
    #[error("The tables of the database {path} cannot be brought up to date: {source}.")]
    Migration {
        /// The database.
        path: PathBuf,
        /// What went wrong.
        source: MigrateError,
    },
    /// The program was built with a SQLite that must not be used.
    #[error("SQLite {found} is too old: {}.{}.{} or later is needed.", OLDEST_SQLITE.0, OLDEST_SQLITE.1, OLDEST_SQLITE.2)]
    OldSqlite {
        /// Its version.
        found: String,
    },
}

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
mod tests {
    use super::*;

    async fn open(path: &Path, kind: DatabaseKind) -> Result<SqliteStore, String> {
        SqliteStore::open(path, kind).await.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_demo_database_and_a_real_one_never_mix() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/connect.db");
        for (made_by, refused) in
            [(DatabaseKind::Demo, DatabaseKind::Serve), (DatabaseKind::Serve, DatabaseKind::Demo)]
        {
            let path = path.with_extension(made_by.word());
            open(&path, made_by).await.unwrap().close().await;
            let sentence = format!(
                "The database {} was made by `{}` and cannot be used by `{}`: give another file.",
                path.display(),
                made_by.word(),
                refused.word()
            );
            assert_eq!(open(&path, refused).await.unwrap_err(), sentence);
            open(&path, made_by).await.unwrap().close().await;
        }
    }

    #[tokio::test]
    async fn a_newer_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("connect.db");
        let store = open(&path, DatabaseKind::Serve).await.unwrap();
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'of tomorrow', 1, x'00', 0)",
        )
        .execute(&store.writer)
        .await
        .unwrap();
        assert!(crate::store::Store::check(&store).await.is_err());
        store.close().await;
        let sentence = format!(
            "The database {} was made by a newer version of this program: use that version.",
            path.display()
        );
        assert_eq!(open(&path, DatabaseKind::Serve).await.unwrap_err(), sentence);
    }

    #[tokio::test]
    async fn what_is_no_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("connect.db");
        std::fs::write(&path, "no database at all, but a text that is longer than its header").unwrap();
        let sentence = open(&path, DatabaseKind::Serve).await.unwrap_err();
        assert!(sentence.starts_with("The database ") && sentence.contains("cannot be opened"), "{sentence}");
    }

    #[tokio::test]
    async fn a_lost_power_cord_loses_no_committed_row() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("connect.db"), DatabaseKind::Serve).await.unwrap();
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&store.writer).await.unwrap();
        let synchronous: i64 =
            sqlx::query_scalar("PRAGMA synchronous").fetch_one(&store.writer).await.unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2));
    }

    #[test]
    fn an_old_sqlite_is_not_trusted() {
        for (version, recent) in
            [("3.51.2", false), ("3.51.3", true), ("3.52", true), ("4.0.0", true), ("", false)]
        {
            assert_eq!(is_recent(version), recent, "{version}");
        }
    }
}
