//! The moment of success: a connected bank whose first data is on the way.

use serde_json::json;

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{main_of, main_text, row_of, text};

/// A bank that is connected, and whose first sync has just begun; its id.
async fn just_connected(host: &TestHost, ana: &Browser<'_>) -> String {
    let id = ana.start("sim-instant").await["id"].as_str().expect("an id").to_owned();
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    ana.post_api("submit_finish", &form).await.ok();
    // Its activation takes seconds, and the sync after it two more.
    for _ in 0..60 {
        host.waycore.wait_virtually(1).await;
        let connection = ana.connection(&id).await.ok()["connection"].clone();
        if connection["syncStatus"] == "syncing" {
            assert_eq!(
                (&connection["step"], &connection["lastSyncedAt"]),
                (&json!("connected"), &json!(null))
            );
            return id;
        }
    }
    panic!("it never syncs")
}

#[tokio::test]
async fn the_first_sync_is_a_state_of_its_own_until_the_data_is_there() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let vera = host.signed_in_with_role("vera", "acme", "viewer").await;
    let id = just_connected(&host, &ana).await;
    let detail = format!("/connections/{id}");
    for person in [&ana, &vera] {
        let page = person.get(&detail).await;
        let text = main_text(&page);
        assert!(text.contains("Instant Test Bank is connected Fetching your accounts…"), "{text}");
        for nothing_yet in [
            "The connection works",
            "Not yet",
            "No accounts",
            "No transactions",
            "Filter transactions",
            "Show",
        ] {
            assert!(!text.contains(nothing_yet), "{nothing_yet}: {text}");
        }
        assert!(!page.body.contains("class=\"filters\"") && !page.body.contains(">Sync now<"), "{page:?}");
        let says = "data-says=\"Instant Test Bank is connected. Fetching your accounts…\"";
        assert!(page.body.contains(says), "{page:?}");
        // In a browser without JavaScript the page looks again by itself.
        assert!(page.body.contains("<meta http-equiv=\"refresh\" content=\"5\""), "{page:?}");
        let stopped = person.get(&format!("{detail}?refresh=off")).await;
        assert!(!stopped.body.contains("http-equiv=\"refresh\""), "{stopped:?}");
    }
    let list = ana.get("/").await.body;
    assert!(text(row_of(&list, &id)).contains("Fetching your accounts…"), "{list}");

    host.waycore.wait_virtually(60).await;
    let page = ana.get(&detail).await;
    let text = main_text(&page);
    assert!(text.contains("The connection works") && text.contains("Last updated"), "{text}");
    assert!(!text.contains("Fetching your accounts"), "{text}");
    assert!(
        page.body.contains("class=\"money\"") && page.body.contains("class=\"transactions\""),
        "{page:?}"
    );
    assert!(!page.body.contains("http-equiv=\"refresh\""), "{page:?}");
}

#[tokio::test]
async fn data_that_is_there_is_shown_whatever_is_said_of_the_sync() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    for sync in ["syncing", "idle", "unheardOf"] {
        // Waycore has never said when it synced, and has accounts.
        let state = json!({ "kind": "ready", "status": "active", "syncStatus": sync });
        host.waycore.put_connection(&id, state).await;
        assert_eq!(ana.connection(&id).await.ok()["connection"]["lastSyncedAt"], json!(null));
        let page = ana.get(&format!("/connections/{id}")).await;
        let main = main_of(&page.body);
        assert!(main.contains("class=\"money\""), "{sync}: {main}");
        assert!(!text(main).contains("Last updated"), "{sync}: nobody knows when: {main}");
    }
}

/// A first sync that does not run may never begin: nobody is told to wait for it, on any page or aloud.
#[tokio::test]
async fn accounts_are_said_to_be_fetched_exactly_while_the_first_sync_runs() {
    let host = TestHost::start().await;
    let fetching = "Fetching your accounts…";
    for (row, (bank, sync, is_fetched)) in [
        ("sim-instant", "idle", false),
        ("sim-instant", "unheardOf", false),
        ("sim-instant", "syncing", true),
        // It has accounts.
        ("sim-standard", "idle", false),
        ("sim-standard", "syncing", true),
    ]
    .into_iter()
    .enumerate()
    {
        let pat = host.signed_in_as("pat", &format!("org-{row}")).await;
        let id = pat.start(bank).await["id"].as_str().expect("an id").to_owned();
        let state = json!({ "kind": "ready", "status": "active", "syncStatus": sync });
        host.waycore.put_connection(&id, state).await;
        let has_accounts = bank == "sim-standard";
        if !has_accounts {
            let effect = json!({ "status": 200, "body": { "data": [], "pagination": { "hasMore": false } } });
            let path = json!({ "path": "/v1/accounts", "connectionId": id });
            host.waycore.fail(json!({ "match": path, "effect": effect })).await;
        }
        let (detail, list) = (pat.get(&format!("/connections/{id}")).await.body, pat.get("/").await.body);
        let (shown, row) = (text(main_of(&detail)), text(row_of(&list, &id)));
        for (what, said) in [("page", &shown), ("row", &row)] {
            assert_eq!(said.contains(fetching), is_fetched, "{bank} {sync}: {what}: {said}");
        }
        let aloud = format!("is connected. {fetching}\"");
        for page in [&detail, &list] {
            assert_eq!(page.contains(&aloud), is_fetched, "{bank} {sync}: {page}");
            assert_eq!(page.contains("Test Bank is connected\""), !is_fetched, "{bank} {sync}: {page}");
        }
        assert_eq!(shown.contains("The connection works"), !is_fetched, "{bank} {sync}: {shown}");
        assert_eq!(shown.contains("No accounts yet"), !has_accounts && !is_fetched, "{bank} {sync}: {shown}");
        assert_eq!(detail.contains("class=\"money\""), has_accounts, "{bank} {sync}: {shown}");
        assert!(!row.contains("No data yet"), "it may have data: {row}");
    }
}
