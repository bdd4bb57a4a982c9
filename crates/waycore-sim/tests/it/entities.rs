//! Entities: created once, found by the host's own id.

use serde_json::json;

use crate::support::{Host, column};

#[tokio::test]
async fn an_entity_is_created_and_found_again() {
    let host = Host::new().await;
    let body = json!({ "externalEntityId": "host/acme", "name": "Acme", "metadata": { "plan": "gold" } });
    let created = host.post("/v1/entities", body).await.json(201);
    assert_eq!(created["externalEntityId"], "host/acme");
    assert_eq!(created["isDefaultOrgEntity"], false);
    assert_eq!((&created["name"], &created["metadata"]), (&json!("Acme"), &json!({ "plan": "gold" })));

    let id = created["entityId"].as_str().expect("an id");
    assert_eq!(host.get(&format!("/v1/entities/{id}")).await.json(200), created);
    let found = host.get("/v1/entities?externalEntityId=host%2Facme").await.json(200);
    assert_eq!(found["data"], json!([created]));
    assert_eq!(host.get("/v1/entities?externalEntityId=host").await.json(200)["data"], json!([]));
}

#[tokio::test]
async fn the_same_external_id_twice_is_a_conflict() {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    host.post("/v1/entities", json!({ "externalEntityId": "acme" })).await.refused(409, "conflict");
    let found = host.get("/v1/entities?externalEntityId=acme").await.json(200);
    assert_eq!(column(&found, "entityId"), [entity]);
}

#[tokio::test]
async fn the_organization_has_an_entity_that_is_no_customer() {
    let host = Host::new().await;
    let listed = host.get("/v1/entities").await.json(200);
    assert_eq!(listed["data"][0]["isDefaultOrgEntity"], true, "{listed}");
    assert_eq!(column(&listed, "externalEntityId"), std::slice::from_ref(&host.organization_id));
}

#[tokio::test]
async fn an_entity_needs_an_external_id() {
    let host = Host::new().await;
    for wrong in [json!({}), json!({ "externalEntityId": "" }), json!({ "externalEntityId": 7 }), json!([])] {
        host.post("/v1/entities", wrong).await.refused(400, "invalid_request");
    }
}
