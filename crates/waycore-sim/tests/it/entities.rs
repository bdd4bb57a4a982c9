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

async fn patch(host: &Host, entity: &str, body: serde_json::Value) -> crate::support::Answer {
    crate::support::call(
        &host.router,
        "PATCH",
        &format!("/v1/entities/{entity}"),
        Some(&host.key),
        Some(body),
    )
    .await
}

#[tokio::test]
async fn contact_addresses_are_replaced_and_each_stands_once() {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    assert_eq!(host.get(&format!("/v1/entities/{entity}")).await.json(200)["contactEmails"], json!([]));
    let body = json!({ "contactEmails": ["Ana@acme.example", "bo@acme.example", "ana@ACME.example"] });
    let changed = patch(&host, &entity, body).await.json(200);
    assert_eq!(changed["contactEmails"], json!(["Ana@acme.example", "bo@acme.example"]));
    assert_ne!(changed["updatedAt"], changed["createdAt"]);
    let cleared = patch(&host, &entity, json!({ "contactEmails": [] })).await.json(200);
    assert_eq!(cleared["contactEmails"], json!([]));
    let many: Vec<String> = (0..101).map(|number| format!("a{number}@acme.example")).collect();
    for wrong in [
        json!({ "contactEmails": many }),
        json!({ "contactEmails": ["nobody"] }),
        json!({}),
        json!({ "contactEmails": null }),
    ] {
        patch(&host, &entity, wrong).await.refused(400, "invalid_request");
    }
    patch(&host, "none", json!({ "contactEmails": [] })).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_deleted_entity_takes_its_connections_along() {
    let host = Host::new().await;
    let (entity, other) = (host.entity("acme").await, host.entity("globex").await);
    let (gone, stays) =
        (host.connection(&entity, "sim-standard").await, host.connection(&other, "sim-standard").await);
    host.complete(&gone).await.json(200);
    host.advance(21.0).await;
    let path = format!("/v1/entities/{entity}");
    host.delete(&path).await.refused(409, "conflict");
    host.advance(1.0).await;
    assert_eq!(host.delete(&path).await.status, 204);
    host.get(&path).await.refused(404, "not_found");
    host.get(&format!("/v1/connections/{gone}")).await.refused(404, "not_found");
    host.read(&stays).await;
    host.entity("acme").await;
}

#[tokio::test]
async fn the_organizations_own_entity_cannot_be_deleted() {
    let host = Host::new().await;
    let own = host.get("/v1/entities").await.json(200)["data"][0]["entityId"].clone();
    host.delete(&format!("/v1/entities/{}", own.as_str().expect("an id"))).await.refused(409, "conflict");
}
