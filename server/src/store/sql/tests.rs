//! Both databases pass the conformance tests, and keep their rows over a restart.

use domain::ids::EntityId;
use domain::timestamp::Timestamp;

use super::*;
use crate::store::conformance::{acme, audit_keys, conforms, globex, receipt};
use crate::store::{BrokenChain, ChainCheck, Delivery, InboxSize, LiveStore as _, Settled};

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

    #[tokio::test]
    async fn a_nul_in_a_body_breaks_nothing() {
        super::a_nul_in_a_body_breaks_nothing(&open().await.0).await;
    }

    #[tokio::test]
    async fn an_odd_delivery_holds_up_no_other() {
        // Of all columns, only texts may hold what cannot be read.
        let odd = [
            "UPDATE inbox SET event_id = CAST(x'ff' AS TEXT) WHERE event_id = 'odd'",
            "UPDATE inbox SET event_id = 'o1', event_type = CAST(x'ff' AS TEXT) WHERE event_id = 'odd'",
            "UPDATE inbox SET event_id = 'o2', connection_id = CAST(x'ff' AS TEXT) WHERE event_id = 'odd'",
        ];
        super::an_odd_delivery_holds_up_no_other(&open().await.0, &odd).await;
    }

    #[tokio::test]
    async fn times_at_either_end_break_nothing() {
        super::times_at_either_end_break_nothing(&open().await.0).await;
    }

    #[tokio::test]
    async fn an_odd_body_has_no_bank() {
        let odd = [
            "UPDATE connections SET body = CAST('{\"institutionId\":\"' || CAST(x'ff' AS TEXT) || '\"}' AS TEXT)
              WHERE body = 'odd'",
        ];
        super::an_odd_body_has_no_bank(&open().await.0, &odd).await;
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
    async fn a_nul_in_a_body_breaks_nothing() {
        super::a_nul_in_a_body_breaks_nothing(&open().await.0).await;
    }

    #[tokio::test]
    async fn an_odd_delivery_holds_up_no_other() {
        super::an_odd_delivery_holds_up_no_other(&open().await.0, &[]).await;
    }

    #[tokio::test]
    async fn times_at_either_end_break_nothing() {
        super::times_at_either_end_break_nothing(&open().await.0).await;
    }

    #[tokio::test]
    async fn an_odd_body_has_no_bank() {
        super::an_odd_body_has_no_bank(&open().await.0, &[]).await;
    }

    #[tokio::test]
    async fn a_database_of_an_earlier_version_goes_on() {
        let database = TestDatabase::new().await;
        let pool = sqlx::PgPool::connect_with(database.options()).await.unwrap();
        super::super::migrations::run(&pool, &super::super::postgres::MIGRATIONS[..5], "an older one")
            .await
            .unwrap();
        let insert = insert_log_of_version_1(|hex| format!("decode('{hex}', 'hex')"));
        sqlx::raw_sql(sqlx::AssertSqlSafe(insert)).execute(&pool).await.unwrap();
        let store =
            SqlStore::postgres(&database.url().into(), DatabaseKind::Serve, audit_keys()).await.unwrap();
        goes_on_with_an_old_log(&store).await;
        for sql in [
            "DELETE FROM audit_log",
            "DELETE FROM audit_log WHERE event = 'refused' OR seq = 1",
            "TRUNCATE audit_log",
            "UPDATE audit_log SET customer = NULL",
            "UPDATE audit_log SET version = 1",
        ] {
            assert!(sqlx::raw_sql(sql).execute(&pool).await.is_err(), "{sql}");
        }
    }

    #[tokio::test]
    async fn only_a_database_that_stores_every_text_is_used() {
        let database = TestDatabase::new().await;
        let name = format!("latin_{}", uuid::Uuid::now_v7().simple());
        let pool = sqlx::PgPool::connect_with(database.options()).await.unwrap();
        let create = format!("CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'");
        sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&pool).await.unwrap();
        let own = database.options().get_database().unwrap().to_owned();
        let url = database.url().replace(&own, &name).into();
        let refused = SqlStore::postgres(&url, DatabaseKind::Serve, audit_keys()).await.err().unwrap();
        assert!(matches!(refused, OpenError::Encoding { .. }), "{refused}");
        assert!(refused.to_string().contains("has the encoding LATIN1"), "{refused}");
        let tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";
        let latin = sqlx::PgPool::connect_with(database.options().database(&name)).await.unwrap();
        let tables: i64 = sqlx::query_scalar(tables).fetch_one(&latin).await.unwrap();
        assert_eq!(tables, 0, "nothing was made in it");
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_not_ready() {
        let (store, database) = open().await;
        store.check().await.unwrap();
        store.try_to_write().await.unwrap();
        let name = database.options().get_database().unwrap().to_owned();
        let pool = sqlx::PgPool::connect_with(database.options()).await.unwrap();
        let read_only = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
        sqlx::raw_sql(sqlx::AssertSqlSafe(read_only)).execute(&pool).await.unwrap();
        // As with a server that became a standby: whoever connects from now on may only read.
        let url = database.url().into();
        let store = SqlStore::postgres_to_read(&url, audit_keys()).await.unwrap();
        store.check_tables().await.unwrap();
        assert!(store.check().await.is_err());
        assert!(store.try_to_write().await.is_err());
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

/// A log that an earlier version wrote: of a customer who was forgotten, and of one who is there.
fn log_of_version_1() -> Vec<AuditRow> {
    let keys = audit_keys();
    let mut rows: Vec<AuditRow> = Vec::new();
    let entry = |event, user: &str| AuditEntry {
        event,
        user: UserId::parse(user).unwrap(),
        connection: None,
        detail: String::new(),
    };
    for (tenant, event, user) in [
        (acme(), AuditEvent::SignedIn, "ana"),
        (globex(), AuditEvent::SignedIn, "bo"),
        (acme(), AuditEvent::CustomerForgotten, "backend"),
        (globex(), AuditEvent::SyncRequested, "bo"),
    ] {
        let last = rows.last().map(|row| AuditHead { seq: row.seq, mac: row.mac.clone() });
        let now = Timestamp::from_millis(1);
        rows.push(keys.row_in_version_1(last.as_ref(), tenant, &entry(event, user), now));
    }
    for row in rows.iter_mut().filter(|row| row.org.as_deref() == Some("acme")) {
        (row.issuer, row.org, row.user_id) = (None, None, None);
    }
    rows
}

/// As the tables of that version hold it. `bytes` writes a hexadecimal text as a value.
pub(super) fn insert_log_of_version_1(bytes: impl Fn(&str) -> String) -> String {
    let hex = |hash: &[u8]| bytes(&hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let text = |text: &Option<String>| text.as_ref().map_or("NULL".to_owned(), |text| format!("'{text}'"));
    let row = |row: &AuditRow| {
        let AuditRow { seq, at, event, environment, issuer, org, user_id, who, mac, .. } = row;
        let names = [issuer, org, user_id].map(text).join(", ");
        format!("({seq}, {at}, '{event}', '{environment}', {names}, {}, NULL, '', {})", hex(who), hex(mac))
    };
    let rows: Vec<_> = log_of_version_1().iter().map(row).collect();
    let columns = "seq, at, event, environment, issuer, org, user_id, who, connection_id, detail, mac";
    format!("INSERT INTO audit_log ({columns}) VALUES {}", rows.join(", "))
}

/// A store whose log an earlier version began.
pub(super) async fn goes_on_with_an_old_log(store: &SqlStore) {
    use crate::store::conformance::checked;
    assert_eq!(checked(store, None).await.unwrap().unwrap().seq, 4);
    let noted = store.audit_head().await.unwrap().unwrap();
    store.seen(acme(), &UserId::parse("cy").unwrap(), Timestamp::from_millis(2)).await.unwrap();
    assert_eq!(checked(store, Some(&noted)).await.unwrap().unwrap().seq, 5);
    // Forgetting takes the names out of the old rows too.
    store.seen(globex(), &UserId::parse("bo").unwrap(), Timestamp::from_millis(3)).await.unwrap();
    store.forget(globex(), &UserId::parse("backend").unwrap(), Timestamp::from_millis(4)).await.unwrap();
    assert_eq!(checked(store, Some(&noted)).await.unwrap().unwrap().seq, 7);
    let named = store.audit_rows(0, 100).await.unwrap().into_iter().filter(|row| row.org.is_some());
    assert_eq!(named.map(|row| row.seq).collect::<Vec<_>>(), [5]);
    // An old row that lost its names later than the last customer was forgotten shows.
    let keys = audit_keys();
    let mut rows = log_of_version_1();
    (rows[3].issuer, rows[3].org, rows[3].user_id) = (None, None, None);
    let mut check = ChainCheck::new(&keys, None, Vec::new());
    rows.iter().for_each(|row| check.next(row).unwrap());
    assert_eq!(check.end(), Err(BrokenChain::Unnamed { seq: 4 }));
}

#[tokio::test]
async fn a_customer_whose_rows_two_keys_signed_is_forgotten_and_the_log_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("connect.db");
    let [old, both] = [
        "an older key of more than thirty-two bytes",
        "a newer key of more than thirty-two bytes,an older key of more than thirty-two bytes",
    ]
    .map(|keys| AuditKeys::new(&SecretKeys::parse(keys).unwrap()));
    for (keys, user) in [(&old, "ana"), (&both, "bo")] {
        let store = SqlStore::sqlite(&path, DatabaseKind::Serve, keys.clone()).await.unwrap();
        store.seen(acme(), &UserId::parse(user).unwrap(), Timestamp::from_millis(1)).await.unwrap();
        store.close().await;
    }
    let store = SqlStore::sqlite(&path, DatabaseKind::Serve, both.clone()).await.unwrap();
    store.forget(acme(), &UserId::parse("backend").unwrap(), Timestamp::from_millis(2)).await.unwrap();
    let mut check = ChainCheck::new(&both, None, Vec::new());
    for row in store.audit_rows(0, 10).await.unwrap() {
        check.next(&row).unwrap();
    }
    assert_eq!(check.end().unwrap().unwrap().seq, 3);
}

/// Text that one database or the other has trouble with costs nothing but itself.
async fn a_nul_in_a_body_breaks_nothing(store: &SqlStore) {
    use crate::store::conformance::{mapped, reading};
    let now = Timestamp::from_millis(1);
    for (tenant, id, body) in [
        (acme(), "c1", r#"{"institutionId":"bank","portalUrl":"\u0000","note":"\\u0000"}"#),
        (acme(), "c2", "{\"institutionId\":\"other\u{0}bank\"}"),
        (acme(), "c3", "no JSON at all"),
        (globex(), "c4", r#"{"institutionId": "bank"}"#),
    ] {
        mapped(store, tenant).await;
        let id = ConnectionId::parse(id).unwrap();
        let odd = Reading { body, state: "odd\u{0}state", ..reading(&id, "fingerprint", 1) };
        store.observe(tenant, odd, now).await.unwrap();
    }
    let chosen = store.often_chosen(Environment::Live, "host", 2, 10).await.unwrap();
    assert_eq!(chosen.iter().map(ToString::to_string).collect::<Vec<_>>(), ["bank"]);
    assert_eq!(store.connections(acme()).await.unwrap().len(), 3);
}

/// One row of the inbox holds up no other, whatever it holds. `odd`: what makes rows that cannot be read of a good one.
async fn an_odd_delivery_holds_up_no_other(store: &SqlStore, odd: &[&'static str]) {
    let live = Environment::Live;
    let at = Timestamp::from_millis;
    let delivery = |id: &str| Delivery {
        event_id: id.to_owned(),
        event_type: "test".to_owned(),
        connection: Some(ConnectionId::parse("c1").unwrap()),
    };
    let changed = async |sql: &'static str| {
        let mut writing = store.database.begin(Lock::Nothing).await.unwrap();
        assert_eq!(writing.execute(sql, &[]).await.unwrap(), 1, "{sql}");
        writing.commit().await.unwrap();
    };
    for sql in odd {
        store.receive(live, &[delivery("odd")], at(1)).await.unwrap();
        changed(sql).await;
    }
    store.receive(live, &[delivery("most"), delivery("least"), delivery("good")], at(2)).await.unwrap();
    changed("UPDATE inbox SET attempts = 9223372036854775807 WHERE event_id = 'most'").await;
    changed("UPDATE inbox SET attempts = -9223372036854775808 WHERE event_id = 'least'").await;
    let due = async || {
        let due = store.due_deliveries(live, at(5), 10).await.unwrap();
        due.into_iter().map(|due| (due.delivery.event_id, due.attempts)).collect::<Vec<_>>()
    };
    let named = |id: &str, attempts| (id.to_owned(), attempts);
    let readable = [named("good", 0), named("least", 0), named("most", u32::MAX)];
    assert_eq!(due().await, readable);
    let size = |waiting| InboxSize { waiting, parked: odd.len() as u64 };
    assert_eq!(store.inbox_size(live).await.unwrap(), size(3), "what cannot be read is parked");
    let again: Vec<_> = readable.iter().map(|(id, _)| (id.clone(), Settled::Again(at(3)))).collect();
    store.settle(live, &again).await.unwrap();
    assert_eq!(due().await.len(), 3);
    let done: Vec<_> = readable.iter().map(|(id, _)| (id.clone(), Settled::Done)).collect();
    store.settle(live, &done).await.unwrap();
    assert_eq!((due().await.len(), store.inbox_size(live).await.unwrap()), (0, size(0)));
}

/// A stored time may be any number: whatever is compared with it, nothing breaks.
async fn times_at_either_end_break_nothing(store: &SqlStore) {
    use crate::store::conformance::{mapped, reading};
    let (at, ana) = (Timestamp::from_millis, UserId::parse("ana").unwrap());
    let id = ConnectionId::parse("c1").unwrap();
    let refusal = Refusal { user: &ana, action: "sync", code: "not_found" };
    let delivery = Delivery { event_id: "e1".to_owned(), event_type: "test".to_owned(), connection: None };
    mapped(store, acme()).await;
    for sql in [
        "UPDATE connections SET created_at = $1, read_at = $1, updated_at = $1, sync_not_before = $1,
                user_confirmed = $1, completion_sent = $1, credentials_sent_at = $1, credentials_sent_as_of = $1",
        "UPDATE connection_history SET at = $1",
        "UPDATE customer_events SET at = $1",
        "UPDATE entity_map SET created_at = $1",
        "UPDATE inbox SET received_at = $1, due_at = $1",
        "UPDATE intents SET begun_at = $1, renewed_at = $1",
        "UPDATE refusals SET audited_at = $1",
        "UPDATE sessions SET seen_at = $1",
        "UPDATE visits SET away_since = $1, began_at = $1, seen_at = $1",
    ] {
        for (millis, now) in [(i64::MIN, 1_000_000), (i64::MAX, 1_000_000), (i64::MAX, -1_000_000)] {
            let now = at(now);
            store.observe(acme(), reading(&id, "active", 1), now).await.unwrap();
            store.begin(acme(), &ana, Action::Sync, "c1", now).await.unwrap();
            store.refuse(acme(), refusal, now).await.unwrap();
            store.seen(acme(), &ana, now).await.unwrap();
            store.visit(acme(), &ana, now).await.unwrap();
            store.receive(Environment::Live, std::slice::from_ref(&delivery), now).await.unwrap();
            let mut writing = store.database.begin(Lock::Nothing).await.unwrap();
            assert!(writing.execute(sql, &values![millis]).await.unwrap() > 0, "{sql}");
            writing.commit().await.unwrap();
            let [known] = store.connections(acme()).await.unwrap().try_into().unwrap();
            assert!(!known.was_read_lately(now) || known.read_at == Some(now), "{sql}");
            store.observe(acme(), reading(&id, "active", 1), now).await.unwrap();
            store.confirm(acme(), &[(id.clone(), known.version)], now).await.unwrap();
            store.begin(acme(), &ana, Action::Sync, "c1", now).await.unwrap();
            store.abandon(now, now).await.unwrap();
            store.refuse(acme(), refusal, now).await.unwrap();
            store.settle_refusals(now).await.unwrap();
            store.seen(acme(), &ana, now).await.unwrap();
            store.visit(acme(), &ana, now).await.unwrap();
            let intent = store.record_entity_intent(acme(), "ns:acme", now).await;
            assert!(!matches!(intent, Err(StoreError::Database(_))), "{sql}: {intent:?}");
            assert_eq!(store.due_deliveries(Environment::Live, now, 10).await.unwrap().len(), 1, "{sql}");
            store.history(acme(), &id).await.unwrap();
            store.events_after(acme(), 0).await.unwrap();
        }
    }
}

/// A stored body whose bank is none takes the others from nobody.
async fn an_odd_body_has_no_bank(store: &SqlStore, odd: &[&'static str]) {
    use crate::store::conformance::{mapped, reading};
    let now = Timestamp::from_millis(1);
    let mut number = 0;
    let mut keep = async |tenant, body: &str| {
        number += 1;
        let id = ConnectionId::parse(format!("c{number}")).unwrap();
        mapped(store, tenant).await;
        store.observe(tenant, Reading { body, ..reading(&id, "active", 1) }, now).await.unwrap();
    };
    for tenant in [acme(), globex()] {
        keep(tenant, r#"{"institutionId":"bank"}"#).await;
        for body in [
            r#"{"institutionId": 7}"#,
            r#"{"institutionId": {"a": "b"}}"#,
            r#"{"institutionId": ["b"]}"#,
            r#"{"institutionId": true}"#,
            r#"{"institutionId": null}"#,
            "[]",
        ] {
            keep(tenant, body).await;
        }
        for _ in odd {
            keep(tenant, "odd").await;
        }
    }
    for sql in odd {
        let mut writing = store.database.begin(Lock::Nothing).await.unwrap();
        assert!(writing.execute(sql, &[]).await.unwrap() > 0, "{sql}");
        writing.commit().await.unwrap();
    }
    let chosen = store.often_chosen(Environment::Live, "host", 2, 10).await.unwrap();
    assert_eq!(chosen.iter().map(ToString::to_string).collect::<Vec<_>>(), ["bank"]);
}

mod replicas {
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;
    use crate::store::conformance::{mapped, reading};
    use crate::store::{Announcement, CustomerKey};
    use metrics_exporter_prometheus::PrometheusBuilder;
    use secrecy::SecretString;
    use test_postgres::TestDatabase;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
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

    /// Stands for a pooler: refuses what a connection asks for at its start and a pooler does not know, and if it pools by
    /// transaction, lets nobody listen.
    struct Pooler {
        folder: tempfile::TempDir,
    }

    impl Pooler {
        fn new(database: &TestDatabase, by_transaction: bool) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let listener = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
            let behind = PathBuf::from(database.url().split_once("host=").unwrap().1).join(SOCKET);
            tokio::spawn(async move {
                loop {
                    let (front, _) = listener.accept().await.unwrap();
                    tokio::spawn(pool_one(front, behind.clone(), by_transaction));
                }
            });
            Self { folder }
        }

        fn url(&self, database: &TestDatabase, more: &str) -> SecretString {
            let url = database.url();
            let before = url.split_once("host=").unwrap().0;
            format!("{before}host={}{more}", self.folder.path().display()).into()
        }
    }

    /// The first parameter of a startup message that a pooler does not know. It has a version, and names and values in turn.
    fn unknown_parameter(start: &[u8]) -> Option<String> {
        const KNOWN: [&str; 6] =
            ["user", "database", "client_encoding", "DateStyle", "TimeZone", "application_name"];
        let mut texts =
            start[4..].split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned());
        while let (Some(name), Some(_)) = (texts.next(), texts.next()) {
            if !name.is_empty() && !KNOWN.contains(&name.as_str()) {
                return Some(name);
            }
        }
        None
    }

    /// Asks whether the other side speaks TLS.
    const SSL_REQUEST: [u8; 4] = 80_877_103_u32.to_be_bytes();

    /// A message at a connection's start: its length, and the rest.
    async fn message(front: &mut UnixStream) -> std::io::Result<(u32, Vec<u8>)> {
        let length = front.read_u32().await?;
        let mut rest = vec![0; usize::try_from(length).unwrap() - 4];
        front.read_exact(&mut rest).await?;
        Ok((length, rest))
    }

    async fn pool_one(mut front: UnixStream, behind: PathBuf, by_transaction: bool) -> std::io::Result<()> {
        let (mut length, mut start) = message(&mut front).await?;
        if start == SSL_REQUEST {
            front.write_u8(b'N').await?;
            (length, start) = message(&mut front).await?;
        }
        if let Some(name) = unknown_parameter(&start) {
            let fields = format!("SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: {name}\0\0");
            front.write_u8(b'E').await?;
            front.write_u32(u32::try_from(fields.len() + 4).unwrap()).await?;
            return front.write_all(fields.as_bytes()).await;
        }
        let mut back = UnixStream::connect(behind).await?;
        back.write_u32(length).await?;
        back.write_all(&start).await?;
        let (mut from_front, mut to_front) = front.into_split();
        let (mut from_back, mut to_back) = back.into_split();
        let answers = tokio::spawn(async move { tokio::io::copy(&mut from_back, &mut to_front).await });
        let mut sent = vec![0; 64 * 1024];
        loop {
            let count = match from_front.read(&mut sent).await? {
                0 => break,
                count => count,
            };
            let mut bytes = sent[..count].to_vec();
            if by_transaction {
                // Of the same length, and heard by nobody.
                let listen = b"LISTEN \"";
                let places: Vec<_> = bytes
                    .windows(listen.len())
                    .enumerate()
                    .filter(|(_, at)| at == listen)
                    .map(|(at, _)| at)
                    .collect();
                places.into_iter().for_each(|at| bytes[at..at + 6].copy_from_slice(b"NOTIFY"));
            }
            to_back.write_all(&bytes).await?;
        }
        answers.abort();
        Ok(())
    }

    #[tokio::test]
    async fn a_pooler_is_asked_for_nothing_that_it_does_not_know() {
        let database = TestDatabase::new().await;
        let pooler = Pooler::new(&database, false);
        let open = |more| {
            let url = pooler.url(&database, more);
            async move { SqlStore::postgres(&url, DatabaseKind::Serve, audit_keys()).await }
        };
        let store = open("").await.unwrap();
        assert_eq!(store.hears_announcements().await.unwrap(), Some(true));
        let (limit,): (String,) =
            store.database.fetch("SHOW statement_timeout", &[]).await.unwrap().remove(0);
        assert_eq!(limit, "10s");
        let refused = open("&options=-c%20work_mem%3D8MB").await.expect_err("the pooler refuses it");
        assert!(matches!(refused, OpenError::Pooler { .. }), "{refused}");
        assert!(refused.to_string().contains("ignore_startup_parameters"), "{refused}");
    }

    #[tokio::test]
    async fn where_nothing_is_heard_everything_is_looked_at_again_and_again() {
        let database = TestDatabase::new().await;
        let pooler = Pooler::new(&database, true);
        let url = pooler.url(&database, "");
        let store = SqlStore::postgres(&url, DatabaseKind::Serve, audit_keys()).await.unwrap();
        assert_eq!(store.hears_announcements().await.unwrap(), Some(false));
        let recorder = PrometheusBuilder::new().build_recorder();
        let _counting = metrics::set_default_local_recorder(&recorder);
        let mut heard = store.announcements();
        let listening = tokio::spawn({
            let store = store.clone();
            async move { store.run(CancellationToken::new()).await }
        });
        for _ in 0..2 {
            let told = tokio::time::timeout(Duration::from_secs(20), heard.recv()).await;
            assert_eq!(told.unwrap().unwrap(), Announcement::Everything);
        }
        let shown = recorder.handle().render();
        assert!(shown.lines().any(|line| line == "connect_announcements_heard 0"), "{shown}");
        listening.abort();
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
        let recorder = PrometheusBuilder::new().build_recorder();
        let _counting = metrics::set_default_local_recorder(&recorder);
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
        let is_shown = async {
            while !recorder.handle().render().contains("connect_announcements_heard 1") {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), is_shown).await.expect("it is shown that it hears");
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
