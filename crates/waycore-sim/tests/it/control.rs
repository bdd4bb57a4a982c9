//! Overrides, clocks and resets.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Host, column, simulator};

#[rstest]
#[case(json!({ "kind": "ready", "status": "active" }), "ready/active/idle")]
#[case(json!({ "kind": "ready", "status": "active", "syncStatus": "syncing" }), "ready/active/syncing")]
#[case(json!({ "kind": "ready", "status": "reauthRequired" }), "ready/reauthRequired/idle")]
#[case(json!({ "kind": "ready", "status": "invalidConfig" }), "ready/invalidConfig/idle")]
#[case(json!({ "kind": "setup", "status": "active" }), "setup/active")]
#[case(json!({ "status": "pendingActivation" }), "setup/pendingActivation")]
#[case(json!({ "kind": "ready", "status": "hibernating", "syncStatus": "dreaming" }), "ready/hibernating/dreaming")]
#[case(json!({ "kind": "archived" }), "archived/draft")]
#[tokio::test]
async fn a_connection_can_be_put_into_any_state(#[case] fields: Value, #[case] expected: &str) {
    let host = Host::new().await;
    let connection = host.new_connection("sim-instant").await;
    let answered = host.overrule(&connection, fields).await;
    assert_eq!(answered, host.read(&connection).await);
    assert_eq!(host.state(&connection).await, expected);
    host.advance(86_400.0).await;
    assert_eq!(host.state(&connection).await, expected, "the life cycle is overridden");
}

#[tokio::test]
async fn errors_and_instructions_can_be_put_in() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    let fields =
        json!({ "instructions": { "email": null, "username": "other", "emailProvisioningStatus": "odd" } });
    let draft = host.overrule(&connection, fields).await;
    let instructions = &draft["setup"]["instructions"];
    assert_eq!(instructions["email"], Value::Null);
    assert_eq!(
        (&instructions["username"], &instructions["emailProvisioningStatus"]),
        (&json!("other"), &json!("odd"))
    );
    assert_eq!(instructions["firstName"], "Waycore", "what is not named stays");

    let fields =
        json!({ "kind": "ready", "status": "errored", "errorCode": "bank_down", "errorMessage": "Later." });
    let errored = host.overrule(&connection, fields).await;
    assert_eq!((&errored["errorCode"], &errored["errorMessage"]), (&json!("bank_down"), &json!("Later.")));
}

#[tokio::test]
async fn a_customer_who_is_asked_again_can_finish_again() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    host.complete(&connection).await.json(200);
    host.advance(5.0).await;
    let asked = json!({ "kind": "setup", "status": "draft", "actionRequiredBy": "endUser", "nextAction": "provideCredentials" });
    let asked = host.overrule(&connection, asked).await;
    assert_eq!(asked["setup"]["nextAction"], "provideCredentials");
    host.advance(60.0).await;
    assert_eq!(host.state(&connection).await, "setup/draft");

    let again = host.complete(&connection).await.json(200);
    assert_eq!(
        (&again["status"], &again["setup"]["nextAction"]),
        (&json!("pendingActivation"), &json!("activateConnection"))
    );
    host.advance(20.0).await;
    assert_eq!(host.state(&connection).await, "ready/active/syncing");
}

#[tokio::test]
async fn a_stopped_connection_does_not_change_under_its_reader() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    host.complete(&connection).await.json(200);
    let paused = host.overrule(&connection, json!({ "kind": "ready", "status": "paused" })).await;
    host.advance(60.0).await;
    assert_eq!(host.read(&connection).await, paused, "neither updatedAt nor lastSyncedAt moves");
}

#[tokio::test]
async fn an_override_can_be_taken_back() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    host.complete(&connection).await.json(200);
    host.overrule(&connection, json!({ "status": "paused" })).await;
    host.advance(60.0).await;
    assert_eq!(host.state(&connection).await, "setup/paused");
    host.overrule(&connection, json!({ "status": null })).await;
    assert_eq!(host.state(&connection).await, "ready/active/idle", "the life cycle went on meanwhile");
}

#[tokio::test]
async fn an_override_that_makes_no_sense_changes_nothing() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    let before = host.read(&connection).await;
    let path = format!("connections/{connection}");
    for wrong in [
        json!({ "statsu": "active" }),
        json!({ "status": 5 }),
        json!({ "status": "active", "instructions": { "shoeSize": "44" } }),
        json!({ "status": "active", "instructions": { "email": 44 } }),
    ] {
        host.control("POST", &path, wrong).await.refused(400, "invalid_request");
    }
    host.control("POST", "connections/conn_none", json!({ "status": "active" }))
        .await
        .refused(404, "not_found");
    assert_eq!(host.read(&connection).await, before);
}

