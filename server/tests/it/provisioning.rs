//! The host's backend: mapping, importing, listing and forgetting customers.

use serde_json::json;

use crate::host::{TestHost, host_token};

const CODE: &str = "provisioner";

#[tokio::test]
async fn a_customer_is_mapped_once() {
    let host = TestHost::start_with_tokens().await;
    let backend = host.signed_in_with_role("backend", "the host", CODE).await;
    let body = json!({ "org": "acme", "name": "Acme Ltd" });
    let first = backend.post_json("/host/entities", &body).await;
    assert_eq!(first.status, 201, "{first:?}");
    let again = backend.post_json("/host/entities", &body).await;
    assert_eq!(again.status, 200);
    assert_eq!(first.json(), again.json());
    assert_eq!(first.json()["org"], "acme");
    assert_eq!(host.waycore.changes().await, ["POST /v1/entities"]);
    // The person who comes next has that entity.
    let ana = host.signed_in_as("ana", "acme").await;
    ana.start("sim-standard").await;
    assert_eq!(host.waycore.changes().await[1..], ["POST /v1/connections"]);
}

#[tokio::test]
async fn an_entity_that_exists_is_imported_for_one_customer() {
    let host = TestHost::start_with_tokens().await;
    let backend = host.signed_in_with_role("backend", "the host", CODE).await;
    let entity = host.waycore.entity("older-system:acme").await;
    let import = |org: &str| json!({ "org": org, "entityId": entity });
    assert_eq!(backend.post_json("/host/entities", &import("acme")).await.status, 201);
    assert_eq!(backend.post_json("/host/entities", &import("acme")).await.status, 200);
    let taken = backend.post_json("/host/entities", &import("globex")).await;
    assert_eq!(taken.error(), (409, "conflict".to_owned()));
    let other = host.waycore.entity("older-system:other").await;
    let moved = backend.post_json("/host/entities", &json!({ "org": "acme", "entityId": other })).await;
    assert_eq!(moved.error(), (409, "conflict".to_owned()));
    let unknown = json!({ "org": "initech", "entityId": "00000000-0000-4000-8000-000000000000" });
    assert_eq!(backend.post_json("/host/entities", &unknown).await.error(), (404, "not_found".to_owned()));
    let ana = host.signed_in_as("ana", "acme").await;
    ana.start("sim-standard").await;
    let requests = host.waycore.requests().await;
    let create = requests.iter().find(|request| request["path"] == "/v1/connections").unwrap();
    assert_eq!(create["body"]["entityId"], entity);
}

