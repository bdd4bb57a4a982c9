//! What every store must do. Each function gets an empty store of its own.

use std::sync::LazyLock;

use app::backend::Customer;
use domain::bank_choice::RequestedName;
use domain::ids::{ConnectionId, EntityId, UserId};
use domain::step::Progress;
use domain::timestamp::Timestamp;

use super::{EntityIntent, Store, StoreError, Tenant, TermsReceipt};
use crate::config::Environment;

fn customer(org: &str) -> Customer {
    Customer { issuer: "host".to_owned(), org: org.to_owned() }
}

fn tenant(customer: &'static LazyLock<Customer>) -> Tenant<'static> {
    Tenant { customer, environment: Environment::Live }
}

pub(super) fn acme() -> Tenant<'static> {
    static ACME: LazyLock<Customer> = LazyLock::new(|| customer("acme"));
    tenant(&ACME)
}

fn globex() -> Tenant<'static> {
    static GLOBEX: LazyLock<Customer> = LazyLock::new(|| customer("globex"));
    tenant(&GLOBEX)
}

fn in_test(tenant: Tenant<'static>) -> Tenant<'static> {
    Tenant { environment: Environment::Test, ..tenant }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn entity(id: &str) -> EntityId {
    EntityId::parse(id).unwrap()
}

fn connection(id: &str) -> ConnectionId {
    ConnectionId::parse(id).unwrap()
}

fn name(text: &str) -> RequestedName {
    RequestedName::parse(text).unwrap()
}

#[track_caller]
fn taken<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Taken)), "{result:?}");
}

#[track_caller]
fn missing<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Missing)), "{result:?}");
}

pub(super) async fn an_entity_is_intended_and_then_mapped(store: &dyn Store) {
    assert_eq!(store.entity(acme()).await.unwrap(), None);
    missing(store.record_entity(acme(), &entity("e1")).await);
    let first = store.record_entity_intent(acme(), "ns:acme", at(5)).await.unwrap();
    assert_eq!(first, EntityIntent::Started);
    let again = store.record_entity_intent(acme(), "ns:acme", at(9)).await.unwrap();
    assert_eq!(again, EntityIntent::Pending { since: at(5) });
    let intended = store.entity(acme()).await.unwrap().unwrap();
    assert_eq!((intended.external_entity_id.as_str(), intended.entity), ("ns:acme", None));
    store.record_entity(acme(), &entity("e1")).await.unwrap();
    store.record_entity(acme(), &entity("e1")).await.unwrap();
    let done = store.record_entity_intent(acme(), "ns:acme", at(9)).await.unwrap();
    assert_eq!(done, EntityIntent::Mapped(entity("e1")));
    assert_eq!(store.entity(acme()).await.unwrap().unwrap().entity, Some(entity("e1")));
}

pub(super) async fn an_intent_is_won_once(store: &dyn Store) {
    let one = || store.record_entity_intent(acme(), "ns:acme", at(5));
    let (a, b, c) = tokio::join!(one(), one(), one());
    let won = [a, b, c].into_iter().filter(|intent| matches!(intent, Ok(EntityIntent::Started))).count();
    assert_eq!(won, 1);
}

pub(super) async fn the_map_is_unique_in_both_directions(store: &dyn Store) {
    store.record_entity_intent(acme(), "ns:acme", at(5)).await.unwrap();
    store.record_entity(acme(), &entity("e1")).await.unwrap();
    taken(store.record_entity(acme(), &entity("e2")).await);
    taken(store.record_entity_intent(acme(), "other:acme", at(5)).await);
    taken(store.record_entity_intent(globex(), "ns:acme", at(5)).await);
    store.record_entity_intent(globex(), "ns:globex", at(5)).await.unwrap();
    taken(store.record_entity(globex(), &entity("e1")).await);
    assert_eq!(store.entity(globex()).await.unwrap().unwrap().entity, None);
}

pub(super) async fn live_and_test_never_meet(store: &dyn Store) {
    store.record_entity_intent(acme(), "ns:acme", at(5)).await.unwrap();
    store.record_entity(acme(), &entity("e1")).await.unwrap();
    assert_eq!(store.entity(in_test(acme())).await.unwrap(), None);
    let other = store.record_entity_intent(in_test(acme()), "ns:acme", at(5)).await.unwrap();
    assert_eq!(other, EntityIntent::Started);
    store.record_entity(in_test(acme()), &entity("e1")).await.unwrap();
    store.remember_connection(acme(), &connection("c1"), None, at(5)).await.unwrap();
    assert_eq!(store.connection(in_test(acme()), &connection("c1")).await.unwrap(), None);
    store.remember_connection(in_test(globex()), &connection("c1"), None, at(5)).await.unwrap();
}

