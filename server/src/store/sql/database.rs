//! SQL that both databases understand, on whichever of them was opened.
//!
//! The store's statements are written once. What differs is here and in [`script`](super::script): how a transaction begins
//! and ends, and how what must not happen at once is kept apart.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, FromRow, Postgres, Row as _, Sqlite, Transaction};

use super::file::DatabaseFile;
use super::rows::left_out;
use super::script::Script;
use crate::store::{Announcement, StoreError};

/// An open database.
#[derive(Clone)]
pub(super) enum Database {
    /// One file: one at a time writes, a few read, and one takes the write-ahead log into the file.
    Sqlite { writers: Writers, readers: SqlitePool, keeper: SqlitePool, file: Arc<DatabaseFile> },
    /// A server that several replicas share.
    Postgres(PgPool),
}

/// When a file keeps what was written, should the machine lose its power. A process that dies loses nothing either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Before anybody is told.
    AtOnce,
    /// With the next that is kept at once, and in order, or not at all: for what Waycore is asked again where it is lost, and
    /// where that next commit follows within milliseconds, so that hardly anybody heard of what is. The disk takes milliseconds
    /// for each commit, and whoever writes next would wait for them too.
    Soon,
}

/// The connections that write to a file, one at a time.
#[derive(Clone)]
pub(super) struct Writers {
    /// Whoever holds its one connection may write.
    pub(super) at_once: SqlitePool,
    pub(super) soon: SqlitePool,
    /// Nothing is written to a file that was deleted: it would be lost.
    pub(super) file: Arc<DatabaseFile>,
}

/// The right to write to a file.
pub(super) struct Writer {
    pub(super) connection: PoolConnection<Sqlite>,
    /// Held so that nobody else writes.
    _turn: Option<PoolConnection<Sqlite>>,
}

impl Writers {
    async fn acquire(&self, kept: Kept) -> Result<Writer, StoreError> {
        if self.file.is_gone() {
            return Err(StoreError::Gone);
        }
        let turn = self.at_once.acquire().await?;
        Ok(match kept {
            Kept::AtOnce => Writer::from(turn),
            Kept::Soon => Writer { connection: self.soon.acquire().await?, _turn: Some(turn) },
        })
    }
}

impl From<PoolConnection<Sqlite>> for Writer {
    fn from(connection: PoolConnection<Sqlite>) -> Self {
        Self { connection, _turn: None }
    }
}

/// A value for a placeholder.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

/// A row that either database can give.
pub(super) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// The readable rows, and the ids of the others, as far as those can be read.
pub(super) struct Apart<T> {
    pub(super) readable: Vec<T>,
    pub(super) left_out: Vec<String>,
}

/// What is written together, and what is announced once it is kept.
pub(super) struct Writing {
    open: Open,
    told: Vec<Announcement>,
}

enum Open {
    Sqlite(Script),
    Postgres(Transaction<'static, Postgres>),
}

/// The channel on which replicas hear of each other.
pub(super) const CHANNEL: &str = "waycore_connect";

/// Of one statement.
const MOST_ROWS: usize = 256;

/// Up to so many rows have a statement of their own, whatever their number.
const A_FEW_ROWS: usize = 16;

/// `($1, $2), ($3, $4)`
fn placeholders(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let numbers = (1..=columns).map(|column| format!("${}", row * columns + column));
        ["(", &numbers.collect::<Vec<_>>().join(", "), ")"].concat()
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// How many of these rows go into one statement: a few, or powers of two, so that few texts are prepared and many rows are not
/// a round trip each.
fn first_together(rows: usize) -> usize {
    match rows.checked_ilog2() {
        Some(power) if rows > A_FEW_ROWS => (1 << power).min(MOST_ROWS),
        _ => rows,
    }
}

/// Rows by the statements that they go into.
fn together<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let (now, later) = rest.split_at(first_together(rest.len()));
        rest = later;
        (!now.is_empty()).then_some(now)
    })
}

/// What is kept apart from others of its kind until the transaction ends, on all replicas.
pub(super) enum Lock<'a> {
    /// Everything of one customer's.
    Customer(&'a str),
    /// The end of the audit log.
    Audit,
    /// Nothing but the rows themselves: they keep each other apart.
    Nothing,
}

/// Binds values to a statement of either database.
macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Text(text) => query.bind(text.clone()),
                Value::Int(number) => query.bind(*number),
                Value::Bytes(bytes) => query.bind(bytes.clone()),
            };
        }
        query
    }};
}

