//! Two replicas, a store, a Waycore and some pages, and what happens to them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::backend::{Caller, Customer, Role};
use axum::body::BodyDataStream;
use domain::ids::{ConnectionId, EntityId, UserId};
use domain::poll::Watched;
use domain::timestamp::Timestamp;
use fastrand::Rng;
use http::{HeaderMap, Request};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::page::Page;
use crate::clock::Clock;
use crate::config::{Environment, SecretKeys};
use crate::events::hub::Viewer;
use crate::events::{Asker, EventStream, Intake, Live, SessionKey};
use crate::identity::HostIdentity;
use crate::onboarding::tests::fake_waycore::FakeWaycore;
use crate::onboarding::{EntityNamespace, WaycoreOnboarding};
use crate::sealed::Sealer;
use crate::store::{
    Announcement, AuditKeys, Cause, Delivery, InboxSize, LiveStore as _, MemoryStore, Settled, Store, Tenant,
    Write,
};

/// In the order of a life, so that a step back would show.
const LIFE: [&str; 7] =
    ["draft", "pendingActivation", "active", "errored", "reauthRequired", "paused", "revoked"];

const CONNECTIONS: usize = 3;

/// Another customer's connection.
const OTHERS: &str = "conn_of_another";

/// How long things happen, and the latest that a delivery may be.
const HAPPENS: Duration = Duration::from_secs(45);
const LATEST: Duration = Duration::from_secs(12);

/// How long it may take to be right again.
const SETTLES: Duration = Duration::from_secs(10);

/// The same where a delivery never came, while others do: everything is read again every minute.
const SETTLES_UNTOLD: Duration = Duration::from_secs(75);

/// Virtual time, on a clock that somebody may set.
struct SetClock {
    began: Instant,
    off_by: AtomicI64,
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.began.elapsed().as_millis()).unwrap();
        Timestamp::from_millis(1_800_000_000_000 + passed + self.off_by.load(Ordering::Relaxed))
    }
}

/// A process, until it crashes.
struct Replica {
    live: Live,
    onboarding: WaycoreOnboarding,
    clock: Arc<SetClock>,
    /// Everything that it does; to crash is to stop in the middle, with nothing let go or finished.
    work: JoinHandle<()>,
}

pub(super) struct World {
    seed: u64,
    began: Instant,
    rng: Rng,
    waycore: Arc<FakeWaycore>,
    store: Arc<MemoryStore>,
    replicas: Vec<Replica>,
    /// Where deliveries come in: those of the replicas that live.
    doors: Arc<Mutex<Vec<Intake>>>,
    caller: Caller,
    pages: Vec<(Arc<Mutex<Page>>, JoinHandle<()>)>,
    /// A page of another customer's, who has one connection.
    others: Option<(Caller, Arc<Mutex<Page>>, JoinHandle<()>)>,
    /// Where each connection stands in its life, and whether it is over.
    stages: Vec<usize>,
    is_gone: Vec<bool>,
    deliveries: u64,
    /// Whether Waycore gives deliveries up in this schedule.
    loses: bool,
    has_lost: bool,
}

fn id(connection: usize) -> ConnectionId {
    ConnectionId::parse(format!("conn_{connection}")).unwrap()
}

fn first_sync() -> serde_json::Value {
    json!({ "kind": "ready", "status": "active", "syncStatus": "syncing", "institutionId": "harbour" })
}

fn stage_of(status: &str) -> usize {
    LIFE.iter().position(|known| *known == status).unwrap()
}

/// A page of a connection that knows of the event `known` asks how things are.
async fn poll(live: &Live, caller: &Caller, connection: usize, known: &str) -> String {
    let session = SessionKey::of(caller, &HeaderMap::new());
    let told = live.hub.poll(caller, session, Some(id(connection)), known).await.unwrap();
    String::from_utf8(told.to_vec()).unwrap()
}

