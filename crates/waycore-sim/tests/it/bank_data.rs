//! Accounts, balances and transactions, as a host reads them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Host, column, simulator};

/// Hundredths of a decimal text with two digits.
fn cents(value: &Value) -> i64 {
    let text = value.as_str().expect("a decimal text");
    text.replacen('.', "", 1).parse().expect("a number")
}

fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().expect(field)
}

#[tokio::test]
async fn nothing_is_known_of_a_bank_before_the_first_sync_has_ended() {
    let host = Host::new().await;
    let connection = host.new_connection("sim-standard").await;
    host.complete(&connection).await.json(200);
    host.advance(21.9).await;
    assert_eq!(host.state(&connection).await, "ready/active/syncing");
    for list in ["/v1/accounts", "/v1/balances", "/v1/transactions"] {
        assert_eq!(host.all(list).await, Vec::<Value>::new(), "{list}");
    }
    host.advance(0.1).await;
    for list in ["/v1/accounts", "/v1/balances", "/v1/transactions"] {
        assert!(!host.all(list).await.is_empty(), "{list}");
    }
}

#[tokio::test]
async fn what_is_posted_on_a_day_is_that_days_change() {
    let host = Host::new().await;
    host.active("sim-standard").await;
    host.advance(40.0 * 86_400.0).await;
    let mut changes: BTreeMap<(String, String), i64> = BTreeMap::new();
    let mut pending: BTreeMap<String, i64> = BTreeMap::new();
    for transaction in host.all("/v1/transactions").await {
        let account = text(&transaction, "accountId").to_owned();
        let amount = cents(&transaction["amount"]);
        assert_eq!(text(&transaction, "entryType"), if amount < 0 { "debit" } else { "credit" });
        match transaction["postedDate"].as_str() {
            Some(day) => *changes.entry((account, day.to_owned())).or_default() += amount,
            None => *pending.entry(account).or_default() += amount,
        }
    }
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    // The latest day comes first.
    let rows = host.all("/v1/balances").await;
    for row in rows.iter().rev() {
        let (account, day) = (text(row, "accountId").to_owned(), text(row, "date").to_owned());
        let (ledger, delta) = (cents(&row["ledgerBalance"]), cents(&row["postedTransactionDelta"]));
        assert_eq!(
            changes.remove(&(account.clone(), day.clone())).unwrap_or_default(),
            delta,
            "{account} {day}"
        );
        if let Some(before) = last.insert(account.clone(), ledger) {
            assert_eq!(before + delta, ledger, "{account} {day}");
        }
    }
    assert_eq!(changes, BTreeMap::new(), "every posted transaction has its row");
    for account in host.all("/v1/accounts").await {
        let id = text(&account, "id");
        assert_eq!(cents(&account["currentBalance"]), last[id]);
        if !account["availableBalance"].is_null() {
            let waiting = pending.get(id).copied().unwrap_or_default();
            assert_eq!(cents(&account["availableBalance"]), last[id] + waiting);
        }
    }
}

#[rstest]
#[case::within_a_day(1)]
#[case::across_days(7)]
#[tokio::test]
async fn no_balance_is_lost_where_a_page_ends(#[case] limit: usize) {
    let host = Host::new().await;
    host.active("sim-standard").await;
    let newest = host.get("/v1/balances?limit=40").await.json(200);
    let expected = newest["data"].as_array().expect("a list");
    let mut rows = Vec::new();
    let mut cursor = String::new();
    while rows.len() < expected.len() {
        let page = host.get(&format!("/v1/balances?limit={limit}{cursor}")).await.json(200);
        rows.extend(page["data"].as_array().expect("a list").iter().cloned());
        cursor = format!("&cursor={}", text(&page["pagination"], "nextCursor"));
    }
    rows.truncate(expected.len());
    assert_eq!(rows, *expected);
}