#[tokio::test]
async fn each_organization_has_a_clock_of_its_own() {
    let simulator = simulator(None);
    let (acme, globex) = (Host::of(simulator.clone()).await, Host::of(simulator).await);
    let (one, other) = (acme.new_connection("sim-instant").await, globex.new_connection("sim-instant").await);
    acme.complete(&one).await.json(200);
    globex.complete(&other).await.json(200);
    acme.advance(3.0).await;
    assert_eq!(acme.state(&one).await, "ready/active/syncing");
    assert_eq!(globex.state(&other).await, "setup/pendingActivation");
    acme.control("POST", "clock", json!({ "advanceSeconds": 3 })).await.json(200);
    assert_eq!(globex.state(&other).await, "ready/active/syncing", "without an id, all clocks are set");
}

#[tokio::test]
async fn a_clock_is_read_and_its_speed_is_set() {
    let host = Host::new().await;
    let path = format!("clock?organizationId={}", host.organization_id);
    let clock = async || host.control("GET", &path, json!({})).await.json(200);
    let before = clock().await;
    assert_eq!(before["speed"], 0.0);
    assert_eq!(clock().await, before, "it stands still");
    host.advance(0.5).await;
    let millis = |clock: &Value| {
        waycore::wire::DateTime::parse(clock["now"].as_str().expect("a text"))
            .expect("a date-time")
            .as_millis()
    };
    assert_eq!(millis(&clock().await) - millis(&before), 500);
    host.control("POST", "clock", json!({ "organizationId": host.organization_id, "speed": 1 }))
        .await
        .json(200);
    assert_eq!(clock().await["speed"], 1.0);
    let all = host.control("GET", "clock", json!({})).await.json(200);
    assert_eq!(column(&all, "organizationId"), std::slice::from_ref(&host.organization_id));
}

#[rstest]
#[case(json!({}), 400)]
#[case(json!({ "advanceSeconds": -1 }), 400)]
#[case(json!({ "speed": -1 }), 400)]
#[case(json!({ "speed": "fast" }), 400)]
#[case(json!({ "advance": 5 }), 400)]
#[case(json!({ "organizationId": "org_none", "advanceSeconds": 1 }), 404)]
#[tokio::test]
async fn a_clock_takes_no_nonsense(#[case] body: Value, #[case] status: u16) {
    let host = Host::new().await;
    assert_eq!(host.control("POST", "clock", body).await.status, status);
}

#[tokio::test]
async fn a_reset_clears_one_organization_and_leaves_its_keys() {
    let simulator = simulator(None);
    let (acme, globex) = (Host::of(simulator.clone()).await, Host::of(simulator).await);
    let gone = acme.new_connection("sim-standard").await;
    let stays = globex.new_connection("sim-standard").await;
    let fault = |host: &Host| json!({ "match": { "organizationId": host.organization_id }, "effect": { "status": 500 } });
    acme.control("POST", "faults", fault(&acme)).await.json(201);

    acme.control("POST", "reset", json!({ "organizationId": acme.organization_id })).await.json(200);
    assert_eq!(acme.journal("").await, Vec::<Value>::new());
    acme.get(&format!("/v1/connections/{gone}")).await.refused(404, "not_found");
    assert_eq!(acme.get("/v1/entities?externalEntityId=acme").await.json(200)["data"], json!([]));
    assert_eq!(globex.state(&stays).await, "setup/draft");
    assert_ne!(acme.new_connection("sim-standard").await, gone, "no id comes back");

    acme.control("POST", "reset", json!({})).await.json(200);
    globex.get(&format!("/v1/connections/{stays}")).await.refused(404, "not_found");
    acme.control("POST", "reset", json!({ "organizationId": "org_none" })).await.refused(404, "not_found");
}

#[tokio::test]
async fn organizations_are_listed_and_the_demos_is_made_once() {
    let host = Host::new().await;
    let keys = host.simulator.ensure_organization("demo");
    assert_eq!(host.simulator.ensure_organization("demo"), keys);
    let listed = host.control("GET", "organizations", json!({})).await.json(200);
    assert_eq!(column(&listed, "organizationId"), ["demo".to_owned(), host.organization_id.clone()]);
    assert_eq!(column(&listed, "apiKey"), [keys.api_key.clone(), host.key.clone()]);
    assert!(keys.webhook_secret.starts_with("whsec_"));
    assert!(!format!("{keys:?}").contains(&keys.api_key), "keys do not reach a log by accident");
}

#[tokio::test]
async fn the_root_says_what_this_is() {
    let host = Host::new().await;
    let home = crate::support::call(&host.router, "GET", "/", None, None).await;
    assert_eq!(home.status, 200);
    assert!(home.text.contains("Waycore simulator") && home.text.contains("/v1/connections"));
}
