//! Both databases pass the conformance tests, and keep their rows over a restart.

use domain::ids::EntityId;
use domain::timestamp::Timestamp;

use super::*;
use crate::store::conformance::{acme, audit_keys, conforms, globex, receipt};

/// What was accepted, and when, can be proved after the customer is forgotten; not who accepted it.
async fn a_forgotten_customers_receipts_stay_without_names(store: &SqlStore) {
    let (receipt, now) = (receipt(), Timestamp::from_millis(1));
    for tenant in [acme(), globex()] {
        store.write(tenant, &[Write::Terms(&receipt)], now).await.unwrap();
    }
    store.forget(acme(), &UserId::parse("the host's backend").unwrap(), now).await.unwrap();
    let who = "SELECT issuer, org, user_id FROM terms_receipts ORDER BY id";
    let who: Vec<(String, String, String)> = store.database.fetch(who, &[]).await.unwrap();
    let named = |issuer: &str, org: &str, user: &str| (issuer.to_owned(), org.to_owned(), user.to_owned());
    assert_eq!(who, [named("", "", "forgotten"), named("host", "globex", "ana")]);
    let what = "SELECT connection_id, sentence_sha256, link, language, accepted_at FROM terms_receipts";
    let what: Vec<(String, Vec<u8>, String, String, i64)> = store.database.fetch(what, &[]).await.unwrap();
    let accepted = (
        receipt.connection.to_string(),
        receipt.sentence_sha256.to_vec(),
        receipt.link,
        receipt.language,
        receipt.accepted_at.as_millis(),
    );
    assert_eq!(what, [accepted.clone(), accepted]);
}

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

    #[tokio::test]
    async fn a_forgotten_customers_receipts_stay_without_names() {
        super::a_forgotten_customers_receipts_stay_without_names(&open().await.0).await;
    }
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
    async fn a_forgotten_customers_receipts_stay_without_names() {
        super::a_forgotten_customers_receipts_stay_without_names(&open().await.0).await;
    }

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

mod replicas {
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;
    use crate::store::conformance::{mapped, reading};
    use crate::store::{Announcement, CustomerKey, LiveStore as _};
    use secrecy::SecretString;
    use test_postgres::TestDatabase;
    use tokio::io::copy_bidirectional;
    use tokio::net::{UnixListener, UnixStream};
    use tokio::sync::Notify;
    use tokio_util::sync::CancellationToken;

    async fn two() -> (SqlStore, SqlStore, TestDatabase) {
        let database = TestDatabase::new().await;
        let url = database.url().into();
        let open = || SqlStore::postgres(&url, DatabaseKind::Serve, audit_keys());
        (open().await.unwrap(), open().await.unwrap(), database)
    }

    /// Stands between a replica and the database until it is told to be silent: then nothing comes through what was open, and
    /// nobody is told.
    struct Between {
        folder: tempfile::TempDir,
        silence: Arc<Notify>,
    }

    const SOCKET: &str = ".s.PGSQL.5432";

    impl Between {
        fn new(database: &TestDatabase) -> Self {
            let (folder, silence) = (tempfile::tempdir().unwrap(), Arc::new(Notify::new()));
            let listener = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
            let behind = PathBuf::from(database.url().split_once("host=").unwrap().1).join(SOCKET);
            let silenced = silence.clone();
            tokio::spawn(async move {
                loop {
                    let (mut front, _) = listener.accept().await.unwrap();
                    let (behind, silenced) = (behind.clone(), silenced.clone());
                    tokio::spawn(async move {
                        let mut back = UnixStream::connect(behind).await.unwrap();
                        tokio::select! {
                            biased;
                            () = silenced.notified() => std::future::pending().await,
                            _ = copy_bidirectional(&mut front, &mut back) => {}
                        }
                    });
                }
            });
            Self { folder, silence }
        }

        fn url(&self, database: &TestDatabase) -> SecretString {
            let url = database.url();
            let before = url.split_once("host=").unwrap().0;
            format!("{before}host={}", self.folder.path().display()).into()
        }
    }

