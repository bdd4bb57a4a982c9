//! What every store must do. Each function gets an empty store of its own.

use std::sync::LazyLock;

use app::backend::Customer;
use domain::bank_choice::RequestedName;
use domain::ids::{ConnectionId, EntityId, UserId};
use domain::poll::Watched;
use domain::step::Progress;
use domain::timestamp::Timestamp;

use super::{
    Action, AuditCheckpoint, AuditEntry, AuditEvent, AuditHead, AuditKeys, Begun, BrokenChain, Cause,
    ChainCheck, CredentialsSent, EntityIntent, IntentId, Observed, Outcome, Reading, Refusal, Store,
    StoreError, Tenant, TermsReceipt, Write,
};
use crate::config::{Environment, SecretKeys};

mod actions;
mod audit;
pub(super) mod live;

pub(super) use actions::*;
pub(super) use audit::*;

/// Runs every test of this module on stores that `$open` opens, each empty.
macro_rules! conforms {
    ($open:expr) => {
        $crate::store::conformance::conforms!(
            $open;
            an_entity_is_intended_and_then_mapped,
            an_intent_is_won_once,
            the_map_is_unique_in_both_directions,
            live_and_test_never_meet,
            a_connection_keeps_its_first_name,
            a_foreign_connection_is_neither_seen_nor_changed,
            progress_is_kept,
            the_time_of_the_last_credentials_is_kept_until_a_removal,
            the_version_grows_with_every_change,
            concurrent_readings_of_one_state_are_one_version,
            what_is_confirmed_was_read_then_and_is_what_it_was,
            the_history_tells_each_change_of_state,
            a_removal_leaves_nothing_but_the_history,
            what_waycore_did_not_know_for_once_is_where_it_was,
            what_is_written_together_is_written_together,
            an_action_is_done_one_at_a_time,
            of_many_at_once_one_begins,
            a_dead_ones_action_is_taken_over,
            a_clock_that_was_ahead_keeps_no_action_busy,
            what_nobody_lived_to_end_is_ended_and_told,
            whoever_says_so_is_still_at_it,
            what_was_refused_leaves_no_action_behind,
            banks_are_often_chosen_by_several_customers,
            terms_are_only_ever_added,
            coming_back_the_same_day_is_no_second_sign_in,
            the_audit_log_is_a_chain,
            a_change_that_nobody_here_made_is_in_the_audit_log,
            many_at_once_make_one_chain,
            refusals_of_one_kind_are_one_row_a_minute,
            refusals_are_counted_for_each_kind,
            old_refusals_go_and_the_chain_holds,
            names_are_missing_only_where_a_customer_was_forgotten,
            a_forgotten_customer_is_nowhere,
            an_answer_that_was_under_way_brings_no_forgotten_customer_back,
            what_is_idle_is_pruned,
            a_fresh_store_is_ready,
        );
        $crate::store::conformance::live::conforms_live!($open);
    };
    ($open:expr; $($name:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $name() {
            let (store, _kept_alive) = $open().await;
            $crate::store::conformance::$name(&store).await;
        }
    )*};
}
pub(super) use conforms;

/// What the tests' stores sign their audit logs with.
pub(super) fn audit_keys() -> AuditKeys {
    AuditKeys::new(&SecretKeys::parse("a key that is long enough for a test").unwrap())
}

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

pub(super) fn globex() -> Tenant<'static> {
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

fn ana() -> UserId {
    UserId::parse("ana").unwrap()
}

async fn write(
    store: &dyn Store,
    tenant: Tenant<'_>,
    write: Write<'_>,
    millis: i64,
) -> Result<(), StoreError> {
    store.write(tenant, &[write], at(millis)).await
}

async fn map(store: &dyn Store, tenant: Tenant<'_>, id: &str) -> Result<(), StoreError> {
    write(store, tenant, Write::Entity(&entity(id)), 5).await
}

/// Makes sure that the tenant is a customer with an entity.
pub(super) async fn mapped(store: &dyn Store, tenant: Tenant<'_>) {
    let name = [tenant.environment.as_str(), &tenant.customer.org].join("-");
    if store.entity(tenant).await.unwrap().is_none() {
        store.record_entity_intent(tenant, &name, at(1)).await.unwrap();
    }
    if store.entity(tenant).await.unwrap().is_some_and(|known| known.entity.is_none()) {
        map(store, tenant, &name).await.unwrap();
    }
}

