//! One odd row of Waycore's costs itself: the others are shown, and it is said how many are missing.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{between, main_of, text};
use crate::searching_banks::mirrored;

/// A connection that works; its id.
async fn connected(host: &TestHost, person: &Browser<'_>) -> String {
    let id = person.start("sim-instant").await["id"].as_str().expect("an id").to_owned();
    let finish = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    person.post_api("submit_finish", &finish).await.ok();
    host.waycore.wait_virtually(3_600).await;
    id
}

/// From now on Waycore answers with these rows.
async fn answer_with(host: &TestHost, matches: Value, rows: &[Value]) {
    let body = json!({ "data": rows, "pagination": { "hasMore": false, "nextCursor": null },
                       "meta": { "requestId": "r" } });
    host.waycore.fail(json!({ "match": matches, "effect": { "status": 200, "body": body } })).await;
}

fn account(connection: &str, id: &str, name: Value) -> Value {
    let then = "2026-01-01T00:00:00Z";
    json!({ "id": id, "connectionId": connection, "type": "checking", "currency": "EUR", "name": name,
            "status": "open", "createdAt": then, "updatedAt": then, "currentBalance": "12.50" })
}

fn transaction(connection: &str, id: &str, amount: Value) -> Value {
    json!({ "id": id, "connectionId": connection, "accountId": "a-1", "status": "posted",
            "postedDate": "2026-03-04", "updatedAt": "2026-03-05T12:30:00Z", "amount": amount,
            "currency": "EUR", "entryType": "debit", "description": format!("Rent {id}") })
}

/// A person whose browser asks for a language.
async fn reader<'a>(host: &'a TestHost, language: &str) -> Browser<'a> {
    let form = [("user", "ana"), ("org", "acme"), ("role", "manager")];
    let session = host.signed_out().post_form("/demo/sign-in", &form).await;
    let session = session.cookie().expect("the demo signs everybody in").to_owned();
    Browser::new(host, vec![("cookie", session), ("accept-language", language.to_owned())])
}

#[tokio::test]
async fn a_bank_that_cannot_be_read_is_counted_by_every_search() {
    let (tower, odd) = (
        json!({ "institutionId": "tower", "name": "Tower" }),
        json!({ "institutionId": "t-2", "name": null }),
    );
    let catalog = json!({ "data": [tower, odd, { "institutionId": 7, "name": "Tower" }],
                          "pagination": { "hasMore": false, "nextCursor": null }, "meta": { "requestId": "r" } });
    let effect = json!({ "status": 200, "body": catalog });
    let host =
        TestHost::start_while(json!({ "match": { "path": "/v1/institutions" }, "effect": effect })).await;
    let missing = [("en", "2 items could not be read"), ("es", "2 elementos no se han podido leer")];
    for (language, missing) in missing {
        let ana = reader(&host, language).await;
        mirrored(&ana).await;
        for (query, banks) in [("tower", 1), ("t-2", 0)] {
            let page = ana.get(&format!("/new?query={query}")).await;
            assert!(text(main_of(&page.body)).contains(missing), "{query}: {}", page.body);
            let found = ana.post_api("search_institutions", &[("query", query)]).await.ok();
            assert_eq!(found["institutions"].as_array().map(Vec::len), Some(banks), "{found}");
            assert_eq!((&found["unreadable"], found.get("news")), (&json!(2), None), "{found}");
            // The live search shows this text as it is.
            let live =
                ana.post_api("search_institutions", &[("query", query), ("marked", "true")]).await.ok();
            let news = live["news"].as_str().expect("words");
            assert!(news.ends_with(&format!(". {missing}")) && !news.contains(".."), "{news}");
        }
    }
}

#[tokio::test]
async fn an_account_that_cannot_be_read_is_counted_and_hides_no_other() {
    let host = TestHost::start().await;
    let ana = reader(&host, "en").await;
    let id = connected(&host, &ana).await;
    for (odd, said, dicho) in [
        (1, "1 item could not be read", "1 elemento no se ha podido leer"),
        (2, "2 items could not be read", "2 elementos no se han podido leer"),
    ] {
        host.waycore.heal().await;
        let rows: Vec<Value> = (0..odd)
            .map(|number| account(&id, &format!("odd-{number}"), json!(7)))
            .chain([account(&id, "a-1", json!("Operating"))])
            .collect();
        answer_with(&host, json!({ "path": "/v1/accounts" }), &rows).await;
        for (language, said) in [("en", said), ("es", dicho)] {
            let page = reader(&host, language).await.get(&format!("/connections/{id}")).await;
            let region = text(between(&page.body, "aria-labelledby=\"accounts\"", "</section>"));
            assert!(region.contains("Operating") && region.contains(said), "{region}");
            assert!(!region.contains("does not answer") && !region.contains("no responde"), "{region}");
        }
        let listed = ana.post_api("list_accounts", &[("connection_id", &id)]).await.ok();
        assert_eq!(
            (listed["accounts"].as_array().map(Vec::len), &listed["unreadable"]),
            (Some(1), &json!(odd))
        );
    }
    host.waycore.heal().await;
    let listed = ana.post_api("list_accounts", &[("connection_id", &id)]).await.ok();
    assert_eq!(listed.get("unreadable"), None, "where nothing is missing nothing is said");
}

