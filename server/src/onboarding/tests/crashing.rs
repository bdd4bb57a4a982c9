//! The process dies at every moment at which it could: before and after every request to Waycore and every commit. The
//! next one finds its way by reading, and whoever clicks again gets what they wanted, once.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use app::backend::{Credentials, FinishSetup, Onboarding as _};
use app::error::WireError;
use app::model::Step;
use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use domain::user_error::ErrorCode;
use secrecy::SecretString;
use serde_json::{Value, json};
use test_postgres::TestDatabase;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tower::ServiceExt as _;
use waycore::client::seams::{Failpoint, Failpoints, HttpTransport};
use waycore::client::{BaseUrl, Client, Seams, TimeLimits};
use waycore_sim::{OrganizationKeys, SimOptions, Simulator};

use super::bench::{TestClock, ana, bank};
use crate::config::{Database, Environment, SecretKeys};
use crate::onboarding::{EntityNamespace, WaycoreOnboarding};
use crate::sealed::Sealer;
use crate::store::{AuditKeys, AuditRow, ChainCheck, DatabaseKind, SqlStore, Store as _};

const PASSWORD: &str = "issued-by-the-bank";
const NAME: &str = "Standard Test Bank";

/// Longer than an intent of a replica that died keeps others waiting.
const LEASE_MILLIS: i64 = 61_000;

/// Counts the moments at which a process can die, and ends everything at one of them.
struct Moments {
    seen: AtomicUsize,
    last: usize,
    died: Notify,
}

impl Moments {
    async fn pass(&self) {
        if self.seen.fetch_add(1, Ordering::SeqCst) == self.last {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Failpoints for Moments {
    async fn reach(&self, _: Failpoint) {
        self.pass().await;
    }
}

#[async_trait]
impl crate::store::Commits for Moments {
    async fn before(&self) {
        self.pass().await;
    }

    async fn after(&self) {
        self.pass().await;
    }
}

/// What outlives a process: Waycore, the database and the time.
struct World {
    runtime: Runtime,
    waycore: Router,
    keys: OrganizationKeys,
    address: String,
    database: Database,
    clock: Arc<TestClock>,
    /// Of the one connection, as the person's browser knows it.
    id: OnceLock<String>,
}

fn secret_keys() -> SecretKeys {
    SecretKeys::parse("a key that is long enough for a test").unwrap()
}

impl World {
    fn new(database: Database) -> Self {
        let runtime = Runtime::new().unwrap();
        let simulator =
            Simulator::new(SimOptions { speed: 0.0, banks: 600, ..SimOptions::default() }).unwrap();
        let keys = simulator.ensure_organization("host");
        let waycore = simulator.router();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}/v1", listener.local_addr().unwrap());
        runtime.spawn(waycore_sim::serve(listener, simulator, std::future::pending()));
        Self {
            runtime,
            waycore,
            keys,
            address,
            database,
            clock: Arc::new(TestClock::new()),
            id: OnceLock::new(),
        }
    }

    /// Asks the simulator directly: it is no part of a process that may be about to die.
    async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.body(Body::from(body.to_string())).unwrap();
        let answer = self.waycore.clone().oneshot(request).await.unwrap();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&body).unwrap_or_default()
    }

    async fn an_hour_passes(&self) {
        let body = json!({ "organizationId": self.keys.organization_id, "advanceSeconds": 3_600 });
        self.control("POST", "/_sim/clock", &body).await;
    }

    async fn bank_says(&self, id: &str, status: &str) {
        self.control("POST", &format!("/_sim/connections/{id}"), &json!({ "status": status })).await;
    }

    /// How often Waycore did something that cannot be taken back.
    fn done(&self, method: &str, path: impl Fn(&str) -> bool) -> usize {
        let requests = format!("/_sim/requests?organizationId={}", self.keys.organization_id);
        let journal = self.runtime.block_on(self.control("GET", &requests, &Value::Null));
        let rows = journal["data"].as_array().unwrap().iter();
        rows.filter(|row| row["method"] == method && path(row["path"].as_str().unwrap()))
            .filter(|row| [201, 204].contains(&row["status"].as_u64().unwrap()))
            .count()
    }

