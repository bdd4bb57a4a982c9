//! Syncs that are asked for, and connections that are removed.

use rstest::rstest;
use serde_json::json;

use crate::support::Host;

#[tokio::test]
async fn a_sync_runs_ends_and_rests_for_45_minutes() {
    let host = Host::new().await;
    let connection = host.active("sim-standard").await;
    let queued = host.sync(&connection).await.json(202);
    assert_eq!((&queued["id"], &queued["syncStatus"]), (&json!(connection), &json!("syncing")));
    host.sync(&connection).await.refused(409, "conflict");
    host.advance(2.0).await;
    assert_eq!(host.state(&connection).await, "ready/active/idle");
    let synced = host.read(&connection).await;
    assert_ne!(synced["lastSyncedAt"], queued["lastSyncedAt"]);

    let refusal = host.sync(&connection).await;
    refusal.refused(429, "rate_limited");
    assert_eq!(refusal.headers["retry-after"], (45 * 60 - 2).to_string().as_str());
    host.advance(45.0 * 60.0 - 2.5).await;
    assert_eq!(host.sync(&connection).await.headers["retry-after"], "1");
    host.advance(0.5).await;
    host.sync(&connection).await.json(202);
}

#[tokio::test]
async fn the_wait_is_told_in_real_seconds() {
    let host = Host::new().await;
    let connection = host.active("sim-standard").await;
    host.sync(&connection).await.json(202);
    host.advance(2.0).await;
    let fast = json!({ "organizationId": host.organization_id, "speed": 100 });
    host.control("POST", "clock", fast).await.json(200);
    let refusal = host.sync(&connection).await;
    refusal.refused(429, "rate_limited");
    let seconds: u64 = refusal.headers["retry-after"].to_str().expect("text").parse().expect("a number");
    assert!((20..=27).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn an_organization_may_have_its_cooldown_as_a_conflict() {
    let host = Host::with(json!({ "cooldownStatus": 409 })).await;
    let connection = host.active("sim-standard").await;
    host.sync(&connection).await.json(202);
    host.advance(2.0).await;
    let refusal = host.sync(&connection).await;
    refusal.refused(409, "conflict");
    assert_eq!(refusal.headers["retry-after"], (45 * 60 - 2).to_string().as_str());
}

#[rstest]
#[case(json!({ "kind": "setup", "status": "active" }), 409)]
#[case(json!({ "kind": "ready", "status": "paused" }), 409)]
#[case(json!({ "kind": "ready", "status": "revoked" }), 409)]
#[case(json!({ "kind": "ready", "status": "active", "syncStatus": "syncing" }), 409)]
#[case(json!({ "kind": "ready", "status": "active" }), 202)]
#[tokio::test]
async fn only_an_active_connection_syncs(#[case] state: serde_json::Value, #[case] status: u16) {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    host.sync(&connection).await.refused(409, "conflict");
    host.overrule(&connection, state).await;
    assert_eq!(host.sync(&connection).await.status, status);
}

#[tokio::test]
async fn a_removed_connection_is_gone_with_all_that_it_knew() {
    let host = Host::new().await;
    let connection = host.active("sim-standard").await;
    let account = host.all("/v1/accounts").await[0]["id"].as_str().expect("an id").to_owned();
    let transaction = host.all("/v1/transactions").await[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/connections/{connection}");
    let removed = host.delete(&path).await;
    assert_eq!((removed.status.as_u16(), removed.text.as_str()), (204, ""));
    for path in [path.clone(), format!("/v1/accounts/{account}"), format!("/v1/transactions/{transaction}")] {
        host.get(&path).await.refused(404, "not_found");
    }
    for list in ["/v1/connections", "/v1/accounts", "/v1/balances", "/v1/transactions"] {
        assert_eq!(host.all(list).await, Vec::<serde_json::Value>::new(), "{list}");
    }
    host.delete(&path).await.refused(404, "not_found");
    host.sync(&connection).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_connection_that_the_api_has_no_words_for_cannot_be_removed() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    host.overrule(&connection, json!({ "kind": "archived" })).await;
    host.delete(&format!("/v1/connections/{connection}")).await.refused(409, "conflict");
    host.read(&connection).await;
}
