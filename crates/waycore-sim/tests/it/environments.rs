//! Live and test: two worlds of one organization that do not see each other.

use serde_json::{Value, json};

use crate::support::{Answer, Host, call, column, id};

/// An organization with the key of its other environment.
struct Twin {
    host: Host,
    other_key: String,
}

impl Twin {
    async fn new() -> Self {
        let host = Host::new().await;
        let listed = host.control("GET", "organizations", json!({})).await.json(200);
        let organizations = listed["data"].as_array().expect("a list");
        let own = organizations.iter().find(|one| one["organizationId"] == host.organization_id.as_str());
        let other_key = own.expect("it is listed")["otherApiKey"].as_str().expect("a key").to_owned();
        Self { host, other_key }
    }

    /// A request with the key of the other environment.
    async fn other(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        call(&self.host.router, method, path, Some(&self.other_key), body).await
    }
}

#[tokio::test]
async fn each_environment_has_a_key_that_says_so() {
    let twin = Twin::new().await;
    assert!(twin.host.key.starts_with("way_test_"), "nothing here is a real bank");
    assert!(twin.other_key.starts_with("way_live_"));
    let live = json!({ "environment": "live" });
    let keys = twin.host.control("POST", "organizations", live).await.json(201);
    assert!(keys["apiKey"].as_str().is_some_and(|key| key.starts_with("way_live_")));
    assert!(keys["otherApiKey"].as_str().is_some_and(|key| key.starts_with("way_test_")));
}

#[tokio::test]
async fn the_other_environments_objects_answer_like_missing_ones() {
    let twin = Twin::new().await;
    let entity = twin.host.entity("customer").await;
    let connection = twin.host.connection(&entity, "sim-standard").await;
    for path in [
        format!("/v1/entities/{entity}"),
        format!("/v1/connections/{connection}"),
        format!("/v1/connections/{connection}/nothing"),
    ] {
        twin.other("GET", &path, None).await.refused(404, "not_found");
    }
    for action in ["credentials", "setupCompletion"] {
        let path = format!("/v1/connections/{connection}/{action}");
        twin.other("PUT", &path, Some(json!({}))).await.refused(404, "not_found");
    }
    let create = json!({ "entityId": entity, "institutionId": "sim-standard" });
    twin.other("POST", "/v1/connections", Some(create)).await.refused(404, "not_found");
    let listed = twin.other("GET", "/v1/connections", None).await.json(200);
    assert_eq!(column(&listed, "id"), Vec::<String>::new());
}

#[tokio::test]
async fn a_duplicate_of_the_other_environment_is_a_conflict() {
    let twin = Twin::new().await;
    twin.host.entity("customer").await;
    let create = json!({ "externalEntityId": "customer" });
    twin.other("POST", "/v1/entities", Some(create)).await.refused(409, "conflict");
    let found = twin.other("GET", "/v1/entities?externalEntityId=customer", None).await.json(200);
    assert_eq!(found["data"], json!([]), "the one in the way is not shown");
}

#[tokio::test]
async fn a_cursor_of_one_environment_is_none_of_the_other() {
    let twin = Twin::new().await;
    twin.host.entity("customer").await;
    let page = twin.host.get("/v1/entities?limit=1").await.json(200);
    let cursor = page["pagination"]["nextCursor"].as_str().expect("a cursor");
    let path = format!("/v1/entities?limit=1&cursor={cursor}");
    twin.other("GET", &path, None).await.refused(400, "invalid_cursor");
}

#[tokio::test]
async fn the_control_api_reaches_both() {
    let twin = Twin::new().await;
    let entity = twin.other("POST", "/v1/entities", Some(json!({ "externalEntityId": "customer" }))).await;
    let entity = entity.json(201)["entityId"].clone();
    let create = json!({ "entityId": entity, "institutionId": "sim-standard" });
    let connection = id(&twin.other("POST", "/v1/connections", Some(create)).await.json(201));
    let paused = twin.host.overrule(&connection, json!({ "kind": "ready", "status": "paused" })).await;
    assert_eq!(twin.other("GET", &format!("/v1/connections/{connection}"), None).await.json(200), paused);
}

#[tokio::test]
async fn an_option_of_an_organization_that_makes_no_sense_is_refused() {
    let host = Host::new().await;
    for wrong in [
        json!({ "scopes": ["connections:raed"] }),
        json!({ "cooldownStatus": 418 }),
        json!({ "environment": "sandbox" }),
        json!({ "scops": [] }),
    ] {
        host.control("POST", "organizations", wrong).await.refused(400, "invalid_request");
    }
}