async fn remember(
    store: &dyn Store,
    tenant: Tenant<'_>,
    id: &ConnectionId,
    typed: Option<&str>,
    millis: i64,
) -> Result<(), StoreError> {
    mapped(store, tenant).await;
    let typed = typed.map(name);
    write(store, tenant, Write::Connection { id, requested_name: typed.as_ref() }, millis).await
}

/// Reads a connection in a state whose fingerprint and body are the word itself.
async fn observe(
    store: &dyn Store,
    tenant: Tenant<'_>,
    id: &ConnectionId,
    state: &str,
    millis: i64,
) -> Result<u64, StoreError> {
    mapped(store, tenant).await;
    match store.observe(tenant, reading(id, state, millis), at(millis)).await? {
        Observed::Kept { version, .. } => Ok(version),
        Observed::Overtaken(_) => panic!("{state} was overtaken"),
    }
}

pub(super) fn reading<'a>(id: &'a ConnectionId, state: &'a str, updated_at: i64) -> Reading<'a> {
    Reading {
        connection: id,
        fingerprint: state,
        body: state,
        state,
        cause: Cause::Look,
        updated_at: at(updated_at),
        asked_of: None,
        watched: (state == "pending").then_some(Watched::Activation),
        error: None,
    }
}

pub(super) async fn an_entity_is_intended_and_then_mapped(store: &dyn Store) {
    assert_eq!(store.entity(acme()).await.unwrap(), None);
    missing(map(store, acme(), "e1").await);
    let first = store.record_entity_intent(acme(), "ns:acme", at(5)).await.unwrap();
    assert_eq!(first, EntityIntent::Started);
    let again = store.record_entity_intent(acme(), "ns:acme", at(9)).await.unwrap();
    assert_eq!(again, EntityIntent::Pending { since: at(5) });
    let intended = store.entity(acme()).await.unwrap().unwrap();
    assert_eq!((intended.external_entity_id.as_str(), intended.entity), ("ns:acme", None));
    map(store, acme(), "e1").await.unwrap();
    map(store, acme(), "e1").await.unwrap();
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
    map(store, acme(), "e1").await.unwrap();
    taken(map(store, acme(), "e2").await);
    taken(store.record_entity_intent(acme(), "other:acme", at(5)).await);
    taken(store.record_entity_intent(globex(), "ns:acme", at(5)).await);
    store.record_entity_intent(globex(), "ns:globex", at(5)).await.unwrap();
    taken(map(store, globex(), "e1").await);
    assert_eq!(store.entity(globex()).await.unwrap().unwrap().entity, None);
}

pub(super) async fn live_and_test_never_meet(store: &dyn Store) {
    store.record_entity_intent(acme(), "ns:acme", at(5)).await.unwrap();
    map(store, acme(), "e1").await.unwrap();
    assert_eq!(store.entity(in_test(acme())).await.unwrap(), None);
    let other = store.record_entity_intent(in_test(acme()), "ns:acme", at(5)).await.unwrap();
    assert_eq!(other, EntityIntent::Started);
    map(store, in_test(acme()), "e1").await.unwrap();
    remember(store, acme(), &connection("c1"), None, 5).await.unwrap();
    assert_eq!(store.connection(in_test(acme()), &connection("c1")).await.unwrap(), None);
    remember(store, in_test(globex()), &connection("c1"), None, 5).await.unwrap();
}

pub(super) async fn a_connection_keeps_its_first_name(store: &dyn Store) {
    let id = connection("c1");
    remember(store, acme(), &id, None, 5).await.unwrap();
    let record = store.connection(acme(), &id).await.unwrap().unwrap();
    assert_eq!((record.requested_name, record.version, record.created_at), (None, 0, at(5)));
    for typed in ["Sparkasse Nürnberg", "Another"] {
        remember(store, acme(), &id, Some(typed), 9).await.unwrap();
        let record = store.connection(acme(), &id).await.unwrap().unwrap();
        assert_eq!((record.requested_name, record.created_at), (Some(name("Sparkasse Nürnberg")), at(5)));
    }
}

