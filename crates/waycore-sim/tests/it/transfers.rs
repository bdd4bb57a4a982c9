//! Transfers, by the clock.

use serde_json::{Value, json};

use crate::support::{Answer, Host, send};

/// A host with an account, and a transfer from it.
async fn with_account() -> (Host, Value) {
    let host = Host::new().await;
    host.active("sim-standard").await;
    let accounts = host.all("/v1/accounts?type=savings").await;
    let create = json!({
        "type": "internal",
        "amount": { "type": "money", "value": "12.50", "currency": accounts[0]["currency"] },
        "sourceAccountId": accounts[0]["id"],
        "destination": { "accountId": "any" },
        "clientReference": "invoice 7",
    });
    (host, create)
}

async fn with_key(host: &Host, key: &str, body: &Value) -> Answer {
    let request = axum::http::Request::post("/v1/transfers")
        .header("authorization", format!("Bearer {}", host.key))
        .header("idempotency-key", key)
        .body(axum::body::Body::from(body.to_string()))
        .expect("a request");
    send(&host.router, request).await
}

async fn status(host: &Host, id: &Value) -> Value {
    host.get(&format!("/v1/transfers/{}", id.as_str().expect("an id"))).await.json(200)["status"].clone()
}

#[tokio::test]
async fn a_transfer_is_queued_executed_and_completed() {
    let (host, create) = with_account().await;
    let made = host.post("/v1/transfers", create.clone()).await.json(202);
    assert_eq!((&made["status"], &made["clientReference"]), (&json!("queued"), &json!("invoice 7")));
    host.advance(5.0).await;
    assert_eq!(status(&host, &made["id"]).await, "executing");
    host.advance(10.0).await;
    assert_eq!(status(&host, &made["id"]).await, "completed");

    let mut external = create;
    external["type"] = json!("external");
    let made = host.post("/v1/transfers", external).await.json(202);
    host.advance(15.0).await;
    assert_eq!(status(&host, &made["id"]).await, "pending_bank_approval");
    host.advance(45.0).await;
    assert_eq!(status(&host, &made["id"]).await, "completed");
    assert_eq!(host.all("/v1/transfers").await.len(), 2);
}

#[tokio::test]
async fn more_than_there_is_fails_and_can_be_retried() {
    let (host, mut create) = with_account().await;
    create["amount"]["value"] = json!("99999999.99");
    let made = host.post("/v1/transfers", create).await.json(202);
    let retry = format!("/v1/transfers/{}/retry", made["id"].as_str().expect("an id"));
    host.post(&retry, json!({})).await.refused(409, "conflict");
    host.advance(15.0).await;
    let path = format!("/v1/transfers/{}", made["id"].as_str().expect("an id"));
    assert_eq!(host.get(&path).await.json(200)["failureCode"], "insufficient_funds");
    assert_eq!(host.post(&retry, json!({})).await.json(202)["status"], "queued");
    host.advance(15.0).await;
    assert_eq!(status(&host, &made["id"]).await, "failed", "there is no more than before");
}

#[tokio::test]
async fn the_same_key_makes_one_transfer() {
    let (host, create) = with_account().await;
    let first = with_key(&host, "order 7", &create).await.json(202);
    let again = with_key(&host, "order 7", &create).await;
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.json(202)["id"], first["id"]);
    let mut other = create.clone();
    other["memo"] = json!("something else");
    with_key(&host, "order 7", &other).await.refused(409, "conflict");
    assert_ne!(with_key(&host, "order 8", &create).await.json(202)["id"], first["id"]);
    host.advance(48.0 * 3_600.0).await;
    assert_ne!(with_key(&host, "order 7", &create).await.json(202)["id"], first["id"]);
    with_key(&host, &"k".repeat(256), &create).await.refused(400, "invalid_request");
}

#[tokio::test]
async fn what_cannot_be_moved_is_refused() {
    let (host, create) = with_account().await;
    let with = |pointer: &str, value: Value| {
        let mut changed = create.clone();
        *changed.pointer_mut(pointer).expect("it is there") = value;
        changed
    };
    for wrong in [
        with("/amount/value", json!("0")),
        with("/amount/value", json!("-1.00")),
        with("/amount/value", json!("1.001")),
        with("/amount/value", json!(1)),
        with("/amount/currency", json!("XYZ")),
        with("/type", json!("sideways")),
        with("/clientReference", json!("")),
        with("/destination", json!("there")),
    ] {
        host.post("/v1/transfers", wrong).await.refused(400, "invalid_request");
    }
    host.post("/v1/transfers", with("/sourceAccountId", json!("none"))).await.refused(404, "not_found");
    let reader = Host::with(json!({ "scopes": ["transfers:read"] })).await;
    reader.post("/v1/transfers", create.clone()).await.refused(403, "forbidden");
    reader.get("/v1/transfers").await.json(200);
}
