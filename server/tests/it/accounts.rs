//! What is shown of accounts and movements: the customer's own, and nothing where the key does not reach.

use std::collections::BTreeSet;

use http::StatusCode;
use metrics_exporter_prometheus::PrometheusBuilder;
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
    let documented = BTreeSet::from([
        "id",
        "connectionId",
        "type",
        "currency",
        "name",
        "status",
        "createdAt",
        "updatedAt",
        "officialName",
        "maskedNumber",
        "accountNumber",
        "routingNumber",
        "swiftBic",
        "currentBalance",
        "availableBalance",
        "balanceAsOf",
    ]);
    for account in &accounts {
        assert_eq!(account["connectionId"], *id);
        assert!(account["currentBalance"].is_string() || account["currentBalance"].is_null(), "{account}");
        let names = account.as_object().expect("an object").keys().map(String::as_str);
        assert_eq!(names.collect::<BTreeSet<_>>(), documented);
    }
    let page = ana.get(&format!("/connections/{id}")).await;
    for account in accounts {
        assert!(page.body.contains(account["name"].as_str().expect("a name")), "{account}");
    }
    let (_, transactions) = page.body.split_once("class=\"transactions\"").expect("transactions");
    assert!(transactions.matches("transaction-day").count() >= 50, "a page of them");
    assert!(page.body.contains("class=\"chart-balance\"") && page.body.contains("class=\"chart-in\""));
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
    assert!(page.body.contains("class=\"filters\""), "{}", page.body);
}

#[tokio::test]
async fn a_filter_stays_as_it_was_typed_whatever_is_missing() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    for path in ["/v1/accounts", "/v1/transactions"] {
        host.waycore.fail(json!({ "match": { "path": path }, "effect": { "status": 500 } })).await;
    }
    let typed = "account=acc_chosen&from=2026-01-02&text=rent";
    let page = ana.get(&format!("/connections/{id}?{typed}")).await;
    assert_eq!(page.body.matches("Waycore does not answer at the moment.").count(), 2, "{}", page.body);
    for value in ["acc_chosen", "2026-01-02", "rent"] {
        assert!(page.body.contains(&format!("value=\"{value}\"")), "{value}: {}", page.body);
    }
    assert!(page.body.contains("The account chosen before"), "{}", page.body);
    let page = ana.get(&format!("/connections/{id}?from=2026-02-02&to=2026-01-01")).await;
    assert!(page.body.contains("The last day is before the first one."), "{}", page.body);
    assert!(page.body.contains("value=\"2026-01-01\""), "{}", page.body);
}

#[tokio::test]
async fn a_page_without_transactions_says_for_which_days() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let nothing = json!({ "data": [], "pagination": { "hasMore": false, "nextCursor": null },
                          "meta": { "requestId": "r" } });
    let effect = json!({ "status": 200, "body": nothing });
    host.waycore.fail(json!({ "match": { "path": "/v1/transactions" }, "effect": effect })).await;
    let (recent, nothing_fits) =
        ("No transactions in the last 90 days", "No transaction fits these filters.");
    for (query, said, not_said) in [
        ("", recent, nothing_fits),
        ("?from=2020-01-01", nothing_fits, recent),
        ("?to=2020-01-01", nothing_fits, recent),
    ] {
        let page = ana.get(&format!("/connections/{id}{query}")).await;
        assert!(page.body.contains(said) && !page.body.contains(not_said), "{query}: {}", page.body);
    }
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

/// Every transaction of a query, page by page.
async fn transactions(person: &Browser<'_>, id: &str, query: &[(&str, &str)]) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let form = [&[("connection_id", id), ("cursor", cursor.as_str())], query].concat();
        let page = person.post_api("list_transactions", &form).await.ok();
        all.extend(page["transactions"].as_array().expect("transactions").clone());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return all,
        }
    }
}

