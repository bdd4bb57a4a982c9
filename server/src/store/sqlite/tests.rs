//! SQLite passes the conformance tests, and keeps its rows over a restart.

use domain::ids::EntityId;
use domain::timestamp::Timestamp;

use super::*;
use crate::store::conformance::{self, acme};

struct File {
    folder: tempfile::TempDir,
}

impl File {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.folder.path().join("connect.db"), DatabaseKind::Serve).await.unwrap()
    }
}

macro_rules! conforms {
    ($($name:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $name() {
            let file = File::new();
            conformance::$name(&file.open().await).await;
        }
    )*};
}

conforms!(
    an_entity_is_intended_and_then_mapped,
    an_intent_is_won_once,
    the_map_is_unique_in_both_directions,
    live_and_test_never_meet,
    a_connection_keeps_its_first_name,
    a_foreign_connection_is_neither_seen_nor_changed,
    progress_is_kept,
    the_version_grows_with_every_change,
    concurrent_readings_of_one_state_are_one_version,
    terms_are_only_ever_added,
    a_fresh_store_is_ready,
);

#[tokio::test]
async fn rows_survive_a_restart() {
    let file = File::new();
    let store = file.open().await;
    store.record_entity_intent(acme(), "ns:acme", Timestamp::from_millis(1)).await.unwrap();
    store.record_entity(acme(), &EntityId::parse("e1").unwrap()).await.unwrap();
    store.close().await;
    let found = file.open().await.entity(acme()).await.unwrap().unwrap();
    assert_eq!(found.entity.unwrap().as_str(), "e1");
}