    #[tokio::test]
    async fn a_connection_that_ends_without_a_word_is_noticed() {
        let database = TestDatabase::new().await;
        let between = Between::new(&database);
        let url = between.url(&database);
        let store = SqlStore::postgres(&url, DatabaseKind::Serve, audit_keys()).await.unwrap();
        let mut heard = store.announcements();
        tokio::spawn({
            let store = store.clone();
            async move { store.run(CancellationToken::new()).await }
        });
        assert_eq!(heard.recv().await.unwrap(), Announcement::Everything, "it begins to listen");
        between.silence.notify_waiters();
        let noticed = tokio::time::timeout(Duration::from_secs(20), heard.recv()).await;
        assert_eq!(noticed.unwrap().unwrap(), Announcement::Everything, "something may have been missed");
    }

    /// A machine's clock that is ten minutes ahead.
    struct Ahead;

    impl Clock for Ahead {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(SystemClock.now().as_millis() + 600_000)
        }
    }

    #[tokio::test]
    async fn one_whose_clock_is_ahead_takes_nobody_for_dead() {
        let (one, mut other, _database) = two().await;
        other.clock = DatabaseClock::new(Arc::new(Ahead));
        let begin = async |store: &SqlStore| {
            let (user, now) = (UserId::parse("ana").unwrap(), store.clock().now());
            store.begin(acme(), &user, Action::Finish, "c1", now).await.unwrap()
        };
        assert!(matches!(begin(&one).await, Begun::First(_)));
        let hears = other.clone();
        let listening = tokio::spawn(async move { hears.run(CancellationToken::new()).await });
        let clocks_agree = async {
            while other.clock().now().as_millis() - one.clock().now().as_millis() > 10_000 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), clocks_agree).await.unwrap();
        assert!(matches!(begin(&other).await, Begun::Busy { .. }));
        listening.abort();
    }

    #[tokio::test]
    async fn what_one_keeps_the_other_hears_of() {
        let (one, other, _database) = two().await;
        let mut heard = other.announcements();
        let shutdown = CancellationToken::new();
        let listening = tokio::spawn({
            let (other, shutdown) = (other.clone(), shutdown.clone());
            async move { other.run(shutdown).await }
        });
        assert_eq!(heard.recv().await.unwrap(), Announcement::Everything, "it begins to listen");
        one.announce(&Announcement::Interest("in c1".to_owned())).await.unwrap();
        let id = domain::ids::ConnectionId::parse("c1").unwrap();
        let now = Timestamp::from_millis(1);
        let connection = Write::Connection { id: &id, requested_name: None };
        mapped(&one, acme()).await;
        one.write(acme(), &[connection], now).await.unwrap();
        one.observe(acme(), reading(&id, "active", 1), now).await.unwrap();
        assert_eq!(heard.recv().await.unwrap(), Announcement::Interest("in c1".to_owned()));
        assert_eq!(heard.recv().await.unwrap(), Announcement::Customer(CustomerKey::of(acme())));
        shutdown.cancel();
        listening.await.unwrap();
    }

    #[tokio::test]
    async fn a_lease_is_held_by_one_until_it_is_let_go_or_ends() {
        let (one, other, _database) = two().await;
        assert!(one.hold_lease("watcher", "one", 60_000).await.unwrap());
        assert!(!other.hold_lease("watcher", "other", 60_000).await.unwrap());
        assert!(one.hold_lease("watcher", "one", 60_000).await.unwrap(), "again");
        assert!(other.hold_lease("another", "other", 60_000).await.unwrap());
        other.release_lease("watcher", "other").await.unwrap();
        assert!(!other.hold_lease("watcher", "other", 60_000).await.unwrap(), "it was not its own");
        one.release_lease("watcher", "one").await.unwrap();
        assert!(other.hold_lease("watcher", "other", 1).await.unwrap());
        tokio::time::timeout(Duration::from_secs(60), async {
            while !one.hold_lease("watcher", "one", 60_000).await.unwrap() {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("the lease of a dead replica ends");
    }
}