pub(super) async fn a_foreign_connection_is_neither_seen_nor_changed(store: &dyn Store) {
    let id = connection("c1");
    remember(store, acme(), &id, Some("Mine"), 5).await.unwrap();
    let before = store.connection(acme(), &id).await.unwrap();
    assert_eq!(store.connection(globex(), &id).await.unwrap(), None);
    assert_eq!(store.connections(globex()).await.unwrap(), []);
    taken(remember(store, globex(), &id, Some("Theirs"), 6).await);
    taken(observe(store, globex(), &id, "state", 6).await);
    missing(write(store, globex(), Write::UserConfirmed { id: &id, as_of: at(6) }, 6).await);
    missing(write(store, globex(), Write::CompletionSent { id: &id, as_of: at(6) }, 6).await);
    assert_eq!(store.connection(acme(), &id).await.unwrap(), before);
}

pub(super) async fn progress_is_kept(store: &dyn Store) {
    let id = connection("c1");
    missing(write(store, acme(), Write::UserConfirmed { id: &id, as_of: at(6) }, 6).await);
    observe(store, acme(), &id, "draft", 5).await.unwrap();
    remember(store, acme(), &connection("c2"), None, 5).await.unwrap();
    write(store, acme(), Write::UserConfirmed { id: &id, as_of: at(6) }, 6).await.unwrap();
    write(store, acme(), Write::CompletionSent { id: &id, as_of: at(7) }, 6).await.unwrap();
    let mut records = store.connections(acme()).await.unwrap();
    records.sort_by(|a, b| a.id.cmp(&b.id));
    let progress: Vec<_> = records.iter().map(|record| (record.id.as_str(), record.progress)).collect();
    let done = Progress { user_confirmed: Some(at(6)), completion_sent: Some(at(7)) };
    assert_eq!(progress, [("c1", done), ("c2", Progress::default())]);
    write(store, acme(), Write::UserConfirmed { id: &id, as_of: at(8) }, 6).await.unwrap();
    let progress = store.connection(acme(), &id).await.unwrap().unwrap().progress;
    assert_eq!(progress, Progress { user_confirmed: Some(at(8)), ..done });
}

pub(super) async fn the_time_of_the_last_credentials_is_kept_until_a_removal(store: &dyn Store) {
    let id = connection("c1");
    let sent = async || store.connection(acme(), &id).await.unwrap().unwrap().credentials_sent;
    missing(write(store, acme(), Write::CredentialsSent { id: &id, as_of: at(4) }, 6).await);
    observe(store, acme(), &id, "draft", 5).await.unwrap();
    assert_eq!(sent().await, None);
    for (millis, as_of) in [(6, 4), (9, 8)] {
        write(store, acme(), Write::CredentialsSent { id: &id, as_of: at(as_of) }, millis).await.unwrap();
        assert_eq!(sent().await, Some(CredentialsSent { at: at(millis), as_of: at(as_of) }));
    }
    let last = sent().await;
    write(store, acme(), Write::Tombstone { id: &id, cause: Cause::Look }, 10).await.unwrap();
    assert_eq!(sent().await, last, "Waycore may know the connection again");
    write(store, acme(), Write::Tombstone { id: &id, cause: Cause::Removal }, 11).await.unwrap();
    assert_eq!(sent().await, None);
}

pub(super) async fn the_version_grows_with_every_change(store: &dyn Store) {
    let id = connection("c1");
    remember(store, acme(), &id, None, 1).await.unwrap();
    for (fingerprint, version) in [("a", 1), ("a", 1), ("b", 2), ("a", 3), ("a", 3), ("", 4), ("", 4)] {
        let seen = observe(store, acme(), &id, fingerprint, 2).await.unwrap();
        assert_eq!(seen, version, "{fingerprint}");
    }
    assert_eq!(store.connection(acme(), &id).await.unwrap().unwrap().version, 4);
    assert_eq!(observe(store, acme(), &connection("new"), "a", 2).await.unwrap(), 1);
}

pub(super) async fn concurrent_readings_of_one_state_are_one_version(store: &dyn Store) {
    let id = connection("c1");
    let one = || observe(store, acme(), &id, "a", 2);
    let (a, b, c) = tokio::join!(one(), one(), one());
    assert_eq!([a.unwrap(), b.unwrap(), c.unwrap()], [1, 1, 1]);
}