impl World {
    pub(super) async fn new(seed: u64) -> Self {
        let keys = SecretKeys::parse("a key that is long enough for a test").unwrap();
        let store = Arc::new(MemoryStore::new(AuditKeys::new(&keys)));
        let waycore = Arc::new(FakeWaycore::new());
        waycore.keeps_time();
        waycore.entity("ent_1", "host:acme", false);
        let customer = Customer { issuer: "host".to_owned(), org: "acme".to_owned() };
        let tenant = Tenant { customer: &customer, environment: Environment::Live };
        let (began, entity) = (Timestamp::from_millis(1), EntityId::parse("ent_1").unwrap());
        store.record_entity_intent(tenant, "host:acme", began).await.unwrap();
        store.write(tenant, &[Write::Entity(&entity)], began).await.unwrap();
        for connection in 0..CONNECTIONS {
            waycore.connection(id(connection).as_str(), "ent_1");
            let known = Write::Connection { id: &id(connection), requested_name: None };
            store.write(tenant, &[known], began).await.unwrap();
        }
        let caller = Caller {
            customer,
            user: UserId::parse("ana").unwrap(),
            role: Role::Manager,
            org_name: None,
            name: None,
            locale: None,
        };
        let mut world = Self {
            seed,
            began: Instant::now(),
            rng: Rng::with_seed(seed),
            waycore,
            store,
            replicas: Vec::new(),
            doors: Arc::default(),
            caller,
            pages: Vec::new(),
            others: None,
            stages: vec![0; CONNECTIONS],
            is_gone: vec![false; CONNECTIONS],
            deliveries: 0,
            loses: seed.is_multiple_of(2),
            has_lost: false,
        };
        for _ in 0..2 {
            let replica = world.replica();
            world.doors.lock().unwrap().push(replica.live.intake.clone());
            world.replicas.push(replica);
        }
        for connection in 0..CONNECTIONS {
            let read = world.replicas[0].onboarding.refresh(&id(connection), Cause::Look).await;
            read.unwrap();
        }
        world
    }

    /// One with a page on a replica, which has been open for a while. Gives the page's number.
    pub(super) async fn watched(replica: usize) -> (Self, usize) {
        let mut world = Self::new(7).await;
        let page = world.open_page(replica).await;
        sleep(Duration::from_secs(20)).await;
        (world, page)
    }

    fn replica(&self) -> Replica {
        let clock = Arc::new(SetClock { began: self.began, off_by: AtomicI64::new(0) });
        let (shared, time): (Arc<dyn Store>, Arc<dyn Clock>) = (self.store.clone(), clock.clone());
        let sealer =
            Sealer::new(&SecretKeys::parse("a key that is long enough for a test").unwrap()).unwrap();
        let onboarding = WaycoreOnboarding::new(
            self.waycore.clone(),
            shared.clone(),
            time.clone(),
            Environment::Live,
            EntityNamespace::chosen("host"),
            sealer,
        );
        let shutdown = CancellationToken::new();
        let (live, work) = Live::new(&onboarding, &shared, &time, Environment::Live, 15_000, &shutdown);
        Replica { live, onboarding, clock, work: tokio::spawn(work) }
    }

    /// A connection goes on in its life.
    pub(super) fn change(&mut self, connection: usize) {
        let stage = &mut self.stages[connection];
        if *stage + 1 == LIFE.len() || self.is_gone[connection] {
            return;
        }
        *stage += 1;
        let status = LIFE[*stage];
        let kind = if *stage < 2 { "setup" } else { "ready" };
        let mut fields = json!({ "status": status, "kind": kind });
        if kind == "ready" {
            fields["syncStatus"] = json!("idle");
            fields["institutionId"] = json!("harbour");
        }
        self.waycore.change(id(connection).as_str(), fields);
    }

    /// A connection is active at Waycore, and its first sync is yet to come.
    pub(super) fn is_about_to_sync(&mut self, connection: usize) {
        self.stages[connection] = stage_of("active");
        self.waycore.change(id(connection).as_str(), json!({ "status": "active", "kind": "setup" }));
    }

