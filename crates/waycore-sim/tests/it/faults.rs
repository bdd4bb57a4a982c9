//! Failure on demand.

use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::Host;

async fn fail(host: &Host, mut rule: Value) {
    rule["match"]["organizationId"] = json!(host.organization_id);
    host.control("POST", "faults", rule).await.json(201);
}

#[tokio::test]
async fn a_fault_fails_as_often_as_it_says() {
    let host = Host::new().await;
    fail(&host, json!({ "effect": { "status": 429, "retryAfter": 7 }, "times": 2 })).await;
    for _ in 0..2 {
        let answer = host.get("/v1/entities").await;
        answer.refused(429, "rate_limited");
        assert_eq!(answer.headers.get("retry-after").and_then(|wait| wait.to_str().ok()), Some("7"));
    }
    host.get("/v1/entities").await.json(200);
    let statuses: Vec<Value> = host.journal("").await.iter().map(|entry| entry["status"].clone()).collect();
    assert_eq!(statuses, [429, 429, 200]);
}

#[rstest]
#[case(json!({ "method": "post" }), &[500, 200, 200])]
#[case(json!({ "path": "/v1/conn" }), &[500, 500, 500])]
#[case(json!({ "path": "/v1/entities" }), &[404, 200, 200])]
#[case(json!({ "method": "GET", "path": "/v1/connections/" }), &[404, 200, 500])]
#[tokio::test]
async fn a_fault_meets_what_it_names(#[case] matches: Value, #[case] expected: &[u16]) {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    fail(&host, json!({ "match": matches, "effect": { "status": 500 } })).await;
    let nobody =
        json!({ "entityId": "0198c0de-0000-7000-8000-000000000000", "institutionId": "sim-standard" });
    let statuses = [
        host.post("/v1/connections", nobody).await.status.as_u16(),
        host.get("/v1/connections").await.status.as_u16(),
        host.get(&format!("/v1/connections/{connection}")).await.status.as_u16(),
    ];
    assert_eq!(statuses, expected);
}

#[tokio::test]
async fn a_fault_can_be_for_one_connection_or_one_entity() {
    let host = Host::new().await;
    let (acme, globex) = (host.entity("acme").await, host.entity("globex").await);
    let (one, two) =
        (host.connection(&acme, "sim-standard").await, host.connection(&globex, "sim-standard").await);
    fail(&host, json!({ "match": { "connectionId": one }, "effect": { "status": 503 } })).await;
    fail(&host, json!({ "match": { "entityId": globex }, "effect": { "status": 502 } })).await;
    let status = async |path: String| host.get(&path).await.status.as_u16();
    assert_eq!(status(format!("/v1/connections/{one}")).await, 503);
    assert_eq!(status(format!("/v1/connections/{two}")).await, 502);
    assert_eq!(status(format!("/v1/connections?entityId={acme}")).await, 200);
    assert_eq!(status(format!("/v1/connections?entityId={globex}")).await, 502);
}

#[tokio::test]
async fn a_fault_for_a_connection_meets_requests_that_name_it_anywhere() {
    let host = Host::new().await;
    let (acme, globex) = (host.entity("acme").await, host.entity("globex").await);
    let (one, two) =
        (host.connection(&acme, "sim-instant").await, host.connection(&globex, "sim-instant").await);
    fail(&host, json!({ "match": { "connectionId": one }, "effect": { "status": 503 } })).await;
    for path in ["accounts", "balances", "transactions", "transactions/sync"] {
        let status = async |query: String| host.get(&format!("/v1/{path}?{query}")).await.status.as_u16();
        assert_eq!(status(format!("connectionId={one}")).await, 503, "{path}");
        assert_eq!(status(format!("limit=5&connectionId={one}&connectionId=")).await, 503, "{path}");
        assert_eq!(status(format!("connectionId={two}")).await, 200, "{path}");
        assert_eq!(status("limit=5".to_owned()).await, 200, "{path}");
    }
    let body = |id: &str| json!({ "connectionId": id });
    assert_eq!(host.post("/v1/transfers", body(&one)).await.status, 503);
    assert_eq!(host.post("/v1/transfers", body(&two)).await.status, 400);
    host.control("DELETE", &format!("faults?connectionId={one}"), json!({})).await.json(200);

    fail(&host, json!({ "match": { "entityId": acme }, "effect": { "status": 502 } })).await;
    let accounts =
        async |id: &str| host.get(&format!("/v1/accounts?connectionId={id}")).await.status.as_u16();
    assert_eq!((accounts(&one).await, accounts(&two).await), (502, 200), "it is the entity's connection");
    let about = host.journal(&format!("&connectionId={one}")).await;
    assert!(about.iter().any(|entry| entry["path"] == "/v1/balances"), "{about:?}");
}

