//! Pages and forms while Waycore fails: what a person reads, and what they do not lose.

use serde_json::json;

use crate::answer::Answer;
use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{between, main_of, text};

const OLD: &str = "This may be out of date";

async fn started(ana: &Browser<'_>) -> String {
    let form = [("portal_url", "https://quiet-cove.example/login"), ("requested_name", "Quiet Cove")];
    let started = ana.post_api("start_connection", &form).await.ok();
    started["connection"]["id"].as_str().expect("an id").to_owned()
}

/// The title of the page.
fn heading(page: &Answer) -> String {
    text(between(&page.body, "<h1", "</h1>")).trim_start_matches('>').trim().to_owned()
}

/// What is missing from it may only be younger, so that no draft is erased for it.
#[tokio::test]
async fn an_old_list_is_not_taken_for_all_that_there_is() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    started(&ana).await;
    let is_whole = async || {
        let list = ana.get("/").await;
        (list.body.contains("data-whole="), list.body.contains(OLD))
    };
    assert_eq!(is_whole().await, (true, false));
    let list = json!({ "method": "GET", "path": "/v1/connections" });
    host.waycore.fail(json!({ "match": list, "effect": { "status": 503 } })).await;
    assert_eq!(is_whole().await, (false, true));
}

#[tokio::test]
async fn a_setup_shows_what_is_known_and_says_that_it_is_old() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    let page = format!("/connections/{id}/setup");
    for effect in [
        json!({ "status": 503 }),
        json!({ "status": 200, "body": "this is no connection" }),
        // Longer than a page waits.
        json!({ "delayMs": 30_000 }),
    ] {
        let of_it = json!({ "method": "GET", "path": format!("/v1/connections/{id}") });
        host.waycore.fail(json!({ "match": of_it, "effect": effect })).await;
        let shown = ana.get(&page).await;
        assert_eq!((shown.status.as_u16(), heading(&shown).as_str()), (200, "Create the delegated user"));
        assert!(shown.body.contains(OLD), "{effect}: {}", shown.body);
        host.waycore.heal().await;
        let shown = ana.get(&page).await;
        assert!(!shown.body.contains(OLD), "{effect}: {}", shown.body);
    }
}

#[tokio::test]
async fn a_key_that_waycore_refuses_hides_the_page_and_gives_a_support_code() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    let page = format!("/connections/{id}/setup");
    host.waycore.fail(json!({ "match": { "method": "GET" }, "effect": { "status": 401 } })).await;
    let refused = ana.get(&page).await;
    assert_eq!(refused.status, 503);
    assert_eq!(heading(&refused), "Bank connections are not set up correctly");
    let code = between(&refused.body, "data-support-code=\"\">", "<");
    assert_eq!(refused.header("x-request-id"), Some(code));
    assert!(refused.body.contains("href=\"\" data-retry=\"\""), "{}", refused.body);
    host.waycore.heal().await;
    assert_eq!(heading(&ana.get(&page).await), "Create the delegated user");
}

#[tokio::test]
async fn a_create_that_fails_keeps_what_was_typed_and_can_be_sent_again() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let fault = json!({
        "match": { "method": "POST", "path": "/v1/connections" }, "effect": { "status": 500 }, "times": 1,
    });
    host.waycore.fail(fault).await;
    let portal = "https://quiet-cove.example/Kept?as=typed";
    let form = [("unlisted", "true"), ("requested_name", "Quiet Cove"), ("portal_url", portal)];
    let failed = ana.post_form("/api/start_connection", &form).await;
    let message = failed.cookie().expect("a message").to_owned();
    let page = host.signed_in_as("ana", "acme").await.with_cookie(&message).get(failed.goes_to()).await;
    assert_eq!(heading(&page), "Connection details");
    for kept in ["role=\"alert\"", "value=\"Quiet Cove\"", &format!("value=\"{portal}\"")] {
        assert!(page.body.contains(kept), "{kept}: {}", page.body);
    }
    let setup = ana.post_form("/api/start_connection", &form).await;
    assert!(setup.goes_to().ends_with("/setup"), "{setup:?}");
    assert_eq!(ana.list().await.len(), 1);
}

