//! Both databases pass the conformance tests, and keep their rows over a restart.

use domain::ids::EntityId;
use domain::timestamp::Timestamp;

use super::*;
use crate::store::conformance::{acme, audit_keys, conforms};

async fn in_a_file(folder: &tempfile::TempDir) -> SqlStore {
    let path = folder.path().join("connect.db");
    SqlStore::sqlite(&path, DatabaseKind::Serve, audit_keys()).await.unwrap()
}

mod sqlite {
    use super::*;

    async fn open() -> (SqlStore, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        (in_a_file(&folder).await, folder)
    }

    conforms!(open);
}

mod postgres {
    use super::*;
    use test_postgres::TestDatabase;

    async fn open() -> (SqlStore, TestDatabase) {
        let database = TestDatabase::new().await;
        let store =
            SqlStore::postgres(&database.url().into(), DatabaseKind::Serve, audit_keys()).await.unwrap();
        (store, database)
    }

    conforms!(open);

    #[tokio::test]
    async fn replicas_that_start_at_once_migrate_once() {
        let database = TestDatabase::new().await;
        let url = database.url().into();
        let start = || SqlStore::postgres(&url, DatabaseKind::Serve, audit_keys());
        let (one, two, three) = tokio::join!(start(), start(), start());
        for store in [one, two, three] {
            store.unwrap().check().await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_demo_database_and_a_newer_one_are_refused() {
        let database = TestDatabase::new().await;
        let url = database.url().into();
        let open = |kind| SqlStore::postgres(&url, kind, audit_keys());
        let store = open(DatabaseKind::Serve).await.unwrap();
        let refused = open(DatabaseKind::Demo).await.err().unwrap().to_string();
        assert!(refused.contains("was made by `serve` and cannot be used by `demo`"), "{refused}");
        let mut writing = store.database.begin(Lock::Audit).await.unwrap();
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                     VALUES (9999, 'of tomorrow', true, '', 0)";
        writing.execute(newer, &[]).await.unwrap();
        writing.commit().await.unwrap();
        assert!(store.check().await.is_err());
        let refused = open(DatabaseKind::Serve).await.err().unwrap().to_string();
        assert!(refused.ends_with("was made by a newer version of this program: use that version."));
    }
}

#[tokio::test]
async fn rows_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_a_file(&folder).await;
    let now = Timestamp::from_millis(1);
    store.record_entity_intent(acme(), "ns:acme", now).await.unwrap();
    let entity = EntityId::parse("e1").unwrap();
    store.write(acme(), &[Write::Entity(&entity)], now).await.unwrap();
    store.close().await;
    let found = in_a_file(&folder).await.entity(acme()).await.unwrap().unwrap();
    assert_eq!(found.entity, Some(entity));
}

#[tokio::test]
async fn the_database_itself_keeps_the_audit_log_append_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_a_file(&folder).await;
    store.seen(acme(), &UserId::parse("ana").unwrap(), Timestamp::from_millis(1)).await.unwrap();
    for sql in ["DELETE FROM audit_log", "UPDATE audit_log SET detail = 'another'"] {
        let mut writing = store.database.begin(Lock::Audit).await.unwrap();
        let refused = writing.execute(sql, &[]).await.err().unwrap();
        assert!(format!("{refused:?}").contains("append-only"), "{refused:?}");
    }
}