    /// A process: goes on with the next step until the last, or until it dies. Says which step comes next.
    fn live(&self, begin: usize, moments: &Arc<Moments>) -> usize {
        // With it ends whatever the process did, and its connections to the database.
        let process = Runtime::new().unwrap();
        let next = Arc::new(AtomicUsize::new(begin));
        let at = next.clone();
        process.block_on(async {
            let steps = async {
                let port = self.start(moments).await;
                while at.load(Ordering::SeqCst) < STEPS {
                    self.step(&port, at.load(Ordering::SeqCst)).await;
                    at.fetch_add(1, Ordering::SeqCst);
                }
            };
            tokio::select! {
                () = steps => {}
                () = moments.died.notified() => {}
            }
        });
        drop(process);
        self.clock.pass(LEASE_MILLIS);
        next.load(Ordering::SeqCst)
    }

    async fn start(&self, moments: &Arc<Moments>) -> WaycoreOnboarding {
        let store = SqlStore::open(&self.database, DatabaseKind::Serve, &secret_keys()).await.unwrap();
        let store = store.with_failpoints(moments.clone());
        store.begin_alone(crate::clock::Clock::now(&*self.clock)).await.unwrap();
        let base = BaseUrl::parse(&self.address).unwrap();
        let limits = TimeLimits::default();
        let transport = Arc::new(HttpTransport::new(&base, limits.connect).unwrap());
        let seams = Seams { failpoints: moments.clone(), ..Seams::real(transport) };
        let key = SecretString::from(self.keys.api_key.clone());
        let client = Client::with_seams(base, &key, limits, seams).unwrap();
        let (store, clock) = (Arc::new(store), self.clock.clone());
        let sealer = Sealer::new(&secret_keys()).unwrap();
        let namespace = EntityNamespace::chosen("shop.example");
        WaycoreOnboarding::new(Arc::new(client), store, clock, Environment::Live, namespace, sealer)
    }

    /// What a person does, one request after the other. Each may have been done already, by a process that died.
    async fn step(&self, port: &WaycoreOnboarding, step: usize) {
        let ana = ana();
        if step == 0 {
            let started = port.start_connection(&ana, bank("sim-standard")).await.unwrap();
            let id = self.id.get_or_init(|| started.connection.id.clone());
            assert_eq!(started.connection.id, *id);
            return;
        }
        let id = self.id.get().unwrap();
        match step {
            1 => assert_eq!(port.confirm_user_created(&ana, id).await.unwrap().step, Step::FinishSetup),
            2 => assert_eq!(port.submit_finish(&ana, id, finished()).await.unwrap().step, Step::Activation),
            3 => {
                self.an_hour_passes().await;
                assert_eq!(port.get_connection(&ana, id).await.unwrap().step, Step::Connected);
            }
            4 => {
                self.bank_says(id, "reauthRequired").await;
                let renewed = Credentials { password: Some(PASSWORD.to_owned()), ..Credentials::default() };
                port.update_credentials(&ana, id, renewed).await.unwrap();
            }
            5 => {
                self.bank_says(id, "active").await;
                self.an_hour_passes().await;
                done_or(port.sync_connection(&ana, id).await, &[ErrorCode::Conflict, ErrorCode::Cooldown]);
            }
            _ => done_or(port.remove_connection(&ana, id, NAME).await, &[ErrorCode::NotFound]),
        }
    }