    /// A page that shows a connection asks how things are, instead of listening. Gives what it is told.
    pub(super) async fn poll(&self, connection: usize) -> String {
        self.poll_after(connection, "").await
    }

    /// The same of a page that knows of the event `known`.
    pub(super) async fn poll_after(&self, connection: usize, known: &str) -> String {
        poll(&self.replicas[0].live, &self.caller, connection, known).await
    }

    /// A connected bank's data is being fetched for the first time. Somebody reads it.
    pub(super) async fn begins_to_sync(&mut self, connection: usize) {
        self.stages[connection] = stage_of("active");
        self.waycore.change(id(connection).as_str(), first_sync());
        self.replicas[0].onboarding.refresh(&id(connection), Cause::Look).await.unwrap();
    }

    /// A connected bank has not begun its first sync, and changed last at `updated_at`. Somebody reads it.
    pub(super) async fn has_not_synced(&mut self, connection: usize, updated_at: &str) {
        self.stages[connection] = stage_of("active");
        let mut idle = first_sync();
        (idle["syncStatus"], idle["updatedAt"]) = (json!("idle"), json!(updated_at));
        self.waycore.change(id(connection).as_str(), idle);
        self.replicas[0].onboarding.refresh(&id(connection), Cause::Look).await.unwrap();
    }

    /// The first sync of a connected bank runs from `updated_at` on. No webhook says so.
    pub(super) fn syncs_from(&self, connection: usize, updated_at: &str) {
        let mut syncing = first_sync();
        syncing["updatedAt"] = json!(updated_at);
        self.waycore.change(id(connection).as_str(), syncing);
    }

    /// The data is there since `updated_at`. No webhook says so.
    pub(super) fn has_synced_at(&self, connection: usize, updated_at: &str) {
        let synced = json!({ "syncStatus": "idle", "lastSyncedAt": updated_at, "updatedAt": updated_at });
        self.waycore.change(id(connection).as_str(), synced);
    }

    /// The data is there. No webhook says so.
    pub(super) fn ends_to_sync(&self, connection: usize) {
        let ended = json!({ "syncStatus": "idle", "lastSyncedAt": "2026-02-01T00:00:00Z" });
        self.waycore.change(id(connection).as_str(), ended);
    }

    /// More connections, whose data is being fetched for the first time.
    pub(super) async fn many_sync(&self, count: usize) {
        for id in self.many_drafts(count).await {
            self.waycore.change(&id, first_sync());
            self.meet(&id).await;
        }
    }

    /// All connections wait for activation. No webhook says so.
    pub(super) fn await_activation(&mut self) {
        for connection in 0..CONNECTIONS {
            self.change(connection);
        }
    }

    /// More connections, whose details are being prepared; their ids.
    pub(super) async fn many_drafts(&self, count: usize) -> Vec<String> {
        let ids: Vec<_> = (0..count).map(|number| format!("conn_many_{number}")).collect();
        for id in &ids {
            self.waycore.connection(id, "ent_1");
            self.meet(id).await;
        }
        ids
    }

    /// More connections, which wait for activation; their ids.
    pub(super) async fn many_wait(&self, count: usize) -> Vec<String> {
        let ids = self.many_drafts(count).await;
        for id in &ids {
            self.waycore.change(id, json!({ "status": "pendingActivation" }));
            self.meet(id).await;
        }
        ids
    }

    /// A connection of the customer's is read.
    async fn meet(&self, id: &str) {
        let tenant = Tenant { customer: &self.caller.customer, environment: Environment::Live };
        let id = ConnectionId::parse(id).unwrap();
        let known = Write::Connection { id: &id, requested_name: None };
        self.store.write(tenant, &[known], Timestamp::from_millis(1)).await.unwrap();
        self.replicas[0].onboarding.refresh(&id, Cause::Look).await.unwrap();
    }

