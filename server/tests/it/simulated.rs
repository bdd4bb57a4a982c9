//! A Waycore of a test's own, on a loopback port. Virtual time stands still until the test moves it.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use waycore_sim::{OrganizationKeys, SimOptions, Simulator};

use crate::answer::Answer;

/// More than a page of the catalog, and few enough that a host reads them in no time.
const FEW: usize = 600;

/// A simulator with one organization. A clone is the same one.
#[derive(Clone)]
pub(crate) struct SimulatedWaycore {
    simulator: Simulator,
    keys: OrganizationKeys,
    address: String,
}

impl SimulatedWaycore {
    /// Starts one; it ends with the test.
    pub(crate) async fn start() -> Self {
        Self::start_with_banks(FEW).await
    }

    /// Starts one with so many generated banks.
    pub(crate) async fn start_with_banks(banks: usize) -> Self {
        let options = SimOptions { speed: 0.0, banks, ..SimOptions::default() };
        let simulator = Simulator::new(options).expect("a simulator");
        let keys = simulator.ensure_organization("host");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}/v1", listener.local_addr().expect("an address"));
        tokio::spawn(waycore_sim::serve(listener, simulator.clone(), std::future::pending()));
        Self { simulator, keys, address }
    }

    /// What `WAYCORE_BASE_URL` is set to.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The secret that no browser may see.
    pub(crate) fn api_key(&self) -> &str {
        &self.keys.api_key
    }

    /// Moves the simulator's time.
    pub(crate) async fn wait_virtually(&self, seconds: u32) {
        let body = json!({ "organizationId": self.keys.organization_id, "advanceSeconds": seconds });
        self.control("POST", "/_sim/clock", body).await.ok();
    }

    /// Puts a connection into a state.
    pub(crate) async fn put_connection(&self, id: &str, state: Value) {
        self.control("POST", &format!("/_sim/connections/{id}"), state).await.ok();
    }

    /// Makes Waycore fail; see docs/reference.md for what a fault may say.
    pub(crate) async fn fail(&self, fault: Value) {
        let answer = self.control("POST", "/_sim/faults", fault).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }

    /// Takes every failure back.
    pub(crate) async fn heal(&self) {
        let answer = self.control("DELETE", "/_sim/faults", Value::Null).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }

    /// Everything that was received, but for the mirror of the catalog, which nobody asks for.
    pub(crate) async fn requests(&self) -> Vec<Value> {
        let path = format!("/_sim/requests?organizationId={}", self.keys.organization_id);
        let answer = self.control("GET", &path, Value::Null).await.ok();
        let mirror = |request: &&Value| {
            request["path"] == "/v1/institutions"
                && request["query"].as_str().is_some_and(|query| query.contains("limit=500"))
        };
        let requests = answer["data"].as_array().expect("a list of requests").iter();
        requests.filter(|request| !mirror(request)).cloned().collect()
    }

    /// Method and path of those requests that change something.
    pub(crate) async fn changes(&self) -> Vec<String> {
        let requests = self.requests().await;
        let line = |request: &Value| {
            format!("{} {}", request["method"].as_str().unwrap_or(""), request["path"].as_str().unwrap_or(""))
        };
        requests.iter().filter(|request| request["method"] != "GET").map(line).collect()
    }

    /// The statuses of the answers to requests that change something.
    pub(crate) async fn statuses_of_changes(&self) -> Vec<u64> {
        let requests = self.requests().await;
        let changes = requests.iter().filter(|request| request["method"] != "GET");
        changes.filter_map(|request| request["status"].as_u64()).collect()
    }

    /// An entity that somebody else made at Waycore; its id.
    pub(crate) async fn entity(&self, external_id: &str) -> String {
        let made = self.ask("POST", "/v1/entities", json!({ "externalEntityId": external_id })).await;
        made["entityId"].as_str().expect("an entity's id").to_owned()
    }

    /// Somebody changes all registrations of webhooks in Waycore's console.
    pub(crate) async fn change_webhooks(&self, update: Value) {
        for webhook in self.webhooks().await {
            let path = format!("/v1/webhooks/{}", webhook["id"].as_str().expect("an id"));
            self.ask("PATCH", &path, update.clone()).await;
        }
    }

    /// The registrations of webhooks, as Waycore shows them.
    pub(crate) async fn webhooks(&self) -> Vec<Value> {
        let listed = self.ask("GET", "/v1/webhooks", Value::Null).await;
        listed["data"].as_array().expect("a list of webhooks").clone()
    }

    /// An object as Waycore shows it.
    pub(crate) async fn read(&self, path: &str) -> Value {
        self.ask("GET", path, Value::Null).await
    }

    /// Asks as the organization does.
    async fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        let key = format!("Bearer {}", self.keys.api_key);
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", key)
            .header("content-type", "application/json")
            .body(body);
        Answer::of(self.simulator.router(), request.expect("a request")).await.json()
    }

    /// Waits until a request has come whose path begins so.
    pub(crate) async fn was_asked(&self, path: &str) {
        let asked = |request: &Value| request["path"].as_str().is_some_and(|asked| asked.starts_with(path));
        let asked = async {
            while !self.requests().await.iter().any(asked) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), asked).await.expect("it is asked");
    }

    /// A key of another organization's that may do no more than this.
    pub(crate) async fn key_with(&self, scopes: &[&str]) -> String {
        let made = self.control("POST", "/_sim/organizations", json!({ "scopes": scopes })).await;
        made.json()["apiKey"].as_str().expect("a key").to_owned()
    }

    async fn control(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        Answer::of(self.simulator.router(), request.body(body).expect("a request")).await
    }
}