#[tokio::test]
async fn transactions_are_found_by_account_day_and_text() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let all = transactions(&ana, &id, &[]).await;
    assert!(all.len() > 100, "{}", all.len());
    let ids: std::collections::HashSet<_> = all.iter().map(|row| row["id"].to_string()).collect();
    assert_eq!(ids.len(), all.len(), "each once");
    let days: Vec<_> = all.iter().filter_map(|row| row["postedDate"].as_str()).collect();
    assert!(days.is_sorted_by(|one, other| one >= other), "the latest first");
    let fitting =
        |fits: &dyn Fn(&Value) -> bool| all.iter().filter(|row| fits(row)).cloned().collect::<Vec<_>>();
    let account = all[0]["accountId"].as_str().expect("an account");
    let of_account = transactions(&ana, &id, &[("account_id", account)]).await;
    assert_eq!(of_account, fitting(&|row| row["accountId"] == account));
    let (first, last) = (days[days.len() / 2], days[days.len() / 4]);
    let of_days = transactions(&ana, &id, &[("from", first), ("to", last)]).await;
    let between = |row: &Value| row["postedDate"].as_str().is_some_and(|day| first <= day && day <= last);
    assert_eq!(of_days, fitting(&between));
    let word = all.iter().find_map(|row| row["description"].as_str()).expect("a description").to_uppercase();
    let of_text = transactions(&ana, &id, &[("text", &word)]).await;
    assert!(!of_text.is_empty() && of_text.len() < all.len(), "{}", of_text.len());
    assert!(of_text.iter().all(|row| row.to_string().to_uppercase().contains(&word)));
}

#[tokio::test]
async fn transactions_are_listed_as_waycore_documents_them() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let whole = json!({
        "id": "t-1",
        "connectionId": id,
        "accountId": "a-1",
        "status": "posted",
        "postedDate": "2026-03-04",
        "updatedAt": "2026-03-05T12:30:00Z",
        "amount": "-0.10",
        "currency": "EUR",
        "entryType": "debit",
        "description": "Rent",
        "rail": "sepaDebit",
        "rawDescription": "RENT 03/26",
        "customerReference": "c-1",
        "bankReference": "b-1",
        "baiCode": "455",
        "category": "housing",
        "subcategory": "rent",
        "mcc": "6513",
        "merchantName": "Landlord Ltd",
        "counterpartyName": "Landlord",
        "counterpartyAccountMasked": "****1234",
    });
    let required =
        ["id", "connectionId", "accountId", "status", "updatedAt", "amount", "currency", "entryType"];
    let mut least = whole.clone();
    for (name, value) in least.as_object_mut().expect("an object") {
        if !required.contains(&name.as_str()) {
            *value = Value::Null;
        }
    }
    let mut with_more = whole.clone();
    with_more["metadata"] = json!({ "note": "of somebody else" });
    with_more["ofTomorrow"] = json!(true);
    let body = json!({ "data": [with_more, least], "pagination": { "hasMore": false, "nextCursor": null },
                       "meta": { "requestId": "r" } });
    let effect = json!({ "status": 200, "body": body });
    host.waycore.fail(json!({ "match": { "path": "/v1/transactions" }, "effect": effect })).await;
    let page = ana.post_api("list_transactions", &[("connection_id", &id)]).await.ok();
    assert_eq!(page, json!({ "transactions": [whole, least], "nextCursor": null }));
}

#[tokio::test]
async fn a_cursor_is_good_for_its_customer_and_filter_alone() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let bo = host.signed_in_as("bo", "globex").await;
    let (own, foreign) = (connected(&host, &ana).await, connected(&host, &bo).await);
    let page = ana.post_api("list_transactions", &[("connection_id", &own)]).await.ok();
    let cursor = page["nextCursor"].as_str().expect("there is more");
    let refused = (422, "invalid_input".to_owned());
    let with = async |person: &Browser<'_>, fields: &[(&str, &str)]| {
        person.post_api("list_transactions", &[fields, &[("cursor", cursor)]].concat()).await
    };
    with(&ana, &[("connection_id", &own)]).await.ok();
    assert_eq!(with(&ana, &[("connection_id", &own), ("text", "a")]).await.error(), refused);
    assert_eq!(with(&ana, &[("connection_id", &foreign)]).await.error(), refused);
    assert_eq!(with(&bo, &[("connection_id", &foreign)]).await.error(), refused);
    assert_eq!(with(&bo, &[("connection_id", &own)]).await.error(), refused);
    let asked = host.waycore.requests().await;
    let theirs = asked.iter().filter_map(|call| call["query"].as_str()?.split("cursor=").nth(1));
    assert!(theirs.clone().count() > 0);
    assert!(theirs.into_iter().all(|theirs| !cursor.contains(theirs)), "it is none of Waycore's");
    for (name, value) in [("from", "2026-02-30"), ("to", "yesterday"), ("account_id", "a\nb")] {
        let form = [("connection_id", own.as_str()), (name, value)];
        let answer = ana.post_api("list_transactions", &form).await;
        assert_eq!((answer.error(), answer.json()["field"].as_str()), (refused.clone(), Some(name)));
    }
    let reversed = [("connection_id", own.as_str()), ("from", "2026-02-02"), ("to", "2026-02-01")];
    assert_eq!(ana.post_api("list_transactions", &reversed).await.json()["field"], "to");
}

