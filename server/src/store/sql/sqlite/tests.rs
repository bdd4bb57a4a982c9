//! Which files are opened, and what is said about the others.

use super::*;
use crate::store::conformance::audit_keys;
use crate::store::sql::database::{Lock, Row, values};

async fn ask<T: Row>(store: &SqlStore, sql: &'static str) -> T {
    store.database.begin(Lock::Audit).await.unwrap().fetch::<T>(sql, &values![]).await.unwrap().remove(0)
}

async fn open(path: &Path, kind: DatabaseKind) -> Result<SqlStore, String> {
    SqlStore::sqlite(path, kind, audit_keys()).await.map_err(|error| error.to_string())
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
            "The database {} was made by `{}` and cannot be used by `{}`: give another one.",
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
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of tomorrow', 1, x'00', 0)";
    let mut writing = store.database.begin(Lock::Audit).await.unwrap();
    writing.execute(newer, &[]).await.unwrap();
    writing.commit().await.unwrap();
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
    let (mode,): (String,) = ask(&store, "PRAGMA journal_mode").await;
    let (synchronous,): (i64,) = ask(&store, "PRAGMA synchronous").await;
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
