//! Which files are opened, and what is said about the others.

use super::*;
use crate::config::Environment;
use crate::store::conformance::{acme, audit_keys, globex, mapped, reading};
use crate::store::sql::beside::take_in_log;
use crate::store::sql::database::{Lock, Row, values};
use crate::store::{Action, Cause, CustomerKey, LiveStore as _, Reading, Refusal, Store as _, StoreError};
use domain::ids::{ConnectionId, UserId};
use domain::timestamp::Timestamp;
use sqlx::Connection as _;

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
async fn events_go_on_with_the_number_that_an_older_program_gave() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.db");
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&path).create_if_missing(true));
    let pool = pool.await.unwrap();
    migrations::run(&pool, &MIGRATIONS[..4], "an older one").await.unwrap();
    // Of the one customer the last event is there, of the other it was pruned.
    for (org, id, last) in [("acme", "c1", 9), ("globex", "c2", 8)] {
        for sql in [
            "INSERT INTO connections (environment, issuer, org, connection_id, created_at)
             VALUES ('live', 'host', $1, $2, $3)",
            "INSERT INTO event_heads (environment, issuer, org, seq) VALUES ('live', 'host', $1, 9)",
            "INSERT INTO customer_events (environment, issuer, org, seq, kind, connection_id, at)
             VALUES ('live', 'host', $1, $3, 'connection', $2, 1)",
        ] {
            sqlx::query(sql).bind(org).bind(id).bind(last).execute(&pool).await.unwrap();
        }
    }
    pool.close().await;
    let store = open(&path, DatabaseKind::Serve).await.unwrap();
    for (tenant, id, number) in [(acme(), "c1", 9), (globex(), "c2", 10)] {
        let head = async || store.events_after(tenant, u64::MAX).await.unwrap().head;
        assert_eq!(head().await, number);
        let missed = store.events_after(tenant, 8).await.unwrap().events;
        assert_eq!(missed.is_some(), number == 9, "which one was missed is not known any more");
        assert!(store.events_after(tenant, 9).await.unwrap().events.is_some());
        let id = ConnectionId::parse(id).unwrap();
        mapped(&store, tenant).await;
        store.observe(tenant, reading(&id, "active", 1), Timestamp::from_millis(1)).await.unwrap();
        assert_eq!(head().await, number + 1);
    }
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

#[tokio::test]
async fn the_log_is_taken_into_the_file_beside_those_who_use_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.db");
    let store = open(&path, DatabaseKind::Serve).await.unwrap();
    let id = ConnectionId::parse("c1").unwrap();
    mapped(&store, acme()).await;
    store.observe(acme(), reading(&id, "active", 1), Timestamp::from_millis(1)).await.unwrap();
    let Database::Sqlite { keeper, .. } = &store.database else { panic!("a file") };
    take_in_log(keeper).await.unwrap();
    // The file alone, as it is without its log.
    let alone = folder.path().join("alone.db");
    std::fs::copy(&path, &alone).unwrap();
    let alone = open(&alone, DatabaseKind::Serve).await.unwrap();
    assert_eq!(alone.connection(acme(), &id).await.unwrap().unwrap().body.as_deref(), Some("active"));
}