pub(super) async fn a_connection_keeps_its_first_name(store: &dyn Store) {
    let id = connection("c1");
    store.remember_connection(acme(), &id, None, at(5)).await.unwrap();
    let record = store.connection(acme(), &id).await.unwrap().unwrap();
    assert_eq!((record.requested_name, record.version, record.created_at), (None, 0, at(5)));
    for typed in ["Sparkasse Nürnberg", "Another"] {
        store.remember_connection(acme(), &id, Some(&name(typed)), at(9)).await.unwrap();
        let record = store.connection(acme(), &id).await.unwrap().unwrap();
        assert_eq!((record.requested_name, record.created_at), (Some(name("Sparkasse Nürnberg")), at(5)));
    }
}

pub(super) async fn a_foreign_connection_is_neither_seen_nor_changed(store: &dyn Store) {
    let id = connection("c1");
    store.remember_connection(acme(), &id, Some(&name("Mine")), at(5)).await.unwrap();
    let before = store.connection(acme(), &id).await.unwrap();
    assert_eq!(store.connection(globex(), &id).await.unwrap(), None);
    assert_eq!(store.connections(globex(), std::slice::from_ref(&id)).await.unwrap(), []);
    taken(store.remember_connection(globex(), &id, Some(&name("Theirs")), at(6)).await);
    taken(store.observe(globex(), &id, "state", at(6)).await);
    missing(store.record_user_confirmed(globex(), &id, at(6)).await);
    missing(store.record_completion(globex(), &id, at(6)).await);
    assert_eq!(store.connection(acme(), &id).await.unwrap(), before);
}

pub(super) async fn progress_is_kept(store: &dyn Store) {
    let id = connection("c1");
    missing(store.record_user_confirmed(acme(), &id, at(6)).await);
    store.observe(acme(), &id, "draft", at(5)).await.unwrap();
    store.remember_connection(acme(), &connection("c2"), None, at(5)).await.unwrap();
    store.record_user_confirmed(acme(), &id, at(6)).await.unwrap();
    store.record_completion(acme(), &id, at(7)).await.unwrap();
    let ids = [id.clone(), connection("c2"), connection("unknown")];
    let mut records = store.connections(acme(), &ids).await.unwrap();
    records.sort_by(|a, b| a.id.cmp(&b.id));
    let progress: Vec<_> = records.iter().map(|record| (record.id.as_str(), record.progress)).collect();
    let done = Progress { user_confirmed: Some(at(6)), completion_sent: Some(at(7)) };
    assert_eq!(progress, [("c1", done), ("c2", Progress::default())]);
    store.record_user_confirmed(acme(), &id, at(8)).await.unwrap();
    let progress = store.connection(acme(), &id).await.unwrap().unwrap().progress;
    assert_eq!(progress, Progress { user_confirmed: Some(at(8)), ..done });
}

pub(super) async fn the_version_grows_with_every_change(store: &dyn Store) {
    let id = connection("c1");
    store.remember_connection(acme(), &id, None, at(1)).await.unwrap();
    for (fingerprint, version) in [("a", 1), ("a", 1), ("b", 2), ("a", 3), ("a", 3), ("", 4), ("", 4)] {
        let seen = store.observe(acme(), &id, fingerprint, at(2)).await.unwrap();
        assert_eq!(seen, version, "{fingerprint}");
    }
    assert_eq!(store.connection(acme(), &id).await.unwrap().unwrap().version, 4);
    assert_eq!(store.observe(acme(), &connection("new"), "a", at(2)).await.unwrap(), 1);
}

pub(super) async fn concurrent_readings_of_one_state_are_one_version(store: &dyn Store) {
    let id = connection("c1");
    let one = || store.observe(acme(), &id, "a", at(2));
    let (a, b, c) = tokio::join!(one(), one(), one());
    assert_eq!([a.unwrap(), b.unwrap(), c.unwrap()], [1, 1, 1]);
}

pub(super) async fn terms_are_only_ever_added(store: &dyn Store) {
    let receipt = TermsReceipt {
        connection: connection("c1"),
        user: UserId::parse("ana").unwrap(),
        sentence_sha256: [7; 32],
        link: "https://docs.waycore.com/legal/terms-of-use".to_owned(),
        language: "en".to_owned(),
        accepted_at: at(5),
    };
    let later = TermsReceipt { accepted_at: at(6), ..receipt.clone() };
    store.record_terms(acme(), &receipt).await.unwrap();
    store.record_terms(acme(), &later).await.unwrap();
    assert_eq!(store.terms(acme(), &connection("c1")).await.unwrap(), [receipt, later]);
    assert_eq!(store.terms(globex(), &connection("c1")).await.unwrap(), []);
    assert_eq!(store.terms(acme(), &connection("c2")).await.unwrap(), []);
}

pub(super) async fn a_fresh_store_is_ready(store: &dyn Store) {
    store.check().await.unwrap();
}
