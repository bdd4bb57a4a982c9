//! Client and simulator held against each other over real TCP: every call, every documented status, every bad day.

use std::{
    io::Write as _,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use domain::{
    credentials::NonEmptyCredentials,
    ids::{AccountId, ConnectionId, EntityId, InstitutionId, TransactionId, WebhookId},
};
use futures_util::TryStreamExt as _;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use waycore::{
    BaseUrl, Client, Error, ListAccounts, ListBalances, ListConnections, ListTransactions, SyncTransactions,
    TimeLimits, Unclear, Waycore,
    client::{BODY_LIMIT, Nonsense, paging},
    wire::{
        Connection, ConnectionCreate, ConnectionStatus, EntityCreate, EventType, SyncStatus,
        TransactionChange, WebhookCreate, WebhookUpdate,
    },
};

use crate::support::Host;

/// A host that speaks with its simulator through the client.
struct Line {
    host: Host,
    base: BaseUrl,
    client: Client,
}

/// Before an answer that never comes.
const PATIENCE: Duration = Duration::from_millis(400);

impl Line {
    async fn new() -> Self {
        Self::of(Host::new().await).await
    }

    async fn of(host: Host) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(waycore_sim::serve(listener, host.simulator.clone(), std::future::pending()));
        let base = BaseUrl::parse(&format!("http://{address}/v1")).expect("a base URL");
        let client = client(&base, &host.key, TimeLimits::default());
        Self { host, base, client }
    }

    /// A client that has not heard of anything yet; before an answer that never comes it gives up soon.
    fn fresh(&self, effect: &Value) -> Client {
        let hasty = TimeLimits { first_byte: PATIENCE, whole: PATIENCE * 2, ..TimeLimits::default() };
        let limits = if effect.get("delayMs").is_some() { hasty } else { TimeLimits::default() };
        client(&self.base, &self.host.key, limits)
    }

    async fn fail(&self, matches: Value, effect: Value) {
        let mut rule = json!({ "match": matches, "effect": effect });
        rule["match"]["organizationId"] = json!(self.host.organization_id);
        self.host.control("POST", "faults", rule).await.json(201);
    }

    async fn heal(&self) {
        let path = format!("faults?organizationId={}", self.host.organization_id);
        self.host.control("DELETE", &path, json!({})).await.json(200);
    }

    async fn entity(&self) -> EntityId {
        let create = EntityCreate { external_entity_id: "acme".to_owned(), name: None, metadata: None };
        EntityId::parse(self.client.create_entity(&create).await.expect("an entity").entity_id)
            .expect("an id")
    }

    async fn connection(&self, entity: &EntityId, bank: &str) -> ConnectionId {
        let created = self.client.create_connection(&create(entity, bank)).await.expect("a connection");
        ConnectionId::parse(created.connection.id()).expect("an id")
    }

    /// A connection that was synced once.
    async fn active(&self) -> ConnectionId {
        let id = self.connection(&self.entity().await, "sim-instant").await;
        self.client.complete_setup(&id).await.expect("a draft");
        self.host.advance(5.0).await;
        id
    }
}

fn client(base: &BaseUrl, key: &str, limits: TimeLimits) -> Client {
    Client::new(base.clone(), &SecretString::from(key), limits).expect("a client")
}

fn create(entity: &EntityId, bank: &str) -> ConnectionCreate {
    let entity_id = entity.as_str().to_owned();
    ConnectionCreate { entity_id, institution_id: Some(bank.to_owned()), portal_url: None }
}

