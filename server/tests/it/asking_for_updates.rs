//! "Sync now" as a plain form: what the page says after it.

use serde_json::json;

use crate::host::TestHost;
use crate::html::{between, main_of, text};

/// Presses "Sync now" and gives the page that follows. Waycore refuses for so many seconds, if any.
async fn page_after_sync(host: &TestHost, refused_for: Option<u32>) -> String {
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let state = json!({ "kind": "ready", "status": "active", "syncStatus": "idle" });
    host.waycore.put_connection(&id, state).await;
    if let Some(seconds) = refused_for {
        let path = format!("/v1/connections/{id}/sync");
        let effect = json!({ "status": 429, "retryAfter": seconds });
        let fault = json!({ "match": { "method": "PUT", "path": path }, "effect": effect, "times": 1 });
        host.waycore.fail(fault).await;
    }
    let answer = ana.post_form("/api/sync_connection", &[("connection_id", &id)]).await;
    let detail = answer.goes_to().to_owned();
    assert_eq!(detail, format!("/connections/{id}"));
    let message = answer.cookie().expect("a message for the page").to_owned();
    let page = ana.with_cookie(&message).get(&detail).await;
    assert_eq!(page.status, 200);
    page.body
}

#[tokio::test]
async fn an_update_that_comes_too_soon_says_why_and_when_the_next_one_may_come() {
    for (seconds, wait) in [(90, "2 minutes"), (3_630, "2 hours")] {
        let host = TestHost::start().await;
        let page = page_after_sync(&host, Some(seconds)).await;
        let main = main_of(&page);
        let alert = text(between(main, "role=\"alert\"", "</section>"));
        assert!(alert.contains("Not yet"), "{alert}");
        assert!(alert.contains("The accounts were updated a short while ago."), "{alert}");
        let said = text(main);
        assert!(said.contains(&format!("You can ask for the next update in {wait}")), "{said}");
        assert!(said.contains("Connected"), "{said}");
        // The browser counts down from here.
        let left: u32 = between(main, "data-countdown=\"", "\"").parse().expect("seconds");
        assert!(left <= seconds && left + 60 > seconds, "{left} of {seconds}");
    }
}

#[tokio::test]
async fn an_update_that_was_asked_for_is_said_to_be_under_way() {
    let host = TestHost::start().await;
    let page = page_after_sync(&host, None).await;
    let said = text(between(main_of(&page), "role=\"status\" data-said", "</section>"));
    assert!(said.contains("Sync requested") && said.contains("The bank is being asked"), "{said}");
}