/// What a delivery told is on the disk once the delivery is done with; everything else is before anybody is told.
#[tokio::test]
async fn only_what_waycore_is_asked_again_waits_for_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("connect.db"), DatabaseKind::Serve).await.unwrap();
    let Database::Sqlite { writers, .. } = &store.database else { panic!("a file") };
    let ask = async |pool: &SqlitePool, sql: &'static str| {
        sqlx::query_scalar::<_, i64>(sql).fetch_one(pool).await.unwrap()
    };
    assert_eq!(ask(&writers.at_once, "PRAGMA synchronous").await, 2, "full");
    assert_eq!(ask(&writers.soon, "PRAGMA synchronous").await, 1, "normal");
    let written = async || {
        let count = "SELECT total_changes()";
        (ask(&writers.at_once, count).await, ask(&writers.soon, count).await)
    };
    let id = ConnectionId::parse("c1").unwrap();
    mapped(&store, acme()).await;
    for (cause, state, waits) in [
        (Cause::Look, "draft", false),
        (Cause::Webhook, "pending", true),
        (Cause::Watch, "active", false),
        (Cause::Finish, "errored", false),
    ] {
        let before = written().await;
        let reading = Reading { cause, ..reading(&id, state, 1) };
        store.observe(acme(), reading, Timestamp::from_millis(1)).await.unwrap();
        let after = written().await;
        assert_eq!((before.0 == after.0, before.1 < after.1), (waits, waits), "{cause:?}");
    }
    let before = written().await;
    store.confirm(acme(), &[(id, 4)], Timestamp::from_millis(2)).await.unwrap();
    assert_eq!(written().await, (before.0, before.1 + 1));
}