pub(super) async fn what_is_confirmed_was_read_then_and_is_what_it_was(store: &dyn Store) {
    let ids = ["c1", "c2", "c3"].map(connection);
    for id in &ids {
        observe(store, acme(), id, "a", 1).await.unwrap();
    }
    observe(store, acme(), &ids[1], "b", 2).await.unwrap();
    let [first, second, third] = ids.clone();
    // Somebody else kept a later state of the second meanwhile, and the third is not spoken of.
    store.confirm(acme(), &[(first.clone(), 1), (second.clone(), 1)], at(9)).await.unwrap();
    store.confirm(globex(), &[(third.clone(), 1)], at(9)).await.unwrap();
    store.confirm(in_test(acme()), &[(third.clone(), 1)], at(9)).await.unwrap();
    store.confirm(acme(), &[], at(9)).await.unwrap();
    for (id, version, read_at) in [(&first, 1, 9), (&second, 2, 2), (&third, 1, 1)] {
        let record = store.connection(acme(), id).await.unwrap().unwrap();
        assert_eq!((record.version, record.read_at), (version, Some(at(read_at))), "{id}");
    }
    let told = store.events_after(acme(), 0).await.unwrap().head;
    assert_eq!(told, 4, "nobody hears that nothing happened");
}

pub(super) async fn the_history_tells_each_change_of_state(store: &dyn Store) {
    let id = connection("c1");
    for (state, millis) in [("draft", 1), ("draft", 2), ("active", 3), ("active", 100_000)] {
        observe(store, acme(), &id, state, millis).await.unwrap();
    }
    // The same state, shown differently, is no change of state.
    let renamed = Reading { state: "active", cause: Cause::Sync, ..reading(&id, "renamed", 100_001) };
    assert_eq!(
        store.observe(acme(), renamed, at(100_001)).await.unwrap(),
        Observed::Kept { version: 3, is_new: true }
    );
    let told: Vec<_> = store.history(acme(), &id).await.unwrap();
    let told: Vec<_> =
        told.iter().map(|one| (one.version, one.at, one.before.as_deref(), one.after.as_deref())).collect();
    assert_eq!(told, [(1, at(1), None, Some("draft")), (2, at(3), Some("draft"), Some("active"))]);
    let failed = Reading { error: Some("bank_down: no answer"), ..reading(&id, "errored", 100_002) };
    store.observe(acme(), failed, at(100_002)).await.unwrap();
    let errors = store.history(acme(), &id).await.unwrap();
    let errors: Vec<_> = errors.iter().map(|change| change.error.as_deref()).collect();
    assert_eq!(errors, [None, None, Some("bank_down: no answer")]);
    assert_eq!(store.history(globex(), &id).await.unwrap(), []);
    let record = store.connection(acme(), &id).await.unwrap().unwrap();
    assert_eq!((record.body.as_deref(), record.read_at), (Some("errored"), Some(at(100_002))));
}

pub(super) async fn a_removal_leaves_nothing_but_the_history(store: &dyn Store) {
    let id = connection("c1");
    let bury = |millis| write(store, acme(), Write::Tombstone { id: &id, cause: Cause::Removal }, millis);
    missing(bury(1).await);
    remember(store, acme(), &id, Some("My bank"), 1).await.unwrap();
    observe(store, acme(), &id, "active", 2).await.unwrap();
    write(store, acme(), Write::CompletionSent { id: &id, as_of: at(2) }, 2).await.unwrap();
    missing(write(store, globex(), Write::Tombstone { id: &id, cause: Cause::Removal }, 3).await);
    bury(3).await.unwrap();
    bury(4).await.unwrap();
    assert_eq!(store.connections(acme()).await.unwrap(), []);
    let record = store.connection(acme(), &id).await.unwrap().unwrap();
    assert_eq!((record.removed_at, record.version), (Some(at(3)), 2));
    assert_eq!((record.requested_name, record.body, record.progress), (None, None, Progress::default()));
    let told = store.history(acme(), &id).await.unwrap();
    let last = told.last().unwrap();
    assert_eq!((last.before.as_deref(), &last.after, last.cause), (Some("active"), &None, Cause::Removal));
    assert_eq!(told.len(), 2);
    // Waycore is the truth: what it shows when it is asked again is there again.
    assert_eq!(observe(store, acme(), &id, "active", 5).await.unwrap(), 3);
    assert_eq!(store.connections(acme()).await.unwrap().len(), 1);
}

