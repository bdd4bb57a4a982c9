//! What a customer is told when Waycore refuses, fails or speaks nonsense.

use serde_json::{Value, json};

use crate::host::TestHost;

/// One read that Waycore answers like this, however often it is tried, and one that goes well.
async fn check(effect: Value, status: u16, code: &str) {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/connections/{id}");
    host.waycore.fail(json!({ "match": { "method": "GET", "path": path }, "effect": effect })).await;
    let answer = ana.connection(&id).await;
    assert_eq!(answer.error(), (status, code.to_owned()), "{effect}");
    assert!(!answer.body.contains("upstream text"), "{answer:?}");
    host.waycore.heal().await;
    ana.connection(&id).await.ok();
}

#[tokio::test]
async fn each_status_of_waycores_is_said_in_our_words() {
    let with_body = |status: u16| json!({ "status": status, "body": { "message": "upstream text" } });
    check(with_body(401), 503, "misconfigured").await;
    check(with_body(403), 503, "misconfigured").await;
    check(with_body(404), 404, "not_found").await;
    check(with_body(409), 409, "conflict").await;
    check(with_body(500), 503, "unavailable").await;
    check(with_body(503), 503, "unavailable").await;
    check(with_body(302), 503, "unavailable").await;
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_trouble_too() {
    check(json!({ "status": 200, "body": { "upstream text": true } }), 503, "unavailable").await;
}

#[tokio::test]
async fn how_long_to_wait_is_told_and_kept() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let limit = json!({ "status": 429, "retryAfter": 30 });
    host.waycore
        .fail(
            json!({ "match": { "method": "GET", "path": format!("/v1/connections/{id}") }, "effect": limit }),
        )
        .await;
    let refused = ana.connection(&id).await;
    assert_eq!(refused.error(), (429, "rate_limited".to_owned()));
    assert_eq!(refused.json()["retryAfterSeconds"], 30);
    host.waycore.heal().await;
    let early = ana.connection(&id).await;
    assert_eq!(early.error(), (429, "rate_limited".to_owned()), "Waycore is not asked before its time");
    assert!(early.json()["retryAfterSeconds"].as_u64().is_some_and(|left| (1..=30).contains(&left)));
}

#[tokio::test]
async fn an_entity_that_cannot_be_settled_stops_before_the_create() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let conflict = json!({ "match": { "method": "POST", "path": "/v1/entities" }, "effect": { "status": 409 }, "times": 1 });
    host.waycore.fail(conflict).await;
    let bank = [("institution_id", "sim-standard")];
    let refused = ana.post_api("start_connection", &bank).await;
    assert_eq!(refused.error(), (503, "entity_unresolved".to_owned()));
    assert_eq!(host.waycore.changes().await, ["POST /v1/entities"]);
    ana.post_api("start_connection", &bank).await.ok();
}

#[tokio::test]
async fn a_search_that_fails_loses_nothing() {
    let fault = json!({ "match": { "path": "/v1/institutions" }, "effect": { "status": 500 } });
    let host = TestHost::start_while(fault).await;
    let ana = host.signed_in_as("ana", "acme").await;
    let query = [("query", "sim-standard")];
    assert_eq!(ana.post_api("search_institutions", &query).await.error(), (503, "unavailable".to_owned()));
    host.waycore.heal().await;
    let found = ana.post_api("search_institutions", &query).await.ok();
    assert_eq!(found["institutions"][0]["institutionId"], "sim-standard");
}