#[tokio::test]
async fn a_file_of_an_earlier_version_goes_on() {
    use crate::store::sql::tests::{goes_on_with_an_old_log, insert_log_of_version_1};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.db");
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&path).create_if_missing(true));
    let pool = pool.await.unwrap();
    migrations::run(&pool, &MIGRATIONS[..6], "an older one").await.unwrap();
    let insert = insert_log_of_version_1(|hex| format!("x'{hex}'"));
    sqlx::raw_sql(sqlx::AssertSqlSafe(insert)).execute(&pool).await.unwrap();
    pool.close().await;
    let store = open(&path, DatabaseKind::Serve).await.unwrap();
    goes_on_with_an_old_log(&store).await;
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&path)).await.unwrap();
    for sql in [
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE seq = 1",
        "UPDATE audit_log SET customer = NULL",
        "UPDATE audit_log SET version = 1",
    ] {
        assert!(sqlx::raw_sql(sql).execute(&pool).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn a_file_that_was_deleted_is_not_ready_and_takes_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.db");
    let store = open(&path, DatabaseKind::Serve).await.unwrap();
    let user = UserId::parse("ana").unwrap();
    let sign_in = async |millis| store.seen(acme(), &user, Timestamp::from_millis(millis)).await;
    store.check().await.unwrap();
    sign_in(1).await.unwrap();
    std::fs::rename(&path, folder.path().join("moved.db")).unwrap();
    assert!(matches!(store.check().await, Err(StoreError::Gone)));
    assert!(matches!(sign_in(2).await, Err(StoreError::Gone)));
    // One of the same name is another one.
    open(&path, DatabaseKind::Serve).await.unwrap();
    assert!(matches!(store.check().await, Err(StoreError::Gone)));
    assert!(matches!(
        store.confirm(acme(), &[(ConnectionId::parse("c").unwrap(), 1)], Timestamp::from_millis(3)).await,
        Err(StoreError::Gone)
    ));
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.db");
    let store = open(&path, DatabaseKind::Serve).await.unwrap();
    store.check().await.unwrap();
    let Database::Sqlite { writers, .. } = &store.database else { panic!("a file") };
    sqlx::query("PRAGMA query_only = on").execute(&writers.soon).await.unwrap();
    store.check_tables().await.unwrap();
    assert!(store.check().await.is_err());
}

/// A row that no version of the program wrote is left out, wherever it stands, and costs no other.
#[tokio::test]
async fn an_odd_row_costs_no_other_row_and_no_other_customer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.db");
    let changes = [
        "UPDATE connections SET connection_id = ' c1 ' WHERE connection_id = 'c1'",
        "UPDATE connections SET version = -1 WHERE connection_id = 'c1'",
        "UPDATE connections SET requested_name = x'ff' || char(7) WHERE connection_id = 'c1'",
        "UPDATE connections SET body = CAST(x'ff00fe' AS TEXT) WHERE connection_id = 'c1'",
        "UPDATE connections SET watched = CAST(x'ff' AS TEXT) WHERE connection_id = 'c1'",
        "UPDATE connection_history SET cause = 'of tomorrow' WHERE connection_id = 'c1' AND version = 1",
        "UPDATE connection_history SET connection_id = '' WHERE connection_id = 'c1'",
        "UPDATE customer_events SET kind = 'of tomorrow' WHERE connection_id = 'c1'",
        "UPDATE customer_events SET connection_id = ' ' WHERE connection_id = 'c1'",
        "UPDATE customer_events SET seq = -seq WHERE connection_id = 'c1'",
        "UPDATE intents SET user_id = '', subject = CAST(x'ff' AS TEXT) WHERE subject = 'c1'",
        "UPDATE terms_receipts SET user_id = ' ' WHERE connection_id = 'c1'",
        "UPDATE refusals SET user_id = '' WHERE user_id = 'ana'",
    ];
    for (number, change) in changes.iter().enumerate() {
        let path = path.with_extension(number.to_string());
        let store = open(&path, DatabaseKind::Serve).await.unwrap();
        let [odd, good, others] = ["c1", "c2", "c3"].map(|id| ConnectionId::parse(id).unwrap());
        let (ana, bo) = (UserId::parse("ana").unwrap(), UserId::parse("bo").unwrap());
        let at = Timestamp::from_millis;
        for (tenant, id) in [(acme(), &odd), (acme(), &good), (globex(), &others)] {
            mapped(&store, tenant).await;
            for (state, millis) in [("pending", 1), ("active", 2)] {
                let watched = Some(domain::poll::Watched::Activation);
                let reading = Reading { watched, ..reading(id, state, millis) };
                store.observe(tenant, reading, at(millis)).await.unwrap();
            }
            for user in [&ana, &bo] {
                store.begin(tenant, user, Action::Sync, id.as_str(), at(1)).await.unwrap();
                let refusal = Refusal { user, action: "sync", code: "not_found" };
                store.refuse(tenant, refusal, at(1)).await.unwrap();
                store.refuse(tenant, refusal, at(2)).await.unwrap();
            }
        }
        let mut other = sqlx::SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe((*change).to_owned())).execute(&mut other).await.unwrap();
        let ids = |records: Vec<crate::store::ConnectionRecord>| {
            records.into_iter().map(|record| record.id).collect::<Vec<_>>()
        };
        assert!(ids(store.connections(acme()).await.unwrap()).contains(&good), "{change}");
        assert_eq!(
            ids(store.connections(globex()).await.unwrap()),
            std::slice::from_ref(&others),
            "{change}"
        );
        let watched = store.watched(Environment::Live, None).await.unwrap();
        assert!([&good, &others].iter().all(|id| watched.iter().any(|known| known.id == **id)), "{change}");
        let watched =
            store.watched(Environment::Live, Some(domain::poll::Watched::Activation)).await.unwrap();
        assert!(watched.iter().any(|known| known.id == others), "{change}");
        assert!(store.remembered(Environment::Live).await.unwrap().contains(&good), "{change}");
        let heads = store.heads(Environment::Live, &[acme().customer, globex().customer]).await.unwrap();
        assert!(heads.contains_key(&CustomerKey::of(globex())), "{change}");
        let missed = store.events_after(acme(), 0).await.unwrap();
        let told = missed.events.into_iter().flatten().map(|event| event.record.id);
        assert!(missed.head > 0 && told.collect::<Vec<_>>().contains(&good) || number == 9, "{change}");
        assert_eq!(store.history(acme(), &good).await.unwrap().len(), 2, "{change}");
        store.history(acme(), &odd).await.unwrap();
        store.terms(acme(), &odd).await.unwrap();
        let changed = store.changed_between(acme(), at(0), at(10)).await.unwrap();
        assert!(changed.contains(&good), "{change}");
        assert!(store.abandon(at(100_000), at(200_000)).await.unwrap() >= 2, "{change}");
        assert_eq!(store.settle_refusals(at(200_000)).await.unwrap(), 4, "{change}");
        store.prune(at(300_000), at(300_000)).await.unwrap();
        store.forget(acme(), &ana, at(400_000)).await.unwrap();
        store.close().await;
    }
}