    /// Waycore is down, or not any more.
    pub(super) fn is_down(&self, is_down: bool) {
        self.waycore.is_down(is_down);
    }

    /// They are activated in the same moment.
    pub(super) fn activate(&self, ids: &[String]) {
        for id in ids {
            self.waycore.change(id, json!({ "kind": "ready", "status": "active", "syncStatus": "idle" }));
        }
    }

    /// How many wait for activation, as far as is known.
    pub(super) async fn waiting(&self) -> usize {
        let waiting = self.store.watched(Environment::Live, Some(Watched::Activation)).await;
        waiting.unwrap().len()
    }

    pub(super) fn calls(&self) -> Vec<String> {
        self.waycore.calls()
    }

    pub(super) async fn inbox(&self) -> InboxSize {
        self.store.inbox_size(Environment::Live).await.unwrap()
    }

    pub(super) fn is_silent_about(&self, connection: usize) {
        self.waycore.is_silent_about(id(connection).as_str());
    }

    /// Whoever asks about one connection waits for a quarter of a minute, in vain.
    pub(super) fn hangs_about(&self, connection: usize) {
        self.waycore.hangs_about(id(connection).as_str());
    }

    /// The next question about one connection is answered with a time to wait.
    pub(super) fn says_to_wait(&self, time: Duration) {
        let retry_after = Some(waycore::RetryAfter::new(time));
        self.waycore.fail("get_connection", waycore::Error::RateLimited { retry_after });
    }

    /// Somebody else has pages open.
    pub(super) async fn another_customer_looks(&self) -> Viewer {
        let caller = self.another_customer().await;
        let session = SessionKey::of(&caller, &HeaderMap::new());
        self.replicas[0].live.hub.join(&caller, session, None, None).await.unwrap()
    }

    async fn another_customer(&self) -> Caller {
        let customer = Customer { issuer: "host".to_owned(), org: "globex".to_owned() };
        let caller = Caller { customer, ..self.caller.clone() };
        let tenant = Tenant { customer: &caller.customer, environment: Environment::Live };
        let (began, entity) = (Timestamp::from_millis(1), EntityId::parse("ent_2").unwrap());
        self.waycore.entity("ent_2", "host:globex", false);
        self.store.record_entity_intent(tenant, "host:globex", began).await.unwrap();
        self.store.write(tenant, &[Write::Entity(&entity)], began).await.unwrap();
        caller
    }

    /// Nothing is announced any more, or again.
    pub(super) fn set_mute(&self, is_mute: bool) {
        self.store.set_mute(is_mute);
    }

    /// Whoever asks what they have waits for a quarter of a minute, in vain.
    pub(super) fn hangs_about_the_other(&self) {
        self.waycore.hangs_about("ent_2");
    }

    /// Waycore says once that it does not know a connection that it knows.
    pub(super) fn denies_once(&self) {
        self.pages.iter().for_each(|(page, _)| page.lock().unwrap().was_misled = true);
        self.waycore.fail("get_connection", waycore::Error::NotFound);
    }

    pub(super) fn talk_nonsense_about(&self, connection: usize) {
        self.waycore.talk_nonsense_about(id(connection).as_str());
    }

    /// Waycore has new transactions, and the customer's pages are told.
    pub(super) async fn new_transactions(&mut self, connection: usize) {
        let tenant = Tenant { customer: &self.caller.customer, environment: Environment::Live };
        let news = id(connection);
        let now = self.replicas[0].clock.now();
        self.deliveries += 1;
        let delivery = Delivery {
            event_id: format!("evt_{}", self.deliveries),
            event_type: "transactions.sync_available".to_owned(),
            connection: Some(news.clone()),
        };
        let settled = [(delivery.event_id.clone(), Settled::Done)];
        self.store.receive(Environment::Live, &[delivery], now).await.unwrap();
        self.store
            .write(tenant, &[Write::NewTransactions { id: &news, settled: &settled }], now)
            .await
            .unwrap();
    }