pub(super) async fn what_waycore_did_not_know_for_once_is_where_it_was(store: &dyn Store) {
    let id = connection("c1");
    remember(store, acme(), &id, Some("My bank"), 1).await.unwrap();
    observe(store, acme(), &id, "draft", 2).await.unwrap();
    write(store, acme(), Write::CompletionSent { id: &id, as_of: at(2) }, 2).await.unwrap();
    write(store, acme(), Write::UserConfirmed { id: &id, as_of: at(2) }, 2).await.unwrap();
    let what_the_customer_did = async || {
        let record = store.connection(acme(), &id).await.unwrap().unwrap();
        (record.requested_name, record.progress)
    };
    let before = what_the_customer_did().await;
    write(store, acme(), Write::Tombstone { id: &id, cause: Cause::Watch }, 3).await.unwrap();
    assert_eq!(store.connections(acme()).await.unwrap(), []);
    observe(store, acme(), &id, "draft", 4).await.unwrap();
    assert_eq!(what_the_customer_did().await, before);
    // A removal is one also where somebody has found before that Waycore does not know the connection any more.
    for cause in [Cause::Watch, Cause::Removal] {
        write(store, acme(), Write::Tombstone { id: &id, cause }, 5).await.unwrap();
    }
    assert_eq!(what_the_customer_did().await, (None, Progress::default()));
}

pub(super) async fn what_is_written_together_is_written_together(store: &dyn Store) {
    let id = connection("c1");
    let writes = [
        Write::Connection { id: &id, requested_name: None },
        Write::Audit(&entry(AuditEvent::ConnectionStarted)),
        Write::UserConfirmed { id: &connection("c2"), as_of: at(1) },
    ];
    mapped(store, acme()).await;
    missing(store.write(acme(), &writes, at(1)).await);
    assert_eq!(store.connection(acme(), &id).await.unwrap(), None);
    assert_eq!(store.audit_head().await.unwrap(), None);
    store.write(acme(), &writes[..2], at(1)).await.unwrap();
    assert!(store.connection(acme(), &id).await.unwrap().is_some());
    assert_eq!(store.audit_head().await.unwrap().unwrap().seq, 1);
}

pub(super) async fn a_forgotten_customer_is_nowhere(store: &dyn Store) {
    let id = connection("c1");
    missing(store.forget(acme(), &ana(), at(1)).await);
    for tenant in [acme(), globex()] {
        store.record_entity_intent(tenant, &format!("ns:{}", tenant.customer.org), at(1)).await.unwrap();
        store.seen(tenant, &ana(), at(1)).await.unwrap();
    }
    observe(store, acme(), &id, "active", 2).await.unwrap();
    for tenant in [acme(), globex()] {
        write(store, tenant, Write::Terms(&receipt()), 2).await.unwrap();
    }
    store.forget(acme(), &ana(), at(3)).await.unwrap();
    assert_eq!(store.entity(acme()).await.unwrap(), None);
    assert_eq!(store.connections(acme()).await.unwrap(), []);
    assert_eq!(store.history(acme(), &id).await.unwrap(), []);
    assert_eq!(store.terms(acme(), &id).await.unwrap(), []);
    assert!(store.entity(globex()).await.unwrap().is_some());
    assert_eq!(store.terms(globex(), &id).await.unwrap(), [receipt()]);
    let rows = store.audit_rows(0, 100).await.unwrap();
    let orgs: Vec<_> = rows.iter().map(|row| (row.event.as_str(), row.org.as_deref())).collect();
    assert_eq!(
        orgs,
        [("signed_in", None), ("signed_in", Some("globex")), ("customer_forgotten", None)],
        "the log stays, without the names"
    );
    let users: Vec<_> = rows.iter().map(|row| row.user_id.as_deref()).collect();
    assert_eq!(users, [None, Some("ana"), Some("ana")], "whoever asked for it is still known");
    assert_eq!(checked(store, None).await.unwrap().unwrap().seq, 3);
    missing(store.forget(acme(), &ana(), at(4)).await);
}

