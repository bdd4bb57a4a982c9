//! The probes of an orchestrator while the database fails. serve.rs asks them of a server that works.

use std::time::Duration;

use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use test_postgres::TestDatabase;

use crate::host::TestHost;

/// The statuses of `/healthz` and `/readyz` a second later, when the last look at the database does not count any more.
async fn probes(host: &TestHost) -> [u16; 2] {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(1)).await;
    tokio::time::resume();
    let nobody = host.signed_out();
    [nobody.get("/healthz").await.status.as_u16(), nobody.get("/readyz").await.status.as_u16()]
}

#[tokio::test]
async fn a_server_is_ready_while_its_tables_are_those_of_its_version() {
    let host = TestHost::start().await;
    let mut other = sqlx::SqliteConnection::connect(&host.database()).await.unwrap();
    for (what, breaks, mends) in [
        (
            "a migration that did not end",
            "UPDATE _sqlx_migrations SET success = false WHERE version = 1",
            "UPDATE _sqlx_migrations SET success = true WHERE version = 1",
        ),
        (
            "no migration",
            "ALTER TABLE _sqlx_migrations RENAME TO elsewhere",
            "ALTER TABLE elsewhere RENAME TO _sqlx_migrations",
        ),
    ] {
        assert_eq!(probes(&host).await, [200, 200], "before {what}");
        other.execute(breaks).await.unwrap();
        assert_eq!(probes(&host).await, [200, 503], "{what}");
        other.execute(mends).await.unwrap();
    }
    assert_eq!(probes(&host).await, [200, 200]);
}

#[tokio::test]
async fn a_server_whose_database_is_gone_is_not_ready() {
    let database = TestDatabase::new().await;
    let host = TestHost::start_on(&database).await;
    assert_eq!(probes(&host).await, [200, 200]);
    let options = database.options();
    let name = options.get_database().expect("a name").to_owned();
    let mut administrator = options.database("postgres").connect().await.unwrap();
    let drop = sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
    administrator.execute(drop).await.unwrap();
    assert_eq!(probes(&host).await, [200, 503]);
}
