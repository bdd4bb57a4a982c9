//! Create or return, and what is refused.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Host, id};

#[rstest]
#[case(json!({ "institutionId": "sim-standard" }))]
#[case(json!({ "portalUrl": "https://portal.unknown-bank.example/login" }))]
#[tokio::test]
async fn a_second_create_returns_the_first_connection(#[case] bank: Value) {
    let host = Host::new().await;
    let (acme, globex) = (host.entity("acme").await, host.entity("globex").await);
    let create = async |entity: &str| {
        let mut body = bank.clone();
        body["entityId"] = json!(entity);
        host.post("/v1/connections", body).await
    };
    let first = create(&acme).await.json(201);
    assert_eq!(create(&acme).await.json(200), first);
    let other = create(&globex).await.json(201);
    assert_ne!(id(&other), id(&first), "another customer has a connection of its own");
}

#[tokio::test]
async fn a_ready_connection_is_returned_and_a_revoked_one_is_not() {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    let connection = host.connection(&entity, "sim-instant").await;
    host.complete(&connection).await.json(200);
    host.advance(3.0).await;
    let body = json!({ "entityId": entity, "institutionId": "sim-instant" });
    let returned = host.post("/v1/connections", body.clone()).await.json(200);
    assert_eq!((&returned["id"], &returned["kind"]), (&json!(connection), &json!("ready")));

    host.overrule(&connection, json!({ "status": "revoked" })).await;
    let anew = host.post("/v1/connections", body).await.json(201);
    assert_ne!(id(&anew), connection);
}

#[tokio::test]
async fn an_unlisted_banks_portal_is_kept_byte_for_byte_over_its_whole_life() {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    let portal = "HTTPS://Portal.Unknown-Bank.example:443/Login/%7euser//../A?Return=%2FHome&b=ü#Top";
    let body = json!({ "entityId": entity, "portalUrl": portal });
    let created = host.post("/v1/connections", body).await.json(201);
    assert_eq!(created["portalUrl"], portal);
    assert_eq!((&created["institutionId"], &created["institutionName"]), (&Value::Null, &Value::Null));

    let connection = id(&created);
    host.complete(&connection).await.json(200);
    host.advance(19.999).await;
    assert_eq!(host.state(&connection).await, "setup/pendingActivation");
    host.advance(0.001).await;
    let ready = host.read(&connection).await;
    assert_eq!((&ready["kind"], &ready["portalUrl"]), (&json!("ready"), &json!(portal)));
    let institution = ready["institutionId"].as_str().expect("a ready connection has an institution");
    let listed = host.get(&format!("/v1/connections?institutionId={institution}")).await.json(200);
    assert_eq!(listed["data"], json!([ready]));
}

#[tokio::test]
async fn one_of_several_portals_can_be_chosen() {
    let host = Host::new().await;
    let bank = host.get("/v1/institutions/sim-portals").await.json(200);
    let chosen = bank["additionalPortalUrls"][1].clone();
    let entity = host.entity("acme").await;
    let body = json!({ "entityId": entity, "institutionId": "sim-portals", "portalUrl": chosen });
    assert_eq!(host.post("/v1/connections", body).await.json(201)["portalUrl"], chosen);

    let other = host.entity("globex").await;
    let body = json!({ "entityId": other, "institutionId": "sim-portals" });
    assert_eq!(host.post("/v1/connections", body).await.json(201)["portalUrl"], bank["canonicalPortalUrl"]);
}

#[rstest]
#[case(json!({}), "invalid_request")]
#[case(json!({ "institutionId": "no-such-bank" }), "invalid_institution")]
#[case(json!({ "portalUrl": "http://bank.example/" }), "invalid_portal_url")]
#[case(json!({ "portalUrl": "https://ana:pw@bank.example/" }), "invalid_portal_url")]
#[case(json!({ "portalUrl": "" }), "invalid_portal_url")]
#[case(json!({ "institutionId": "sim-standard", "portalUrl": "https://elsewhere.example/" }), "invalid_portal_url")]
#[case(json!({ "institutionId": 5 }), "invalid_request")]
#[case(json!({ "entityId": "not-a-uuid", "institutionId": "sim-standard" }), "invalid_request")]
#[tokio::test]
async fn a_create_that_makes_no_sense_is_refused(#[case] mut body: Value, #[case] code: &str) {
    let host = Host::new().await;
    if body.get("entityId").is_none() {
        body["entityId"] = json!(host.entity("acme").await);
    }
    host.post("/v1/connections", body).await.refused(400, code);
    assert_eq!(host.get("/v1/connections").await.json(200)["data"], json!([]));
}

#[rstest]
#[case("POST", "/v1/connections", json!({ "entityId": 5 }), "entityId")]
#[case("POST", "/v1/connections", json!({}), "entityId")]
#[case("PUT", "/v1/connections/conn_1/credentials", json!({ "password": ["x"] }), "password")]
#[case("POST", "/v1/webhooks", json!({ "url": "https://host.example", "events": ["test", 5] }), "events[1]")]
#[case("POST", "/_sim/faults", json!({ "match": { "paht": "/" }, "effect": { "status": 500 } }), "match.paht")]
#[case("POST", "/_sim/organizations", json!({ "scopes": ["all"] }), "scopes")]
#[tokio::test]
async fn a_refusal_names_the_field(
    #[case] method: &str,
    #[case] path: &str,
    #[case] body: Value,
    #[case] field: &str,
) {
    let host = Host::new().await;
    let refusal =
        crate::support::call(&host.router, method, path, Some(&host.key), Some(body)).await.json(400);
    assert!(refusal["message"].as_str().is_some_and(|message| message.contains(field)), "{refusal}");
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let host = Host::new().await;
    let request = axum::http::Request::post("/v1/connections")
        .header("authorization", format!("Bearer {}", host.key))
        .body(axum::body::Body::from("{\"entityId\""))
        .expect("a request");
    crate::support::send(&host.router, request).await.refused(400, "invalid_request");
}

#[tokio::test]
async fn a_path_or_a_method_that_is_not_there_is_said_so() {
    let host = Host::new().await;
    let missing = host.get("/v1/connections/conn_none").await.json(404)["message"].clone();
    for path in [
        "/v1",
        "/v1/",
        "/v1/nonsense",
        "/v1/connections/",
        "/v1/connections/conn_none/none",
        "/v1/v1/entities",
    ] {
        let answer = host.get(path).await;
        answer.refused(404, "not_found");
        assert_eq!(answer.json(404)["message"], "no such path", "{path}");
        assert_ne!(answer.json(404)["message"], missing, "{path}");
    }
    for path in ["/connections/conn_none", "/V1/entities", "/v1entities"] {
        let message = host.get(path).await.json(404)["message"].clone();
        assert_eq!(message, "no such path: those of the API begin with /v1", "{path}");
    }
    host.put("/v1/entities", json!({})).await.refused(405, "method_not_allowed");
    host.control("GET", "nonsense", json!({})).await.refused(404, "not_found");
    host.control("PUT", "clock", json!({})).await.refused(405, "method_not_allowed");
    crate::support::call(&host.router, "GET", "/nonsense", None, None).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_list_is_no_body_whatever_is_in_it() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    for body in [json!([]), json!([null, null, null]), json!("text"), json!(1), json!(null)] {
        host.put(&format!("/v1/connections/{connection}/credentials"), body)
            .await
            .refused(400, "invalid_request");
    }
}
