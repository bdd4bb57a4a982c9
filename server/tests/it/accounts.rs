//! What is shown of accounts and movements: the customer's own, and nothing where the key does not reach.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::host::TestHost;

/// A connection that works; its id.
async fn connected(host: &TestHost, person: &Browser<'_>) -> String {
    let id = person.start("sim-instant").await["id"].as_str().expect("an id").to_owned();
    let finish = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    person.post_api("submit_finish", &finish).await.ok();
    host.waycore.wait_virtually(3_600).await;
    assert_eq!(person.connection(&id).await.ok()["connection"]["step"], "connected");
    id
}

async fn accounts(person: &Browser<'_>, id: &str) -> Vec<Value> {
    let answer = person.post_api("list_accounts", &[("connection_id", id)]).await.ok();
    answer["accounts"].as_array().expect("accounts").clone()
}

#[tokio::test]
async fn accounts_are_listed_as_waycore_documents_them() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let accounts = accounts(&ana, &id).await;
    assert!(!accounts.is_empty());
    for account in &accounts {
        assert_eq!(account["connectionId"], *id);
        assert!(account["currentBalance"].is_string() || account["currentBalance"].is_null(), "{account}");
        assert!(account["type"].is_string() && account.get("metadata").is_none(), "{account}");
    }
    let page = ana.get(&format!("/connections/{id}")).await;
    for account in accounts {
        assert!(page.body.contains(account["name"].as_str().expect("a name")), "{account}");
    }
    assert_eq!(page.body.matches("class=\"amount\"").count(), 10 + page_accounts(&page.body));
}

/// How many rows the first of the two regions has.
fn page_accounts(page: &str) -> usize {
    let (_, after) = page.split_once("id=\"accounts\"").expect("the region");
    after.split_once("id=\"transactions\"").expect("the region").0.matches("class=\"amount\"").count()
}

#[tokio::test]
async fn a_key_without_the_scopes_onboards_all_the_same() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    for path in ["/v1/accounts", "/v1/transactions"] {
        host.waycore.fail(json!({ "match": { "path": path }, "effect": { "status": 403 } })).await;
    }
    let id = connected(&host, &ana).await;
    let page = ana.get(&format!("/connections/{id}")).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.body.matches("Not available in this product.").count(), 2, "{}", page.body);
    let refused = ana.post_api("list_accounts", &[("connection_id", &id)]).await;
    assert_eq!(refused.error(), (503, "misconfigured".to_owned()));
}

#[tokio::test]
async fn a_page_goes_without_what_waycore_does_not_say() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    host.waycore.fail(json!({ "match": { "path": "/v1/accounts" }, "effect": { "status": 500 } })).await;
    host.waycore
        .fail(json!({ "match": { "path": "/v1/transactions" }, "effect": { "delayMs": 60_000 } }))
        .await;
    let page = ana.get(&format!("/connections/{id}")).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.body.matches("Reload this page in a minute.").count(), 2, "{}", page.body);
}

#[tokio::test]
async fn a_row_of_another_connection_is_withheld() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let bo = host.signed_in_as("bo", "globex").await;
    let (own, foreign) = (connected(&host, &ana).await, connected(&host, &bo).await);
    let rows = accounts(&bo, &foreign).await;
    let body = json!({ "data": rows, "pagination": { "hasMore": false, "nextCursor": null },
                       "meta": { "requestId": "r" } });
    let effect = json!({ "status": 200, "body": body });
    host.waycore.fail(json!({ "match": { "path": "/v1/accounts" }, "effect": effect })).await;
    assert_eq!(accounts(&ana, &own).await, Vec::<Value>::new());
    assert!(!ana.get(&format!("/connections/{own}")).await.body.contains(rows[0]["id"].as_str().unwrap()));
}