#[tokio::test]
async fn the_whole_flow_goes_through_the_client() {
    let line = Line::new().await;
    let client = &line.client;
    let entity = line.entity().await;
    let found = client.list_entities("acme").await.expect("a page");
    assert_eq!(found.data.iter().map(|one| one.entity_id.as_str()).collect::<Vec<_>>(), [entity.as_str()]);
    assert!(!client.get_entity(&entity).await.expect("an entity").is_default_org_entity);

    let banks = client.search_institutions("sim-portals", 5, None).await.expect("a page").data;
    let bank = InstitutionId::parse(banks[0].institution_id.clone()).expect("an id");
    assert_eq!(client.get_institution(&bank).await.expect("a bank").additional_portal_urls.len(), 2);
    let first = client.create_connection(&create(&entity, "sim-instant")).await.expect("a connection");
    let again = client.create_connection(&create(&entity, "sim-instant")).await.expect("the same");
    assert_eq!((first.existing, again.existing, first.connection.id()), (false, true, again.connection.id()));
    let id = ConnectionId::parse(first.connection.id()).expect("an id");
    let credentials = NonEmptyCredentials::from_fields(Some("wsvc".to_owned()), None, Some("pw".to_owned()));
    let Connection::Setup(draft) =
        client.put_credentials(&id, &credentials.expect("filled")).await.expect("taken")
    else {
        panic!("a draft")
    };
    assert!(draft.setup.credentials_present);
    client.complete_setup(&id).await.expect("completed");
    assert_eq!(client.get_connection(&id).await.expect("it").status(), &ConnectionStatus::PendingActivation);
    line.host.advance(5.0).await;
    let filter = ListConnections {
        status: Some(ConnectionStatus::Active),
        entity_id: Some(entity),
        ..Default::default()
    };
    let active = client.list_connections(&filter).await.expect("a page").data;
    let [Connection::Ready(ready)] = active.as_slice() else { panic!("one that is ready: {active:?}") };
    assert_eq!(ready.sync_status, Some(SyncStatus::Idle));

    client.delete_connection(&id).await.expect("removed");
    assert_eq!(client.get_connection(&id).await, Err(Error::NotFound));
    assert_eq!(client.delete_connection(&id).await, Err(Error::NotFound));
}

#[tokio::test]
async fn the_banks_data_goes_through_the_client() {
    let line = Line::new().await;
    let client = &line.client;
    let head = client.sync_transactions(&SyncTransactions::default()).await.expect("a head");
    assert!(head.events.is_empty() && !head.has_more);
    let connection = line.active().await;
    let accounts = ListAccounts { connection_id: Some(connection.clone()), ..Default::default() };
    let accounts = client.list_accounts(&accounts).await.expect("a page").data;
    let account = AccountId::parse(accounts[0].id.clone()).expect("an id");
    assert_eq!(client.get_account(&account).await.expect("it"), accounts[0]);
    let balances = ListBalances { account_id: Some(account), limit: Some(3), ..Default::default() };
    let balances = client.list_balances(&balances).await.expect("a page").data;
    assert!(balances.windows(2).all(|pair| pair[0].date > pair[1].date) && balances.len() == 3);

    let list = |cursor| async move {
        client.list_transactions(&ListTransactions { cursor, limit: Some(500), ..Default::default() }).await
    };
    let pages: Vec<_> = paging::pages(20, list).try_collect().await.expect("a list that ends");
    let listed: Vec<_> = pages.into_iter().flat_map(|page| page.data).collect();
    let id = TransactionId::parse(listed[0].id.clone()).expect("an id");
    assert_eq!(client.get_transaction(&id).await.expect("it"), listed[0]);
    let follow = |cursor| async move {
        client.sync_transactions(&SyncTransactions { cursor, ..Default::default() }).await
    };
    let batches: Vec<_> =
        paging::batches(60, head.next_cursor, follow).try_collect().await.expect("a stream that ends");
    let events: Vec<_> = batches.into_iter().flat_map(|(events, _)| events).collect();
    assert!(events.iter().all(|event| matches!(event.change, TransactionChange::Added(_))));
    assert_eq!(events.len(), listed.len());

    line.client.sync_connection(&connection).await.expect("a sync");
    assert_eq!(
        client.sync_connection(&connection).await,
        Err(Error::Conflict { retry_after: None }),
        "it runs"
    );
    line.host.advance(2.0).await;
    let Err(Error::RateLimited { retry_after: Some(wait) }) = client.sync_connection(&connection).await
    else {
        panic!("a cooldown")
    };
    assert_eq!(wait.as_secs(), 45 * 60 - 2);
}

