//! What a host sent can be read back, without its secrets.

use serde_json::{Value, json};

use crate::support::{Host, call};

#[tokio::test]
async fn a_request_is_shown_with_what_was_sent_and_answered() {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    let portal = "https://Bank.example/Login/%7Eme?Next=%2FHome&x=ü#Top";
    host.post("/v1/connections", json!({ "entityId": entity, "portalUrl": portal })).await.json(201);
    host.get("/v1/connections?limit=0&entityId=x%20y").await.refused(400, "invalid_request");

    let entries = host.journal("").await;
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| format!("{} {} {} {}", entry["method"], entry["path"], entry["query"], entry["status"]))
        .collect();
    assert_eq!(
        lines,
        [
            r#""POST" "/v1/entities" "" 201"#,
            r#""POST" "/v1/connections" "" 201"#,
            r#""GET" "/v1/connections" "limit=0&entityId=x%20y" 400"#,
        ]
    );
    assert_eq!(entries[1]["body"], json!({ "entityId": entity, "portalUrl": portal }));
    assert_eq!(entries[2]["body"], Value::Null);
    let names: Vec<&str> = entries[0].as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(names, ["at", "body", "method", "path", "query", "status"]);
}

#[tokio::test]
async fn passwords_and_keys_are_masked() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    let path = format!("/v1/connections/{connection}/credentials");
    host.put(&path, json!({ "password": "correct horse", "bankUsername": "wc-1" })).await.json(200);
    host.get(&format!("/v1/entities?externalEntityId={}", host.key)).await.json(200);
    host.post("/v1/entities", json!({ "externalEntityId": "x", "metadata": { "apiKey": host.key } }))
        .await
        .json(201);
    let entries = host.journal("").await;
    assert_eq!(entries[2]["body"], json!({ "password": "***", "bankUsername": "wc-1" }));
    let all = json!(entries).to_string();
    assert!(!all.contains("correct horse") && !all.contains(&host.key), "{all}");
}

#[tokio::test]
async fn the_journal_is_filtered_by_entity_and_connection() {
    let host = Host::new().await;
    let (acme, globex) = (host.entity("acme").await, host.entity("globex").await);
    let (one, two) =
        (host.connection(&acme, "sim-standard").await, host.connection(&globex, "sim-standard").await);
    host.read(&one).await;
    host.complete(&two).await.json(200);
    host.get(&format!("/v1/connections?entityId={acme}")).await.json(200);

    let methods = async |filter: String| {
        let entries = host.journal(&filter).await;
        entries.iter().map(|entry| entry["method"].as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    // The create of the entity, of the connection, the read, the list.
    assert_eq!(methods(format!("&entityId={acme}")).await, ["POST", "POST", "GET", "GET"]);
    assert_eq!(methods(format!("&connectionId={two}")).await, ["POST", "PUT"]);
    assert_eq!(methods(format!("&entityId={acme}&connectionId={two}")).await, Vec::<String>::new());
}

#[tokio::test]
async fn organizations_do_not_see_each_others_requests_and_nobodys_are_in_the_whole_journal() {
    let host = Host::new().await;
    let other = Host::of(host.simulator.clone()).await;
    host.entity("acme").await;
    call(&host.router, "GET", "/v1/entities", Some("way_test_wrong"), None)
        .await
        .refused(401, "unauthorized");
    assert_eq!(other.journal("").await, Vec::<Value>::new());
    assert_eq!(host.journal("").await.len(), 1);
    let whole = host.control("GET", "requests", json!({})).await.json(200);
    assert_eq!(whole["data"][1]["status"], 401, "{whole}");
}

#[tokio::test]
async fn a_request_outside_the_api_is_journalled_if_its_key_is_known() {
    let host = Host::new().await;
    let body = json!({ "externalEntityId": "acme", "password": "correct horse" });
    host.post("/entities?limit=1", body).await.refused(404, "not_found");
    host.get("/openapi.json").await.json(200);
    host.put("/openapi.json", json!({})).await.refused(405, "method_not_allowed");
    host.get("/bank/no-such-bank").await;
    host.get("/_sim/clock").await.json(200);
    for key in [None, Some("way_test_wrong")] {
        call(&host.router, "GET", "/entities", key, None).await.refused(404, "not_found");
    }
    let entries = host.journal("").await;
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| format!("{} {}?{} {}", entry["method"], entry["path"], entry["query"], entry["status"]))
        .map(|line| line.replace('"', ""))
        .collect();
    assert_eq!(
        lines,
        [
            "POST /entities?limit=1 404",
            "GET /openapi.json? 200",
            "PUT /openapi.json? 405",
            "GET /bank/no-such-bank? 404",
            "GET /_sim/clock? 200",
        ]
    );
    assert_eq!(entries[0]["body"], json!({ "externalEntityId": "acme", "password": "***" }));
    let whole = host.control("GET", "requests", json!({})).await.json(200);
    assert_eq!(
        whole["data"].as_array().map(Vec::len),
        Some(5),
        "nobody's requests outside of it are left out"
    );
}

#[tokio::test]
async fn a_request_that_is_too_large_is_journalled_too() {
    let host = Host::new().await;
    let name = "x".repeat(1_024 * 1_024);
    host.post("/v1/entities", json!({ "externalEntityId": name })).await.refused(413, "too_large");
    let entries = host.journal("").await;
    assert_eq!((&entries[0]["status"], &entries[0]["body"]), (&json!(413), &json!("(too large)")));
}

#[tokio::test]
async fn a_parameter_that_there_is_not_does_not_mean_all() {
    let host = Host::new().await;
    let fault = json!({ "effect": { "status": 500 } });
    host.control("POST", "faults", fault).await.json(201);
    for (method, path) in [
        ("DELETE", "faults?organisationId=x"),
        ("GET", "requests?organisationId=x"),
        ("GET", "webhooks?connectionId=x"),
        ("GET", "clock?id=x"),
    ] {
        let refusal = host.control(method, path, json!({})).await;
        refusal.refused(400, "invalid_request");
        let name = path.split(['?', '=']).nth(1).expect("a name");
        assert!(refusal.text.contains(name), "{}", refusal.text);
    }
    host.get("/v1/entities").await.refused(500, "server_error");
}
