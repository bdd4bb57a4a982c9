//! People, a server and the fake Waycore behind it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::backend::{Caller, Customer, FinishSetup, ListQuery, Onboarding as _, Role, StartConnection};
use app::error::WireError;
use app::model::{Connection, ConnectionPage, Started};
use domain::ids::{ConnectionId, UserId};
use domain::timestamp::Timestamp;
use domain::user_error::ErrorCode;

use super::fake_waycore::FakeWaycore;
use crate::clock::Clock;
use crate::config::{Environment, SecretKeys};
use crate::onboarding::{EntityNamespace, WaycoreOnboarding};
use crate::sealed::Sealer;
use crate::store::{
    Action, AuditKeys, AuditRow, Begun, ConnectionRecord, MappedEntity, MemoryStore, Store as _, Tenant,
    TermsReceipt,
};

/// A server with an empty database.
pub(super) struct Bench {
    pub(super) waycore: Arc<FakeWaycore>,
    pub(super) port: WaycoreOnboarding,
    store: Arc<MemoryStore>,
    clock: Arc<TestClock>,
}

/// Stands still until a test moves it.
pub(super) struct TestClock(AtomicI64);

impl TestClock {
    pub(super) fn new() -> Self {
        Self(AtomicI64::new(1_700_000_000_000))
    }

    pub(super) fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

impl Bench {
    pub(super) async fn new() -> Self {
        let keys = SecretKeys::parse("a key that is long enough for a test").unwrap();
        let store = Arc::new(MemoryStore::new(AuditKeys::new(&keys)));
        let waycore = Arc::new(FakeWaycore::new());
        let clock = Arc::new(TestClock::new());
        let port = WaycoreOnboarding::new(
            waycore.clone(),
            store.clone(),
            clock.clone(),
            Environment::Test,
            EntityNamespace::chosen("shop.example"),
            Sealer::new(&keys).unwrap(),
        );
        Self { waycore, port, store, clock }
    }

    /// From now on a write takes up to minutes.
    pub(super) fn slow_down_writes(&self) {
        self.store.set_latency(600_000);
    }

    /// The next read of one connection or of the popular banks finds a row that cannot be read.
    pub(super) fn fail_next_read(&self) {
        self.store.fail_next_read();
    }

    /// Whether another replica could begin to remove a connection; if so, it has.
    pub(super) async fn can_begin_removal(&self, who: &Caller, id: &str) -> bool {
        let begun = self.store.begin(tenant(who), &who.user, Action::Remove, id, self.clock.now()).await;
        matches!(begun.unwrap(), Begun::First(_))
    }

    /// A second passes.
    pub(super) fn later(&self) {
        self.clock.pass(1_000);
    }

    pub(super) fn clock_seconds_later(&self, seconds: i64) {
        self.clock.pass(seconds * 1_000);
    }

    pub(super) fn hours_later(&self, hours: i64) {
        self.clock.pass(hours * 60 * 60 * 1_000);
    }

    /// Holds a mirror of the catalog.
    pub(super) async fn mirrored(&self) {
        self.port.mirror_once().await;
    }

    /// The whole audit log.
    pub(super) async fn audit(&self) -> Vec<AuditRow> {
        self.port.all_noted().await;
        self.store.audit_rows(0, 1_000).await.unwrap()
    }

    /// Removes what has ended by now. Gives the number of rows.
    pub(super) async fn prune(&self) -> u64 {
        let now = self.clock.now();
        self.store.prune(Timestamp::from_millis(now.as_millis() + 1), now).await.unwrap()
    }

    pub(super) async fn start(&self, who: &Caller, input: StartConnection) -> Result<Started, WireError> {
        self.port.start_connection(who, input).await
    }

    /// A connection of this person's to the bank "harbour".
    pub(super) async fn started(&self, who: &Caller) -> String {
        let id = self.start(who, bank("harbour")).await.unwrap().connection.id;
        self.waycore.calls();
        id
    }

    /// Starts a connection as [`Self::started`] does, and lets Waycore connect it.
    pub(super) async fn connected(&self, who: &Caller) -> String {
        let id = self.started(who).await;
        self.waycore.connect(&id);
        id
    }

    pub(super) async fn get(&self, who: &Caller, id: &str) -> Result<Connection, WireError> {
        self.port.get_connection(who, id).await
    }

    pub(super) async fn confirm(&self, who: &Caller, id: &str) -> Result<Connection, WireError> {
        self.port.confirm_user_created(who, id).await
    }

    pub(super) async fn finish(
        &self,
        who: &Caller,
        id: &str,
        input: FinishSetup,
    ) -> Result<Connection, WireError> {
        self.port.submit_finish(who, id, input).await
    }

    pub(super) async fn list(&self, who: &Caller) -> ConnectionPage {
        self.port.list_connections(who, ListQuery::default()).await.unwrap()
    }

    pub(super) async fn entity(&self, who: &Caller) -> Option<MappedEntity> {
        self.store.entity(tenant(who)).await.unwrap()
    }

    pub(super) async fn record(&self, who: &Caller, id: &str) -> ConnectionRecord {
        self.store.connection(tenant(who), &ConnectionId::parse(id).unwrap()).await.unwrap().unwrap()
    }

    pub(super) async fn receipts(&self, who: &Caller, id: &str) -> Vec<TermsReceipt> {
        self.store.terms(tenant(who), &ConnectionId::parse(id).unwrap()).await.unwrap()
    }
}

fn tenant(who: &Caller) -> Tenant<'_> {
    Tenant { customer: &who.customer, environment: Environment::Test }
}

fn person(user: &str, org: &str, role: Role) -> Caller {
    Caller {
        customer: Customer { issuer: "host".to_owned(), org: org.to_owned() },
        user: UserId::parse(user).unwrap(),
        role,
        org_name: Some("Acme Ltd".to_owned()),
        name: None,
        locale: None,
    }
}

/// A manager at acme.
pub(super) fn ana() -> Caller {
    person("ana", "acme", Role::Manager)
}

/// A viewer at acme.
pub(super) fn vic() -> Caller {
    person("vic", "acme", Role::Viewer)
}

/// A manager at globex.
pub(super) fn bo() -> Caller {
    person("bo", "globex", Role::Manager)
}

/// The host's own backend.
pub(super) fn backend() -> Caller {
    person("backend", "acme", Role::Provisioner)
}

/// A bank of the catalog, picked.
pub(super) fn bank(id: &str) -> StartConnection {
    StartConnection { institution_id: Some(id.to_owned()), ..StartConnection::default() }
}

/// A bank that is not in the catalog.
pub(super) fn unlisted(name: &str, portal: &str) -> StartConnection {
    StartConnection {
        requested_name: Some(name.to_owned()),
        portal_url: Some(portal.to_owned()),
        ..StartConnection::default()
    }
}

/// Both confirmations, and nothing filled in.
pub(super) fn confirmed() -> FinishSetup {
    FinishSetup { delegated_user_active: true, accept_terms: true, ..FinishSetup::default() }
}

#[track_caller]
pub(super) fn refused<T>(answer: Result<T, WireError>, code: ErrorCode, field: Option<&str>) {
    match answer {
        Ok(_) => panic!("it was not refused"),
        Err(WireError(error)) => assert_eq!((error.code, error.field.as_deref()), (code, field), "{error:?}"),
    }
}