    /// A delivery comes after a while, to some replica.
    pub(super) fn deliver(&mut self, connection: usize, after: Duration) {
        self.deliveries += 1;
        let delivery = Delivery {
            event_id: format!("evt_{}", self.deliveries),
            event_type: "connection.status_changed".to_owned(),
            // Now and then it does not say what it is about.
            connection: (self.rng.u8(0..8) > 0 || after.is_zero()).then(|| id(connection)),
        };
        self.post(delivery, after);
    }

    /// A delivery comes that does not say what it is about.
    pub(super) fn deliver_unnamed(&mut self) {
        self.deliveries += 1;
        let delivery = Delivery {
            event_id: format!("evt_{}", self.deliveries),
            event_type: "connection.status_changed".to_owned(),
            connection: None,
        };
        self.post(delivery, Duration::ZERO);
    }

    fn post(&mut self, delivery: Delivery, after: Duration) {
        let (doors, first) = (self.doors.clone(), self.rng.usize(0..self.replicas.len()));
        tokio::spawn(async move {
            sleep(after).await;
            // Waycore tries again until it is taken, by whoever is there by then.
            for attempt in first.. {
                let door = {
                    let doors = doors.lock().unwrap();
                    doors[attempt % doors.len()].clone()
                };
                if door.keep(delivery.clone()).await.is_ok() {
                    return;
                }
                sleep(Duration::from_secs(1)).await;
            }
        });
    }

    /// A process dies, wherever it is.
    pub(super) fn crash(&mut self, replica: usize) {
        let next = self.replica();
        self.doors.lock().unwrap()[replica] = next.live.intake.clone();
        let dead = std::mem::replace(&mut self.replicas[replica], next);
        dead.work.abort();
    }

    /// Opens a page on a replica; it comes back when its stream ends.
    pub(super) async fn open_page(&mut self, replica: usize) -> usize {
        let page = Arc::new(Mutex::new(Page::default()));
        let number = self.pages.len();
        let live: Vec<_> = self.replicas.iter().map(|replica| replica.live.clone()).collect();
        let replica = replica % live.len();
        let reading = tokio::spawn(read(live, replica, self.caller.clone(), number, page.clone()));
        self.pages.push((page, reading));
        number
    }

    /// Opens a page of a connection that asks every five seconds, and soon after news.
    /// Mirrors app::browser::live::poll; change both.
    pub(super) fn open_asking_page(&mut self, connection: usize) -> usize {
        let page = Arc::new(Mutex::new(Page::default()));
        let number = self.pages.len();
        let (live, caller) = (self.replicas[0].live.clone(), self.caller.clone());
        let shown = page.clone();
        let asking = tokio::spawn(async move {
            let mut known = String::new();
            loop {
                let next = Instant::now() + Duration::from_secs(5);
                let told = poll(&live, &caller, connection, &known).await;
                let last = {
                    let mut page = shown.lock().unwrap();
                    page.listens();
                    page.hears(&told, stage_of);
                    page.last_id.clone().unwrap()
                };
                if last == known {
                    sleep_until(next).await;
                } else {
                    sleep(Duration::from_millis(500)).await;
                }
                known = last;
            }
        });
        self.pages.push((page, asking));
        number
    }

    /// One of many pages of one browser, which does not come back.
    pub(super) async fn open_in_one_browser(&self) -> JoinHandle<()> {
        let hub = self.replicas[0].live.hub.clone();
        let session = SessionKey::of(&self.caller, &HeaderMap::new());
        let viewer = hub.join(&self.caller, session, None, None).await.unwrap();
        tokio::spawn(async move { viewer.end.cancelled().await })
    }