#[tokio::test]
async fn webhooks_go_through_the_client() {
    let line = Line::new().await;
    let events = vec![EventType::Test];
    let create = WebhookCreate { url: "https://host.example/hook".to_owned(), events, metadata: None };
    let created = line.client.create_webhook(&create).await.expect("a webhook");
    let id = WebhookId::parse(created.id.clone()).expect("an id");
    assert_eq!(line.client.list_webhooks(None).await.expect("a page").data.len(), 1);
    line.client.test_webhook(&id).await.expect("a test");
    let update = WebhookUpdate { active: Some(false), ..Default::default() };
    assert!(!line.client.update_webhook(&id, &update).await.expect("changed").active);
    assert_eq!(line.client.test_webhook(&id).await, Err(Error::Conflict { retry_after: None }));
    assert!(!line.client.get_webhook(&id).await.expect("it").active);
    line.client.delete_webhook(&id).await.expect("removed");
    assert_eq!(line.client.get_webhook(&id).await.map(drop), Err(Error::NotFound));
}

#[tokio::test]
async fn each_refusal_is_its_typed_error() {
    let line = Line::new().await;
    let id = ConnectionId::parse("conn_none").expect("an id");
    assert_eq!(line.client.get_connection(&id).await, Err(Error::NotFound));
    let entity = line.entity().await;
    assert_eq!(line.client.create_connection(&create(&entity, "no-such-bank")).await, Err(Error::Invalid));
    let twice = EntityCreate { external_entity_id: "acme".to_owned(), name: None, metadata: None };
    assert_eq!(line.client.create_entity(&twice).await, Err(Error::Conflict { retry_after: None }));
    let stale = ListConnections { cursor: Some("nonsense".to_owned()), ..Default::default() };
    assert_eq!(line.client.list_connections(&stale).await, Err(Error::Invalid));
    let stranger = client(&line.base, "way_test_no_key", TimeLimits::default());
    assert_eq!(stranger.get_connection(&id).await, Err(Error::Unauthorized));
    let limited = Host::with(json!({ "scopes": ["entities:read"] })).await;
    let limited = Line::of(limited).await;
    assert_eq!(limited.client.get_connection(&id).await, Err(Error::Forbidden));
    let busy = line.client.create_connection(&create(&entity, "sim-rate-limited")).await;
    let Err(Error::RateLimited { retry_after: Some(wait) }) = busy else { panic!("{busy:?}") };
    assert_eq!(wait.as_secs(), 30);
    let down = line.client.create_connection(&create(&entity, "sim-unavailable")).await;
    assert_eq!(down, Err(Error::Unknown(Unclear::Server(503))));
}

/// Counts what was tried against the simulator.
static CASES: AtomicUsize = AtomicUsize::new(0);

/// A read while requests fail like this.
async fn read(line: &Line, id: &ConnectionId, effect: &Value) -> Result<(), Error> {
    CASES.fetch_add(1, Ordering::Relaxed);
    line.fresh(effect).get_connection(id).await.map(drop)
}

/// Past the test runner, which keeps what a passing test prints to itself.
fn tell() {
    let line = format!("bad days of the simulator so far: {} cases\n", CASES.load(Ordering::Relaxed));
    std::io::stderr().write_all(line.as_bytes()).expect("standard error is open");
}

