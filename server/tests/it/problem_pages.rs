//! Pages in place of a page: what they are called, and the ways on that they offer.

use serde_json::json;

use crate::answer::Answer;
use crate::host::TestHost;
use crate::html::{elements, tokens, words};

/// Panics unless the page says what is wrong, offers these ways on, and names the code by which support finds the request.
#[track_caller]
fn check(page: &Answer, status: u16, heading: &str, can_be_tried_again: bool) {
    assert_eq!(page.status, status, "{page:?}");
    let tokens = tokens(&page.body);
    let main = elements(&tokens, "main", |_| true)[0];
    let headings: Vec<_> = elements(main, "h1", |_| true).into_iter().map(words).collect();
    assert_eq!(headings, [heading], "{}", page.body);
    let links: Vec<_> = elements(main, "a", |_| true).into_iter().map(words).collect();
    assert!(links.iter().any(|link| link == "All bank connections"), "{heading}: {links:?}");
    let again = links.iter().any(|link| link == "Try again");
    assert_eq!(again, can_be_tried_again, "{heading}: {links:?}");
    let codes = elements(main, "code", |code| code.attribute("data-support-code").is_some());
    let codes: Vec<_> = codes.into_iter().map(words).collect();
    assert_eq!(codes, [page.header("x-request-id").expect("every answer has one")], "{}", page.body);
}

#[tokio::test]
async fn a_page_that_is_not_there_leads_back_to_the_list() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    for path in ["/no-such-page", "/connections/conn_none", "/connections/conn_none/setup"] {
        check(&ana.get(path).await, 404, "Not found", false);
    }
    check(&ana.post_form("/api/no_such_function", &[]).await, 404, "Not found", false);
}

#[tokio::test]
async fn a_page_that_a_viewer_may_not_use_leads_back_to_the_list() {
    let host = TestHost::start().await;
    let vera = host.signed_in_with_role("vera", "acme", "viewer").await;
    check(&vera.get("/new").await, 403, "You may not do this", false);
}

#[tokio::test]
async fn a_page_that_fails_because_of_waycore_can_be_tried_again() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = ana.start("sim-standard").await["id"].as_str().expect("an id").to_owned();
    for (status, heading) in [
        (401, "Bank connections are not set up correctly"),
        (403, "Bank connections are not set up correctly"),
    ] {
        host.waycore.fail(json!({ "match": { "method": "GET" }, "effect": { "status": status } })).await;
        check(&ana.get(&format!("/connections/{id}/setup")).await, 503, heading, true);
        host.waycore.heal().await;
    }
}

#[tokio::test]
async fn a_page_of_which_nothing_is_known_can_be_tried_again_while_waycore_is_down() {
    let fault = json!({ "match": { "path": "/v1/" }, "effect": { "status": 503 } });
    let host = TestHost::start_while(fault).await;
    let ana = host.signed_in_as("ana", "acme").await;
    let page = ana.get("/new?institution=not-in-the-list").await;
    check(&page, 503, "This is not possible at the moment", true);
    // What was typed stays in its form.
    let form = [
        ("unlisted", "true"),
        ("requested_name", "Unreachable Bank"),
        ("portal_url", "https://unreachable.example/login"),
    ];
    let back = ana.post_form("/api/start_connection", &form).await;
    let message = back.cookie().expect("a message for the page").to_owned();
    let form = ana.with_cookie(&message).get(back.goes_to()).await;
    assert_eq!(form.status, 200);
    assert!(form.body.contains("role=\"alert\""), "{}", form.body);
    for typed in ["value=\"Unreachable Bank\"", "value=\"https://unreachable.example/login\""] {
        assert!(form.body.contains(typed), "{typed}: {}", form.body);
    }
}
