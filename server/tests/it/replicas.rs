//! Several servers on one PostgreSQL, and many requests at once.

use futures_util::future::join_all;
use serde_json::Value;
use test_postgres::TestDatabase;

use crate::host::TestHost;
use crate::program::{Program, request};
use crate::served::{borrowed, manager, serve, settings};
use crate::simulated::SimulatedWaycore;
use crate::soak::sample_or_all;

const AT_ONCE: usize = 50;

/// In each round a new customer's first request comes fifty times at once: a double click, a second tab, a retry.
async fn first_requests_lead_to_one_connection(host: &TestHost) {
    for round in 0..sample_or_all(5, 100) {
        let org = format!("customer-{round}");
        let people = join_all((0..AT_ONCE).map(|_| host.signed_in_as("ana", &org))).await;
        let started = join_all(people.iter().map(|person| person.start("sim-standard"))).await;
        let ids: std::collections::BTreeSet<_> = started.iter().map(|row| row["id"].to_string()).collect();
        assert_eq!(ids.len(), 1, "round {round}: {ids:?}");
        assert_eq!(people[0].list().await.len(), 1, "round {round}");
        // What Waycore made is counted at Waycore, for this customer.
        let requests = host.waycore.requests().await;
        let made = |path: &str, name: &str, value: &Value| {
            let one = |request: &&Value| {
                request["path"] == path && request["status"] == 201 && request["body"][name] == *value
            };
            requests.iter().filter(one).count()
        };
        let external_id = Value::from(format!("host:{org}"));
        assert_eq!(made("/v1/entities", "externalEntityId", &external_id), 1, "round {round}");
        let create = |request: &&Value| request["path"] == "/v1/connections" && request["method"] == "POST";
        let entity = &requests.iter().rfind(create).expect("a connection was asked for")["body"]["entityId"];
        assert_eq!(made("/v1/connections", "entityId", entity), 1, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_first_requests_over_two_replicas_lead_to_one_entity_and_one_connection() {
    first_requests_lead_to_one_connection(&TestHost::start_replicas(2).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_first_requests_on_sqlite_lead_to_one_entity_and_one_connection() {
    first_requests_lead_to_one_connection(&TestHost::start_with_tokens().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_replica_did_the_other_knows() {
    let host = TestHost::start_replicas(2).await;
    // Each request goes to the other server than the one before.
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    assert_eq!(ana.list().await, std::slice::from_ref(&id));
    ana.post_api("confirm_user_created", &[("connection_id", &id)]).await.ok();
    assert_eq!(ana.connection(&id).await.ok()["connection"]["step"], "finishSetup");
    let finish = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    ana.post_api("submit_finish", &finish).await.ok();
    assert_eq!(ana.connection(&id).await.ok()["connection"]["step"], "activation");
    host.waycore.wait_virtually(60).await;
    assert_eq!(ana.connection(&id).await.ok()["connection"]["label"], "Connected");
    let removal = [("connection_id", id.as_str()), ("confirmation", "Standard Test Bank")];
    ana.post_api("remove_connection", &removal).await.ok();
    assert_eq!(ana.connection(&id).await.error(), (404, "not_found".to_owned()));
    assert_eq!(ana.connection(&id).await.error(), (404, "not_found".to_owned()));
    assert!(ana.list().await.is_empty());
}

/// Two processes, as they run in production, started at once on an empty database.
#[tokio::test(flavor = "multi_thread")]
async fn two_servers_share_one_postgresql() {
    let (waycore, folder) = (SimulatedWaycore::start().await, tempfile::tempdir().expect("a folder"));
    let mut settings = settings(&waycore, folder.path());
    settings.retain(|(name, _)| *name != "CONNECT_DATABASE_URL");
    settings.push(("CONNECT_DATABASE_URL", TestDatabase::new().await.url()));
    let start = || {
        let settings = settings.clone();
        tokio::task::spawn_blocking(move || serve(&settings))
    };
    let (first, second) = tokio::join!(start(), start());
    let ((first, one), (second, other)) = (first.expect("it starts"), second.expect("it starts"));
    let call = |server: &str, name: &str, form: &[(&str, &str)]| {
        request(&format!("{server}/api/{name}"), &manager(), Some(form)).ok()
    };
    let bank = [("institution_id", "sim-standard")];
    let started = call(&one, "start_connection", &bank);
    let id = started["connection"]["id"].as_str().expect("an id");
    assert_eq!(call(&other, "start_connection", &bank)["connection"]["id"], id);
    call(&other, "confirm_user_created", &[("connection_id", id)]);
    assert_eq!(call(&one, "get_connection", &[("connection_id", id)])["connection"]["step"], "finishSetup");
    // One of them is replaced by another.
    assert!(first.end("TERM").success());
    let (third, third_address) = serve(&settings);
    let finish = [("connection_id", id), ("delegated_user_active", "on"), ("accept_terms", "on")];
    assert_eq!(call(&third_address, "submit_finish", &finish)["connection"]["step"], "activation");
    assert_eq!(call(&other, "get_connection", &[("connection_id", id)])["connection"]["step"], "activation");
    let creates = waycore.changes().await.into_iter().filter(|change| change == "POST /v1/connections");
    assert_eq!(creates.count(), 2, "the second was answered with the connection that exists");
    assert!(second.end("TERM").success() && third.end("TERM").success());
    let verified = Program::finished(&["audit", "verify"], &borrowed(&settings));
    assert!(verified.success, "both wrote one chain: {verified:?}");
}