pub(super) async fn an_answer_that_was_under_way_brings_no_forgotten_customer_back(store: &dyn Store) {
    let [known, new] = ["c1", "c2"].map(connection);
    observe(store, acme(), &known, "pending", 1).await.unwrap();
    store.forget(acme(), &ana(), at(2)).await.unwrap();
    for late in [
        Reading { asked_of: Some(1), ..reading(&known, "active", 3) },
        Reading { asked_of: Some(0), ..reading(&new, "active", 3) },
        reading(&new, "active", 3),
    ] {
        missing(store.observe(acme(), late, at(3)).await);
    }
    let created = Write::Connection { id: &new, requested_name: None };
    missing(write(store, acme(), created, 3).await);
    for id in [&known, &new] {
        assert_eq!(store.connection(acme(), id).await.unwrap(), None);
        // Nor is it in the way of whoever has the connection from now on.
        observe(store, globex(), id, "active", 4).await.unwrap();
    }
}

pub(super) async fn what_is_idle_is_pruned(store: &dyn Store) {
    let ended = begin(store, acme(), "bank", 1).await.unwrap();
    write(store, acme(), Write::End(&ended, Outcome::Done), 2).await.unwrap();
    begin(store, acme(), "bank", 3).await.unwrap();
    store.seen(acme(), &ana(), at(1)).await.unwrap();
    store.seen(globex(), &ana(), at(9)).await.unwrap();
    assert_eq!(store.prune(at(5), at(5)).await.unwrap(), 2);
    assert_eq!(store.prune(at(5), at(5)).await.unwrap(), 0);
    assert_eq!(begin(store, acme(), "bank", 6).await, None, "what is open stays");
    assert_eq!(store.audit_head().await.unwrap().unwrap().seq, 2, "the audit log stays");
}

/// That Ana accepted the terms for the connection `c1`.
pub(super) fn receipt() -> TermsReceipt {
    TermsReceipt {
        connection: connection("c1"),
        user: ana(),
        sentence_sha256: [7; 32],
        link: "https://docs.waycore.com/legal/terms-of-use".to_owned(),
        language: "en".to_owned(),
        accepted_at: at(5),
    }
}

pub(super) async fn terms_are_only_ever_added(store: &dyn Store) {
    let receipt = receipt();
    let later = TermsReceipt { accepted_at: at(6), ..receipt.clone() };
    write(store, acme(), Write::Terms(&receipt), 5).await.unwrap();
    write(store, acme(), Write::Terms(&later), 6).await.unwrap();
    assert_eq!(store.terms(acme(), &connection("c1")).await.unwrap(), [receipt, later]);
    assert_eq!(store.terms(globex(), &connection("c1")).await.unwrap(), []);
    assert_eq!(store.terms(acme(), &connection("c2")).await.unwrap(), []);
}

pub(super) async fn a_fresh_store_is_ready(store: &dyn Store) {
    store.check().await.unwrap();
}

pub(super) async fn banks_are_often_chosen_by_several_customers(store: &dyn Store) {
    let customers: Vec<Customer> = (0..3).map(|number| customer(&format!("org-{number}"))).collect();
    let elsewhere = Customer { issuer: "another host".to_owned(), org: "org-9".to_owned() };
    let mut made = 0;
    let mut has = async |customer: &Customer, bank: &str| {
        made += 1;
        let tenant = Tenant { customer, environment: Environment::Live };
        let body = format!("{{\"institutionId\": \"{bank}\"}}");
        let id = connection(&format!("c-{made}"));
        let reading = Reading { body: &body, ..reading(&id, "draft", 1) };
        mapped(store, tenant).await;
        store.observe(tenant, reading, at(1)).await.unwrap();
    };
    for customer in &customers {
        has(customer, "everybodys").await;
    }
    for customer in &customers[..2] {
        has(customer, "some").await;
    }
    // Of one customer, however often, and of another host's customers.
    has(&customers[0], "ones").await;
    has(&customers[0], "ones").await;
    has(&elsewhere, "ones").await;
    let often = async |environment, least, limit| {
        let found = store.often_chosen(environment, "host", least, limit).await.unwrap();
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(often(Environment::Live, 2, 6).await, ["everybodys", "some"]);
    assert_eq!(often(Environment::Live, 2, 1).await, ["everybodys"]);
    assert_eq!(often(Environment::Live, 4, 6).await, Vec::<String>::new());
    assert_eq!(often(Environment::Test, 1, 6).await, Vec::<String>::new());
}
