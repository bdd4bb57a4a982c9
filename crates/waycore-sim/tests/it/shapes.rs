//! Every answer has the fields that the documents require, held against the documents' own example bodies.

use serde_json::{Value, json};
use waycore::wire;

use crate::support::Host;

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).expect("a fixture is JSON")
}

fn setup_fixture() -> Value {
    fixture(include_str!("../../../waycore/fixtures/connection-setup.json"))
}

fn ready_fixture() -> Value {
    fixture(include_str!("../../../waycore/fixtures/connection-ready.json"))
}

/// The same names at every level, and a value wherever the documents do not say "or null".
#[track_caller]
fn check_shape(answer: &Value, documented: &Value, nullable: &[&str]) {
    let (Some(answer), Some(documented)) = (answer.as_object(), documented.as_object()) else {
        panic!("not an object: {answer}");
    };
    assert_eq!(answer.keys().collect::<Vec<_>>(), documented.keys().collect::<Vec<_>>());
    for (name, value) in answer {
        assert!(!value.is_null() || nullable.contains(&name.as_str()), "{name} is null");
        if documented[name].is_object() && name != "metadata" {
            check_shape(value, &documented[name], nullable);
        }
    }
}

const NULLABLE_IN_SETUP: &[&str] = &["portalUrl", "institutionId", "institutionName", "email", "phoneNumber"];
const NULLABLE_IN_READY: &[&str] =
    &["portalUrl", "institutionName", "lastSyncedAt", "errorCode", "errorMessage"];

#[tokio::test]
async fn an_entity_is_as_documented() {
    let host = Host::new().await;
    let mut entity = host.post("/v1/entities", json!({ "externalEntityId": "acme" })).await.json(201);
    // The newest documents add a list of addresses and do not print its name.
    assert_eq!(entity.as_object_mut().expect("an object").remove("contactEmails"), Some(json!([])));
    let documented = fixture(include_str!("../../../waycore/fixtures/entity.json"));
    check_shape(&entity, &documented, &["name"]);
    let parsed: wire::Entity = serde_json::from_value(entity.clone()).expect("the wire type");
    assert_eq!(serde_json::to_value(parsed).expect("JSON"), entity);
}

#[tokio::test]
async fn a_connection_is_as_documented_at_every_stage() {
    for bank in
        [json!({ "institutionId": "sim-provisioning" }), json!({ "portalUrl": "https://bank.example/" })]
    {
        let host = Host::new().await;
        let mut body = bank;
        body["entityId"] = json!(host.entity("acme").await);
        let created = host.post("/v1/connections", body).await.json(201);
        check_shape(&created, &setup_fixture(), NULLABLE_IN_SETUP);
        let id = crate::support::id(&created);
        check_shape(&host.complete(&id).await.json(200), &setup_fixture(), NULLABLE_IN_SETUP);
        for seconds in [20.0, 2.0] {
            host.advance(seconds).await;
            let ready = host.read(&id).await;
            check_shape(&ready, &ready_fixture(), NULLABLE_IN_READY);
            let parsed: wire::Connection = serde_json::from_value(ready.clone()).expect("the wire type");
            assert_eq!((parsed.kind(), parsed.status()), ("ready", &wire::ConnectionStatus::Active));
            assert_eq!(serde_json::to_value(parsed).expect("JSON"), ready);
        }
    }
}

#[tokio::test]
async fn a_list_is_as_documented() {
    let host = Host::new().await;
    let entity = host.entity("acme").await;
    host.connection(&entity, "sim-standard").await;
    host.connection(&entity, "sim-instant").await;
    let list = host.get("/v1/connections?limit=1").await.json(200);
    let documented = fixture(include_str!("../../../waycore/fixtures/list-connections.json"));
    check_shape(&list, &documented, &[]);
    let page: wire::Page<wire::Connection> = serde_json::from_value(list).expect("the wire type");
    assert_eq!((page.data.len(), page.pagination.has_more), (1, true));
}

#[tokio::test]
async fn an_institution_is_as_documented() {
    let host = Host::new().await;
    let list = host.get("/v1/institutions?query=sim-portals").await.json(200);
    let page: wire::Page<wire::Institution> = serde_json::from_value(list).expect("the wire type");
    let first = page.data.first().expect("an institution");
    assert_eq!((first.institution_id.as_str(), first.additional_portal_urls.len()), ("sim-portals", 2));
}

#[tokio::test]
async fn the_documents_credentials_are_taken() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    let body = fixture(include_str!("../../../waycore/fixtures/credentials-request.json"));
    let answer = host.put(&format!("/v1/connections/{connection}/credentials"), body).await.json(200);
    check_shape(&answer, &setup_fixture(), NULLABLE_IN_SETUP);
}

#[tokio::test]
async fn the_banks_data_is_as_documented() {
    let host = Host::new().await;
    host.active("sim-standard").await;
    let text_or_null: &[&str] = &[
        "accountNumber",
        "routingNumber",
        "swiftBic",
        "availableBalance",
        "postedDate",
        "rail",
        "customerReference",
        "bankReference",
        "baiCode",
        "category",
        "subcategory",
        "mcc",
        "merchantName",
        "counterpartyName",
        "counterpartyAccountMasked",
    ];
    for (list, documented) in [
        ("/v1/accounts", include_str!("../../../waycore/fixtures/account.json")),
        ("/v1/balances?limit=50", include_str!("../../../waycore/fixtures/balance.json")),
        ("/v1/transactions?limit=200", include_str!("../../../waycore/fixtures/transaction.json")),
    ] {
        let documented = fixture(documented);
        let page = host.get(list).await.json(200);
        for row in page["data"].as_array().expect("a list") {
            check_shape(row, &documented, text_or_null);
        }
    }
}

#[tokio::test]
async fn the_stream_and_webhooks_are_as_documented() {
    let host = Host::new().await;
    let first = host.get("/v1/transactions/sync").await.json(200);
    let documented = fixture(include_str!("../../../waycore/fixtures/transactions-sync-first.json"));
    check_shape(&first, &documented, &[]);
    let create = json!({ "url": "https://host.example/hook", "events": ["test"] });
    let created = host.post("/v1/webhooks", create).await.json(201);
    let documented = fixture(include_str!("../../../waycore/fixtures/webhook-created.json"));
    check_shape(&created["webhook"], &documented["webhook"], &[]);
    assert!(created["meta"]["requestId"].is_string());
}
