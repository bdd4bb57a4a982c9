//! The list of connections: before the first bank, how fresh each row is, parts of it.

use std::collections::HashSet;

use serde_json::json;

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{main_of, row_of, text};

#[tokio::test]
async fn an_empty_list_says_what_a_customer_gives_and_only_a_manager_is_asked_to_begin() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let vera = host.signed_in_with_role("vera", "acme", "viewer").await;
    for (person, may_begin) in [(&ana, true), (&vera, false)] {
        let page = person.get("/").await.body;
        let main = main_of(&page);
        for said in [
            "Connect your first bank",
            "You create a separate login at your bank, with read-only rights, for Waycore alone.",
            "Nobody asks for your own password.",
            "You can remove that login at your bank at any time.",
        ] {
            assert!(text(main).contains(said), "{said}: {main}");
        }
        assert_eq!(main.matches("href=\"/new\"").count(), usize::from(may_begin), "{main}");
        assert_eq!(main.contains(">Connect a bank</a>"), may_begin, "{main}");
    }
}

#[tokio::test]
async fn a_row_says_how_fresh_its_data_is() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let begun = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let id = ana.start("sim-instant").await["id"].as_str().expect("an id").to_owned();
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    ana.post_api("submit_finish", &form).await.ok();
    let page = ana.get("/").await.body;
    for id in [&begun, &id] {
        assert!(text(row_of(&page, id)).contains("No data yet"), "{page}");
    }
    // Its activation and its first update take seconds.
    host.waycore.wait_virtually(60).await;
    let page = ana.get("/").await.body;
    let row = text(row_of(&page, &id));
    let (_, updated) = row.split_once("Last updated ").expect("when it was updated");
    let (age, exact) = updated.split_once(" (").unwrap_or_else(|| panic!("no exact time: {row}"));
    assert!(["just now", "1 minute ago"].contains(&age) && exact.contains("20"), "{row}");
    assert!(!row.contains("No data yet"), "{row}");
    let row = text(row_of(&page, &begun));
    assert!(row.contains("No data yet") && !row.contains("Last updated"), "{row}");
}

#[tokio::test]
async fn older_connections_are_a_link_away_and_a_status_shows_only_its_own() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let mut begun = HashSet::new();
    let mut paused = HashSet::new();
    for number in 0..52 {
        let id = begin(&ana, number).await;
        if number < 2 {
            host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "paused" })).await;
            paused.insert(id.clone());
        }
        begun.insert(id);
    }
    let first = ana.get("/").await.body;
    let (before, _) = first.split_once("\">Show older connections</a>").expect("a link to the others");
    let (_, older) = before.rsplit_once("href=\"").expect("its address");
    let second = ana.get(&older.replace("&amp;", "&")).await.body;
    assert!(!second.contains("Show older connections"), "{second}");
    let (first, second) = (rows(&first), rows(&second));
    assert_eq!((first.len(), second.len()), (50, 2));
    assert_eq!(first.union(&second).cloned().collect::<HashSet<_>>(), begun);

    let page = ana.get("/?status=paused").await.body;
    assert_eq!(rows(&page), paused);
    assert!(main_of(&page).contains("aria-current=\"page\">Paused</a>"), "{page}");
    let page = ana.get("/?status=revoked").await.body;
    assert_eq!(rows(&page), HashSet::new());
    let said = text(main_of(&page));
    assert!(said.contains("No connection has this status. Show all connections"), "{said}");
    assert!(!said.contains("Connect your first bank"), "{said}");
}

/// A setup at a bank of its own; the connection's id.
async fn begin(person: &Browser<'_>, number: usize) -> String {
    let portal = format!("https://bank-{number}.example/login");
    let name = format!("Bank number {number}");
    let form = [("portal_url", &*portal), ("requested_name", &*name)];
    let started = person.post_api("start_connection", &form).await.ok();
    started["connection"]["id"].as_str().expect("an id").to_owned()
}

/// The ids of the rows.
fn rows(page: &str) -> HashSet<String> {
    let ids = page.split("data-connection=\"").skip(1).filter_map(|rest| rest.split('"').next());
    ids.map(str::to_owned).collect()
}
