//! The stream of transactions, as a host keeps its own copy by it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::Host;

/// A host's copy of all transactions, and where it stands in the stream.
struct Mirror<'a> {
    host: &'a Host,
    filter: String,
    cursor: String,
    copy: BTreeMap<String, Value>,
    events: Vec<String>,
}

impl<'a> Mirror<'a> {
    async fn begin(host: &'a Host, filter: &str) -> Self {
        let first = host.get(&format!("/v1/transactions/sync?{filter}")).await.json(200);
        assert_eq!((&first["events"], &first["hasMore"]), (&Value::Array(Vec::new()), &Value::Bool(false)));
        let cursor = first["nextCursor"].as_str().expect("a cursor").to_owned();
        Self { host, filter: filter.to_owned(), cursor, copy: BTreeMap::new(), events: Vec::new() }
    }

    async fn follow(&mut self) {
        loop {
            let path = format!("/v1/transactions/sync?{}&limit=97&cursor={}", self.filter, self.cursor);
            let batch = self.host.get(&path).await.json(200);
            assert_eq!(
                batch,
                self.strip(self.host.get(&path).await.json(200), &batch),
                "the same every time"
            );
            for event in batch["events"].as_array().expect("a list") {
                self.apply(event);
            }
            self.cursor = batch["nextCursor"].as_str().expect("a cursor").to_owned();
            if batch["hasMore"] == false {
                return;
            }
        }
    }

    /// But for the request's own id.
    fn strip(&self, mut batch: Value, like: &Value) -> Value {
        batch["meta"] = like["meta"].clone();
        batch
    }

    fn apply(&mut self, event: &Value) {
        let id = event["transaction"]["id"].as_str().expect("an id").to_owned();
        self.events.push(event["eventId"].as_str().expect("an id").to_owned());
        match event["type"].as_str() {
            Some("added") => {
                assert!(self.copy.insert(id, event["transaction"].clone()).is_none(), "added once")
            }
            Some("modified") => {
                assert!(self.copy.insert(id, event["transaction"].clone()).is_some(), "known before")
            }
            Some("removed") => assert!(self.copy.remove(&id).is_some(), "known before"),
            other => panic!("{other:?}"),
        }
    }

    /// The copy is what the list says.
    async fn check(&self) {
        let listed = self.host.all(&format!("/v1/transactions?{}", self.filter)).await;
        let listed: BTreeMap<String, Value> =
            listed.into_iter().map(|one| (one["id"].as_str().expect("an id").to_owned(), one)).collect();
        assert_eq!(self.copy.len(), listed.len());
        assert_eq!(self.copy, listed);
    }
}

#[tokio::test]
async fn a_copy_that_follows_the_stream_is_what_the_list_says() {
    let host = Host::new().await;
    let mut mirror = Mirror::begin(&host, "").await;
    let connection = host.new_connection("sim-standard").await;
    host.complete(&connection).await.json(200);
    host.advance(22.0).await;
    mirror.follow().await;
    mirror.check().await;
    assert!(mirror.copy.len() > 1_000);
    for hours in [0.0, 1.0, 7.0, 23.0, 100.0, 24.0 * 30.0] {
        host.advance(3_600.0 * hours).await;
        if hours == 1.0 {
            host.sync(&connection).await.json(202);
            host.advance(2.0).await;
        }
        mirror.follow().await;
        mirror.check().await;
    }
    let all = mirror.events.len();
    mirror.events.sort();
    mirror.events.dedup();
    assert_eq!(mirror.events.len(), all, "every event has an id of its own");
}

#[tokio::test]
async fn a_stream_of_two_connections_misses_nothing() {
    let host = Host::new().await;
    let mut mirror = Mirror::begin(&host, "").await;
    let entity = host.entity("acme").await;
    for bank in ["sim-standard", "sim-instant"] {
        let connection = host.connection(&entity, bank).await;
        host.complete(&connection).await.json(200);
    }
    for days in [1.0, 10.0] {
        host.advance(86_400.0 * days).await;
        mirror.follow().await;
        mirror.check().await;
    }
}

#[tokio::test]
async fn a_stream_of_one_account_has_that_account_alone() {
    let host = Host::new().await;
    let connection = host.active("sim-standard").await;
    let accounts = host.all("/v1/accounts").await;
    let card = accounts.iter().find(|account| account["type"] == "creditCard").expect("a card");
    let filter = format!("connectionId={connection}&accountId={}", card["id"].as_str().expect("an id"));
    let mirror = Mirror::begin(&host, &filter).await;
    host.advance(86_400.0 * 20.0).await;
    let path = format!("/v1/transactions/sync?{filter}&limit=500&cursor={}", mirror.cursor);
    let batch = host.get(&path).await.json(200);
    let events = batch["events"].as_array().expect("a list");
    assert!(!events.is_empty());
    assert!(events.iter().all(|event| event["transaction"]["accountId"] == card["id"]));
    let other = format!("/v1/transactions/sync?connectionId={connection}&cursor={}", mirror.cursor);
    host.get(&other).await.refused(400, "invalid_cursor");
}

#[tokio::test]
async fn a_cursor_lives_for_ninety_days() {
    let host = Host::new().await;
    host.active("sim-standard").await;
    let mirror = Mirror::begin(&host, "").await;
    let path = format!("/v1/transactions/sync?cursor={}", mirror.cursor);
    host.advance(90.0 * 86_400.0).await;
    host.get(&path).await.json(200);
    host.advance(1.0).await;
    host.get(&path).await.refused(400, "cursor_expired");
    for wrong in ["nonsense", "txs_"] {
        host.get(&format!("/v1/transactions/sync?cursor={wrong}")).await.refused(400, "invalid_cursor");
    }
}