    /// The stream of a page of somebody whom `identity` knows, as it is sent.
    pub(super) async fn stream(&self, identity: Arc<dyn HostIdentity>) -> BodyDataStream {
        let replica = &self.replicas[0];
        let session = SessionKey::of(&self.caller, &HeaderMap::new());
        let viewer = replica.live.hub.join(&self.caller, session, None, None).await.unwrap();
        let (request, ()) = Request::new(()).into_parts();
        let asker = Asker::new(identity, self.caller.customer.clone(), &request);
        EventStream { viewer, asker }.into_body(None).into_data_stream()
    }

    /// What a page is told that comes back with the id of the last event that it heard.
    pub(super) async fn missed(&self, last: &str) -> String {
        let session = SessionKey::of(&self.caller, &HeaderMap::new());
        let viewer = self.replicas[0].live.hub.join(&self.caller, session, None, Some(last)).await.unwrap();
        String::from_utf8(viewer.joined.first.text.to_vec()).unwrap()
    }

    pub(super) fn caller(&self) -> Caller {
        self.caller.clone()
    }

    /// Whether another page of that browser could come back.
    pub(super) fn has_room(&self) -> bool {
        self.replicas[0].live.hub.has_room(SessionKey::of(&self.caller, &HeaderMap::new()))
    }

    /// Things happen at random.
    pub(super) async fn live_through(&mut self) {
        for page in 0..2 {
            self.open_page(page).await;
        }
        let others = self.another_customer().await;
        self.waycore.connection(OTHERS, "ent_2");
        let reread = self.replicas[0].onboarding.reread(&others.customer);
        reread.await.unwrap();
        self.others = Some((others, Arc::default(), tokio::spawn(async {})));
        self.reopen().await;
        self.store.set_latency(self.rng.u64(0..20));
        let began = Instant::now();
        while began.elapsed() < HAPPENS {
            sleep(Duration::from_millis(self.rng.u64(0..2_500))).await;
            match self.rng.u8(0..21) {
                0..9 => self.something_changes(),
                9 => self.waycore.is_down(true),
                10..12 => self.waycore.is_down(false),
                12 => self.waycore.slow_down(Duration::from_millis(self.rng.u64(0..3_000))),
                13 => {
                    let replica = self.rng.usize(0..2);
                    if self.rng.bool() {
                        // In the midst of what a delivery causes.
                        self.change(0);
                        self.deliver(0, Duration::ZERO);
                        sleep(Duration::from_millis(self.rng.u64(0..200))).await;
                    }
                    self.crash(replica);
                    self.reopen().await;
                }
                14 => {
                    let minutes = self.rng.i64(-10..=10);
                    let replica = &self.replicas[self.rng.usize(0..2)];
                    replica.clock.off_by.store(minutes * 60_000, Ordering::Relaxed);
                }
                15 => self.reopen().await,
                16 => self.deliver(0, Duration::ZERO),
                17 => self.waycore.slow_down(Duration::ZERO),
                18 => self.store.set_mute(true),
                19 => self.is_heard_again().await,
                20 => self.disappears(),
                _ => {}
            }
        }
        self.waycore.is_down(false);
        self.waycore.slow_down(Duration::ZERO);
        self.is_heard_again().await;
        self.reopen().await;
    }

    /// What listens to announcements is there again, and looks at everything.
    async fn is_heard_again(&self) {
        self.store.set_mute(false);
        self.store.announce(&Announcement::Everything).await.unwrap();
    }

    /// A connection is removed at Waycore, which may tell of it.
    fn disappears(&mut self) {
        let connection = self.rng.usize(0..CONNECTIONS);
        self.is_gone[connection] = true;
        self.waycore.vanish(id(connection).as_str());
        if self.rng.bool() {
            let late = Duration::from_millis(self.rng.u64(1..3_000));
            self.deliver(connection, late);
        } else {
            self.has_lost = true;
        }
    }

