//! The banks with a behaviour of their own.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Host, id};

#[rstest]
#[case("sim-reauth", "ready/reauthRequired/idle", true)]
#[case("sim-errored", "ready/errored/idle", true)]
#[case("sim-invalid-config", "ready/invalidConfig/idle", true)]
#[case("sim-paused", "ready/paused/idle", false)]
#[case("sim-revoked", "ready/revoked/idle", true)]
#[case("sim-unknown-status", "ready/underReview/idle", false)]
#[tokio::test]
async fn a_trouble_comes_after_activation(
    #[case] institution: &str,
    #[case] expected: &str,
    #[case] has_error: bool,
) {
    let host = Host::new().await;
    let connection = host.new_connection(institution).await;
    host.complete(&connection).await.json(200);
    host.advance(22.0).await;
    assert_eq!(host.state(&connection).await, "ready/active/idle");
    host.advance(5.0).await;
    assert_eq!(host.state(&connection).await, expected);
    let troubled = host.read(&connection).await;
    assert_eq!(troubled["errorCode"].is_string(), has_error, "{troubled}");
    host.advance(30.0 * 86_400.0).await;
    assert_eq!(host.read(&connection).await, troubled, "nothing mends it but the control API");
}

#[tokio::test]
async fn a_slow_bank_takes_six_hours() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-slow").await;
    host.complete(&connection).await.json(200);
    host.advance(6.0 * 3_600.0 - 1.0).await;
    assert_eq!(host.state(&connection).await, "setup/pendingActivation");
    host.advance(1.0).await;
    assert_eq!(host.state(&connection).await, "ready/active/syncing");
}

#[rstest]
#[case("sim-existing", "setup/draft")]
#[case("sim-ready", "ready/active/idle")]
#[tokio::test]
async fn a_create_returns_what_was_there(#[case] institution: &str, #[case] expected: &str) {
    let host = Host::new().await;
    let create = json!({ "entityId": host.entity("acme").await, "institutionId": institution });
    let first = host.post("/v1/connections", create.clone()).await.json(200);
    assert_eq!(host.state(&id(&first)).await, expected);
    assert_eq!(host.post("/v1/connections", create).await.json(200), first, "and the same one again");
}

#[tokio::test]
async fn a_rate_limited_bank_is_to_be_had_after_the_wait() {
    let host = Host::new().await;
    let create = json!({ "entityId": host.entity("acme").await, "institutionId": "sim-rate-limited" });
    let refusal = host.post("/v1/connections", create.clone()).await;
    refusal.refused(429, "rate_limited");
    assert_eq!(refusal.headers["retry-after"], "30");
    host.advance(29.5).await;
    let refusal = host.post("/v1/connections", create.clone()).await;
    refusal.refused(429, "rate_limited");
    assert_eq!(refusal.headers["retry-after"], "1");
    host.advance(0.5).await;
    host.post("/v1/connections", create).await.json(201);
}

#[tokio::test]
async fn a_wait_is_told_in_real_seconds() {
    let host = Host::new().await;
    let create = json!({ "entityId": host.entity("acme").await, "institutionId": "sim-rate-limited" });
    let sixty = json!({ "organizationId": host.organization_id, "speed": 10 });
    host.control("POST", "clock", sixty).await.json(200);
    let refusal = host.post("/v1/connections", create).await;
    refusal.refused(429, "rate_limited");
    assert_eq!(refusal.headers["retry-after"], "3", "thirty virtual seconds at ten times the speed");
}

#[tokio::test]
async fn an_unavailable_bank_cannot_be_connected_and_leaves_nothing_behind() {
    let host = Host::new().await;
    let create = json!({ "entityId": host.entity("acme").await, "institutionId": "sim-unavailable" });
    for _ in 0..2 {
        host.post("/v1/connections", create.clone()).await.refused(503, "server_error");
    }
    assert_eq!(host.get("/v1/connections").await.json(200)["data"], json!([]));
}

#[tokio::test]
async fn a_strict_bank_refuses_a_user_that_was_never_created() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-strict").await;
    host.complete(&connection).await.json(200);
    host.advance(19.0).await;
    assert_eq!(host.state(&connection).await, "setup/pendingActivation");
    host.advance(1.0).await;
    assert_eq!(host.state(&connection).await, "setup/errored");
}

#[tokio::test]
async fn every_sentinel_is_found_first_by_its_id() {
    let host = Host::new().await;
    let ids = [
        "sim-instant",
        "sim-standard",
        "sim-slow",
        "sim-provisioning",
        "sim-portals",
        "sim-existing",
        "sim-ready",
        "sim-reauth",
        "sim-errored",
        "sim-invalid-config",
        "sim-paused",
        "sim-revoked",
        "sim-unknown-status",
        "sim-strict",
        "sim-rate-limited",
        "sim-unavailable",
    ];
    for sentinel in ids {
        let found = host.get(&format!("/v1/institutions?query={sentinel}")).await.json(200);
        assert_eq!(found["data"][0]["institutionId"], Value::from(sentinel));
    }
}

#[tokio::test]
async fn the_portals_of_one_bank_stand_apart_and_of_others_they_do_not() {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    let create = async |institution: &str, portal: &str| {
        let body = json!({ "entityId": entity, "institutionId": institution, "portalUrl": portal });
        host.post("/v1/connections", body).await
    };
    let bank = host.get("/v1/institutions/sim-portals").await.json(200);
    let (one, other) =
        (bank["canonicalPortalUrl"].as_str().unwrap(), bank["additionalPortalUrls"][0].as_str().unwrap());
    let first = id(&create("sim-portals", one).await.json(201));
    assert_eq!(id(&create("sim-portals", one).await.json(200)), first);
    assert_ne!(id(&create("sim-portals", other).await.json(201)), first);
    // Of the catalog's other banks with several, one is enough.
    let several = host.all("/v1/institutions").await;
    let bank = several
        .iter()
        .find(|bank| bank["institutionId"] != "sim-portals" && bank["additionalPortalUrls"][0].is_string());
    let bank = bank.unwrap();
    let (name, one, other) =
        (&bank["institutionId"], &bank["canonicalPortalUrl"], &bank["additionalPortalUrls"][0]);
    let [name, one, other] = [name, one, other].map(|value| value.as_str().unwrap());
    let first = id(&create(name, one).await.json(201));
    assert_eq!(id(&create(name, other).await.json(200)), first);
}