#[tokio::test]
async fn the_same_company_has_the_same_bank_at_every_start() {
    let content = async || {
        let host = Host::of(simulator(None)).await;
        host.active("sim-standard").await;
        let transactions = host.all("/v1/transactions?status=posted").await;
        transactions.iter().map(|one| format!("{} {}", one["amount"], one["description"])).collect::<Vec<_>>()
    };
    let first = content().await;
    assert!(first.len() > 1_000);
    assert_eq!(first, content().await);
}

#[tokio::test]
async fn pending_transactions_turn_posted_or_fall_away() {
    let host = Host::new().await;
    host.active("sim-standard").await;
    let mut seen = HashSet::new();
    let (mut posted, mut gone) = (0, 0);
    let mut waiting: HashSet<String> = HashSet::new();
    for _ in 0..40 {
        host.advance(86_400.0).await;
        let now = host.all("/v1/transactions?status=pending").await;
        let now: HashSet<String> = now.iter().map(|one| text(one, "id").to_owned()).collect();
        for id in waiting.difference(&now) {
            let later = host.get(&format!("/v1/transactions/{id}")).await;
            if later.status == 404 {
                gone += 1;
            } else {
                assert_eq!(text(&later.json(200), "status"), "posted");
                posted += 1;
            }
        }
        seen.extend(now.iter().cloned());
        waiting = now;
    }
    assert!(posted > 5 && seen.len() >= posted + gone, "{posted} posted, {gone} gone, {} seen", seen.len());
}