impl Database {
    /// Rows, outside any transaction.
    pub(super) async fn fetch<T: Row>(
        &self,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<T>, StoreError> {
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                bound!(sqlx::query_as::<Sqlite, T>(sql), values).fetch_all(readers).await?
            }
            Self::Postgres(pool) => {
                bound!(sqlx::query_as::<Postgres, T>(sql), values).fetch_all(pool).await?
            }
        })
    }

    /// The same, row by row: one that cannot be read is left out, logged and counted, and costs no other row. `id` is the
    /// column that tells it from others.
    pub(super) async fn fetch_readable<R: Row, T: TryFrom<R>>(
        &self,
        names: (&'static str, &'static str),
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<T>, StoreError>
    where
        StoreError: From<T::Error>,
    {
        Ok(self.fetch_apart(names, sql, values).await?.readable)
    }

    /// The same, with the ids of the rows that were left out.
    pub(super) async fn fetch_apart<R: Row, T: TryFrom<R>>(
        &self,
        (table, id): (&'static str, &'static str),
        sql: &'static str,
        values: &[Value],
    ) -> Result<Apart<T>, StoreError>
    where
        StoreError: From<T::Error>,
    {
        let mut apart = Apart { readable: Vec::new(), left_out: Vec::new() };
        macro_rules! set_apart {
            ($rows:expr) => {
                for row in &$rows {
                    let read = R::from_row(row).map_err(<StoreError as From<sqlx::Error>>::from);
                    match read.and_then(|row| T::try_from(row).map_err(StoreError::from)) {
                        Ok(read) => apart.readable.push(read),
                        Err(error) => {
                            let number = || row.try_get::<i64, _>(id).map(|number| number.to_string());
                            let id = row.try_get::<String, _>(id).or_else(|_| number()).ok();
                            left_out(table, id.as_deref(), &error);
                            apart.left_out.extend(id);
                        }
                    }
                }
            };
        }
        match self {
            Self::Sqlite { readers, .. } => {
                set_apart!(bound!(sqlx::query(sql), values).fetch_all(readers).await?);
            }
            Self::Postgres(pool) => {
                set_apart!(bound!(sqlx::query(sql), values).fetch_all(pool).await?);
            }
        }
        Ok(apart)
    }

    /// The same for many: `before`, the values of each in brackets, `after`. See [`together`].
    pub(super) async fn fetch_rows<T: Row, const COLUMNS: usize>(
        &self,
        before: &'static str,
        each: &[[Value; COLUMNS]],
        after: &'static str,
    ) -> Result<Vec<T>, StoreError> {
        let mut rows = Vec::new();
        for some in together(each) {
            let values = some.as_flattened();
            let sql = AssertSqlSafe([before, &placeholders(some.len(), COLUMNS), after].concat());
            rows.extend(match self {
                Self::Sqlite { readers, .. } => {
                    bound!(sqlx::query_as::<Sqlite, T>(sql), values).fetch_all(readers).await?
                }
                Self::Postgres(pool) => {
                    bound!(sqlx::query_as::<Postgres, T>(sql), values).fetch_all(pool).await?
                }
            });
        }
        Ok(rows)
    }

    /// What [`Writing::execute_rows`] does, as one statement that is a transaction by itself: that is one turn of a file's
    /// thread and not three. `None` if there are too many rows for it, or none. PostgreSQL tells of what it keeps in the same
    /// transaction, so there it is none.
    pub(super) fn execute_alone<const COLUMNS: usize>(
        &self,
        before: &'static str,
        rows: &[[Value; COLUMNS]],
        after: &'static str,
        kept: Kept,
    ) -> Option<impl Future<Output = Result<u64, StoreError>> + Send + use<COLUMNS>> {
        let Self::Sqlite { writers, .. } = self else { return None };
        if rows.is_empty() || first_together(rows.len()) < rows.len() {
            return None;
        }
        let sql = AssertSqlSafe([before, &placeholders(rows.len(), COLUMNS), after].concat());
        let (writers, values) = (writers.clone(), rows.as_flattened().to_vec());
        Some(async move {
            let mut writer = writers.acquire(kept).await?;
            Ok(bound!(sqlx::query(sql), &values).execute(&mut *writer.connection).await?.rows_affected())
        })
    }

    /// Begins to write. SQLite has one writer at a time; PostgreSQL as many as there are locks.
    pub(super) async fn begin(&self, lock: Lock<'_>) -> Result<Writing, StoreError> {
        self.begin_kept(lock, Kept::AtOnce).await
    }

    /// The same; PostgreSQL keeps everything at once.
    pub(super) async fn begin_kept(&self, lock: Lock<'_>, kept: Kept) -> Result<Writing, StoreError> {
        let open = match self {
            Self::Sqlite { writers, .. } => Open::Sqlite(Script::new(writers.acquire(kept).await?)),
            Self::Postgres(pool) => Open::Postgres(pool.begin().await?),
        };
        let mut writing = Writing { open, told: Vec::new() };
        writing.lock(lock).await?;
        Ok(writing)
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { writers, readers, keeper, .. } => {
                keeper.close().await;
                readers.close().await;
                writers.soon.close().await;
                writers.at_once.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Writing {
    /// Waits until nobody else holds the lock; it is released with the transaction.
    pub(super) async fn lock(&mut self, lock: Lock<'_>) -> Result<(), StoreError> {
        if let Open::Postgres(transaction) = &mut self.open {
            let (class, name) = match lock {
                Lock::Customer(name) => (1, name),
                Lock::Audit => (2, ""),
                Lock::Nothing => return Ok(()),
            };
            sqlx::query("SELECT pg_advisory_xact_lock($1, hashtext($2))")
                .bind(class)
                .bind(name)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    pub(super) async fn fetch<T: Row>(
        &mut self,
        sql: &'static str,
        values: &[Value],
    ) -> Result<Vec<T>, StoreError> {
        Ok(match &mut self.open {
            Open::Sqlite(script) => script.fetch(sql, values).await?,
            Open::Postgres(transaction) => {
                bound!(sqlx::query_as::<Postgres, T>(sql), values).fetch_all(&mut **transaction).await?
            }
        })
    }

    /// The number of rows that it changed.
    pub(super) async fn execute(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        Ok(match &mut self.open {
            Open::Sqlite(script) => script.execute(sql, values).await?,
            Open::Postgres(transaction) => {
                bound!(sqlx::query(sql), values).execute(&mut **transaction).await?.rows_affected()
            }
        })
    }

    /// The same, where nobody has to know what came of it; that it failed is said now or by whatever comes next.
    pub(super) async fn add(&mut self, sql: &'static str, values: &[Value]) -> Result<(), StoreError> {
        match &mut self.open {
            Open::Sqlite(script) => script.add(sql, values),
            Open::Postgres(_) => drop(self.execute(sql, values).await?),
        }
        Ok(())
    }

    /// The same statement for many rows: `before`, their values in brackets, `after`. See [`together`].
    pub(super) async fn execute_rows<const COLUMNS: usize>(
        &mut self,
        before: &'static str,
        rows: &[[Value; COLUMNS]],
        after: &'static str,
    ) -> Result<u64, StoreError> {
        let mut changed = 0;
        for some in together(rows) {
            let values = some.as_flattened();
            let sql = [before, &placeholders(some.len(), COLUMNS), after].concat();
            changed += match &mut self.open {
                Open::Sqlite(script) => script.execute(&sql, values).await?,
                Open::Postgres(transaction) => bound!(sqlx::query(AssertSqlSafe(sql)), values)
                    .execute(&mut **transaction)
                    .await?
                    .rows_affected(),
            };
        }
        Ok(changed)
    }

    /// Announces something once this is kept.
    pub(super) async fn tell(&mut self, announcement: Announcement) -> Result<(), StoreError> {
        match &mut self.open {
            Open::Sqlite(_) => self.told.push(announcement),
            // The server itself tells every replica, this one too, at the commit.
            Open::Postgres(transaction) => {
                sqlx::query("SELECT pg_notify($1, $2)")
                    .bind(CHANNEL)
                    .bind(announcement.to_text())
                    .execute(&mut **transaction)
                    .await?;
            }
        }
        Ok(())
    }

    /// Keeps all of it. Gives what is to be announced in this process.
    pub(super) async fn commit(self) -> Result<Vec<Announcement>, StoreError> {
        match self.open {
            Open::Sqlite(script) => script.commit().await?,
            Open::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(self.told)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(storable(text)))
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(storable))
    }
}

/// PostgreSQL refuses U+0000 in a text, and with it everything that is written together.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}

impl From<Option<&[u8]>> for Value {
    fn from(bytes: Option<&[u8]>) -> Self {
        Self::Bytes(bytes.map(ToOwned::to_owned))
    }
}

/// `values![a, b]`: the values of `$1` and `$2`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::store::sql::database::Value::from($value)),*] };
}
pub(super) use {bound, values};
