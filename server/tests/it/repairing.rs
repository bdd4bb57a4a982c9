//! What a customer does with a connection that does not work: hand over again, or begin anew with another address.

use serde_json::json;

use crate::browser::Browser;
use crate::host::TestHost;
use crate::html::{main_of, main_text, row_of, text};

const PORTAL: &str = "https://quiet-cove.example/login?branch=7";

/// A connection of Ana's in a state; `form` is how it was begun.
async fn put(host: &TestHost, ana: &Browser<'_>, form: &[(&str, &str)], status: &str) -> String {
    let started = ana.post_api("start_connection", form).await.ok();
    let id = started["connection"]["id"].as_str().expect("an id").to_owned();
    host.waycore.put_connection(&id, json!({ "kind": "ready", "status": status })).await;
    id
}

#[tokio::test]
async fn handing_over_again_is_said_once_and_what_follows() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = put(&host, &ana, &[("institution_id", "sim-standard")], "reauthRequired").await;
    let form = [("connection_id", id.as_str()), ("password", "from the bank")];
    let answer = ana.post_form("/api/update_credentials", &form).await;
    let page = answer.goes_to().to_owned();
    assert_eq!(page, format!("/connections/{id}"));
    let cookie = answer.cookie().expect("a message for the page").to_owned();
    let shown = ana.get(&page).await;
    assert!(!shown.body.contains("Handed over"), "nothing was said yet: {}", shown.body);
    let shown = ana.with_cookie(&cookie).get(&page).await;
    let (_, said) = shown.body.split_once("role=\"status\" data-said").expect("a status message");
    let (said, _) = said.split_once("</section>").expect("an end of it");
    assert!(said.contains("Handed over") && said.contains("signs in at the bank with it"), "{said}");
    assert_eq!(notices(&shown.body), ["Handed over"], "and nothing that contradicts it");
    assert!(shown.header("set-cookie").is_some_and(|cookie| cookie.contains("Max-Age=0")), "{shown:?}");
}

#[tokio::test]
async fn while_waycore_tries_a_new_sign_in_nobody_is_asked_for_another() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let id = put(&host, &ana, &[("institution_id", "sim-standard")], "reauthRequired").await;
    let path = format!("/connections/{id}");
    let asks = ["The bank asks for a new sign-in"];
    assert_eq!(notices(&ana.get(&path).await.body), asks);
    ana.post_api("update_credentials", &[("connection_id", &id), ("password", "from the bank")]).await.ok();
    for person in [
        ana,
        host.signed_in_as("kim", "acme").await,
        host.signed_in_with_role("vera", "acme", "viewer").await,
    ] {
        let page = person.get(&path).await;
        assert_eq!(notices(&page.body), ["Waycore is trying the new sign-in"], "{page:?}");
        assert!(main_text(&page).contains("Sign-in details sent just now"), "{page:?}");
        assert!(!page.body.contains("aria-labelledby=\"repair\""), "the form is folded: {page:?}");
        let list = person.get("/").await.body;
        assert!(text(row_of(&list, &id)).contains("Waycore's move"), "{list}");
    }
    // Waycore reports again, and it is still not well.
    let still = json!({ "kind": "ready", "status": "reauthRequired", "errorCode": "bank_said_no" });
    host.waycore.wait_virtually(1).await;
    host.waycore.put_connection(&id, still).await;
    let page = host.signed_in_as("ana", "acme").await.get(&path).await;
    assert_eq!(notices(&page.body), asks);
    assert!(main_text(&page).contains("Sign-in details sent"), "{page:?}");
}

/// The titles of a page's boxes.
fn notices(page: &str) -> Vec<String> {
    let main = main_of(page);
    main.split("class=\"notice-title\">")
        .skip(1)
        .map(|rest| text(rest.split("</h2>").next().unwrap_or("")))
        .collect()
}

#[tokio::test]
async fn an_unlisted_address_is_corrected_from_what_is_known() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let form = [("portal_url", PORTAL), ("requested_name", "Quiet Cove")];
    let id = put(&host, &ana, &form, "invalidConfig").await;
    let page = ana.get(&format!("/connections/{id}")).await;
    assert!(page.body.contains(&format!("<code translate=\"no\">{PORTAL}</code>")), "{}", page.body);
    let again = format!("/new?again={id}");
    assert!(page.body.contains(&format!("href=\"{again}\"")), "{}", page.body);

    let form = ana.get(&again).await;
    for filled in [format!("value=\"{PORTAL}\""), "value=\"Quiet Cove\"".to_owned()] {
        assert!(form.body.contains(&filled), "{filled}: {}", form.body);
    }
    assert!(form.body.contains("The one that is there stays"), "{}", form.body);
    let wrong =
        [("unlisted", "true"), ("again", id.as_str()), ("portal_url", ""), ("requested_name", "Cove")];
    let refused = ana.post_form("/api/start_connection", &wrong).await;
    assert_eq!(refused.goes_to(), format!("/new?unlisted=true&again={id}"));
    let bo = host.signed_in_as("bo", "globex").await;
    assert_eq!(bo.get(&again).await.status, 404, "it is nobody else's");

    let corrected = [wrong[0], wrong[1], ("portal_url", "https://quiet-cove.example/business")];
    let setup = ana.post_form("/api/start_connection", &corrected).await;
    assert_ne!(setup.goes_to(), format!("/connections/{id}/setup"));
    assert_eq!(ana.list().await.len(), 2, "the old one stays");
}

#[tokio::test]
async fn a_listed_bank_is_corrected_by_another_of_its_portals_or_by_an_address() {
    let host = TestHost::start().await;
    let ana = host.signed_in_as("ana", "acme").await;
    let chosen = "https://treasury.three-portals-test-bank.example/sign-in";
    let form = [("institution_id", "sim-portals"), ("portal_url", chosen)];
    let id = put(&host, &ana, &form, "invalidConfig").await;
    let page = ana.get(&format!("/new?again={id}")).await;
    assert!(page.body.contains(&format!("value=\"{chosen}\" checked")), "{}", page.body);
    assert!(!page.body.contains("ask_first"), "another portal is what is wanted");
    assert!(page.body.contains(&format!("/new?unlisted=true&amp;again={id}")), "{}", page.body);
    let unlisted = ana.get(&format!("/new?unlisted=true&again={id}")).await;
    assert!(unlisted.body.contains(&format!("value=\"{chosen}\"")), "{}", unlisted.body);

    // With one portal there is only the address to correct.
    let one = put(&host, &ana, &[("institution_id", "sim-standard")], "invalidConfig").await;
    let page = ana.get(&format!("/new?again={one}")).await;
    assert!(page.body.contains("value=\"Standard Test Bank\""), "{}", page.body);
    assert!(page.body.contains("name=\"unlisted\""), "{}", page.body);
    let corrected = [
        ("unlisted", "true"),
        ("requested_name", "Standard Test Bank"),
        ("portal_url", "https://business.standard-test-online.example/"),
        ("again", one.as_str()),
    ];
    let setup = ana.post_form("/api/start_connection", &corrected).await;
    assert!(
        setup.goes_to().ends_with("/setup"),
        "it is not asked whether it is another bank: {}",
        setup.goes_to()
    );
    assert_ne!(setup.goes_to(), format!("/connections/{one}/setup"));
}
