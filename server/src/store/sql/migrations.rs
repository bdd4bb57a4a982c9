//! What both databases' tables are brought up to date with, and what they are marked as.

use std::borrow::Cow;

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};

use super::refusal::{DatabaseKind, OpenError};

/// Number, name and statements of a migration.
pub(super) type Released = (i64, &'static str, &'static str);

/// What a database was made for.
pub(super) const KIND: &str = "SELECT value FROM meta WHERE key = 'kind'";

/// Marks it, once.
pub(super) const MARK: &str = "INSERT INTO meta (key, value) VALUES ('kind', $1) ON CONFLICT DO NOTHING";

/// Forward only. PostgreSQL lets one replica migrate at a time; the others find it done.
pub(super) async fn run<'a, A>(database: A, released: &[Released], name: &str) -> Result<(), OpenError>
where
    A: sqlx::Acquire<'a>,
    <A::Connection as std::ops::Deref>::Target: Migrate,
{
    let migration = |(version, name, sql): &Released| {
        let (name, sql) = (Cow::Borrowed(*name), (*sql).into_sql_str());
        Migration::new(*version, name, MigrationType::Simple, sql, false)
    };
    let migrations: Vec<Migration> = released.iter().map(migration).collect();
    Migrator::with_migrations(migrations).run(database).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) => OpenError::Newer { name: name.to_owned() },
        source => OpenError::Migration { name: name.to_owned(), source },
    })
}

/// Refuses a database that was made for something else.
pub(super) fn check_kind(name: &str, found: Option<String>, wanted: DatabaseKind) -> Result<(), OpenError> {
    match found {
        Some(found) if found != wanted.word() => {
            Err(OpenError::OtherKind { name: name.to_owned(), found, wanted: wanted.word() })
        }
        _ => Ok(()),
    }
}
