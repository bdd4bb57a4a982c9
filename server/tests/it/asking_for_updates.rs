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
        assert!(alert.contains("Waycore waits 45 minutes between two updates"), "{alert}");
        assert!(
            !alert.contains("bank") && !alert.contains("Support code"),
            "it is nobody's failure: {alert}"
        );
        assert!(between(main, "role=\"alert\"", "</section>").contains("notice-info"), "{main}");
        assert!(!main.contains(">Sync now</button>"), "it would be refused: {main}");
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

#[tokio::test]
async fn an_update_is_offered_only_where_waycore_would_not_refuse_it() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let detail = format!("/connections/{id}");
    let offered = async || {
        let page = ana.get(&detail).await;
        assert_eq!(page.status, 200);
        page.body.contains(">Sync now</button>")
    };
    let put = async |sync: &str| {
        let state = json!({ "kind": "ready", "status": "active", "syncStatus": sync });
        host.waycore.put_connection(&id, state).await;
    };
    put("idle").await;
    assert!(offered().await);
    put("syncing").await;
    assert!(!offered().await, "one is running");
    put("idle").await;
    ana.post_api("sync_connection", &[("connection_id", &id)]).await.ok();
    put("idle").await;
    let page = ana.get(&detail).await;
    assert!(!page.body.contains(">Sync now</button>"), "Waycore pauses after each: {page:?}");
    let said = text(main_of(&page.body));
    assert!(said.contains("Waycore allows one update every 45 minutes."), "{said}");
    assert!(said.contains("You can ask for the next update in 45 minutes"), "{said}");
}

#[tokio::test]
async fn a_sync_that_is_refused_is_no_failure_and_nothing_contradicts_it() {
    let host = TestHost::start().await;
    let ready = |sync: &str| json!({ "kind": "ready", "status": "active", "syncStatus": sync });
    let refused = |status: u16| Some(json!({ "status": status }));
    for (row, (state, effect, said)) in [
        (ready("syncing"), refused(409), "An update is running already"),
        (ready("idle"), refused(409), "Waycore didn't start an update"),
        (ready("idle"), refused(429), "it received too many requests"),
        (json!({ "kind": "setup", "status": "pendingActivation" }), refused(409), "still being set up"),
    ]
    .into_iter()
    .enumerate()
    {
        let pat = host.signed_in_as("pat", &format!("org-{row}")).await;
        let id = pat.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
        host.waycore.put_connection(&id, state).await;
        let path = format!("/v1/connections/{id}/sync");
        host.waycore.fail(json!({ "match": { "path": path }, "effect": effect, "times": 1 })).await;
        let answer = pat.post_form("/api/sync_connection", &[("connection_id", &id)]).await;
        let message = answer.cookie().expect("a message for the page").to_owned();
        let mut page = pat.with_cookie(&message).get(answer.goes_to()).await;
        if page.status.is_redirection() {
            let pat = host.signed_in_as("pat", &format!("org-{row}")).await;
            page = pat.with_cookie(&message).get(page.goes_to()).await;
        }
        // Without what a browser shows later.
        let main = main_of(&page.body).split("<div hidden").next().expect("a page");
        let alert = between(main, "role=\"alert\"", "</section>");
        assert!(alert.contains("notice-info") && text(alert).contains("Not yet"), "{said}: {alert}");
        assert!(text(alert).contains(said), "{said}: {alert}");
        assert!(!text(alert).contains("Support code"), "{said}: {alert}");
        assert_eq!(main.matches("class=\"notice-title\"").count(), 1, "one box: {main}");
        assert!(!main.contains(">Sync now</button>"), "{said}: it would be refused: {main}");
        assert!(!text(main).contains("nothing for you to do"), "{said}: {main}");
    }
}

#[tokio::test]
async fn a_sync_that_failed_is_said_to_have_failed() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    let state = json!({ "kind": "ready", "status": "active", "syncStatus": "idle" });
    host.waycore.put_connection(&id, state).await;
    let path = format!("/v1/connections/{id}/sync");
    host.waycore.fail(json!({ "match": { "path": path }, "effect": { "status": 403 }, "times": 1 })).await;
    let answer = ana.post_form("/api/sync_connection", &[("connection_id", &id)]).await;
    let message = answer.cookie().expect("a message for the page").to_owned();
    let page = ana.with_cookie(&message).get(answer.goes_to()).await;
    let main = main_of(&page.body);
    let alert = between(main, "role=\"alert\"", "</section>");
    assert!(alert.contains("notice-negative") && text(main).contains("upport code"), "{main}");
    assert!(!text(main).contains("nothing for you to do"), "{main}");
    assert!(main.contains(">Sync now</button>"), "{main}");
}
