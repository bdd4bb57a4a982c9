//! Keys, scopes and the walls between organizations.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Host, call, simulator};

#[rstest]
#[case(None)]
#[case(Some("Bearer way_test_not_a_key"))]
#[case(Some("Bearer"))]
#[case(Some("Bearer "))]
#[tokio::test]
async fn without_a_valid_key_nothing_is_answered(#[case] header: Option<&str>) {
    let host = Host::new().await;
    for path in ["/v1/entities", "/v1/institutions", "/v1/connections", "/v1/no-such-thing"] {
        let mut request = axum::http::Request::builder().uri(path);
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let request = request.body(axum::body::Body::empty()).expect("a request");
        crate::support::send(&host.router, request).await.refused(401, "unauthorized");
    }
}

#[tokio::test]
async fn the_key_is_a_bearer_key_in_any_case_of_the_scheme() {
    let host = Host::new().await;
    for (scheme, status) in [("Bearer", 200), ("bearer", 200), ("Basic", 401)] {
        let request = axum::http::Request::get("/v1/entities")
            .header("authorization", format!("{scheme} {}", host.key))
            .body(axum::body::Body::empty())
            .expect("a request");
        assert_eq!(crate::support::send(&host.router, request).await.status, status, "{scheme}");
    }
}

#[tokio::test]
async fn another_organizations_objects_answer_like_missing_ones() {
    let simulator = simulator(None);
    let (acme, globex) = (Host::of(simulator.clone()).await, Host::of(simulator).await);
    let entity = acme.entity("customer").await;
    let connection = acme.connection(&entity, "sim-standard").await;

    let paths = [
        (
            "GET",
            format!("/v1/entities/{entity}"),
            "/v1/entities/0198c0de-0000-7000-8000-000000000000".to_owned(),
        ),
        ("GET", format!("/v1/connections/{connection}"), "/v1/connections/conn_none".to_owned()),
        (
            "PUT",
            format!("/v1/connections/{connection}/credentials"),
            "/v1/connections/conn_none/credentials".to_owned(),
        ),
        (
            "PUT",
            format!("/v1/connections/{connection}/setupCompletion"),
            "/v1/connections/conn_none/setupCompletion".to_owned(),
        ),
    ];
    for (method, foreign, missing) in paths {
        let foreign = call(&globex.router, method, &foreign, Some(&globex.key), None).await;
        let missing = call(&globex.router, method, &missing, Some(&globex.key), None).await;
        foreign.refused(404, "not_found");
        let without_id = |mut body: Value| {
            body["requestId"].take();
            body
        };
        assert_eq!(without_id(foreign.json(404)), without_id(missing.json(404)));
    }
    let body = json!({ "entityId": entity, "institutionId": "sim-standard" });
    globex.post("/v1/connections", body).await.refused(404, "not_found");
    let listed = globex.get("/v1/connections").await.json(200);
    assert_eq!(listed["data"], json!([]));
    assert_eq!(globex.get(&format!("/v1/connections?entityId={entity}")).await.json(200)["data"], json!([]));
    assert_eq!(acme.state(&connection).await, "setup/draft", "nobody else completed it");
}

#[rstest]
#[case(&["entities:read"], "GET", "/v1/entities", json!({}), 200)]
#[case(&["entities:read"], "POST", "/v1/entities", json!({"externalEntityId": "x"}), 403)]
#[case(&["entities:write"], "GET", "/v1/entities", json!({}), 403)]
#[case(&["connections:read"], "GET", "/v1/institutions", json!({}), 200)]
#[case(&["connections:write"], "GET", "/v1/institutions", json!({}), 403)]
#[case(&["connections:read"], "POST", "/v1/connections", json!({"entityId": "x", "institutionId": "sim-standard"}), 403)]
#[case(&["connections:read"], "PUT", "/v1/connections/conn_1/setupCompletion", json!({}), 403)]
#[tokio::test]
async fn a_key_does_what_its_scopes_allow(
    #[case] scopes: &[&str],
    #[case] method: &str,
    #[case] path: &str,
    #[case] body: Value,
    #[case] status: u16,
) {
    let host = Host::new().await;
    let keys = host.control("POST", "organizations", json!({ "scopes": scopes })).await.json(201);
    let answer = call(&host.router, method, path, keys["apiKey"].as_str(), Some(body)).await;
    assert_eq!(answer.status, status, "{}", answer.text);
    if status == 403 {
        answer.refused(403, "forbidden");
    }
}

#[tokio::test]
async fn a_key_shows_its_environment() {
    let host = Host::new().await;
    assert!(host.key.starts_with("way_test_"), "{}", host.key);
    let live = host.control("POST", "organizations", json!({ "environment": "live" })).await.json(201);
    assert!(live["apiKey"].as_str().is_some_and(|key| key.starts_with("way_live_")), "{live}");
    host.control("POST", "organizations", json!({ "environment": "beta" }))
        .await
        .refused(400, "invalid_request");
}
