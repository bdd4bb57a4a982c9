//! From the first draft to the first sync, by the virtual clock.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::Host;

#[rstest]
#[case("sim-instant", 3.0)]
#[case("sim-standard", 20.0)]
#[case("sim-portals", 20.0)]
#[tokio::test]
async fn a_connection_goes_from_draft_to_active(#[case] institution: &str, #[case] activation: f64) {
    let host = Host::new().await;
    let connection = host.new_connection(institution).await;
    assert_eq!(host.state(&connection).await, "setup/draft");
    host.advance(86_400.0).await;
    assert_eq!(host.state(&connection).await, "setup/draft", "a draft waits for the customer");

    let completed = host.complete(&connection).await.json(200);
    assert_eq!(completed["status"], "pendingActivation");
    assert_eq!(completed["setup"]["actionRequiredBy"], "waycore");
    assert_eq!(completed["setup"]["nextAction"], "activateConnection");
    host.advance(activation - 0.001).await;
    assert_eq!(host.state(&connection).await, "setup/pendingActivation");
    host.advance(0.001).await;
    assert_eq!(host.state(&connection).await, "ready/active/syncing");
    assert_eq!(host.read(&connection).await["lastSyncedAt"], Value::Null);
    host.advance(2.0).await;
    assert_eq!(host.state(&connection).await, "ready/active/idle");
    let ready = host.read(&connection).await;
    assert_eq!(ready["lastSyncedAt"], ready["updatedAt"]);
}

#[tokio::test]
async fn a_draft_says_what_the_customer_has_to_do() {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    let body = json!({ "entityId": entity, "institutionId": "sim-standard" });
    let created = host.post("/v1/connections", body).await.json(201);
    assert_eq!(created["institutionName"], "Standard Test Bank");
    let setup = &created["setup"];
    assert_eq!(setup["status"], "awaitingDelegatedUserCreation");
    assert_eq!(
        (&setup["actionRequiredBy"], &setup["nextAction"]),
        (&json!("endUser"), &json!("createDelegatedUser"))
    );
    assert_eq!(setup["credentialsPresent"], false);
    for field in ["firstName", "lastName", "address", "email", "username", "phoneNumber"] {
        assert!(
            setup["instructions"][field].as_str().is_some_and(|text| !text.is_empty()),
            "{field}: {setup}"
        );
    }
}

#[tokio::test]
async fn each_connection_has_a_delegated_user_of_its_own() {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    let one = host.connection(&entity, "sim-standard").await;
    let other = host.connection(&entity, "sim-instant").await;
    let user = async |id: &str| host.read(id).await["setup"]["instructions"].clone();
    assert_eq!(user(&one).await, user(&one).await);
    assert_ne!(user(&one).await["username"], user(&other).await["username"]);
    assert_ne!(user(&one).await["email"], user(&other).await["email"]);
}

#[tokio::test]
async fn email_and_phone_arrive_after_two_minutes() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-provisioning").await;
    let arrived = async || {
        let instructions = host.read(&connection).await["setup"]["instructions"].clone();
        assert!(instructions["username"].is_string(), "the rest is there at once: {instructions}");
        let pair = |value: &str, status: &str| {
            let pending = instructions[status] == "pending";
            assert_eq!(instructions[value].is_null(), pending, "{instructions}");
            !pending
        };
        pair("email", "emailProvisioningStatus") && pair("phoneNumber", "phoneNumberProvisioningStatus")
    };
    let before = host.read(&connection).await["updatedAt"].clone();
    host.advance(119.999).await;
    assert!(!arrived().await);
    host.advance(0.001).await;
    assert!(arrived().await);
    assert_ne!(host.read(&connection).await["updatedAt"], before, "the arrival is a change");
}

#[tokio::test]
async fn credentials_are_taken_and_never_shown() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    let path = format!("/v1/connections/{connection}/credentials");
    let before = host.read(&connection).await;
    let nothing = host.put(&path, json!({ "bankUsername": null })).await.json(200);
    assert_eq!(nothing, before, "null hands nothing over");

    let answer = host.put(&path, json!({ "password": "correct horse", "bankUsername": "wc-1" })).await;
    assert!(!answer.text.contains("correct horse") && !answer.text.contains("wc-1"), "{}", answer.text);
    let after = answer.json(200);
    assert_eq!(after["setup"]["credentialsPresent"], true);
    assert_eq!(after["status"], "draft");
    assert_ne!(after["updatedAt"], before["updatedAt"]);
    host.put(&path, json!({ "password": "" })).await.refused(400, "invalid_request");
    host.put(&path, json!({ "password": 5 })).await.refused(400, "invalid_request");
}

#[tokio::test]
async fn credentials_can_be_repaired_but_not_given_to_a_healthy_connection() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-instant").await;
    let path = format!("/v1/connections/{connection}/credentials");
    host.complete(&connection).await.json(200);
    host.advance(10.0).await;
    host.put(&path, json!({ "password": "new" })).await.refused(409, "conflict");
    host.overrule(&connection, json!({ "status": "reauthRequired" })).await;
    host.put(&path, json!({ "password": "new" })).await.json(200);
}

#[tokio::test]
async fn completing_the_setup_twice_starts_activation_once() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    host.complete(&connection).await.json(200);
    host.advance(10.0).await;
    host.complete(&connection).await.json(200);
    host.advance(10.0).await;
    assert_eq!(host.state(&connection).await, "ready/active/syncing");
    host.complete(&connection).await.refused(409, "conflict");
}

#[tokio::test]
async fn updated_at_grows_with_every_change_while_the_clock_stands_still() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    let mut seen = vec![host.read(&connection).await["updatedAt"].clone()];
    host.put(&format!("/v1/connections/{connection}/credentials"), json!({ "password": "x" }))
        .await
        .json(200);
    seen.push(host.read(&connection).await["updatedAt"].clone());
    seen.push(host.complete(&connection).await.json(200)["updatedAt"].clone());
    let asked_again = json!({ "kind": "setup", "status": "draft", "nextAction": "provideCredentials" });
    seen.push(host.overrule(&connection, asked_again).await["updatedAt"].clone());
    let millis: Vec<i64> = seen
        .iter()
        .map(|at| {
            waycore::wire::DateTime::parse(at.as_str().expect("a text")).expect("a date-time").as_millis()
        })
        .collect();
    assert!(millis.is_sorted_by(|one, next| one < next), "{seen:?}");
}
