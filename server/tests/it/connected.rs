//! What a customer does with a connection that works: sync, repair, remove.

use serde_json::json;

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::main_text;

/// A connection of Ana's that is active.
async fn connected(host: &TestHost, ana: &Browser<'_>) -> String {
    let id = ana.start("sim-instant").await["id"].as_str().unwrap().to_owned();
    let form = [("connection_id", id.as_str()), ("delegated_user_active", "on"), ("accept_terms", "on")];
    ana.post_api("submit_finish", &form).await.ok();
    host.waycore.wait_virtually(24 * 60 * 60).await;
    id
}

#[tokio::test]
async fn a_sync_runs_once_and_then_has_to_wait() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let form = [("connection_id", id.as_str())];
    let running = ana.post_api("sync_connection", &form).await.ok();
    assert_eq!(running["connection"]["syncStatus"], "syncing");
    assert_eq!(ana.post_api("sync_connection", &form).await.error(), (409, "conflict".to_owned()));
    host.waycore.wait_virtually(10 * 60).await;
    let early = ana.post_api("sync_connection", &form).await;
    assert_eq!(early.error(), (429, "cooldown".to_owned()));
    assert!(early.json()["retryAfterSeconds"].as_u64().is_some_and(|wait| wait > 0), "{early:?}");
    // Without JavaScript the page says it.
    let back = ana.post_form("/api/sync_connection", &form).await;
    assert_eq!(back.goes_to(), format!("/connections/{id}"));
}

#[tokio::test]
async fn a_removal_needs_the_name_and_is_for_good() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let name = ana.connection(&id).await.ok()["connection"]["displayName"].as_str().unwrap().to_owned();
    let page = ana.get(&format!("/connections/{id}/remove")).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Remove permanently") && page.body.contains(&name), "{}", page.body);
    let refused = ana.post_api("remove_connection", &[("connection_id", &id), ("confirmation", "yes")]).await;
    assert_eq!(refused.error(), (422, "invalid_input".to_owned()));
    assert_eq!(refused.json()["field"], "confirmation");
    let form = [("connection_id", id.as_str()), ("confirmation", name.as_str())];
    assert_eq!(ana.post_form("/api/remove_connection", &form).await.goes_to(), "/");
    assert_eq!(ana.connection(&id).await.error(), (404, "not_found".to_owned()));
    assert_eq!(ana.get(&format!("/connections/{id}")).await.status, 404);
    assert_eq!(ana.list().await, Vec::<String>::new());
    assert_eq!(ana.post_api("remove_connection", &form).await.error(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_page_shows_what_is_known_while_waycore_is_down() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    ana.get(&format!("/connections/{id}")).await;
    host.waycore.fail(json!({ "match": {}, "effect": { "status": 500 } })).await;
    for path in ["/".to_owned(), format!("/connections/{id}")] {
        let page = ana.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.body.contains("Connected") && page.body.contains("This may be out of date"), "{path}");
        assert!(!page.body.contains("nothing for you to do"), "nobody knows that at the moment: {path}");
    }
    assert_eq!(ana.connection(&id).await.error(), (503, "unavailable".to_owned()), "a program is told");
}

#[tokio::test]
async fn the_page_tells_the_history_and_who_accepted_the_terms() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    let page = ana.get(&format!("/connections/{id}")).await;
    assert_eq!(page.status, 200);
    for told in ["History", "Seen for the first time: Setup in progress", "Accepted by", ">Ana<"] {
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    // What a colleague is called, the host alone knows.
    let page = host.signed_in_as("vic", "acme").await.get(&format!("/connections/{id}")).await;
    assert!(page.body.contains(">ana<"), "{}", page.body);
}

#[tokio::test]
async fn a_status_that_nobody_knows_hides_no_data_and_denies_none() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = connected(&host, &ana).await;
    host.waycore.put_connection(&id, json!({ "status": "hibernating" })).await;
    let text = main_text(&ana.get(&format!("/connections/{id}")).await);
    assert!(text.contains("We are checking with Waycore") && text.contains("Balance read"), "{text}");
    assert!(text.contains("Last updated") && !text.contains("Not yet"), "{text}");
    let list = ana.get("/").await.body;
    assert!(!crate::html::text(crate::html::row_of(&list, &id)).contains("No data yet"), "{list}");
}