#[tokio::test]
async fn a_completion_that_fails_leaves_the_setup_where_it_was() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    let fault = json!({
        "match": { "method": "PUT", "path": format!("/v1/connections/{id}/setupCompletion") },
        "effect": { "status": 503 },
    });
    host.waycore.fail(fault).await;
    let form = [
        ("connection_id", id.as_str()),
        ("bank_username", "wc-acme"),
        ("delegated_user_active", "true"),
        ("accept_terms", "true"),
    ];
    let failed = ana.post_form("/api/submit_finish", &form).await;
    assert_eq!(heading(&failed), "Finish setup");
    // What was handed over before the completion is Waycore's already.
    for says in ["role=\"alert\"", "Waycore has the bank sign-in details"] {
        assert!(failed.body.contains(says), "{says}: {}", failed.body);
    }
    assert!(!failed.body.contains("wc-acme"), "{}", failed.body);
    assert_eq!(heading(&ana.get(&format!("/connections/{id}/setup?step=finish")).await), "Finish setup");
    host.waycore.heal().await;
    let setup = ana.post_form("/api/submit_finish", &form).await.goes_to().to_owned();
    assert_eq!(heading(&ana.get(&setup).await), "Activating your connection");
}

#[tokio::test]
async fn a_page_goes_without_the_money_and_keeps_all_the_rest() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "active" })).await;
    for (effect, says) in [
        (
            json!({ "delayMs": 30_000 }),
            "Waycore does not answer at the moment. Reload this page in a minute.",
        ),
        // The connection breaks before any answer.
        (json!({ "reset": true }), "Waycore does not answer at the moment. Reload this page in a minute."),
        (json!({ "status": 403 }), "Not available in this product."),
        (json!({ "status": 401 }), "Bank connections are not set up correctly on our side."),
    ] {
        for path in ["/v1/accounts", "/v1/transactions"] {
            host.waycore.fail(json!({ "match": { "method": "GET", "path": path }, "effect": effect })).await;
        }
        let page = ana.get(&format!("/connections/{id}")).await;
        assert_eq!(page.status, 200, "{effect}");
        for region in ["accounts", "transactions"] {
            let region = between(&page.body, &format!("aria-labelledby=\"{region}\""), "</section>");
            assert!(text(region).contains(says), "{effect}: {region}");
        }
        let main = main_of(&page.body);
        for said in [">Sync now<", ">History<", "badge-positive"] {
            assert!(main.contains(said), "{effect}: {said}: {main}");
        }
        assert!(!main.contains(OLD), "the connection itself was read: {main}");
        host.waycore.heal().await;
        let page = ana.get(&format!("/connections/{id}")).await;
        assert!(!text(main_of(&page.body)).contains(says), "{}", page.body);
    }
}

/// Waycore is not asked again before its time, for anything.
#[tokio::test]
async fn a_page_says_of_the_money_that_there_were_too_many_requests() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = started(&ana).await;
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": "active" })).await;
    ana.get(&format!("/connections/{id}")).await;
    for path in ["/v1/accounts", "/v1/transactions"] {
        let effect = json!({ "status": 429, "retryAfter": 30 });
        host.waycore.fail(json!({ "match": { "method": "GET", "path": path }, "effect": effect })).await;
    }
    let page = ana.get(&format!("/connections/{id}")).await;
    assert_eq!(page.status, 200);
    for region in ["accounts", "transactions"] {
        let region = between(&page.body, &format!("aria-labelledby=\"{region}\""), "</section>");
        assert!(text(region).contains("There were too many requests at once."), "{region}");
        assert!(!text(region).contains("Reload this page"), "{region}");
    }
}
