//! A customer's way to a connected bank, without a browser.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::host::TestHost;

#[tokio::test]
async fn a_customer_connects_a_bank() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let started = ana.post_api("start_connection", &[("institution_id", "sim-standard")]).await.ok();
    assert_eq!(started["existing"], false);
    let connection = &started["connection"];
    assert_eq!(connection["step"], "delegatedUser");
    assert!(connection["instructions"]["username"].is_string(), "{connection}");
    let id = connection["id"].as_str().unwrap();
    let confirmed = ana.post_api("confirm_user_created", &[("connection_id", id)]).await.ok();
    assert_eq!(confirmed["connection"]["step"], "finishSetup");
    let form = [("connection_id", id), ("delegated_user_active", "on"), ("accept_terms", "true")];
    let finished = ana.post_api("submit_finish", &form).await.ok();
    assert_eq!(finished["connection"]["step"], "activation");
    host.waycore.wait_virtually(24 * 60 * 60).await;
    let connected = ana.connection(id).await.ok();
    assert_eq!(connected["connection"]["step"], "connected");
    assert_eq!(connected["connection"]["label"], "Connected");
    assert_eq!(
        host.waycore.changes().await,
        ["POST /v1/entities", "POST /v1/connections", &format!("PUT /v1/connections/{id}/setupCompletion")],
        "nothing was filled in, so no credentials were sent"
    );
}

fn names(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap_or_else(|| panic!("{object} is no object")).keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_connection_has_exactly_the_names_of_the_contract() {
    const ALWAYS: [&str; 15] = [
        "id",
        "displayName",
        "institutionId",
        "portalUrl",
        "kind",
        "status",
        "syncStatus",
        "label",
        "step",
        "actionRequiredBy",
        "nextAction",
        "lastSyncedAt",
        "createdAt",
        "updatedAt",
        "version",
    ];
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let started = ana.start("sim-standard").await;
    let expected: BTreeSet<_> = ALWAYS.into_iter().chain(["instructions", "credentialsPresent"]).collect();
    assert_eq!(names(&started), expected);
    let issued = ["firstName", "lastName", "address", "username", "email", "phoneNumber"];
    assert_eq!(names(&started["instructions"]), BTreeSet::from(issued));
    let id = started["id"].as_str().unwrap();
    for (state, more) in [
        (json!({ "kind": "setup", "status": "draft" }), &["instructions", "credentialsPresent"][..]),
        (json!({ "kind": "setup", "status": "pendingActivation" }), &["credentialsPresent"]),
        (json!({ "kind": "setup", "status": "errored" }), &["instructions", "credentialsPresent"]),
        (json!({ "kind": "setup", "status": "paused" }), &["instructions", "credentialsPresent"]),
        (json!({ "kind": "ready", "status": "active", "syncStatus": "idle" }), &[]),
        (json!({ "kind": "ready", "status": "errored", "errorCode": "bank_said_no" }), &["errorCode"]),
        // What was reported stays reported, whatever the status is called.
        (json!({ "kind": "ready", "status": "hibernating" }), &["errorCode"]),
        (json!({ "kind": "ready", "status": "active" }), &["errorCode"]),
    ] {
        host.waycore.put_connection(id, state.clone()).await;
        let expected: BTreeSet<_> = ALWAYS.iter().chain(more).copied().collect();
        let read = ana.connection(id).await.ok();
        assert_eq!(names(&read["connection"]), expected, "{state}");
        let listed = ana.post_api("list_connections", &[]).await.ok();
        assert_eq!(names(&listed["connections"][0]), expected, "{state}");
    }
}

#[tokio::test]
async fn two_first_requests_at_once_make_one_entity_and_one_connection() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let eve = host.signed_in_as("eve", "acme").await;
    let (one, two) = tokio::join!(ana.start("sim-standard"), eve.start("sim-standard"));
    assert_eq!(one["id"], two["id"]);
    assert_eq!(ana.list().await, [one["id"].as_str().unwrap()]);
    let entities =
        host.waycore.changes().await.into_iter().filter(|change| change == "POST /v1/entities").count();
    assert_eq!(entities, 1);
}

#[tokio::test]
async fn what_waycore_could_not_do_can_be_tried_again() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    host.waycore.fail(json!({ "match": { "method": "POST", "path": "/v1/connections" }, "effect": { "status": 500 }, "times": 1 }))
        .await;
    let bank = [("institution_id", "sim-standard")];
    let failed = ana.post_api("start_connection", &bank).await;
    assert_eq!(failed.error(), (503, "unavailable".to_owned()));
    assert_eq!(ana.list().await, Vec::<String>::new());
    ana.start("sim-standard").await;
    assert_eq!(ana.list().await.len(), 1);
}

#[tokio::test]
async fn a_session_that_ends_at_the_bank_leads_back_to_the_same_step() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let form = [("connection_id", id.as_str()), ("password", "what the bank issued"), ("accept_terms", "on")];
    let answer = host.signed_out().post_form("/api/submit_finish", &form).await;
    assert_eq!(answer.status, 303);
    let step = app::paths::encode(&format!("/connections/{id}/setup?step=finish"));
    assert_eq!(answer.header("location"), Some(&*format!("/demo/sign-in?return_to={step}")));
    let cookie = answer.header("set-cookie").expect("a message for the page").to_owned();
    assert!(!cookie.contains("issued"), "{cookie}");
    let message = cookie.split(';').next().expect("a cookie").to_owned();
    let back = ana.with_cookie(&message).get(&format!("/connections/{id}/setup?step=finish")).await;
    assert!(back.body.contains("What your bank issued has to be typed again"), "{}", back.body);
    assert!(host.waycore.changes().await.iter().all(|change| !change.contains("credentials")));
}

#[tokio::test]
async fn an_activation_counts_from_the_handing_over_here() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    ana.post_api("submit_finish", &form).await.ok();
    // At Waycore it changes hours later, by Waycore's clock, which is none of ours.
    host.waycore.wait_virtually(6 * 60 * 60).await;
    host.waycore.put_connection(&id, json!({ "kind": "setup", "status": "pendingActivation" })).await;
    let page = ana.get(&format!("/connections/{id}/setup")).await;
    let (_, due) = page.body.split_once("hidden data-due=\"").expect("a notice for later");
    let (due, notice) = due.split_once('"').expect("seconds");
    assert!((86_300..=86_400).contains(&due.parse::<u32>().expect("a number")), "{due}");
    assert!(notice.contains("It has been more than a day") && notice.contains("Support code"), "{notice}");
    let (_, handed_over) = page.body.split_once("Handed over").expect("since when");
    let (_, age) = handed_over.split_once("data-age=\"").expect("how long ago");
    let (age, _) = age.split_once('"').expect("seconds");
    assert!((0..=100).contains(&age.parse::<u32>().expect("a number")), "{age}: it is not six hours");
}