#[tokio::test]
async fn a_customers_connections_are_listed_for_the_host() {
    let host = TestHost::start_with_tokens().await;
    let backend = host.signed_in_with_role("backend", "the host", CODE).await;
    let id = host.signed_in_as("ana", "acme").await.start("sim-standard").await["id"].clone();
    let listed = backend.get("/host/connections?org=acme").await.ok();
    assert_eq!(listed["connections"][0]["id"], id);
    assert_eq!(listed["connections"][0]["label"], "Setup in progress");
    assert_eq!(backend.get("/host/connections?org=globex").await.ok()["connections"], json!([]));
    assert_eq!(backend.get("/host/connections").await.error(), (422, "invalid_input".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hosts_support_reads_what_became_of_a_connection() {
    let host = TestHost::start_with_tokens().await;
    let backend = host.signed_in_with_role("backend", "the host", CODE).await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let reported = json!({
        "kind": "ready",
        "status": "errored",
        "errorCode": "login_failed",
        "errorMessage": "No user jane@example.com",
    });
    host.waycore.put_connection(&id, reported).await;
    ana.connection(&id).await.ok();
    let history = |org: &str, id: &str| format!("/host/connections/{id}/history?org={org}");
    let read = backend.get(&history("acme", &id)).await.ok();
    let changes = read["changes"].as_array().unwrap();
    let (first, last) = (changes.first().unwrap(), changes.last().unwrap());
    assert_eq!((&first["before"], &last["after"]), (&json!(null), &json!("ready errored")), "{read}");
    let error = last["error"].as_str().unwrap();
    assert!(error.starts_with("login_failed: ") && !error.contains("jane"), "{error}");
    for (org, id) in [("globex", id.as_str()), ("acme", "conn_unknown"), ("acme", "%C3%A9")] {
        let answer = backend.get(&history(org, id)).await;
        assert_eq!(answer.error(), (404, "not_found".to_owned()), "{org} {id}");
    }
    let without = backend.get(&format!("/host/connections/{id}/history")).await;
    assert_eq!(without.error(), (422, "invalid_input".to_owned()));
    let person = host.signed_in_with_role("ana", "acme", "manager").await;
    assert_eq!(person.get(&history("acme", &id)).await.error(), (403, "forbidden".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_forgotten_here_and_nowhere_else() {
    let host = TestHost::start_with_tokens().await;
    let backend = host.signed_in_with_role("backend", "the host", CODE).await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().unwrap().to_owned();
    let before = host.waycore.changes().await;
    let unconfirmed = backend.delete_json("/host/entities/acme", &json!({ "confirm": "globex" })).await;
    assert_eq!(unconfirmed.error(), (422, "invalid_input".to_owned()));
    let mut page = ana.listen("/events", None).await;
    assert_eq!(page.present().await.len(), 1);
    let heard = page.last_id.clone();
    let confirmed = json!({ "confirm": "acme" });
    assert_eq!(backend.delete_json("/host/entities/acme", &confirmed).await.status, 204);
    assert!(page.ends().await, "what it showed is not there any more");
    let mut page = ana.listen("/events", heard.as_deref()).await;
    assert_eq!(page.present().await, Vec::<serde_json::Value>::new());
    let again = backend.delete_json("/host/entities/acme", &confirmed).await;
    assert_eq!(again.error(), (404, "not_found".to_owned()));
    assert_eq!(ana.list().await, Vec::<String>::new());
    assert_eq!(host.waycore.changes().await, before, "nothing was deleted at Waycore");
    // Who comes back finds the same entity, and so the same connection.
    assert_eq!(ana.start("sim-standard").await["id"], id);
    assert_eq!(page.next().await.unwrap().data["connectionId"], id, "although the numbers began anew");
}

#[tokio::test]
async fn nobody_else_may() {
    let host = TestHost::start_with_tokens().await;
    let body = json!({ "org": "acme" });
    for role in ["viewer", "manager"] {
        let person = host.signed_in_with_role("ana", "acme", role).await;
        let refused = (403, "forbidden".to_owned());
        assert_eq!(person.post_json("/host/entities", &body).await.error(), refused, "{role}");
        assert_eq!(person.get("/host/connections?org=acme").await.error(), refused, "{role}");
        let confirmed = json!({ "confirm": "acme" });
        assert_eq!(person.delete_json("/host/entities/acme", &confirmed).await.error(), refused, "{role}");
    }
    let nobody = host.signed_out();
    assert_eq!(nobody.post_json("/host/entities", &body).await.error(), (401, "signed_out".to_owned()));
    let expired = host.bearing(&host_token(json!({ "sub": "b", "org": "h", "roles": [CODE], "exp": 1 })));
    assert_eq!(expired.post_json("/host/entities", &body).await.error(), (401, "signed_out".to_owned()));
    // And the host's backend is no person.
    let backend = host.signed_in_with_role("backend", "acme", CODE).await;
    assert_eq!(backend.get("/").await.status, 403);
    assert_eq!(backend.post_api("list_connections", &[]).await.error(), (403, "forbidden".to_owned()));
    assert!(host.waycore.changes().await.is_empty());
}

#[tokio::test]
async fn a_body_that_makes_no_sense_is_refused() {
    let host = TestHost::start_with_tokens().await;
    let backend = host.signed_in_with_role("backend", "the host", CODE).await;
    for body in [
        json!({}),
        json!([]),
        json!({ "org": "" }),
        json!({ "org": "a", "entity": "b" }),
        json!({ "org": 1 }),
    ] {
        let refused = backend.post_json("/host/entities", &body).await;
        assert_eq!(refused.error(), (422, "invalid_input".to_owned()), "{body}");
    }
}