#[tokio::test]
async fn every_fault_is_a_typed_result() {
    let line = Line::new().await;
    let id = line.connection(&line.entity().await, "sim-standard").await;
    let page = "<!doctype html><title>Sign in</title>";
    let table = [
        (json!({ "status": 500 }), Error::Server { status: 500, retry_after: None }),
        (json!({ "status": 502 }), Error::Server { status: 502, retry_after: None }),
        (json!({ "status": 503 }), Error::Server { status: 503, retry_after: None }),
        (json!({ "status": 504 }), Error::Server { status: 504, retry_after: None }),
        (json!({ "status": 302 }), Error::Nonsense(Nonsense::Redirect)),
        (json!({ "status": 418 }), Error::Nonsense(Nonsense::Status(418))),
        (json!({ "status": 200, "body": page }), Error::Nonsense(Nonsense::Body)),
        (json!({ "status": 200, "body": "x".repeat(2 * BODY_LIMIT) }), Error::Nonsense(Nonsense::TooLarge)),
        (json!({ "delayMs": 60_000 }), Error::Timeout),
        (json!({ "delayMs": 60_000, "applied": true }), Error::Timeout),
        (json!({ "reset": true }), Error::NoAnswer),
    ];
    for (effect, expected) in table {
        line.fail(json!({ "method": "GET" }), effect.clone()).await;
        assert_eq!(read(&line, &id, &effect).await, Err(expected), "{effect}");
        line.heal().await;
    }
    for wait in [
        json!(null),
        json!(0),
        json!(1),
        json!(2700),
        json!("soon"),
        json!("-1"),
        json!("Fri, 31 Dec 2100 23:59:59 GMT"),
    ] {
        let effect = if wait.is_null() {
            json!({ "status": 429 })
        } else {
            json!({ "status": 429, "retryAfter": wait })
        };
        line.fail(json!({ "method": "GET" }), effect.clone()).await;
        let result = read(&line, &id, &effect).await;
        assert!(matches!(result, Err(Error::RateLimited { .. })), "{wait}: {result:?}");
        line.heal().await;
    }
    tell();
}

#[tokio::test]
async fn an_answer_cut_at_any_byte_is_a_typed_result() {
    let line = Line::new().await;
    let id = line.connection(&line.entity().await, "sim-standard").await;
    let whole = line.host.get(&format!("/v1/connections/{id}")).await.text.len();
    for length in 0..whole {
        let effect = json!({ "truncate": length });
        line.fail(json!({ "method": "GET" }), effect.clone()).await;
        assert_eq!(
            read(&line, &id, &effect).await,
            Err(Error::Nonsense(Nonsense::BrokenOff)),
            "at {length} of {whole}"
        );
        line.heal().await;
    }
    assert_eq!(read(&line, &id, &json!({})).await, Ok(()));
    tell();
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_unknown_and_a_read_tells() {
    for (effect, why) in [
        (json!({ "delayMs": 60_000 }), Unclear::Timeout),
        (json!({ "reset": true }), Unclear::NoAnswer),
        (json!({ "status": 502 }), Unclear::Server(502)),
    ] {
        for applied in [true, false] {
            let line = Line::new().await;
            let mut effect = effect.clone();
            effect["applied"] = json!(applied);
            line.fail(json!({ "method": "POST" }), effect.clone()).await;
            let create = EntityCreate { external_entity_id: "acme".to_owned(), name: None, metadata: None };
            let result = line.fresh(&effect).create_entity(&create).await;
            assert_eq!(result, Err(Error::Unknown(why)), "{effect}");
            let found = line.client.list_entities("acme").await.expect("a page").data.len();
            assert_eq!(found, usize::from(applied), "{effect}");
            CASES.fetch_add(1, Ordering::Relaxed);
        }
    }
    tell();
}

#[tokio::test]
async fn a_hiccup_is_not_noticed() {
    let line = Line::new().await;
    let id = line.connection(&line.entity().await, "sim-standard").await;
    for effect in
        [json!({ "status": 503 }), json!({ "reset": true }), json!({ "status": 429, "retryAfter": 1 })]
    {
        let rule =
            json!({ "match": { "organizationId": line.host.organization_id }, "effect": effect, "times": 1 });
        line.host.control("POST", "faults", rule).await.json(201);
        line.client.get_connection(&id).await.expect("the second time");
    }
}