#[tokio::test]
async fn a_list_is_complete_whatever_the_size_of_its_pages_and_its_order() {
    let host = Host::new().await;
    host.active("sim-standard").await;
    host.advance(86_400.0 * 3.0).await;
    let mut expected: Vec<String> =
        host.all("/v1/transactions").await.iter().map(|one| text(one, "id").to_owned()).collect();
    expected.sort();
    for sort in ["postedDate", "-postedDate", "updatedAt", "-updatedAt"] {
        let mut found = Vec::new();
        let mut order = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/v1/transactions?limit=137&sort={sort}{cursor}");
            let page = host.get(&path).await.json(200);
            found.extend(column(&page, "id"));
            let key = sort.trim_start_matches('-');
            let rows = page["data"].as_array().expect("a list").iter();
            order.extend(rows.map(|one| one[key].as_str().unwrap_or("9999").to_owned()));
            match page["pagination"]["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let mut sorted = order.clone();
        sorted.sort();
        if sort.starts_with('-') {
            sorted.reverse();
        }
        assert_eq!(order, sorted, "{sort}");
        found.sort();
        assert_eq!(found, expected, "{sort}");
    }
}

#[tokio::test]
async fn filters_narrow_and_cursors_stay_with_their_query() {
    let host = Host::new().await;
    let connection = host.active("sim-standard").await;
    let all = host.all("/v1/transactions").await;
    let account = text(&all[0], "accountId");
    let by = async |filter: String| host.all(&format!("/v1/transactions?{filter}")).await;
    let of_account = by(format!("accountId={account}")).await;
    assert!(of_account.iter().all(|one| one["accountId"] == account) && !of_account.is_empty());
    assert_eq!(by(format!("connectionId={connection}")).await.len(), all.len());
    assert!(by("connectionId=conn_none".to_owned()).await.is_empty());
    let cards = by("rail=card".to_owned()).await;
    assert!(
        cards.iter().all(|one| one["rail"] == "card" && one["merchantName"].is_string()) && !cards.is_empty()
    );
    assert!(by("status=reversed".to_owned()).await.is_empty());
    let day = text(&all[all.len() / 2], "postedDate");
    let (before, since) = (by(format!("postedDateLt={day}")).await, by(format!("postedDateGte={day}")).await);
    let posted = by("status=posted".to_owned()).await.len();
    assert_eq!(before.len() + since.len(), posted);
    assert!(before.iter().all(|one| text(one, "postedDate") < day));

    let page = host.get("/v1/transactions?limit=5").await.json(200);
    let cursor = text(&page["pagination"], "nextCursor");
    for other in ["sort=postedDate", "status=posted", "rail=card"] {
        let path = format!("/v1/transactions?limit=5&{other}&cursor={cursor}");
        host.get(&path).await.refused(400, "invalid_cursor");
    }
    host.get(&format!("/v1/transactions/sync?cursor={cursor}")).await.refused(400, "invalid_cursor");
}

#[rstest]
#[case("/v1/transactions?sort=amount")]
#[case("/v1/transactions?postedDateGte=yesterday")]
#[case("/v1/transactions?postedDateLt=2026-02-30")]
#[case("/v1/transactions?fields=id,secret")]
#[case("/v1/accounts?fields=id,secret,")]
#[case("/v1/accounts?limit=0")]
#[case("/v1/balances?entityId=acme")]
#[case("/v1/balances?dateLt=1")]
#[case("/v1/balances?limit=501")]
#[case("/v1/transactions/sync?limit=many")]
#[tokio::test]
async fn a_query_that_makes_no_sense_is_refused(#[case] path: &str) {
    Host::new().await.get(path).await.refused(400, "invalid_request");
}

#[tokio::test]
async fn a_host_can_ask_for_some_fields() {
    let host = Host::new().await;
    host.active("sim-standard").await;
    let account = host.get("/v1/accounts?fields=currentBalance&limit=1").await.json(200)["data"][0].clone();
    let names: BTreeSet<&str> = account.as_object().expect("an object").keys().map(String::as_str).collect();
    let required = ["connectionId", "createdAt", "currency", "id", "name", "status", "type", "updatedAt"];
    assert_eq!(names, required.into_iter().chain(["currentBalance"]).collect());
}

#[tokio::test]
async fn accounts_are_found_by_what_they_are() {
    let host = Host::new().await;
    let connection = host.active("sim-standard").await;
    let all = host.all("/v1/accounts").await;
    assert!(all.len() >= 3);
    for account in &all {
        assert_eq!(account["connectionId"], connection.as_str());
        assert_eq!(&host.get(&format!("/v1/accounts/{}", text(account, "id"))).await.json(200), account);
        assert!(account.get("entityId").is_none());
    }
    let savings = host.all("/v1/accounts?type=savings").await;
    assert_eq!(savings.iter().map(|one| text(one, "type")).collect::<Vec<_>>(), ["savings"]);
    let currency = text(&all[0], "currency");
    assert!(!host.all(&format!("/v1/accounts?currency={currency}&status=open")).await.is_empty());
    assert!(host.all("/v1/accounts?status=unknown").await.is_empty());
    host.get("/v1/accounts/none").await.refused(404, "not_found");
}

#[tokio::test]
async fn another_organizations_accounts_are_not_there() {
    let simulator = simulator(None);
    let (acme, globex) = (Host::of(simulator.clone()).await, Host::of(simulator).await);
    acme.active("sim-standard").await;
    let account = acme.all("/v1/accounts").await[0].clone();
    let transaction = acme.all("/v1/transactions?limit=1").await[0].clone();
    for list in ["/v1/accounts", "/v1/balances", "/v1/transactions"] {
        assert_eq!(globex.all(list).await, Vec::<Value>::new(), "{list}");
    }
    globex.get(&format!("/v1/accounts/{}", text(&account, "id"))).await.refused(404, "not_found");
    globex.get(&format!("/v1/transactions/{}", text(&transaction, "id"))).await.refused(404, "not_found");
}

#[tokio::test]
async fn each_scope_opens_its_own_lists() {
    let host = Host::with(json!({ "scopes": ["connections:read"] })).await;
    for path in
        ["/v1/accounts", "/v1/accounts/x", "/v1/balances", "/v1/transactions", "/v1/transactions/sync"]
    {
        host.get(path).await.refused(403, "forbidden");
    }
    for (method, path) in [("PUT", "/v1/connections/x/sync"), ("DELETE", "/v1/connections/x")] {
        crate::support::call(&host.router, method, path, Some(&host.key), None)
            .await
            .refused(403, "forbidden");
    }
}
