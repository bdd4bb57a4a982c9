//! The finish form: what it requires, and what happens when it breaks off.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::host::TestHost;

async fn started(ana: &Browser<'_>) -> String {
    ana.start("sim-standard").await["id"].as_str().unwrap().to_owned()
}

fn filled(id: &str) -> [(&str, &str); 4] {
    [
        ("connection_id", id),
        ("password", " from the bank "),
        ("delegated_user_active", "on"),
        ("accept_terms", "on"),
    ]
}

/// What was done to the connection, in order.
async fn done_to(host: &TestHost, id: &str) -> Vec<String> {
    let prefix = format!("PUT /v1/connections/{id}/");
    let changes = host.waycore.changes().await;
    changes.iter().filter_map(|change| change.strip_prefix(&prefix)).map(str::to_owned).collect()
}

#[tokio::test]
async fn both_confirmations_are_required() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    for (missing, field) in
        [("delegated_user_active", "delegated_user_active"), ("accept_terms", "accept_terms")]
    {
        let mut form = filled(&id).to_vec();
        form.retain(|(name, _)| *name != missing);
        let answer = ana.post_api("submit_finish", &form).await;
        assert_eq!(answer.error(), (422, "invalid_input".to_owned()));
        assert_eq!(answer.json()["field"], field);
        assert!(!answer.body.contains("from the bank"));
    }
    assert_eq!(done_to(&host, &id).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_broke_off_is_sent_again_and_arrives_once_more_at_most() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    let path = format!("/v1/connections/{id}/setupCompletion");
    let fault = |effect: Value| json!({ "match": { "path": path }, "effect": effect, "times": 1 });
    host.waycore.fail(fault(json!({ "status": 502 }))).await;
    let failed = ana.post_api("submit_finish", &filled(&id)).await;
    assert_eq!(failed.error(), (503, "unavailable".to_owned()));
    let finished = ana.post_api("submit_finish", &filled(&id)).await.ok();
    assert_eq!(finished["connection"]["step"], "activation");
    assert_eq!(
        done_to(&host, &id).await,
        ["credentials", "setupCompletion", "credentials", "setupCompletion"]
    );
}

#[tokio::test]
async fn once_finished_the_form_changes_nothing() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    let form = filled(&id);
    let (one, two) = tokio::join!(ana.post_api("submit_finish", &form), ana.post_api("submit_finish", &form));
    assert_eq!(one.ok()["connection"]["step"], "activation");
    assert_eq!(two.ok()["connection"]["step"], "activation");
    host.waycore.wait_virtually(24 * 60 * 60).await;
    assert_eq!(ana.post_api("submit_finish", &form).await.ok()["connection"]["step"], "connected");
    assert_eq!(done_to(&host, &id).await, ["credentials", "setupCompletion"]);
}

#[tokio::test]
async fn a_password_comes_back_nowhere() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    let finished = ana.post_api("submit_finish", &filled(&id)).await;
    let listed = ana.post_api("list_connections", &[]).await;
    let page = ana.get(&format!("/connections/{id}/setup")).await;
    for answer in [finished, listed, page] {
        assert!(!answer.body.contains("from the bank"), "{answer:?}");
    }
}

#[tokio::test]
async fn details_that_arrive_late_are_shown_when_they_are_there() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let early = ana.start("sim-provisioning").await;
    assert_eq!(early["instructions"]["email"], Value::Null);
    host.waycore.wait_virtually(180).await;
    let late = ana.connection(early["id"].as_str().unwrap()).await.ok()["connection"].clone();
    assert!(late["instructions"]["email"].is_string(), "{late}");
    assert!(late["instructions"]["phoneNumber"].is_string(), "{late}");
    assert!(late["version"].as_i64() > early["version"].as_i64(), "{late}");
}

#[tokio::test]
async fn a_customer_who_is_asked_again_comes_back_to_the_setup() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    ana.post_api("confirm_user_created", &[("connection_id", &id)]).await.ok();
    ana.post_api("submit_finish", &filled(&id)).await.ok();
    host.waycore.wait_virtually(1).await;
    let asked = json!({
        "kind": "setup", "status": "draft", "actionRequiredBy": "endUser", "nextAction": "createDelegatedUser",
    });
    host.waycore.put_connection(&id, asked).await;
    let step = async || ana.connection(&id).await.ok()["connection"]["step"].clone();
    assert_eq!(step().await, "delegatedUser", "the earlier confirmation is no answer to this");
    ana.post_api("confirm_user_created", &[("connection_id", &id)]).await.ok();
    assert_eq!(step().await, "finishSetup");
}

#[tokio::test]
async fn both_missing_confirmations_are_said_above_and_beside_their_boxes() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    let form = [("connection_id", id.as_str()), ("display_name", "Standard Test Bank")];
    let page = ana.post_form("/api/submit_finish", &form).await;
    assert_eq!(page.status, 422);
    for missing in ["Confirm that the delegated user is active.", "Accept the terms of use"] {
        let text = crate::html::main_text(&page);
        assert_eq!(text.matches(missing).count(), 2, "{missing}: {text}");
    }
}