#[rstest]
#[case(false, 0)]
#[case(true, 1)]
#[tokio::test]
async fn applied_says_whether_a_failed_request_took_effect(#[case] applied: bool, #[case] made: usize) {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    fail(&host, json!({ "effect": { "status": 500, "applied": applied }, "times": 1 })).await;
    let body = json!({ "entityId": entity, "institutionId": "sim-standard" });
    host.post("/v1/connections", body).await.refused(500, "server_error");
    let list = host.get("/v1/connections").await.json(200);
    assert_eq!(list["data"].as_array().map(Vec::len), Some(made));
    let made_by = host.journal(&format!("&entityId={entity}")).await;
    assert_eq!(made_by.last().map(|entry| entry["status"].clone()), Some(json!(500)));
}

#[rstest]
#[case(json!({ "status": 418, "body": { "any": ["thing"] } }), 418, r#"{"any":["thing"]}"#)]
#[case(json!({ "body": "<html>not JSON" }), 200, "<html>not JSON")]
#[case(json!({ "status": 502, "body": "" }), 502, "")]
#[case(json!({ "status": 204 }), 204, "")]
#[tokio::test]
async fn a_fault_can_answer_nonsense(#[case] effect: Value, #[case] status: u16, #[case] text: &str) {
    let host = Host::new().await;
    fail(&host, json!({ "effect": effect })).await;
    let answer = host.get("/v1/institutions").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (status, text));
}

#[tokio::test]
async fn a_delay_alone_answers_late_and_right() {
    let host = Host::new().await;
    fail(&host, json!({ "effect": { "delayMs": 50 }, "times": 1 })).await;
    let start = Instant::now();
    host.get("/v1/entities").await.json(200);
    assert!(start.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn faults_of_one_organization_are_deleted_alone() {
    let host = Host::new().await;
    let other = Host::of(host.simulator.clone()).await;
    for host in [&host, &other] {
        fail(host, json!({ "effect": { "status": 500 } })).await;
    }
    host.control("DELETE", &format!("faults?organizationId={}", host.organization_id), json!({}))
        .await
        .json(200);
    assert_eq!(
        (host.get("/v1/entities").await.status, other.get("/v1/entities").await.status.as_u16()),
        (200.try_into().expect("a status"), 500)
    );
    host.control("DELETE", "faults", json!({})).await.json(200);
    other.get("/v1/entities").await.json(200);
}

#[tokio::test]
async fn faults_of_one_connection_are_deleted_alone() {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    let mut of_connections = Vec::new();
    for bank in ["sim-standard", "sim-slow"] {
        let id = host.connection(&entity, bank).await;
        fail(&host, json!({ "match": { "connectionId": id }, "effect": { "status": 500 } })).await;
        of_connections.push(id);
    }
    fail(&host, json!({ "match": { "path": "/v1/entities" }, "effect": { "status": 500 } })).await;
    let [one, other] = &of_connections[..] else { panic!("two connections") };
    let of_one = format!("faults?organizationId={}&connectionId={one}", host.organization_id);
    host.control("DELETE", &of_one, json!({})).await.json(200);
    host.get(&format!("/v1/connections/{one}")).await.json(200);
    host.get(&format!("/v1/connections/{other}")).await.refused(500, "server_error");
    host.get("/v1/entities").await.refused(500, "server_error");

    let of_another = format!("faults?organizationId=another&connectionId={other}");
    host.control("DELETE", &of_another, json!({})).await.json(200);
    host.get(&format!("/v1/connections/{other}")).await.refused(500, "server_error");
    host.control("DELETE", &format!("faults?connectionId={other}"), json!({})).await.json(200);
    host.get(&format!("/v1/connections/{other}")).await.json(200);
}

#[rstest]
#[case(json!({ "effect": {} }))]
#[case(json!({ "effect": { "status": 42 } }))]
#[case(json!({ "effect": { "status": 500 }, "times": 0 }))]
#[case(json!({ "effect": { "delayMs": 9_999_999 } }))]
#[case(json!({ "effect": { "status": 500, "explode": true } }))]
#[case(json!({ "match": { "paht": "/v1" }, "effect": { "status": 500 } }))]
#[case(json!({ "effect": { "status": 429, "retryAfter": "a\nb" } }))]
#[case(json!({}))]
#[tokio::test]
async fn a_rule_that_cannot_be_carried_out_is_refused(#[case] rule: Value) {
    let host = Host::new().await;
    host.control("POST", "faults", rule).await.refused(400, "invalid_request");
    host.get("/v1/entities").await.json(200);
}