#[tokio::test]
async fn a_transaction_that_cannot_be_read_is_counted_on_the_page_and_in_the_file() {
    let host = TestHost::start().await;
    let ana = reader(&host, "en").await;
    let id = connected(&host, &ana).await;
    let rows = [
        transaction(&id, "t-1", json!("-1.00")),
        transaction(&id, "t-odd", json!("much")),
        json!(null),
        transaction(&id, "t-2", json!("+0.50")),
        transaction(&id, "t-3", json!("-0.00")),
        transaction(&id, "t-4", json!("5.")),
    ];
    answer_with(&host, json!({ "path": "/v1/transactions" }), &rows).await;
    // With a last day that is over, what is pending is not asked for as well.
    let page = ana.get(&format!("/connections/{id}?from=2025-01-01&to=2025-12-31")).await;
    let region = text(main_of(&page.body));
    assert!(region.contains("2 items could not be read"), "{region}");
    for shown in ["Rent t-1", "-1.00", "Rent t-2", " 0.50", " 0.00", " 5.00"] {
        assert!(region.contains(shown), "{shown}: {region}");
    }
    assert!(!region.contains("-0.00") && !region.contains("+0.50"), "{region}");
    let file = ana.get(&format!("/connections/{id}/transactions.csv?from=2025-01-01&to=2025-12-31")).await;
    let mut reader = csv::Reader::from_reader(file.body.trim_start_matches('\u{feff}').as_bytes());
    let lines: Vec<Vec<String>> =
        reader.records().map(|row| row.expect("a row").iter().map(ToOwned::to_owned).collect()).collect();
    let column = |column: usize| lines.iter().map(|line| line[column].as_str()).collect::<Vec<_>>();
    assert_eq!(column(8), ["t-1", "t-2", "t-3", "t-4", ""]);
    assert_eq!(column(5), ["-1.00", "0.50", "0.00", "5", ""]);
    assert_eq!(lines[4][2], "2 items could not be read");
}

#[tokio::test]
async fn a_connection_that_cannot_be_read_is_counted_and_not_taken_for_removed() {
    let host = TestHost::start().await;
    let ana = reader(&host, "en").await;
    let (first, second) = (connected(&host, &ana).await, ana.start("sim-standard").await);
    let second = second["id"].as_str().expect("an id");
    let row = host.waycore.read(&format!("/v1/connections/{first}")).await;
    let entity = row["entityId"].as_str().expect("an entity").to_owned();
    let mut odd = host.waycore.read(&format!("/v1/connections/{second}")).await;
    odd["updatedAt"] = json!("yesterday");
    answer_with(&host, json!({ "path": "/v1/connections", "entityId": entity }), &[odd, row]).await;
    let page = ana.get("/").await;
    assert_eq!(page.status, 200);
    let main = text(main_of(&page.body));
    assert!(main.contains("1 item could not be read"), "{main}");
    assert!(page.body.contains(&first) && !page.body.contains(second), "{}", page.body);
    assert_eq!(ana.list().await, std::slice::from_ref(&first));
    host.waycore.heal().await;
    let mut listed = ana.list().await;
    listed.sort();
    let mut both = [first, second.to_owned()];
    both.sort();
    assert_eq!(listed, both, "it is there again");
}

#[tokio::test]
async fn an_answer_that_is_no_list_at_all_is_not_called_silence() {
    let host = TestHost::start().await;
    let ana = reader(&host, "en").await;
    let id = connected(&host, &ana).await;
    for path in ["/v1/accounts", "/v1/transactions"] {
        let effect = json!({ "status": 200, "body": "<!doctype html><h1>Sign in</h1>" });
        host.waycore.fail(json!({ "match": { "path": path }, "effect": effect })).await;
    }
    let page = ana.get(&format!("/connections/{id}")).await;
    assert_eq!(page.status, 200);
    let main = text(main_of(&page.body));
    assert_eq!(main.matches("its answer could not be read").count(), 2, "{main}");
    assert!(!main.contains("does not answer"), "{main}");
}

#[tokio::test]
async fn a_connection_whose_answer_makes_no_sense_is_shown_as_it_was_and_not_called_silent() {
    let host = TestHost::start().await;
    let ana = reader(&host, "en").await;
    let id = connected(&host, &ana).await;
    assert_eq!(ana.connection(&id).await.ok()["connection"]["step"], "connected");
    let path = format!("/v1/connections/{id}");
    let mut odd = host.waycore.read(&path).await;
    odd["updatedAt"] = json!(7);
    host.waycore.fail(json!({ "match": { "path": path }, "effect": { "status": 200, "body": odd } })).await;
    let page = ana.get(&format!("/connections/{id}")).await;
    assert_eq!(page.status, 200);
    let main = text(main_of(&page.body));
    assert!(main.contains("The latest state could not be read from Waycore"), "{main}");
    assert!(main.contains("Connected") && !main.contains("does not answer"), "{main}");
}

#[tokio::test]
async fn amounts_that_cannot_be_added_up_break_no_page() {
    let host = TestHost::start().await;
    let ana = reader(&host, "en").await;
    let id = connected(&host, &ana).await;
    let large = "79228162514264337593543950335";
    let rows = [transaction(&id, "t-1", json!(large)), transaction(&id, "t-2", json!(large))];
    answer_with(&host, json!({ "path": "/v1/transactions" }), &rows).await;
    answer_with(&host, json!({ "path": "/v1/accounts" }), &[account(&id, "a-1", json!("Operating"))]).await;
    let page = ana.get(&format!("/connections/{id}?from=2026-01-01&to=2026-12-31")).await;
    assert_eq!(page.status, 200, "{page:?}");
    let main = text(main_of(&page.body));
    assert!(main.contains("too large to be added up") && main.contains("79,228,162,514"), "{main}");
}