    /// Waycore's delivery may be lost, late, repeated, and overtaken.
    fn something_changes(&mut self) {
        let connection = self.rng.usize(0..CONNECTIONS);
        self.change(connection);
        if self.loses && self.rng.u8(0..5) == 0 {
            self.has_lost = true;
            return;
        }
        let late = Duration::from_millis(self.rng.u64(0..8_000));
        self.deliver(connection, late);
        if self.rng.bool() {
            let again = Delivery {
                event_id: format!("evt_{}", self.deliveries),
                event_type: "connection.status_changed".to_owned(),
                connection: Some(id(connection)),
            };
            let later = late + Duration::from_millis(self.rng.u64(0..4_000));
            self.post(again, later);
        }
    }

    /// Each page's stream breaks, and its browser comes back to some replica with what it heard last.
    async fn reopen(&mut self) {
        for (number, (page, reading)) in self.pages.iter_mut().enumerate() {
            reading.abort();
            let live: Vec<_> = self.replicas.iter().map(|replica| replica.live.clone()).collect();
            let replica = self.rng.usize(0..live.len());
            if self.rng.u8(0..4) == 0 {
                // The whole page is loaded anew.
                *page.lock().unwrap() = Page::default();
            }
            *reading = tokio::spawn(read(live, replica, self.caller.clone(), number, page.clone()));
        }
        if let Some((caller, page, reading)) = &mut self.others {
            reading.abort();
            let live = self.replicas.iter().map(|replica| replica.live.clone()).collect();
            let replica = self.rng.usize(0..self.replicas.len());
            *reading = tokio::spawn(read(live, replica, caller.clone(), 0, page.clone()));
        }
    }

    pub(super) async fn settle(&mut self) {
        sleep(if self.has_lost { SETTLES_UNTOLD } else { LATEST + SETTLES }).await;
    }

    pub(super) fn check(&self) {
        for page in 0..self.pages.len() {
            self.check_page(page);
        }
        if let Some((_, page, _)) = &self.others {
            let page = page.lock().unwrap();
            assert_eq!(page.heard_of, HashSet::from([OTHERS.to_owned()]), "what another customer heard of");
        }
    }

    pub(super) fn check_page(&self, page: usize) {
        for connection in 0..CONNECTIONS {
            self.check_connection(page, connection);
        }
    }

    pub(super) fn check_connection(&self, page: usize, connection: usize) {
        let page = self.pages[page].0.lock().unwrap();
        let shown = page.shown.get(id(connection).as_str()).map(|shown| shown.status.as_str());
        let is = (!self.is_gone[connection]).then(|| LIFE[self.stages[connection]]);
        assert_eq!(shown, is, "conn_{connection} of schedule {}", self.seed);
    }
}

/// What a browser does: it listens, and comes back two seconds after its stream ended.
async fn read(live: Vec<Live>, first: usize, caller: Caller, number: usize, page: Arc<Mutex<Page>>) {
    let person = Caller { user: UserId::parse(format!("user-{number}")).unwrap(), ..caller.clone() };
    let session = SessionKey::of(&person, &HeaderMap::new());
    let open = Some(id(number % CONNECTIONS));
    let mut turn = first;
    loop {
        let last = page.lock().unwrap().last_id.clone();
        let hub = &live[turn % live.len()].hub;
        turn += 1;
        if let Ok(mut viewer) = hub.join(&caller, session, open.clone(), last.as_deref()).await {
            let hears = |text: &[u8]| {
                page.lock().unwrap().hears(std::str::from_utf8(text).unwrap(), stage_of);
            };
            page.lock().unwrap().listens();
            hears(&viewer.joined.first.text);
            let mut heard = viewer.joined.first.seq;
            loop {
                tokio::select! {
                    biased;
                    frame = viewer.joined.frames.recv() => match frame {
                        Ok(frame) if frame.seq > heard => {
                            heard = frame.seq;
                            hears(&frame.text);
                        }
                        Ok(_) => {}
                        Err(_) => break,
                    },
                    () = viewer.end.cancelled() => break,
                }
            }
        }
        sleep(Duration::from_secs(2)).await;
    }
}