/// The rows of a file, without its head.
fn rows(file: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(file.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(ToOwned::to_owned).collect()).collect()
}

#[tokio::test]
async fn an_export_too_many_waits_and_is_a_security_event() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let recorder = PrometheusBuilder::new().build_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let path = format!("/connections/{id}/transactions.csv");
    let running = ana.begin(&path).await;
    assert_eq!(running.status(), 200);
    assert_eq!(ana.get(&path).await.status, 429);
    let shown = recorder.handle().render();
    let counted = r#"connect_security_events_total{event="rate_limited"} 1"#;
    assert!(shown.lines().any(|line| line == counted), "{shown}");
    drop(running);
    assert_eq!(ana.get(&path).await.status, 200);
}

#[tokio::test]
async fn the_filtered_view_is_taken_along_whole() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let recent = ana.get(&format!("/connections/{id}/transactions.csv")).await;
    assert_eq!(recent.status, 200);
    assert_eq!(recent.headers["content-type"], "text/csv; charset=utf-8");
    let recent = rows(&recent.body);
    // More than a page of ours, and each of them once.
    assert!(recent.len() > 100, "{}", recent.len());
    let ids: std::collections::HashSet<_> = recent.iter().map(|row| &row[8]).collect();
    assert_eq!(ids.len(), recent.len());
    assert!(recent.iter().all(|row| row[5].parse::<f64>().is_ok()), "amounts are numbers");
    let text = recent[0][2].to_lowercase();
    let fitting =
        ana.get(&format!("/connections/{id}/transactions.csv?text={}", app::paths::encode(&text))).await;
    let fitting = rows(&fitting.body);
    assert!(!fitting.is_empty() && fitting.len() < recent.len());
    // A long time is read five hundred rows at a time.
    let reads = async || {
        let asked = host.waycore.requests().await;
        asked.iter().filter(|call| call["path"] == "/v1/transactions").count()
    };
    let before = reads().await;
    let long = ana.get(&format!("/connections/{id}/transactions.csv?from=2020-01-01")).await;
    let (long, reads) = (rows(&long.body).len(), reads().await - before);
    assert!(long > 1_000 && reads <= long / 500 + 3, "{long} rows by {reads} reads");
}

#[tokio::test]
async fn a_customer_has_two_files_made_at_a_time_and_a_person_one() {
    let host = TestHost::start().await;
    let (ana, vic) = (host.signed_in_as("ana", "acme").await, host.signed_in_as("vic", "acme").await);
    let id = connected(&host, &ana).await;
    let path = format!("/connections/{id}/transactions.csv?from=2020-01-01");
    let first = ana.begin(&path).await;
    assert_eq!(ana.get(&path).await.status, 429, "a second of the same person");
    let second = vic.begin(&path).await;
    assert_eq!((first.status(), second.status()), (StatusCode::OK, StatusCode::OK), "a colleague has theirs");
    let third = host.signed_in_as("pat", "acme").await.get(&path).await;
    assert_eq!(third.status, 429);
    assert!(third.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{third:?}");
    let bo = host.signed_in_as("bo", "globex").await;
    let other = connected(&host, &bo).await;
    assert_eq!(bo.get(&format!("/connections/{other}/transactions.csv")).await.status, 200);
    drop(first);
    assert_eq!(ana.get(&path).await.status, 200, "one has ended");
}

#[tokio::test]
async fn a_file_is_the_customers_own() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let path = format!("/connections/{id}/transactions.csv");
    let bo = host.signed_in_as("bo", "globex").await;
    let refused = bo.get(&path).await;
    assert_eq!(refused.status, 404);
    assert!(refused.headers["content-type"].to_str().expect("text").starts_with("text/html"));
    assert_eq!(bo.get("/connections/conn_none/transactions.csv").await.status, 404);
    assert_eq!(host.signed_out().get(&path).await.status, 303);
    let wrong = ana.get(&format!("{path}?from=soon")).await;
    assert_eq!(wrong.status, 422);
}