    /// What has to hold in the end, wherever processes died.
    fn check(&self, what: &str) {
        assert_eq!(self.done("POST", |path| path == "/v1/entities"), 1, "{what}: one entity");
        assert_eq!(self.done("POST", |path| path == "/v1/connections"), 1, "{what}: one connection");
        assert_eq!(self.done("DELETE", |_| true), 1, "{what}: removed once");
        self.runtime.block_on(async {
            let store = SqlStore::open(&self.database, DatabaseKind::Serve, &secret_keys()).await.unwrap();
            let rows = store.audit_rows(0, 1_000).await.unwrap();
            let keys = AuditKeys::new(&secret_keys());
            let mut chain = ChainCheck::new(&keys, None, Vec::new());
            rows.iter().for_each(|row| chain.next(row).unwrap());
            chain.end().unwrap();
            // Whoever died before telling what was done is told of as interrupted.
            let told = |event: &str, detail: &str| {
                let found = |row: &AuditRow| row.event == event && row.detail.starts_with(detail);
                rows.iter().any(found)
            };
            for (event, action) in [
                ("connection_started", "create"),
                ("setup_completed", "finish"),
                ("sync_requested", "sync"),
                ("connection_removed", "remove"),
            ] {
                let known = told(event, "") || told("interrupted", action);
                assert!(known, "{what}: {action} is in the audit log");
            }
            store.close().await;
        });
    }
}

const STEPS: usize = 7;

fn finished() -> FinishSetup {
    FinishSetup {
        password: Some(PASSWORD.to_owned()),
        delegated_user_active: true,
        accept_terms: true,
        ..FinishSetup::default()
    }
}

#[track_caller]
fn done_or<T>(outcome: Result<T, WireError>, already: &[ErrorCode]) {
    if let Err(error) = outcome {
        assert!(already.contains(&error.0.code), "{error:?}");
    }
}

/// Everything that lies in the folder. SQLite takes its log away as the last connection closes: then all is read again.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    loop {
        let paths = std::fs::read_dir(folder).unwrap().flatten().map(|file| file.path());
        let read = paths.map(|path| Ok((path.clone(), std::fs::read(path)?))).collect::<std::io::Result<_>>();
        match read {
            Ok(contents) => return contents,
            Err(gone) => assert_eq!(gone.kind(), std::io::ErrorKind::NotFound, "{gone}"),
        }
    }
}

/// The distance between the moments that are tried: 1 in a soak. A sample has a moment in each step of the journey, and
/// because it is odd it alternates between those before and after a commit.
fn step_or_one(step: usize) -> usize {
    if std::env::var_os("CONNECT_SOAK").is_some() { 1 } else { step }
}

/// Dies at each of these moments in turn, goes on in a new process, and says at which there was nobody left to die.
fn die_everywhere(every: usize, database: impl Fn(&Path) -> Database) -> usize {
    for last in (0..).step_by(every) {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(database(folder.path()));
        let moments = |last| Arc::new(Moments { seen: AtomicUsize::new(0), last, died: Notify::new() });
        let (dies, lives) = (moments(last), moments(usize::MAX));
        let next = world.live(0, &dies);
        let survived = dies.seen.load(Ordering::SeqCst) <= last;
        assert_eq!(next == STEPS, survived, "moment {last}");
        assert_eq!(world.live(next, &lives), STEPS);
        world.check(&format!("moment {last}, in step {next}"));
        for (path, content) in contents(folder.path()) {
            let found = content.windows(PASSWORD.len()).any(|part| part == PASSWORD.as_bytes());
            assert!(!found, "moment {last}: {} holds the password", path.display());
        }
        if survived {
            return last;
        }
    }
    unreachable!("the journey has an end")
}

#[test]
fn a_process_that_dies_anywhere_on_sqlite_leaves_what_the_next_one_settles() {
    let moments = die_everywhere(step_or_one(3), |folder| Database::Sqlite(folder.join("connect.db")));
    println!("moments on SQLite: {moments}");
    assert!(moments >= 50, "{moments}");
}

#[test]
fn a_replica_that_dies_anywhere_on_postgresql_leaves_what_another_settles() {
    // The server of the tests lives in a runtime of its own, beside all the processes that die.
    let runtime = Runtime::new().unwrap();
    let moments = die_everywhere(step_or_one(7), |_| {
        let database = runtime.block_on(TestDatabase::new());
        Database::parse(&database.url()).unwrap()
    });
    println!("moments on PostgreSQL: {moments}");
    assert!(moments >= 50, "{moments}");
}
